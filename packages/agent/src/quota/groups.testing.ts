import { accessSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { parseMountInfo, seenThrough } from "../isolation/mount-table.ts";
import { readGroupFile, removeGroup } from "./group-files.ts";
import type { GroupsReport } from "./quota.types.ts";

/**
 * A folder of the kernel in which this process may make control groups; null where there is none. Machines differ in what
 * binds there: where version 1 holds memory, processes and processor, nothing does, and only joining and ending are real.
 */
export function realGroups(): GroupsReport | null {
  const mount = parseMountInfo(textOf("/proc/self/mountinfo")).find(({ type }) => type === "cgroup2");
  const own = /^0::(\/.*)$/m.exec(textOf("/proc/self/cgroup"))?.[1];
  const folder = mount === undefined || own === undefined ? null : seenThrough(mount, own);
  if (folder === null) return null;
  try {
    accessSync(join(folder, "cgroup.procs"), constants.W_OK);
    return { folder: mkdtempSync(join(folder, "holdpoint-test-")), controllers: [], reason: null };
  } catch {
    return null;
  }
}

/** Removes what {@link realGroups} made. */
export function removeRealGroups(groups: GroupsReport | null): void {
  if (groups?.folder != null) removeGroup(groups.folder);
}

/** A folder that is there until the test is over. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "holdpoint-groups-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Files as the kernel has them for a process whose group is `/user/app`, in a folder that is there until the test is over. */
export function groupFiles(files: Readonly<Record<string, string>> = {}): {
  readonly folder: string;
  readonly proc: string;
  readonly read: (name: string) => string | null;
} {
  const base = testFolder();
  const [folder, proc] = [join(base, "user", "app"), join(base, "proc")];
  mkdirSync(folder, { recursive: true });
  mkdirSync(proc);
  writeFileSync(join(proc, "cgroup"), "1:name=systemd:/x\n0::/user/app\n");
  writeFileSync(join(proc, "mountinfo"), `30 20 0:26 / ${base} rw,nosuid shared:9 - cgroup2 cgroup2 rw\n`);
  const all = {
    "cgroup.controllers": "cpuset cpu io memory pids\n",
    "cgroup.subtree_control": "",
    "cgroup.procs": "",
    ...files,
  };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(folder, name), text);
  return { folder, proc, read: (name) => readGroupFile(folder, name) };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
