import { spawnSync } from "node:child_process";
import { type CommandLimits, DEFAULT_LIMITS } from "../command/command.types.ts";
import { CommandGroup } from "./command-group.ts";
import { countIn, readGroupFile, writeGroupFile } from "./group-files.ts";
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
  if (groups.controllers.includes("pids") && (await keepsCount(groups))) proven.push("pids");
  if (groups.controllers.includes("memory") && (await keepsMemory(groups))) proven.push("memory");
  return proven;
}

async function keepsCount(groups: GroupsReport): Promise<boolean> {
  return await tried(groups, {}, FORKS, (group) => countIn(readGroupFile(group.folder, "pids.events"), "max") > 0, "1");
}

async function keepsMemory(groups: GroupsReport): Promise<boolean> {
  return await tried(groups, { memoryBytes: MUCH / 8 }, FILLS, (group) => group.exceeded() === "memory");
}

/** @param count what `pids.max` is, when commands are never bound as closely as the trial needs it */
async function tried(
  groups: GroupsReport,
  limits: Partial<CommandLimits>,
  command: string,
  isKept: (group: CommandGroup) => boolean,
  count: string | null = null,
): Promise<boolean> {
  const group = CommandGroup.make(groups, { ...DEFAULT_LIMITS, ...limits }, 0);
  if (group === null) return false;
  try {
    if (count !== null && writeGroupFile(group.folder, "pids.max", count) !== null) return false;
    const [program = "", ...args] = group.argv(["/bin/sh", "-c", command]);
    spawnSync(program, args, { stdio: "ignore", timeout: TRIAL_MS, killSignal: "SIGKILL" });
    return isKept(group);
  } finally {
    await group.remove();
  }
}
