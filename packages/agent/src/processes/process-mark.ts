import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** Which process a number belonged to when it was written down: numbers are used again, also by the same program. */
export interface ProcessMark {
  readonly pid: number;
  /** As {@link startOf} says; empty when it is not known. */
  readonly started: string;
  /** What the kernel calls the time since it was started; empty when it is not known. */
  readonly boot: string;
  readonly host: string;
}

/** The mark of this process. */
export function ownMark(): ProcessMark {
  return { pid: process.pid, started: startOf(process.pid) ?? "", boot: bootOf(), host: hostname() };
}

/** A mark that was written down as JSON; null when it is none. One without `boot` is of an earlier version. */
export function readMark(value: unknown): ProcessMark | null {
  if (typeof value !== "object" || value === null) return null;
  const { pid, started, boot = "", host } = value as Partial<Record<keyof ProcessMark, unknown>>;
  if (typeof pid !== "number" || !Number.isInteger(pid) || pid <= 0) return null;
  if (typeof started !== "string" || typeof boot !== "string" || typeof host !== "string") return null;
  return { pid, started, boot, host };
}

/** Whether the marked process may still run. One on another host cannot be seen from here, so it may. */
export function mayLive({ pid, started, boot, host }: ProcessMark): boolean {
  if (host !== hostname()) return true;
  if (boot !== "" && boot !== bootOf()) return false;
  const now = startOf(pid);
  return now !== null && (now === "" || started === "" || now === started);
}

/**
 * When a process began, in ticks of the kernel since its own start, which two processes with one number do not share.
 *
 * Null when no process has the number; empty where the system does not say.
 */
export function startOf(pid: number): string | null {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return null;
  }
  // Field 22 of stat(5); these begin at 3, after the name, which may itself hold blanks and brackets.
  const text = textOf(`/proc/${pid}/stat`);
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" ? null : (fields[19] ?? "");
}

function bootOf(): string {
  return textOf("/proc/sys/kernel/random/boot_id").trim();
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
