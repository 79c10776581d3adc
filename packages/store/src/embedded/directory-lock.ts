import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { problem } from "@holdpoint/core";
import { storeProblems } from "../store.problems.ts";
import { isAlive, markOf, type ProcessMark } from "./process-info.ts";

/** What the lock file says. */
export interface LockHolder extends ProcessMark {
  readonly host: string;
  /** What it has the directory for: its database as well, which others may join, or only the work in it. */
  readonly holds: "database" | "work";
  /** ISO 8601 in UTC. */
  readonly since: string;
  /** Tells one lock from the next of the same process. */
  readonly nonce: string;
}

/** A directory that belongs to this process until it is released. */
export interface DirectoryLock {
  /** What the file says of this process. */
  readonly holder: LockHolder;
  /** Who held it before and left it behind, if anyone. */
  readonly recoveredFrom: LockHolder | null;
  release(): void;
}

/** How often a lost race for a left-behind lock is run again. */
const MAX_RACES = 20;

/**
 * Takes the lock of a state directory, or takes it over from a process that is dead.
 *
 * The file is written whole before it gets its name (`link`), so that nobody ever reads half of one.
 *
 * @param now milliseconds since the epoch, for people to read
 * @param holds what it is taken for
 * @throws HoldpointError HP6003 when a living process, or one on another host, holds it
 */
export function lockDirectory(dir: string, now: number, holds: LockHolder["holds"] = "work"): DirectoryLock {
  mkdirSync(dir, { recursive: true });
  const file = lockFile(dir);
  const mine = newHolder(now, holds);
  let recoveredFrom: LockHolder | null = null;
  for (let race = 0; race < MAX_RACES; race += 1) {
    if (create(file, mine)) return { holder: mine, recoveredFrom, release: () => release(file, mine) };
    const holder = readHolder(file);
    if (holder === null) {
      if (isHeld(file)) setAside(file, null);
      continue;
    }
    if (holder.host !== mine.host || isAlive(holder)) throw held(dir, file, holder);
    if (setAside(file, holder)) recoveredFrom = holder;
  }
  throw held(dir, file, readHolder(file) ?? mine);
}

/** Who holds the lock of a state directory and lives, as far as can be seen from here; null when it can be taken. */
export function holderOf(dir: string): LockHolder | null {
  const holder = readHolder(lockFile(dir));
  return holder === null || (holder.host === hostname() && !isAlive(holder)) ? null : holder;
}

/** The refusal of a directory that another process holds. */
export function heldBy(dir: string, holder: LockHolder): Error {
  return held(dir, lockFile(dir), holder);
}

function lockFile(dir: string): string {
  return join(dir, "lock");
}

function newHolder(now: number, holds: LockHolder["holds"]): LockHolder {
  const mark = markOf(process.pid) ?? { pid: process.pid, startTicks: null, bootId: null };
  return { ...mark, host: hostname(), holds, since: new Date(now).toISOString(), nonce: randomUUID() };
}

function create(file: string, holder: LockHolder): boolean {
  const draft = `${file}.${holder.nonce}`;
  writeFileSync(draft, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Moves a left-behind lock away; false when it was no longer the one that was read, which is then put back. */
function setAside(file: string, expected: LockHolder | null): boolean {
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
  const moved = readHolder(aside);
  const same = moved?.nonce === expected?.nonce;
  if (!same && moved !== null) create(file, moved);
  rmSync(aside, { force: true });
  return same;
}

function release(file: string, mine: LockHolder): void {
  if (readHolder(file)?.nonce === mine.nonce) rmSync(file, { force: true });
}

function isHeld(file: string): boolean {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}

function readHolder(file: string): LockHolder | null {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    // An earlier version did not say what it holds, and made nothing known that could be joined.
    return isHolder(value) ? { ...value, holds: value.holds === "database" ? "database" : "work" } : null;
  } catch {
    return null;
  }
}

function isHolder(value: unknown): value is LockHolder {
  if (typeof value !== "object" || value === null) return false;
  if (!("pid" in value && "host" in value && "since" in value && "nonce" in value)) return false;
  const { pid, host, since, nonce } = value;
  return [host, since, nonce].every((text) => typeof text === "string") && Number.isInteger(pid);
}

function held(dir: string, file: string, holder: LockHolder): Error {
  const { pid, host, since } = holder;
  return problem(storeProblems, "HP6003", { dir, file, pid, host, since }, { file });
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}
