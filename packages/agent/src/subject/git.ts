import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { problem } from "@holdpoint/core";
import { agentProblems } from "../agent.problems.ts";
import { absolutePath, ownProgram } from "../command/own-program.ts";

/** How one `git` call differs from the usual. */
export interface GitCall {
  /** Bytes for its standard input. */
  readonly input?: string | Buffer;
  /** Variables set for it, such as `GIT_INDEX_FILE`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Exit statuses that are answers rather than failures. @default [0] */
  readonly accept?: readonly number[];
}

/** What a `git` call gave. */
export interface GitAnswer {
  readonly status: number;
  readonly stdout: Buffer;
}

/** A repository as seen from a folder in it. All paths absolute. */
export interface Repository {
  /** Top of the working tree. */
  readonly top: string;
  /** The repository's own folder, of a linked worktree its private part. */
  readonly gitDir: string;
  /** Where the objects are. */
  readonly objects: string;
  /** `sha1` or `sha256`. */
  readonly objectFormat: string;
}

/** Nothing that a working tree can bring along may run in our git calls: no hooks, no file system monitor, no remote. */
const SAFE = [
  "--no-optional-locks",
  ...["core.fsmonitor=false", "core.hooksPath=/dev/null", "submodule.recurse=false", "gc.auto=0"].flatMap((setting) => [
    "-c",
    setting,
  ]),
];

/**
 * Calls git in a folder, without the variables that would turn it to another repository.
 *
 * @throws HP7201 when it cannot be started or ends with a status that is not accepted
 */
export async function git(folder: string, args: readonly string[], call: GitCall = {}): Promise<GitAnswer> {
  const child = spawn(ownProgram("git"), [...SAFE, ...args], {
    cwd: folder,
    env: { ...gitEnvironment(), ...call.env },
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  child.stdin.on("error", () => {});
  child.stdin.end(call.input ?? "");
  const named = args.filter((arg) => !arg.startsWith("-")).slice(0, 2);
  let status: number;
  try {
    await once(child, "close");
    status = child.exitCode ?? 128;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw problem(agentProblems, "HP7201", { arguments: named.join(" "), reason }, { cause });
  }
  if (!(call.accept ?? [0]).includes(status)) {
    const reason = Buffer.concat(err).toString("utf8").trim().slice(0, 500) || `status ${status}`;
    throw problem(agentProblems, "HP7201", { arguments: named.join(" "), reason });
  }
  return { status, stdout: Buffer.concat(out) };
}

/** As {@link git}, with the answer as text without the last line break. */
export async function gitText(folder: string, args: readonly string[], call: GitCall = {}): Promise<string> {
  return (await git(folder, args, call)).stdout.toString("utf8").replace(/\n$/, "");
}

/** As {@link git} for a command that answers with a list of paths ended by zero bytes. */
export async function gitPaths(folder: string, args: readonly string[], call: GitCall = {}): Promise<string[]> {
  const text = (await git(folder, args, call)).stdout.toString("utf8");
  return text.split("\0").filter((path) => path !== "");
}

/** The repository that a folder lies in, or null when there is none. */
export async function repositoryOf(folder: string): Promise<Repository | null> {
  if (!hasGitAbove(folder)) return null;
  const asked = ["--show-toplevel", "--absolute-git-dir", "--git-path", "objects", "--show-object-format"];
  const [top, gitDir, objects, objectFormat] = (await gitText(folder, ["rev-parse", ...asked])).split("\n");
  if (top === undefined || gitDir === undefined || objects === undefined || top === "") return null;
  return {
    top: realpathSync(top),
    gitDir: realpathSync(gitDir),
    objects: realpathSync(resolve(folder, objects)),
    objectFormat: objectFormat ?? "sha1",
  };
}

/**
 * Variables under which git runs no filter program, wherever one is defined, for one call in a folder.
 *
 * A filter is any program that the repository's settings name, run on the content of files. A repository that a command
 * has made or changed could name one that acts outside of that command's isolation.
 */
export async function withoutFilters(
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Record<string, string>> {
  const asked = ["config", "-z", "--name-only", "--get-regexp", String.raw`^filter\.`];
  const { stdout } = await git(folder, asked, { env, accept: [0, 1] });
  const drivers = new Set(
    stdout
      .toString("utf8")
      .split("\0")
      .filter((key) => key !== "")
      .map((key) => key.slice(0, key.lastIndexOf("."))),
  );
  const settings = [...drivers].flatMap((driver): [string, string][] => [
    [`${driver}.clean`, ""],
    [`${driver}.smudge`, ""],
    [`${driver}.process`, ""],
    [`${driver}.required`, "false"],
  ]);
  const pairs = settings.flatMap(([key, value], at): [string, string][] => [
    [`GIT_CONFIG_KEY_${at}`, key],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ]);
  return { ...env, GIT_CONFIG_COUNT: String(settings.length), ...Object.fromEntries(pairs) };
}

/** The commit that is checked out, or null before the first one. */
export async function headCommit(folder: string): Promise<string | null> {
  const { status, stdout } = await git(folder, ["rev-parse", "-q", "--verify", "HEAD^{commit}"], {
    accept: [0, 1, 128],
  });
  return status === 0 ? stdout.toString("utf8").trim() : null;
}

function hasGitAbove(folder: string): boolean {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return true;
    if (dirname(at) === at) return false;
  }
}

function gitEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).flatMap(([name, value]): [string, string][] =>
    name.startsWith("GIT_") || value === undefined ? [] : [[name, value]],
  );
  return {
    ...Object.fromEntries(kept),
    // Nothing is fetched: what a remote's settings name could be any program.
    GIT_ALLOW_PROTOCOL: "none",
    GIT_NO_LAZY_FETCH: "1",
    GIT_TERMINAL_PROMPT: "0",
    LC_ALL: "C",
    PATH: absolutePath(process.env["PATH"]),
  };
}
