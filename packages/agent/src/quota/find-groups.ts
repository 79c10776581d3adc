import { spawnSync } from "node:child_process";
import { accessSync, constants, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { parseMountInfo, seenThrough } from "../isolation/mount-table.ts";
import { killGroup, processesIn, readGroupFile, removeGroup, writeGroupFile } from "./group-files.ts";
import { groupName, isLeftBehind } from "./group-name.ts";
import type { Controller, GroupsReport } from "./quota.types.ts";

const CONTROLLERS: readonly Controller[] = ["memory", "pids", "cpu"];

/** The variable that names a group that was delegated to this user, besides the one that this process is in. */
export const GROUP_VARIABLE = "HOLDPOINT_CGROUP";

/** The group that this process moves to when its own is to hold groups: a group with bounds below it holds no process. */
const OWN_LEAF = "holdpoint";

/** What the search depends on. */
export interface GroupSearch {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Effective user. */
  readonly uid: number;
  readonly pid: number;
  /** Where the kernel tells of this process. @default /proc/self */
  readonly proc: string;
  /** Writes a file of a group, as the kernel takes it. @default writeGroupFile */
  readonly write?: typeof writeGroupFile;
}

/**
 * Finds out once in this process whether commands can be put into control groups, by doing it.
 *
 * To be called before anything is started that stays, such as a database: a group that others are in cannot be divided.
 */
export const probeGroups: () => GroupsReport = groupsProbe({
  platform: process.platform,
  env: process.env,
  uid: process.geteuid?.() ?? -1,
  pid: process.pid,
  proc: "/proc/self",
});

/** A search that remembers what it found, unless others were in the way: they may go. */
export function groupsProbe(search: GroupSearch): () => GroupsReport {
  let known: GroupsReport | undefined;
  return () => {
    if (known !== undefined) return known;
    const { report, mayPass } = look(search);
    if (!mayPass) known = report;
    return report;
  };
}

/** As {@link probeGroups}, without remembering. */
export function findGroups(search: GroupSearch): GroupsReport {
  return look(search).report;
}

/** What was found. */
interface Look {
  readonly report: GroupsReport;
  /** Whether another look may find more. */
  readonly mayPass: boolean;
}

function look(search: GroupSearch): Look {
  const found = delegated(search);
  if ("reason" in found) return none(found.reason);
  const { folder } = found;
  if (!isWritable(folder)) return none(`${folder} is not delegated to this user`);
  const available = wordsOf(readGroupFile(folder, "cgroup.controllers"));
  const wanted = CONTROLLERS.filter((name) => available.includes(name));
  if (wanted.length === 0) return none(`${folder} has none of ${CONTROLLERS.join(", ")}`);
  const refused = enable(folder, wanted, search);
  if (refused !== null) return refused;
  const joined = tryJoining(folder);
  if (joined !== null) return none(joined);
  removeStale(folder);
  return { report: { folder, controllers: wanted, reason: null }, mayPass: false };
}

function none(reason: string, mayPass = false): Look {
  return { report: { folder: null, controllers: [], reason }, mayPass };
}

/** The group that may be used: the one that is named, or the own one of a user that is not the superuser. */
function delegated({
  platform,
  env,
  uid,
  proc,
}: GroupSearch): { readonly folder: string } | { readonly reason: string } {
  if (platform !== "linux") return { reason: `control groups exist on Linux only, this is ${platform}` };
  const named = env[GROUP_VARIABLE] ?? "";
  if (named !== "") return isAbsolute(named) ? { folder: named } : { reason: `${GROUP_VARIABLE} is no absolute path` };
  // To the superuser every group looks delegated; those that others manage must be left alone.
  if (uid === 0) return { reason: `the superuser has to name a group, with ${GROUP_VARIABLE}` };
  const own = /^0::(\/.*)$/m.exec(textOf(join(proc, "cgroup")))?.[1];
  const mounts = parseMountInfo(textOf(join(proc, "mountinfo"))).filter(({ type }) => type === "cgroup2");
  if (own === undefined || mounts.length === 0) return { reason: "there is no cgroup v2 here" };
  const [folder] = mounts.flatMap((mount) => seenThrough(mount, own) ?? []);
  return folder === undefined ? { reason: `the group ${own} cannot be seen from here` } : { folder };
}

/** Lets the controllers count in groups below; where that needs a group without processes, this one moves into a leaf. */
function enable(
  folder: string,
  wanted: readonly Controller[],
  { pid, write = writeGroupFile }: GroupSearch,
): Look | null {
  const missing = wanted.filter((name) => !wordsOf(readGroupFile(folder, "cgroup.subtree_control")).includes(name));
  if (missing.length === 0) return null;
  const switchOn = (): string | null =>
    write(folder, "cgroup.subtree_control", missing.map((name) => `+${name}`).join(" "));
  const refused = switchOn();
  if (refused !== "EBUSY") return refused === null ? null : none(`${folder} cannot be divided (${refused})`);
  const others = processesIn(folder).filter((one) => one !== pid);
  if (others.length > 0) return none(`other processes are in ${folder}, so that it cannot be divided`, true);
  const leaf = join(folder, OWN_LEAF);
  try {
    mkdirSync(leaf, { recursive: true });
  } catch (error) {
    return none(`${folder} takes no further group (${messageOf(error)})`);
  }
  const moved = write(leaf, "cgroup.procs", String(pid)) ?? switchOn();
  if (moved === null) return null;
  write(folder, "cgroup.procs", String(pid));
  removeGroup(leaf);
  return none(`${folder} cannot be divided (${moved})`);
}

/** Does what a command will do, with nothing as the command. */
function tryJoining(folder: string): string | null {
  const trial = join(folder, groupName(0));
  try {
    mkdirSync(trial, { recursive: true });
  } catch (error) {
    return `${folder} takes no group (${messageOf(error)})`;
  }
  const script = 'echo $$ >"$1"';
  const { status, stderr } = spawnSync("/bin/sh", ["-c", script, "holdpoint", join(trial, "cgroup.procs")], {
    encoding: "utf8",
    timeout: 10_000,
  });
  removeGroup(trial);
  return status === 0 ? null : `no process may be moved into ${folder}: ${stderr.trim().slice(0, 200)}`;
}

/** Ends and removes what a process that was killed left. */
function removeStale(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!isLeftBehind(name)) continue;
    const stale = join(folder, name);
    killGroup(stale);
    // What is ended only now is removed the next time.
    removeGroup(stale);
  }
}

function isWritable(folder: string): boolean {
  try {
    for (const name of ["", "cgroup.procs", "cgroup.subtree_control"]) accessSync(join(folder, name), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function wordsOf(text: string | null): readonly string[] {
  return (text ?? "").split(/\s+/).filter(Boolean);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
