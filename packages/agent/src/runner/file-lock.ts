import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { mayLive, ownMark, type ProcessMark, readMark } from "../processes/process-mark.ts";

/** A lock that this process has until it lets go of it. */
export interface FileLock {
  /** Removes the file, unless it is another's by now. */
  release(): void;
}

/** How often others may let go of a lock, or take it, while it is being asked for. */
const MOST_TRIES = 100;

/**
 * Takes a lock, or takes it over from a process that is gone; else answers who has it.
 *
 * The file is written whole before it gets its name (`link`), so that nobody takes one that is being written for one left
 * behind. One left behind is replaced (`rename`) by whoever has the lock beside it, and only while it is still the one that
 * was read: so it never has two holders, and there is no moment in which it has none.
 *
 * @throws when the file cannot be read or written
 */
export function takeLock(file: string): FileLock | { readonly holder: ProcessMark } {
  const mine = JSON.stringify({ ...ownMark(), nonce: randomUUID() });
  const draft = `${file}.${randomUUID()}`;
  writeFileSync(draft, mine, { mode: 0o600, flag: "wx" });
  try {
    const holder = claim(file, draft);
    return holder === null ? { release: () => release(file, mine) } : { holder };
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Null when the draft has become the lock. */
function claim(file: string, draft: string): ProcessMark | null {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    if (isLinked(draft, file)) return null;
    const found = textOf(file);
    if (found === null) continue;
    const holder = markIn(found);
    if (holder !== null && mayLive(holder)) return holder;
    const beside = takeLock(`${file}.next`);
    // Who is about to take it over is as good as its holder.
    if ("holder" in beside) return beside.holder;
    try {
      if (textOf(file) !== found) continue;
      renameSync(draft, file);
      return null;
    } finally {
      beside.release();
    }
  }
  throw new Error(`${file} can neither be taken nor read`);
}

function release(file: string, mine: string): void {
  if (textOf(file) === mine) rmSync(file, { force: true });
}

function isLinked(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  }
}

/** Null when it is not there. */
function textOf(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT")) return null;
    throw error;
  }
}

/** Null when it names nobody. */
function markIn(text: string): ProcessMark | null {
  try {
    return readMark(JSON.parse(text));
  } catch {
    return null;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
