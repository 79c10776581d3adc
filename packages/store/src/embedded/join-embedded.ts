import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { problem } from "@holdpoint/core";
import { storeProblems } from "../store.problems.ts";
import { CLUSTER_USER, clusterPaths } from "./cluster.ts";
import type { ClusterPaths } from "./cluster-paths.ts";
import { checkCluster } from "./cluster-seal.ts";
import { heldBy, holderOf, type LockHolder } from "./directory-lock.ts";
import { type KnownServer, readKnown, requireOwnSocket } from "./known-server.ts";
import { pause } from "./postmaster-file.ts";
import { shortSocketDir } from "./socket-dir.ts";

/** How long a holder may take to have its database ready, in milliseconds. */
const READY_WITHIN_MS = 20_000;
const POLL_MS = 10;

/** The embedded PostgreSQL of another process, as a client sees it. */
export interface JoinedPostgres {
  readonly connection: {
    readonly host: string;
    readonly user: string;
    /** Asked before each connection. @throws HoldpointError HP6014 when the holder has ended */
    readonly password: () => Promise<string>;
  };
  /** For people: how it runs and whose it is. */
  readonly description: string;
  readonly dir: string;
  readonly holder: LockHolder;
  /** Whether the process that was found still has the directory. */
  isHeld(): boolean;
  /** What to tell when a call failed because of the database: that the holder has ended. */
  ended(detail: string): Error;
  /** Removes what was made for the connection; the server goes on. */
  leave(): void;
}

/**
 * Finds the embedded PostgreSQL that another process of this user runs on a directory, and waits until it is ready.
 *
 * Where its socket and password are follows from the directory alone; nothing that stands in a file leads elsewhere.
 *
 * @returns null when nobody holds the directory any more: it can be started
 * @throws HoldpointError HP6003 when the holder runs no database that can be joined, is on another host or is not ready
 *   in time; HP6007 to HP6009 when the data directory does not carry this user's seal; HP6015 when other users could
 *   stand in its place
 */
export async function joinEmbedded(dataDir: string, readyWithinMs = READY_WITHIN_MS): Promise<JoinedPostgres | null> {
  const stateDir = join(resolve(dataDir), ".holdpoint");
  const paths = clusterPaths(join(stateDir, "pg"));
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    const holder = holderOf(stateDir);
    if (holder === null) return null;
    const canBeJoined = holder.holds === "database" && holder.host === hostname();
    if (!canBeJoined || waitedMs >= readyWithinMs) throw heldBy(stateDir, holder);
    const known = lookAt(paths, holder);
    if (known !== null) return joined(stateDir, paths, holder, known.description);
    await pause(POLL_MS);
  }
}

/** Null while the holder is not ready, or when what it made known is going away because it ends. */
function lookAt(paths: ClusterPaths, holder: LockHolder): KnownServer | null {
  try {
    const known = readKnown(paths, holder.nonce);
    if (known === null) return null;
    checkCluster(paths);
    requireOwnSocket(paths);
    return known;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

function joined(stateDir: string, paths: ClusterPaths, holder: LockHolder, description: string): JoinedPostgres {
  const socket = shortSocketDir(paths.run);
  const ended = (detail: string): Error => problem(storeProblems, "HP6014", { dir: stateDir, pid: holder.pid, detail });
  const isHeld = (): boolean => holderOf(stateDir)?.nonce === holder.nonce;
  return {
    connection: {
      host: socket.path,
      user: CLUSTER_USER,
      password: async () => {
        // Another process may have started the database again meanwhile; this one belongs to the holder it found.
        if (!isHeld()) throw ended("it gave up the directory");
        return readFileSync(paths.password, "utf8").trim();
      },
    },
    description: `${description}, of process ${holder.pid}`,
    dir: stateDir,
    holder,
    isHeld,
    ended,
    leave: () => socket.remove(),
  };
}
