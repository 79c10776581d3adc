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
  let ended = 0;
  for (const pid of processIds()) {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
      if (pid === process.pid || !environment.some((entry) => entry.startsWith(mark))) continue;
      process.kill(pid, "SIGKILL");
      ended += 1;
    } catch {
      // It has ended meanwhile, or belongs to somebody else.
    }
  }
  return ended;
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
