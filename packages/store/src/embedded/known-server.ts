import { lstatSync, readFileSync, renameSync, rmSync, type Stats, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { problem } from "@holdpoint/core";
import { storeProblems } from "../store.problems.ts";
import type { ClusterPaths } from "./cluster-paths.ts";
import { SOCKET_NAME } from "./socket-dir.ts";

/** What the holder of a directory tells about its server; where it is follows from the directory alone. */
export interface KnownServer {
  /** Of the holder's lock: a file that a killed holder left behind speaks for nobody. */
  readonly nonce: string;
  /** For people: version and how it runs. */
  readonly description: string;
}

/** Tells that a server can be joined; the file appears whole. */
export function makeKnown(paths: ClusterPaths, server: KnownServer): void {
  const draft = `${paths.known}.${server.nonce}`;
  writeFileSync(draft, `${JSON.stringify(server)}\n`, { mode: 0o600, flag: "wx" });
  renameSync(draft, paths.known);
}

/** Takes that back. */
export function unmakeKnown(paths: ClusterPaths): void {
  rmSync(paths.known, { force: true });
}

/**
 * What the holder with this nonce has made known; null when it has not done so yet.
 *
 * @throws HoldpointError HP6015 when the file is not closed to other users
 */
export function readKnown(paths: ClusterPaths, nonce: string): KnownServer | null {
  try {
    requireOwn(paths, paths.known, "file");
    const value: unknown = JSON.parse(readFileSync(paths.known, "utf8"));
    return isKnown(value) && value.nonce === nonce ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError || isMissing(error)) return null;
    throw error;
  }
}

/**
 * Makes sure that nobody else can stand at the other end: the folders, the password and the socket are this user's, or
 * (as root) of the user that the sealed data directory was given to, and no other user can use them.
 *
 * @throws HoldpointError HP6015 when that is not so
 */
export function requireOwnSocket(paths: ClusterPaths): void {
  requireOwn(paths, paths.root, "directory");
  requireOwn(paths, paths.run, "directory");
  requireOwn(paths, paths.password, "file");
  requireOwn(paths, join(paths.run, SOCKET_NAME), "socket");
}

const IS: Readonly<Record<"file" | "directory" | "socket", (stats: Stats) => boolean>> = {
  file: (stats) => stats.isFile(),
  directory: (stats) => stats.isDirectory(),
  socket: (stats) => stats.isSocket(),
};

function requireOwn(paths: ClusterPaths, path: string, kind: keyof typeof IS): void {
  const stats = lstatSync(path);
  const me = process.geteuid?.() ?? -1;
  const isMine = stats.uid === me || (me === 0 && stats.uid === statSync(paths.data).uid);
  const detail = !IS[kind](stats)
    ? `it is no ${kind}`
    : !isMine
      ? `it belongs to user ${stats.uid}`
      : (stats.mode & 0o077) !== 0
        ? `others may use it (mode ${(stats.mode & 0o777).toString(8)})`
        : null;
  if (detail !== null) throw problem(storeProblems, "HP6015", { file: path, detail }, { file: path });
}

function isKnown(value: unknown): value is KnownServer {
  if (typeof value !== "object" || value === null || !("nonce" in value && "description" in value)) return false;
  return typeof value.nonce === "string" && typeof value.description === "string";
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
