import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, join, relative, sep } from "node:path";
import { ensureStateDir, type PlanPlace, planPlace } from "../place/plan-place.ts";

/** Never copied: our own state, and what others can make again. */
const LEFT_OUT = new Set([".holdpoint", ".git", "node_modules"]);

/**
 * Copies the plan's folder to `.holdpoint/scratch/`, in place of an earlier copy, so that a run cannot touch the
 * original. With git, the copy is a repository of its own with one commit, and what git ignores is left out.
 *
 * @returns the place of the copied plan; its report still goes beside the original
 */
export function scratchCopy(original: PlanPlace): PlanPlace {
  ensureStateDir(original);
  const folder = join(original.stateDir, "scratch");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ignored = ignoredIn(original.dir);
  const taken = (from: string): boolean => {
    const path = relative(original.dir, from);
    return !path.split(sep).some((part) => LEFT_OUT.has(part)) && !ignored.has(path);
  };
  // Entry by entry, since the copy lies inside the folder that is copied.
  for (const name of readdirSync(original.dir)) {
    const from = join(original.dir, name);
    if (taken(from)) cpSync(from, join(folder, name), { recursive: true, verbatimSymlinks: true, filter: taken });
  }
  makeRepository(folder);
  return { ...planPlace(join(folder, basename(original.planFile)), folder), reportFile: original.reportFile };
}

/** Files and folders that git ignores, relative to the folder; nothing without git. */
function ignoredIn(dir: string): ReadonlySet<string> {
  try {
    const listed = git(dir, ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"]);
    return new Set(listed.split("\0").flatMap((path) => (path === "" ? [] : [path.replace(/\/$/, "")])));
  } catch {
    return new Set();
  }
}

/** A commit of the copy, so that attempts get worktrees; without git they share the copy. */
function makeRepository(folder: string): void {
  try {
    git(folder, ["init", "-q"]);
    git(folder, ["add", "-A"]);
    const identity = ["-c", "user.name=holdpoint", "-c", "user.email=holdpoint@localhost"];
    git(folder, [...identity, "commit", "-q", "--no-verify", "-m", "Copy of the plan's folder"]);
  } catch {
    if (existsSync(join(folder, ".git"))) rmSync(join(folder, ".git"), { recursive: true, force: true });
  }
}

function git(cwd: string, args: readonly string[]): string {
  return execFileSync("git", args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 64 * 1024 * 1024,
  });
}
