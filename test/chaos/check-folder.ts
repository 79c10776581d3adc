import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { TaskView } from "@holdpoint/server";
import type { HistoryFault } from "./check-history.ts";

/**
 * Holds the working tree, and what the agents noted themselves, against the tasks: the work of each accepted attempt is
 * there once, that of no other attempt is, and no half-written file was left.
 */
export function checkFolder(dir: string, log: string, tasks: readonly TaskView[]): readonly HistoryFault[] {
  const faults: HistoryFault[] = [];
  const noted = new Set(readFileSync(log, "utf8").split("\n"));
  const plan = readFileSync(join(dir, "PLAN.md"), "utf8");
  for (const { key, kind, state, attempt } of tasks) {
    if (kind !== "task" || state !== "accepted") continue;
    const fault = (what: string): void => void faults.push({ task: key, what });
    const content = readAt(join(dir, "work", key));
    if (content !== `${key} ${attempt}\n`) fault(`was accepted as attempt ${attempt}, and its file holds ${content}`);
    if (!noted.has(`${key} ${attempt} end`)) fault(`was accepted as attempt ${attempt}, which never came to its end`);
    if (!plan.includes(`- [x] ${key} `)) fault("was accepted and is not ticked in the document");
  }
  for (const name of readdirSync(dir, { recursive: true, encoding: "utf8" })) {
    if (/^\.(git|holdpoint)\//.test(name)) continue;
    if (/\.holdpoint-.*(tmp|new)$/.test(name)) faults.push({ task: name, what: "was left half written" });
  }
  return faults;
}

function readAt(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "nothing";
  }
}

/** Processes that run in a folder, or name it in their command line. */
export function processesIn(dir: string): readonly string[] {
  const found: string[] = [];
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      if (line !== "" && (line.includes(dir) || readlinkSync(`/proc/${pid}/cwd`).startsWith(dir))) {
        found.push(`${pid} ${line.slice(0, 120)}`);
      }
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}
