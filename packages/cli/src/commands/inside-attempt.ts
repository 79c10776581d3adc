import { readFileSync } from "node:fs";

/** More ancestors than a process has; a guard against a table that changes while it is read. */
const MOST_ANCESTORS = 64;
const MARK = /(?:^|\0)HOLDPOINT_TASK=[^\0]/;

/**
 * Whether the call comes from inside an attempt: its own environment says so, or on Linux that of a process above it, so
 * that a call with a cleared environment is seen as well. A process that has left its ancestors behind is not seen.
 */
export function isInsideAttempt(env: NodeJS.ProcessEnv, pid: number = process.pid): boolean {
  if ((env["HOLDPOINT_TASK"] ?? "") !== "") return true;
  let at = parentOf(pid);
  for (let seen = 0; at > 0 && seen < MOST_ANCESTORS; seen += 1) {
    if (MARK.test(read(`/proc/${at}/environ`))) return true;
    at = parentOf(at);
  }
  return false;
}

/** 0 when there is none, or the system has no table of processes to read. */
function parentOf(pid: number): number {
  // The name of the program stands in parentheses and may hold anything; the state and the parent follow it.
  const stat = read(`/proc/${pid}/stat`);
  const parent = Number(
    stat
      .slice(stat.lastIndexOf(")") + 1)
      .trim()
      .split(" ")[1],
  );
  return Number.isInteger(parent) ? parent : 0;
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    // Of another user, gone, or not Linux: nothing is known of it.
    return "";
  }
}
