import { mkdirSync, readdirSync, renameSync, rmdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import { kindOf } from "./protection.ts";

/** Empty folders that stand where nothing may be created while a command runs. */
export interface Placeholders {
  /** Removes those that no other command needs; what somebody put into one stays. */
  release(): void;
}

/** How many commands of this process need a placeholder, by path. */
const held = new Map<string, number>();

/**
 * Puts an empty folder at protected paths where there is nothing, so that a read-only mount can stand over it.
 *
 * It is a folder even where a file is meant, because version control and digests do not see an empty folder. Nothing is
 * put into `.git`, where git would read it, or in its place; nor where it cannot be made. A placeholder that another
 * command of this process needs stays until both have ended.
 *
 * @param absent protected paths that could be created
 * @param all every protected path
 */
export function holdPlaces(absent: readonly string[], all: readonly string[]): Placeholders {
  const mine = [...new Set([...absent.filter(make), ...all.filter((path) => held.has(path) || isStale(path))])];
  for (const path of mine) held.set(path, (held.get(path) ?? 0) + 1);
  let released = false;
  return {
    release: () => {
      if (released) return;
      released = true;
      for (const path of mine) giveUp(path);
    },
  };
}

/** Moves what a command created at a protected path out of the way; returns where it is now, null when it stays. */
export function setAsidePath(path: string): string | null {
  for (let count = 1; count <= 100; count += 1) {
    const aside = `${path}.set-aside-${count}`;
    if (kindOf(aside) !== "nothing") continue;
    try {
      renameSync(path, aside);
      return aside;
    } catch {
      return null;
    }
  }
  return null;
}

function make(path: string): boolean {
  if (basename(path) === ".git" || basename(dirname(path)) === ".git") return false;
  try {
    mkdirSync(path, { mode: 0o755 });
    return true;
  } catch {
    return false;
  }
}

/** An empty folder where only a document can be meant was left by a run that was killed. */
function isStale(path: string): boolean {
  if (!/\.(?:ya?ml|md|markdown)$/i.test(path) || kindOf(path) !== "folder") return false;
  try {
    return readdirSync(path).length === 0;
  } catch {
    return false;
  }
}

function giveUp(path: string): void {
  const count = (held.get(path) ?? 1) - 1;
  if (count > 0) {
    held.set(path, count);
    return;
  }
  held.delete(path);
  try {
    rmdirSync(path);
  } catch {
    // Gone, or somebody outside of the command has put something into it, which is theirs.
  }
}
