import { join, resolve } from "node:path";
import { problem } from "@holdpoint/core";
import { createSystemRuntime } from "@holdpoint/server";
import { heldKind, openStore, type Store, storeProblems } from "@holdpoint/store";
import type { CommandCall } from "../command.ts";
import { makeStateFolder } from "../serve/server-place.ts";
import { optional } from "./arguments.ts";

/** Where a database is: on a server, or embedded in a folder. */
export type DatabasePlace = { readonly databaseUrl: string } | { readonly dataDir: string };

/** What begins the address of a server; everything else is a folder. */
const ADDRESS = /^(?:postgres|postgresql|socket):/i;

/** Reads `--from` or `--to`: the address of a server, or a folder. */
export function namedPlace(call: CommandCall, named: string): DatabasePlace {
  return ADDRESS.test(named) ? { databaseUrl: named } : { dataDir: resolve(call.cwd, named) };
}

/** Reads `--database-url` and `--data-dir`, as `holdpoint up` takes them. */
export function givenPlace(call: CommandCall): DatabasePlace {
  const dataDir = optional(call, "dataDir");
  const databaseUrl = optional(call, "databaseUrl") ?? (dataDir === undefined ? call.env["DATABASE_URL"] : undefined);
  if (databaseUrl !== undefined && databaseUrl !== "") return { databaseUrl };
  return { dataDir: resolve(call.cwd, dataDir ?? ".") };
}

/**
 * Opens a database that must be there.
 *
 * @param beside whether one that another process runs may be used at the same time
 * @throws HP6030 when the folder holds none, HP6003 when another process has it
 */
export async function openExisting(place: DatabasePlace, beside: boolean): Promise<Store> {
  const runtime = createSystemRuntime();
  if ("databaseUrl" in place) return await openStore({ runtime, ...place });
  const { dataDir } = place;
  if (heldKind(dataDir) === null) throw problem(storeProblems, "HP6030", { dir: join(dataDir, ".holdpoint") });
  return await openStore({ runtime, dataDir, join: beside });
}

/** Opens a database, or makes it where there is none. @throws HP6003 when another process has it */
export async function openTarget(place: DatabasePlace): Promise<Store> {
  const runtime = createSystemRuntime();
  if ("databaseUrl" in place) return await openStore({ runtime, ...place });
  makeStateFolder(place.dataDir);
  return await openStore({ runtime, dataDir: place.dataDir });
}
