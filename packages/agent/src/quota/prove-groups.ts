import { spawnSync } from "node:child_process";
import { DEFAULT_LIMITS } from "../command/command.types.ts";
import { CommandGroup } from "./command-group.ts";
import type { Controller, GroupsReport } from "./quota.types.ts";

/** Longest that a trial may take, milliseconds. */
const TRIAL_MS = 20_000;
/** More than the trial of memory may use, bytes. */
const MUCH = 256 * 1024 * 1024;

/** Starts one process more than it may. */
const FORKS = ": & wait";
/** Keeps zeros in memory: `tail` holds its last line, which has no end. */
const FILLS = `head -c ${MUCH} /dev/zero | tail -n 1 >/dev/null`;

/**
 * Finds out which bounds the kernel really keeps here, by exceeding them: one process too many, and too much memory. That the
 * rate of processor time is kept is not tried.
 */
export async function proveGroups(groups: GroupsReport): Promise<readonly Controller[]> {
  const proven: Controller[] = [];
  if (groups.controllers.includes("pids") && (await exceeds(groups, { processes: 1 }, FORKS)) === "processes") {
    proven.push("pids");
  }
  if (groups.controllers.includes("memory") && (await exceeds(groups, { memoryBytes: MUCH / 8 }, FILLS)) === "memory") {
    proven.push("memory");
  }
  return proven;
}

async function exceeds(
  groups: GroupsReport,
  limits: Partial<typeof DEFAULT_LIMITS>,
  command: string,
): Promise<string | null> {
  const group = CommandGroup.make(groups, { ...DEFAULT_LIMITS, ...limits }, 0);
  if (group === null) return null;
  try {
    const [program = "", ...args] = group.argv(["/bin/sh", "-c", command]);
    spawnSync(program, args, { stdio: "ignore", timeout: TRIAL_MS, killSignal: "SIGKILL" });
    return group.exceeded();
  } finally {
    await group.remove();
  }
}
