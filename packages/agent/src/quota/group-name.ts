import { readlinkSync } from "node:fs";
import { startOf } from "../processes/process-mark.ts";

/** Of a group of a command: the namespace of process numbers, the process that made it, when that began, and a count. */
const NAME = /^holdpoint-(\d+)-(\d+)-(\d+)-\d+$/;

/** Where the kernel does not say which namespace or beginning it is. */
const UNKNOWN = "0";

let own: string | undefined;

/** The name of a group that this process makes; no other process gives one like it, in no container and at no time. */
export function groupName(count: number): string {
  own ??= `${namespaceOf()}-${process.pid}-${startOf(process.pid) || UNKNOWN}`;
  return `holdpoint-${own}-${count}`;
}

/**
 * Whether a group is one that a process has left that is gone.
 *
 * Never one of another namespace, such as another container's: its processes cannot be seen from here.
 */
export function isLeftBehind(name: string): boolean {
  const [, namespace, pid, started] = NAME.exec(name) ?? [];
  if (namespace === undefined || namespace === UNKNOWN || namespace !== namespaceOf()) return false;
  const now = startOf(Number(pid));
  return now === null || (now !== "" && now !== started);
}

function namespaceOf(): string {
  try {
    return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? UNKNOWN;
  } catch {
    return UNKNOWN;
  }
}
