import { readFileSync, rmdirSync, writeFileSync } from "node:fs";
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

/** Ends everything in a group. */
export function killGroup(folder: string): void {
  // Linux 5.14; before that one by one, which what forks all the time can outrun for a while.
  if (writeGroupFile(folder, "cgroup.kill", "1") === null) return;
  for (const pid of processesIn(folder)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** Removes a group; false while something is in it. */
export function removeGroup(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ENOENT";
  }
}
