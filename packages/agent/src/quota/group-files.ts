import { readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Reads a file of a control group; null when it is not there or must not be read. */
export function readGroupFile(folder: string, name: string): string | null {
  try {
    return readFileSync(join(folder, name), "utf8");
  } catch {
    return null;
  }
}

/** Writes a file of a control group; answers the error's code, or null when it was taken. Never makes a file. */
export function writeGroupFile(folder: string, name: string, value: string): string | null {
  try {
    writeFileSync(join(folder, name), value, { flag: "r+" });
    return null;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}

/** One number of a file with a name and a number on each line, such as `memory.events`; 0 when it is not there. */
export function countIn(text: string | null, name: string): number {
  const match = new RegExp(`^${name} (\\d+)$`, "m").exec(text ?? "");
  return match === null ? 0 : Number(match[1]);
}

/** The numbers of the processes in a group, without those of groups below it. */
export function processesIn(folder: string): readonly number[] {
  return (readGroupFile(folder, "cgroup.procs") ?? "").split("\n").filter(Boolean).map(Number);
}

/** The numbers of the processes in a group and in all groups below it, which a command may have made. */
export function processesBelow(folder: string): readonly number[] {
  return [...groupsBelow(folder).flatMap(processesBelow), ...processesIn(folder)];
}

/** Ends everything in a group and in those below it. */
export function killGroup(folder: string): void {
  // Linux 5.14; before that one by one, which what forks all the time can outrun for a while.
  if (writeGroupFile(folder, "cgroup.kill", "1") === null) return;
  for (const pid of processesBelow(folder)) {
    // What has no number here is of another namespace; 0 would be this process's own group of a terminal.
    if (pid <= 0) continue;
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
}

/**
 * Removes a group and, first, those below it, which a command may have made: a group that holds one cannot be removed.
 *
 * @returns null when it is gone, else the error's code: EBUSY while something is in it
 */
export function removeGroup(folder: string): string | null {
  for (const below of groupsBelow(folder)) removeGroup(below);
  try {
    rmdirSync(folder);
    return null;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return code === "ENOENT" ? null : code;
  }
}

function groupsBelow(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  } catch {
    return [];
  }
}
