import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { HoldpointError, problem } from "@holdpoint/core";
import { type Backend, embeddedBackend, wasmBackend } from "./backend.ts";
import { startEmbedded } from "./embedded/embedded-postgres.ts";
import { findWasm, startWasm, WASM_DIR } from "./embedded/wasm-postgres.ts";
import { storeProblems } from "./store.problems.ts";

/** How PostgreSQL is embedded. */
type EmbeddedKind = "native" | "wasm";

/** The environment variable that says which kind; unset: native where that can run, else wasm. */
const CHOICE = "HOLDPOINT_EMBEDDED";
/** No binary for this platform, and root that cannot be shed: then the other kind takes its place. */
const CANNOT_RUN: ReadonlySet<string> = new Set(["HP6001", "HP6002"]);

/** Where the database is, and how it is run. */
interface OwnDatabase {
  readonly dataDir: string;
  readonly now: number;
  /** False only for throw-away databases of tests. */
  readonly durable?: boolean;
}

/**
 * Starts the embedded database of a directory: of the kind that is asked for, else of the kind that the directory holds,
 * else native where that can run and in WebAssembly where not.
 *
 * @throws HoldpointError HP6021 when the directory holds the other kind, HP6022 for an unknown kind, and as the kinds do
 */
export async function startOwn(
  own: OwnDatabase,
  env: NodeJS.ProcessEnv = process.env,
  startNative: typeof startEmbedded = startEmbedded,
): Promise<Backend> {
  const asked = askedKind(env);
  const held = heldKind(own.dataDir);
  const kind = asked ?? held ?? "native";
  if (held !== null && held !== kind) throw otherKind(own.dataDir, held, kind);
  if (kind === "wasm") return wasmBackend(await startWasm(own));
  try {
    return embeddedBackend(await startNative(own));
  } catch (error) {
    const isStuck = error instanceof HoldpointError && CANNOT_RUN.has(error.code);
    if (!isStuck || asked !== null || findWasm() === null) throw error;
    if (held === "native") throw otherKind(own.dataDir, held, "wasm", error);
    return wasmBackend(await startWasm(own));
  }
}

function askedKind(env: NodeJS.ProcessEnv): EmbeddedKind | null {
  const value = env[CHOICE] ?? "";
  if (value === "native" || value === "wasm") return value;
  if (value === "") return null;
  throw problem(storeProblems, "HP6022", { value: JSON.stringify(value) });
}

/** The kind of database that a directory holds, or null. Native first: a directory with both is one where that was used. */
export function heldKind(dataDir: string): EmbeddedKind | null {
  const holds = (kind: EmbeddedKind): boolean => existsSync(join(dirOf(dataDir, kind), "data", "PG_VERSION"));
  return (["native", "wasm"] as const).find(holds) ?? null;
}

function dirOf(dataDir: string, kind: EmbeddedKind): string {
  return join(resolve(dataDir), ".holdpoint", kind === "native" ? "pg" : WASM_DIR);
}

function otherKind(dataDir: string, found: EmbeddedKind, wanted: EmbeddedKind, cause?: Error): Error {
  const dir = dirOf(dataDir, found);
  return problem(storeProblems, "HP6021", { dir, found, wanted }, { file: dir, cause });
}
