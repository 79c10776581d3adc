import { lstat, mkdir, readlink, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gitPaths, withoutFilters } from "../subject/git.ts";
import { attemptSource, type Worktree } from "./create-worktree.ts";
import { snapshotEnvironment } from "./snapshot.ts";

/**
 * Removes every file that git ignores from an attempt's working tree, before checks run there.
 *
 * What is ignored is no part of the subject and is not merged, so nothing may be judged by it. Both the settings of the
 * original and those that the attempt made for itself say what is ignored. The linked folders stay links to the original;
 * one that the attempt replaced is made anew.
 *
 * @returns what was removed, relative to the top
 * @throws HP7201 when git fails
 */
export async function cleanIgnored(worktree: Worktree): Promise<string[]> {
  const { top, linked } = worktree;
  const own = join(top, ".git");
  const source = await attemptSource(worktree);
  const listed = await ignoredFiles(top, snapshotEnvironment(source));
  if ((await kind(own)) === "folder") listed.push(...(await ignoredFiles(top, { GIT_DIR: own, GIT_WORK_TREE: top })));
  const kept = new Set<string>();
  for (const path of linked) if (await isLinkTo(join(top, path), join(worktree.into, path))) kept.add(path);
  const removed = [...new Set(listed)].filter((path) => !kept.has(path) && !isGitFolder(path)).sort();
  for (const path of removed) await remove(top, path);
  for (const path of linked) if (!kept.has(path)) await linkAgain(worktree, path);
  return removed;
}

async function ignoredFiles(top: string, env: Readonly<Record<string, string>>): Promise<string[]> {
  const args = ["ls-files", "-z", "--others", "--ignored", "--exclude-standard"];
  const listed = await gitPaths(top, args, { env: await withoutFilters(top, env) });
  return listed.map((path) => path.replace(/\/$/, ""));
}

function isGitFolder(path: string): boolean {
  return path === ".git" || path.startsWith(".git/");
}

/** Removes a file. Folders that are then empty stay: they hold nothing to judge by. */
async function remove(top: string, path: string): Promise<void> {
  if (!(await staysInside(top, path))) return;
  await rm(join(top, path), { recursive: true, force: true });
}

/** Puts the link to the original back where the attempt put something else, or nothing. */
async function linkAgain(worktree: Worktree, path: string): Promise<void> {
  const copy = join(worktree.top, path);
  if (!(await staysInside(worktree.top, path))) return;
  await rm(copy, { recursive: true, force: true });
  await mkdir(dirname(copy), { recursive: true });
  await symlink(join(worktree.into, path), copy);
}

/** Whether no folder above a path is a link. */
async function staysInside(top: string, path: string): Promise<boolean> {
  const parts = path.split("/");
  for (let depth = 1; depth < parts.length; depth += 1) {
    if ((await kind(join(top, ...parts.slice(0, depth)))) === "other") return false;
  }
  return true;
}

async function isLinkTo(path: string, target: string): Promise<boolean> {
  return (await readlink(path).catch(() => null)) === target;
}

async function kind(path: string): Promise<"folder" | "nothing" | "other"> {
  const stat = await lstat(path).catch(() => null);
  if (stat === null) return "nothing";
  return stat.isDirectory() ? "folder" : "other";
}
