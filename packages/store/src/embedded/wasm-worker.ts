/**
 * PostgreSQL in WebAssembly, in a thread of its own: it blocks whatever thread it runs in.
 *
 * This file runs inside the worker only. `npm run generate` of this package carries it as text, so that a bundled program
 * has it; it imports nothing of ours. Messages in: bytes of the wire protocol, or "close". Out: "ready", the bytes of the
 * answer (one for each message in), or {failed}.
 */
import { closeSync, fsyncSync, openSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type * as Pglite from "@electric-sql/pglite";
import type * as PgliteNodeFs from "@electric-sql/pglite/nodefs";

/** What the thread is started with. */
export interface WasmWorkerData {
  /** Addresses of PGlite's main module and of its file system. */
  readonly pglite: string;
  readonly nodefs: string;
  readonly dataDir: string;
  /** False only for throw-away databases of tests. */
  readonly durable: boolean;
  /** Makes the data directory, closes it and puts every file of it on the disk. */
  readonly prepare: boolean;
}

interface FileStream {
  readonly nfd?: number;
  readonly node: unknown;
}

interface NodeFsModule {
  readonly NODEFS: {
    readonly stream_ops: { fsync?: (stream: FileStream) => number };
    realPath(node: unknown): string;
  };
}

const data: WasmWorkerData = workerData;

/** NODEFS has no fsync, and Emscripten takes that for success: a commit would be in the page cache only. */
function addFsync(module: NodeFsModule): void {
  const { NODEFS } = module;
  NODEFS.stream_ops.fsync = (stream) => {
    if (stream.nfd === undefined) syncPath(NODEFS.realPath(stream.node));
    else fsyncSync(stream.nfd);
    return 0;
  };
}

function syncPath(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** `initdb` in WebAssembly leaves its files to the page cache. */
function syncTree(dir: string): void {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) syncTree(path);
    else if (entry.isFile()) syncPath(path);
  }
  syncPath(dir);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

async function open(): Promise<Pglite.PGlite> {
  const { PGlite }: typeof Pglite = await import(data.pglite);
  const { NodeFS }: typeof PgliteNodeFs = await import(data.nodefs);
  class SyncingFs extends NodeFS {
    override async init(
      ...args: Parameters<InstanceType<typeof NodeFS>["init"]>
    ): ReturnType<InstanceType<typeof NodeFS>["init"]> {
      const made = await super.init(...args);
      const preRun = [made.emscriptenOpts.preRun ?? []].flat();
      return { ...made, emscriptenOpts: { ...made.emscriptenOpts, preRun: [...preRun, addFsync] } };
    }
  }
  // The list replaces PGlite's own, in which -F turns off every sync.
  const own = ["-c", "wal_sync_method=fsync", "-c", "shared_buffers=16MB", "-c", "TimeZone=UTC"];
  const startParams = [...PGlite.defaultStartParams.filter((param) => param !== "-F" || !data.durable), ...own];
  return await PGlite.create({ fs: new SyncingFs(data.dataDir), startParams });
}

async function main(): Promise<void> {
  const db = await open();
  if (data.prepare) {
    await db.close();
    if (data.durable) syncTree(data.dataDir);
    parentPort?.postMessage("ready", []);
    return;
  }
  let last: Promise<unknown> = Promise.resolve();
  const answer = async (message: Uint8Array): Promise<void> => {
    const parts: Uint8Array[] = [];
    await db.execProtocolRawStream(message, { syncToFs: false, onRawData: (part) => parts.push(part.slice()) });
    parentPort?.postMessage(concat(parts), []);
  };
  const close = async (): Promise<void> => {
    await db.close();
    parentPort?.close();
  };
  parentPort?.on("message", (message: Uint8Array | "close") => {
    last = last.then(() => (message === "close" ? close() : answer(message))).catch(fail);
  });
  parentPort?.postMessage("ready", []);
}

function fail(error: unknown): void {
  parentPort?.postMessage({ failed: error instanceof Error ? error.message : String(error) }, []);
  parentPort?.close();
}

main().catch(fail);
