import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import type { Duplex } from "node:stream";
import { pathToFileURL } from "node:url";
import { HoldpointError, problem } from "@holdpoint/core";
import { storeProblems } from "../store.problems.ts";
import { clusterPaths } from "./cluster.ts";
import type { ClusterPaths } from "./cluster-paths.ts";
import { checkCluster, sealCluster } from "./cluster-seal.ts";
import { fileProblem, openStateDir } from "./state-dir.ts";
import { WasmStream } from "./wasm-stream.ts";
import { type WasmModules, WasmThread } from "./wasm-thread.ts";

/** Name of the directory inside `.holdpoint/`. */
export const WASM_DIR = "pg-wasm";

/** The PostgreSQL that PGlite 0.5 is. */
const MAJOR_VERSION = 18;

/** Where it is. */
export interface WasmOptions {
  /** The directory that holds `.holdpoint/`: the plan's. */
  readonly dataDir: string;
  /** Milliseconds since the epoch, for the lock file. */
  readonly now: number;
  /** False only for throw-away databases of tests. @default true */
  readonly durable?: boolean;
}

/** A running PostgreSQL in WebAssembly, which ends with this process. */
export interface WasmPostgres {
  /** For people: version and how it runs. */
  readonly description: string;
  readonly dir: string;
  readonly recovered: readonly "lock"[];
  /** A connection for `pg`; one at a time. */
  connect(): Duplex;
  /** Stops it in order and gives up the directory. */
  stop(): Promise<void>;
}

/** PGlite's modules, or null when it is not installed. */
export function findWasm(): WasmModules | null {
  const { resolve: find } = createRequire(import.meta.url);
  try {
    const [pglite, nodefs] = ["@electric-sql/pglite", "@electric-sql/pglite/nodefs"].map((name) =>
      pathToFileURL(find(name)),
    );
    return pglite === undefined || nodefs === undefined ? null : { pglite: pglite.href, nodefs: nodefs.href };
  } catch {
    return null;
  }
}

/**
 * Starts PostgreSQL in a worker thread, on `<dataDir>/.holdpoint/pg-wasm/`.
 *
 * As PGlite comes it keeps nothing through a loss of power and lets two processes open one directory. Here each commit is
 * synced, and the directory has the lock of every state directory. It has one session and cannot be joined.
 *
 * @throws HoldpointError HP6003 when another process has the directory, HP6004 when it does not start, HP6005 for another
 *   version's directory, HP6006 when nothing can be written, HP6007 to HP6009 when the database is not known to be this
 *   user's, HP6020 when it is not installed
 */
export async function startWasm(options: WasmOptions, modules: WasmModules | null = findWasm()): Promise<WasmPostgres> {
  if (modules === null) throw problem(storeProblems, "HP6020", {});
  const stateDir = join(resolve(options.dataDir), ".holdpoint");
  // Not "database": there is no socket that another process could join.
  const lock = openStateDir(stateDir, options.now, "work");
  const paths = clusterPaths(join(stateDir, WASM_DIR));
  const durable = options.durable ?? true;
  try {
    await prepare(paths, modules, durable);
    const thread = await start(paths, modules, paths.data, durable, false);
    return {
      description: `PostgreSQL ${MAJOR_VERSION} in WebAssembly`,
      dir: paths.root,
      recovered: lock.recoveredFrom === null ? [] : ["lock"],
      connect: () => new WasmStream(thread),
      stop: async () => {
        await thread.stop();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw fileProblem(stateDir, error);
  }
}

/** Makes the data directory under another name until it is whole and on the disk, in a thread that gives its memory back. */
async function prepare(paths: ClusterPaths, modules: WasmModules, durable: boolean): Promise<void> {
  mkdirSync(paths.root, { recursive: true, mode: 0o700 });
  if (existsSync(join(paths.data, "PG_VERSION"))) {
    checkCluster(paths);
    const found = readFileSync(join(paths.data, "PG_VERSION"), "utf8").trim();
    const expected = MAJOR_VERSION;
    if (found !== String(expected)) throw problem(storeProblems, "HP6005", { dir: paths.data, found, expected });
    return;
  }
  for (const name of readdirSync(paths.root))
    if (name.startsWith("new-")) rmSync(join(paths.root, name), { recursive: true });
  const draft = join(paths.root, `new-${randomUUID()}`);
  mkdirSync(draft, { mode: 0o700 });
  await (await start(paths, modules, draft, durable, true)).stop();
  sealCluster(paths, draft);
  rmSync(paths.data, { recursive: true, force: true });
  renameSync(draft, paths.data);
}

async function start(
  paths: ClusterPaths,
  modules: WasmModules,
  dataDir: string,
  durable: boolean,
  isPreparing: boolean,
): Promise<WasmThread> {
  try {
    return await WasmThread.start({ ...modules, dataDir, durable, prepare: isPreparing });
  } catch (error) {
    if (error instanceof HoldpointError || !(error instanceof Error)) throw error;
    throw problem(storeProblems, "HP6004", { dir: dataDir, detail: error.message, log: paths.root }, { cause: error });
  }
}
