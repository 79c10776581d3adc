import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { CommandLimits, WatchedLimit } from "../command/command.types.ts";
import { countIn, killGroup, processesBelow, readGroupFile, removeGroup, writeGroupFile } from "./group-files.ts";
import { groupName } from "./group-name.ts";
import type { GroupsReport } from "./quota.types.ts";

/** Period of `cpu.max`, microseconds: the kernel's own default. */
const CPU_PERIOD_US = 100_000;
/**
 * Threads that each process may have. The kernel counts threads where `processes` counts processes: Node has a dozen, a Java
 * machine hundreds. So this only stops what multiplies without end; that there are too many processes, the watch sees.
 */
const THREADS_PER_PROCESS = 256;
/** Fewer are never the bound: one process alone may have many. */
const LEAST_THREADS = 1_024;
/** The kernel takes no greater number. */
const MOST_THREADS = 4_194_304;
/** How long the kernel may take to let go of a group that was ended. */
const REMOVE_ROUNDS = 50;
const REMOVE_EVERY_MS = 20;

/**
 * Joins a group before it becomes the command; what cannot join is watched like any other. In braces, since that it cannot is
 * said before a redirection after it holds, and would be taken for the command's own output.
 */
const JOIN = '{ echo $$ >"$1"; } 2>/dev/null || :; shift; exec "$@"';

/** More numbers than these are never taken in a row. */
const NAME_TRIES = 1_000;

let made = 0;

/**
 * A control group (cgroup v2) of one command: the kernel bounds what is in it, and nothing that was started in it can be
 * missed when it is ended.
 *
 * It bounds beside the watch, not in place of it: memory at once instead of at the next look, processor time per second
 * (`cpus`), which nothing else bounds, and threads, so that nothing multiplies faster than the watch looks. Without isolation a command of the same user could leave its group; the
 * watch still sees it then.
 */
export class CommandGroup {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * Makes a group with bounds; null when the kernel refuses one of them.
   *
   * @param own processes of ours around the command, which are not counted
   */
  static make(groups: GroupsReport, limits: CommandLimits, own: number): CommandGroup | null {
    if (groups.folder === null) return null;
    const folder = newFolder(groups.folder);
    if (folder === null) return null;
    const group = new CommandGroup(folder);
    const refused = boundsOf(limits, own).filter(
      ({ controller, file, value, isOptional }) =>
        groups.controllers.includes(controller) && writeGroupFile(folder, file, value) !== null && !isOptional,
    );
    if (refused.length === 0) return group;
    removeGroup(folder);
    return null;
  }

  /** The argument vector that joins the group and then becomes another. */
  argv(argv: readonly string[]): readonly string[] {
    return ["/bin/sh", "-c", JOIN, "holdpoint", join(this.folder, "cgroup.procs"), ...argv];
  }

  /** The bound for which the kernel has ended it; null when it has not. Being refused a thread does not say how many processes there are. */
  exceeded(): WatchedLimit | null {
    return countIn(readGroupFile(this.folder, "memory.events"), "oom_kill") > 0 ? "memory" : null;
  }

  /** Processor time of all that ever ran in it, milliseconds; null where the kernel does not say. */
  cpuMs(): number | null {
    const text = readGroupFile(this.folder, "cpu.stat");
    return text === null ? null : countIn(text, "usage_usec") / 1_000;
  }

  /** Processes that are in it now, or in a group that the command made below it. */
  processes(): readonly number[] {
    return processesBelow(this.folder);
  }

  /** Ends everything in it at once. */
  kill(): void {
    killGroup(this.folder);
  }

  /** Ends what is left in it and removes it; a warning of this process tells of one that stays. */
  async remove(): Promise<void> {
    let left = removeGroup(this.folder);
    for (let round = 0; round < REMOVE_ROUNDS && left === "EBUSY"; round += 1) {
      this.kill();
      await pause(REMOVE_EVERY_MS);
      left = removeGroup(this.folder);
    }
    if (left === null) return;
    process.emitWarning(`the control group ${this.folder} could not be removed (${left})`, "HoldpointWarning");
  }
}

/** Threads of this process count for themselves, so a number may be taken. */
function newFolder(parent: string): string | null {
  for (let tries = 0; tries < NAME_TRIES; tries += 1) {
    made += 1;
    const folder = join(parent, groupName(made));
    try {
      mkdirSync(folder);
      return folder;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) return null;
    }
  }
  return null;
}

/** One bound as the kernel takes it. */
export interface Bound {
  readonly controller: GroupsReport["controllers"][number];
  readonly file: string;
  readonly value: string;
  /** Kernels without it bound as well. */
  readonly isOptional: boolean;
}

/** The files of a group that hold the bounds of a command, with what is written into each. */
export function boundsOf({ memoryBytes, processes, cpus }: CommandLimits, own: number): readonly Bound[] {
  const bound = (controller: Bound["controller"], file: string, value: string, isOptional = false): Bound => ({
    controller,
    file,
    value,
    isOptional,
  });
  const bounds: Bound[] = [];
  if (Number.isFinite(memoryBytes)) {
    bounds.push(bound("memory", "memory.max", String(memoryBytes)));
    // Moving to swap would only make it slow; and one process that is ended alone leaves the rest in an odd state.
    bounds.push(bound("memory", "memory.swap.max", "0", true), bound("memory", "memory.oom.group", "1", true));
  }
  if (Number.isFinite(processes)) {
    const threads = Math.max(LEAST_THREADS, (processes + own) * THREADS_PER_PROCESS);
    bounds.push(bound("pids", "pids.max", String(Math.min(threads, MOST_THREADS))));
  }
  if (Number.isFinite(cpus)) {
    const quota = Math.max(1_000, Math.round(cpus * CPU_PERIOD_US));
    bounds.push(bound("cpu", "cpu.max", `${quota} ${CPU_PERIOD_US}`));
  }
  return bounds;
}
