import { spawnSync } from "node:child_process";
import { chownSync, readFileSync } from "node:fs";
import { problem } from "@holdpoint/core";
import { storeProblems } from "../store.problems.ts";

/** How a program is started so that it does not see itself as root. */
export interface RunAs {
  readonly kind: "same-user" | "user-namespace" | "other-user";
  /** For people: how it was done. */
  readonly description: string;
  /** Put before the program and its arguments. */
  readonly prefix: readonly string[];
  /** Set when the process is to be started under another user. */
  readonly user: { readonly uid: number; readonly gid: number } | null;
}

/** What this machine offers; tests pass their own. */
export interface RunAsHost {
  readonly uid: number;
  readonly platform: string;
  /** Lines of `/etc/passwd`, or nothing where it cannot be read. */
  readonly passwd: string;
  /** Whether a command line ends with exit status 0. */
  succeeds(argv: readonly string[]): boolean;
}

/** Users to become, best first; `initdb` wants one that the system has a name for. */
const PREFERRED_USERS: readonly string[] = ["postgres", "nobody"];

/**
 * Decides how to start PostgreSQL, which refuses to run as root.
 *
 * As root on Linux a user namespace comes first: the files stay root's, so that it works below a home that only root may
 * enter. Where that is not allowed, another user of the machine is taken; the data directory is then given to it.
 *
 * @throws HoldpointError HP6002 when neither can be had
 */
export function chooseRunAs(host: RunAsHost = thisHost()): RunAs {
  if (host.uid !== 0) return { kind: "same-user", description: "as this user", prefix: [], user: null };
  const users = namedUsers(host.passwd);
  const named = PREFERRED_USERS.map((name) => users.find((user) => user.name === name)).find(
    (user) => user !== undefined,
  );
  const shown = users.find((user) => user.uid === 1000) ?? named;
  if (host.platform === "linux" && shown !== undefined) {
    const prefix = ["unshare", "--user", `--map-user=${shown.uid}`, `--map-group=${shown.gid}`];
    if (host.succeeds([...prefix, "true"])) {
      return { kind: "user-namespace", description: "in a user namespace", prefix, user: null };
    }
  }
  if (named !== undefined) {
    const user = { uid: named.uid, gid: named.gid };
    return { kind: "other-user", description: `as user ${named.name}`, prefix: [], user };
  }
  throw problem(storeProblems, "HP6002", { tried: "no user namespace, and no user `postgres` or `nobody`" });
}

/** Gives a path to the user that PostgreSQL runs as, where that is another one. */
export function giveTo(runAs: RunAs, path: string): void {
  if (runAs.user !== null) chownSync(path, runAs.user.uid, runAs.user.gid);
}

/**
 * Makes sure that another user, where one is taken, can enter the directories it needs.
 *
 * @throws HoldpointError HP6002 when it cannot, such as below a home that only root may enter
 */
export function checkReach(runAs: RunAs, dirs: readonly string[]): void {
  if (runAs.user === null) return;
  for (const dir of dirs) {
    const { status } = spawnSync("/bin/sh", ["-c", 'cd "$1"', "sh", dir], { stdio: "ignore", cwd: "/", ...runAs.user });
    if (status === 0) continue;
    throw problem(storeProblems, "HP6002", {
      tried: `no user namespace; ${runAs.description} it may not enter ${dir}`,
    });
  }
}

function thisHost(): RunAsHost {
  return {
    uid: process.getuid?.() ?? -1,
    platform: process.platform,
    passwd: readPasswd(),
    succeeds: ([command = "", ...args]) => spawnSync(command, args, { stdio: "ignore", timeout: 5_000 }).status === 0,
  };
}

function readPasswd(): string {
  try {
    return readFileSync("/etc/passwd", "utf8");
  } catch {
    return "";
  }
}

interface NamedUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

function namedUsers(passwd: string): readonly NamedUser[] {
  return passwd
    .split("\n")
    .map((line) => line.split(":"))
    .map(([name = "", , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter((user) => user.name !== "" && user.uid > 0 && Number.isInteger(user.uid) && Number.isInteger(user.gid));
}
