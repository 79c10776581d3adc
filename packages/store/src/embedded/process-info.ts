import { readFileSync } from "node:fs";

/** Which process a pid belonged to when it was written down: pids are used again, start times are not. */
export interface ProcessMark {
  readonly pid: number;
  /** Start time in clock ticks since boot, from `/proc/<pid>/stat`; null where there is no `/proc`. */
  readonly startTicks: string | null;
  /** Kernel's boot id; null where there is no `/proc`. */
  readonly bootId: string | null;
}

/** The mark of a process that runs now; null when there is none with that pid. */
export function markOf(pid: number): ProcessMark | null {
  if (!exists(pid)) return null;
  return { pid, startTicks: startTicksOf(pid), bootId: bootId() };
}

/** Whether the marked process still runs. Where the system has no `/proc`, whether any process has its pid. */
export function isAlive(mark: ProcessMark): boolean {
  if (mark.bootId !== null && mark.bootId !== bootId()) return false;
  if (!exists(mark.pid)) return false;
  const now = startTicksOf(mark.pid);
  return now === null || mark.startTicks === null || now === mark.startTicks;
}

/** The command line of a process, words separated by blanks; null when it is gone or not readable. */
export function commandLineOf(pid: number): string | null {
  const text = readText(`/proc/${pid}/cmdline`);
  return text === null ? null : text.replaceAll("\0", " ").trim();
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function isZombie(pid: number): boolean {
  return statFields(pid)?.[0] === "Z";
}

function startTicksOf(pid: number): string | null {
  // Field 22 of stat(5); the fields here begin at 3, after the name, which may itself hold blanks and brackets.
  return statFields(pid)?.[19] ?? null;
}

function statFields(pid: number): readonly string[] | null {
  const text = readText(`/proc/${pid}/stat`);
  return text === null ? null : text.slice(text.lastIndexOf(")") + 2).split(" ");
}

function bootId(): string | null {
  return readText("/proc/sys/kernel/random/boot_id")?.trim() ?? null;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
