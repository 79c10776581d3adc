import { readdirSync, readFileSync } from "node:fs";
import { TASK_ENVIRONMENT } from "@holdpoint/contract";

/**
 * Ends what attempts of a runner that was killed left running: processes whose inbox lies in its folder. They work on tasks
 * that are offered to others by now. Where there is no `/proc` nothing is done.
 *
 * @returns how many processes were ended
 */
export function endOrphans(stateFolder: string): number {
  const mark = `${TASK_ENVIRONMENT.inbox}=${stateFolder}/`;
  const ended = new Set<number>();
  // What one of them starts while they are looked for is found the next time.
  for (let before = -1; ended.size > before; ) {
    before = ended.size;
    for (const pid of processIds()) {
      if (pid !== process.pid && !ended.has(pid) && end(pid, mark)) ended.add(pid);
    }
  }
  return ended.size;
}

function end(pid: number, mark: string): boolean {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
    return environment.some((entry) => entry.startsWith(mark)) && process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile, or belongs to somebody else.
    return false;
  }
}

function processIds(): readonly number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}
