import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { HoldpointError, problem } from "@holdpoint/core";
import { storeProblems } from "../store.problems.ts";
import { findBinaries, type PostgresBinaries } from "./binaries.ts";
import {
  CLUSTER_USER,
  type ClusterSettings,
  clusterPaths,
  majorVersion,
  ownConfiguration,
  prepareCluster,
  serverOptions,
} from "./cluster.ts";
import type { ClusterPaths } from "./cluster-paths.ts";
import { type DirectoryLock, lockDirectory } from "./directory-lock.ts";
import { type GuardedProcess, startGuarded } from "./guarded-process.ts";
import { makeKnown, unmakeKnown } from "./known-server.ts";
import { clearLeftovers, pause, readPostmasterFile } from "./postmaster-file.ts";
import { checkReach, chooseRunAs, giveTo, type RunAs } from "./run-as.ts";
import { type SocketDir, shortSocketDir } from "./socket-dir.ts";

/** How long the server may take to start, recovery after a crash included, in milliseconds. */
const START_WITHIN_MS = 60_000;
/** How long an orderly stop may take before it is cut short, in milliseconds. */
const STOP_WITHIN_MS = 10_000;
const POLL_MS = 4;
/** How often, and how far apart, a start is tried while a killed server's processes are still ending. */
const MAX_STARTS = 50;
const BETWEEN_STARTS_MS = 100;
/** A log of more bytes than this is begun anew at the next start. */
const MAX_LOG_BYTES = 1_048_576;

/** Where the embedded database is, and how it is started. */
export interface EmbeddedOptions {
  /** The directory that holds `.holdpoint/`: the plan's. */
  readonly dataDir: string;
  /** Milliseconds since the epoch, for the lock file. */
  readonly now: number;
  /** @default the PostgreSQL 18 of the platform's package */
  readonly binaries?: PostgresBinaries;
  /** @default as this user; as root in a user namespace or as another user */
  readonly runAs?: RunAs;
  /** False only for throw-away databases of tests. @default true */
  readonly durable?: boolean;
}

/** A running embedded PostgreSQL that ends with this process. */
export interface EmbeddedPostgres {
  readonly connection: { readonly host: string; readonly user: string; readonly password: string };
  /** Major version of the server. */
  readonly version: number;
  /** For people: how it runs, such as "in a user namespace". */
  readonly description: string;
  /** True when the data directory was made by this start. */
  readonly created: boolean;
  /** What was cleared first: the lock, file or server of a run that was killed. */
  readonly recovered: readonly ("lock" | "file" | "server")[];
  readonly running: boolean;
  /** Tells other processes of this user that they may join now: the database and its schema are there. */
  makeKnown(): void;
  /** Stops it in order, within ten seconds, and gives up the directory. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL as a child process, on a unix socket inside `<dataDir>/.holdpoint/pg/`.
 *
 * @throws HoldpointError HP6001 without binaries, HP6002 when root cannot be shed, HP6003 when another process has the
 *   directory, HP6004 when it does not start, HP6005 for another version's directory, HP6006 when nothing can be written,
 *   HP6007 to HP6009 when the database is not known to be this user's
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const stateDir = join(resolve(options.dataDir), ".holdpoint");
  const lock = openStateDir(stateDir, options.now);
  try {
    return await startLocked(stateDir, lock, options);
  } catch (error) {
    lock.release();
    throw told(stateDir, error);
  }
}

/** What the file system refuses is for the user to mend. */
function told(dir: string, error: unknown): unknown {
  if (error instanceof HoldpointError || !(error instanceof Error && "syscall" in error)) return error;
  return problem(storeProblems, "HP6006", { dir, detail: error.message }, { cause: error });
}

function openStateDir(stateDir: string, now: number): DirectoryLock {
  try {
    mkdirSync(stateDir, { recursive: true });
    writeFileSync(join(stateDir, ".gitignore"), "*\n");
    return lockDirectory(stateDir, now, "database");
  } catch (error) {
    if (error instanceof HoldpointError) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    throw problem(storeProblems, "HP6006", { dir: stateDir, detail }, { cause: error });
  }
}

async function startLocked(stateDir: string, lock: DirectoryLock, options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const paths = clusterPaths(join(stateDir, "pg"));
  const settings: ClusterSettings = {
    binaries: options.binaries ?? findBinaries(stateDir),
    runAs: options.runAs ?? chooseRunAs(),
    durable: options.durable ?? true,
  };
  if (settings.runAs.user !== null) chmodSync(stateDir, 0o711);
  mkdirSync(paths.root, { recursive: true, mode: 0o700 });
  giveTo(settings.runAs, paths.root);
  checkReach(settings.runAs, [dirname(settings.binaries.postgres), paths.root]);
  const { password, created } = prepareCluster(paths, settings);
  const leftovers = await clearLeftovers(paths.data, STOP_WITHIN_MS);
  const socket = shortSocketDir(paths.run);
  if (socket.path !== paths.run) giveSocketLink(settings.runAs, socket);
  const version = majorVersion(settings);
  const server = await startReady(paths, settings, socket, version).catch((error: unknown) => {
    socket.remove();
    throw error;
  });
  const description = `PostgreSQL ${version} ${settings.runAs.description}`;
  return {
    connection: { host: socket.path, user: CLUSTER_USER, password },
    version,
    description,
    created,
    recovered: [
      ...(lock.recoveredFrom === null ? [] : ["lock" as const]),
      ...(leftovers === "none" ? [] : [leftovers]),
    ],
    get running() {
      return server.running;
    },
    makeKnown: () => makeKnown(paths, { nonce: lock.holder.nonce, description }),
    stop: async () => {
      unmakeKnown(paths);
      await server.stop(STOP_WITHIN_MS + 1_000);
      socket.remove();
      lock.release();
    },
  };
}

/** Starts the server; when processes of a killed one still hold its shared memory, again until they are gone. */
async function startReady(
  paths: ClusterPaths,
  settings: ClusterSettings,
  socket: SocketDir,
  version: number,
): Promise<GuardedProcess> {
  for (let run = 1; ; run += 1) {
    const server = start(paths, settings, socket, version);
    if (await becomesReady(server, paths)) return server;
    await server.stop(STOP_WITHIN_MS);
    const detail = lastLine(paths.log) ?? "it wrote no reason";
    const isOccupied = detail.includes("shared memory block");
    if (!isOccupied || run >= MAX_STARTS) {
      throw problem(storeProblems, "HP6004", { dir: paths.data, detail, log: paths.log });
    }
    await pause(BETWEEN_STARTS_MS);
  }
}

function giveSocketLink(runAs: RunAs, socket: SocketDir): void {
  giveTo(runAs, join(socket.path, ".."));
}

function start(paths: ClusterPaths, settings: ClusterSettings, socket: SocketDir, version: number): GuardedProcess {
  const logFd = openSync(paths.log, logIsLong(paths.log) ? "w" : "a", 0o600);
  try {
    const options = serverOptions(socket.path, version, settings.durable);
    const own = ownConfiguration(paths, settings.runAs);
    const argv = [settings.binaries.postgres, "-D", paths.data, ...own, ...options];
    return startGuarded({ argv, logFd, cwd: paths.root, runAs: settings.runAs, binaries: settings.binaries });
  } finally {
    closeSync(logFd);
  }
}

function logIsLong(log: string): boolean {
  try {
    return statSync(log).size > MAX_LOG_BYTES;
  } catch {
    return false;
  }
}

async function becomesReady(server: GuardedProcess, paths: ClusterPaths): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < START_WITHIN_MS && server.running; waitedMs += POLL_MS) {
    if (readPostmasterFile(paths.data)?.status === "ready") return true;
    await pause(POLL_MS);
  }
  return false;
}

function lastLine(log: string): string | null {
  try {
    const lines = readFileSync(log, "utf8").trim().split("\n");
    return lines.findLast((line) => /FATAL|ERROR|PANIC|error/.test(line)) ?? lines.at(-1) ?? null;
  } catch {
    return null;
  }
}
