import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { commandLineOf, isAlive, markOf } from "./process-info.ts";

/** How often a process that is ending is looked at, in milliseconds. */
const POLL_MS = 10;

/** What PostgreSQL writes into `postmaster.pid`. */
export interface PostmasterFile {
  readonly pid: number;
  /** `starting`, `ready`, `stopping`, `standby`; empty until it is known. */
  readonly status: string;
}

/** Reads a data directory's `postmaster.pid`; null when there is none. */
export function readPostmasterFile(dataDir: string): PostmasterFile | null {
  try {
    const lines = readFileSync(join(dataDir, "postmaster.pid"), "utf8").split("\n");
    const pid = Number(lines[0]);
    return Number.isInteger(pid) && pid > 0 ? { pid, status: lines[7]?.trim() ?? "" } : null;
  } catch {
    return null;
  }
}

/**
 * Clears what a killed run left: waits for its server to end, or ends it, and removes the file of one that is gone.
 *
 * Call it only while holding the directory's lock: then no living Holdpoint owns that server. PostgreSQL by itself
 * would mistake an unrelated process that was given the same pid for the old server.
 *
 * @returns what was found: nothing, a file without its server, or a server that had to end first
 */
export async function clearLeftovers(dataDir: string, withinMs: number): Promise<"none" | "file" | "server"> {
  const left = readPostmasterFile(dataDir);
  if (left === null) return "none";
  const mark = markOf(left.pid);
  if (mark === null || commandLineOf(left.pid)?.includes(dataDir) === false) {
    rmSync(join(dataDir, "postmaster.pid"), { force: true });
    return "file";
  }
  signal(left.pid, "SIGINT");
  for (let waitedMs = 0; isAlive(mark); waitedMs += POLL_MS) {
    if (waitedMs >= withinMs) signal(left.pid, "SIGQUIT");
    if (waitedMs >= 2 * withinMs) break;
    await pause(POLL_MS);
  }
  return "server";
}

/** Resolves after so many milliseconds. */
export async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended in between.
  }
}
