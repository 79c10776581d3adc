import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { HoldpointError, problem } from "@holdpoint/core";
import { type ControlPlane, createControlPlane, createSystemRuntime } from "@holdpoint/server";
import { openStore, type Store } from "@holdpoint/store";
import type { CommandCall } from "../command.ts";
import { onInterrupt } from "../engine/interrupt.ts";
import { type Style, styleFor } from "../output/style.ts";
import { databaseSettings } from "../serve/database-settings.ts";
import { createLocalAccess } from "../serve/local-access.ts";
import { serveProblems } from "../serve/serve.problems.ts";
import {
  makeStateFolder,
  readServerNote,
  removeServerNote,
  type ServerNote,
  writeServerNote,
} from "../serve/server-place.ts";
import { VERSION } from "../version.ts";
import { optional, wantsJson } from "./arguments.ts";

const DEFAULT_PORT = 5005;
const DEFAULT_HOST = "127.0.0.1";
const MOST_PORT = 65_535;

/** `holdpoint up`: starts the control plane and stays until it is interrupted. Runs nothing that a plan names. */
export async function run(call: CommandCall): Promise<number> {
  const dataDir = resolve(call.cwd, optional(call, "dataDir") ?? ".");
  const address = { host: optional(call, "host") ?? DEFAULT_HOST, port: portOf(call) };
  const databaseUrl = optional(call, "databaseUrl") ?? call.env["DATABASE_URL"] ?? "";
  const interrupt = onInterrupt();
  try {
    const folder = makeStateFolder(dataDir);
    const running = databaseUrl === "" ? readServerNote(dataDir) : null;
    if (running !== null) throw problem(serveProblems, "HP8042", { pid: running.pid, folder, url: running.url });
    const runtime = createSystemRuntime();
    const options = { runtime, ...databaseSettings(call.env) };
    const store = await openStore(databaseUrl === "" ? { ...options, dataDir } : { ...options, databaseUrl });
    try {
      const access = createLocalAccess();
      const plane = await createControlPlane({
        store,
        runtime,
        version: VERSION,
        replica: `${hostname()}:${process.pid}:${randomBytes(3).toString("hex")}`,
        authenticate: access.authenticate,
      });
      const url = await listen(plane, address);
      const note: ServerNote = { url, pid: process.pid, token: access.token };
      writeServerNote(dataDir, note);
      try {
        announce(call, { url, folder, store });
        await interrupted(interrupt.signal);
      } finally {
        removeServerNote(dataDir, note);
        await plane.close();
      }
    } finally {
      await store.close();
    }
    return 0;
  } finally {
    interrupt.stop();
  }
}

async function listen(plane: ControlPlane, address: { readonly host: string; readonly port: number }): Promise<string> {
  try {
    return await plane.listen(address);
  } catch (error) {
    await plane.close();
    if (error instanceof HoldpointError || !(error instanceof Error) || !("code" in error)) throw error;
    const why = error.code === "EADDRINUSE" ? "something listens there already" : String(error.code);
    const other = address.port === MOST_PORT ? address.port - 1 : address.port + 1;
    const params = { address: `${address.host}:${address.port}`, why, other };
    throw problem(serveProblems, "HP8040", params, { field: "--port", cause: error });
  }
}

/** @throws HP8041 */
function portOf(call: CommandCall): number {
  const value = optional(call, "port") ?? call.env["HOLDPOINT_PORT"];
  if (value === undefined || value === "") return DEFAULT_PORT;
  const port = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (port >= 0 && port <= MOST_PORT) return port;
  throw problem(serveProblems, "HP8041", { value }, { field: "--port" });
}

function interrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve_) => {
    if (signal.aborted) resolve_();
    else signal.addEventListener("abort", () => resolve_(), { once: true });
  });
}

interface Announcement {
  readonly url: string;
  readonly folder: string;
  readonly store: Store;
}

function announce(call: CommandCall, { url, folder, store }: Announcement): void {
  if (wantsJson(call)) {
    const data = { folder, database: store.description };
    call.out.write(`${JSON.stringify({ schema: "holdpoint/server/v1", url, pid: process.pid, data })}\n`);
    return;
  }
  call.out.write(`${lines({ url, folder, store }, styleFor(call.out, call.env)).join("\n")}\n`);
}

function lines({ url, folder, store }: Announcement, { paint }: Style): readonly string[] {
  const data = store.kind === "embedded" ? `${folder} (${store.description})` : store.description;
  return [
    `Holdpoint is ready at ${paint.bold(url)}`,
    "",
    `  data           ${data}`,
    `  work a plan    holdpoint run PLAN.md --trust      in this folder: it works on the same data`,
    `  see it         curl -H "Authorization: Bearer $TOKEN" ${url}/status`,
    "",
    "Commands of yours in this folder find the server and its token by themselves. Stop it with Ctrl-C.",
  ];
}
