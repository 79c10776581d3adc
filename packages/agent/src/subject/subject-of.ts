import { realpathSync } from "node:fs";
import { lstat } from "node:fs/promises";
import { join, relative } from "node:path";
import { git, gitPaths, headCommit, repositoryOf, withoutFilters } from "./git.ts";
import { globMatcher } from "./glob-matcher.ts";
import { digestFiles, FileDigests, walkFiles } from "./tree-digest.ts";

/** What evidence is about: the state of the repository that the plan lies in, or of its folder, at one moment. */
export interface Subject {
  /** The commit that is checked out; null without git, or before the first commit. */
  readonly commit: string | null;
  /** `sha256:` digest over the files of the repository that git does not ignore, by path, mode and content. */
  readonly tree: string;
  /** True when git sees a change since that commit; false without git. */
  readonly dirty: boolean;
}

/** How a {@link Subject} is read. */
export interface SubjectOptions {
  /** Paths and globs, from the plan's folder, of files that are no part of what is judged: reports of checks. */
  readonly leaveOut?: readonly string[];
  /** What is known of files already. @default kept for the life of the process */
  readonly digests?: FileDigests;
}

/** Remembered for the life of the process; an entry counts only while the file's size, times and inode are the same. */
const sharedDigests = new FileDigests();

/** Paths that are looked at at one time. */
const AT_ONCE = 64;

/**
 * Reads the subject of a plan: the whole working tree of the repository that its folder lies in, so that no code that
 * the plan speaks of can change unseen. Every `.holdpoint/` is left out; the index of the repository is not touched.
 *
 * Without git it is the plan's folder, and package folders such as `node_modules` are left out too. Where a link leads
 * counts with it.
 *
 * @throws HP7201 when git fails, HP7204 when a file cannot be read
 */
export async function subjectOf(planDir: string, options: SubjectOptions = {}): Promise<Subject> {
  const digests = options.digests ?? sharedDigests;
  const repository = await repositoryOf(planDir);
  const real = realOf(planDir);
  const root = repository?.top ?? real;
  const isLeftOut = leftOutOf(relative(root, real), options.leaveOut ?? []);
  const treeOf = (files: readonly string[]): Promise<string> =>
    digestFiles(
      root,
      files.filter((path) => !isLeftOut(path)),
      digests,
      isLeftOut,
    );
  if (repository === null) return { commit: null, tree: await treeOf(await walkFiles(root)), dirty: false };
  const [commit, files, dirty] = await Promise.all([headCommit(root), notIgnored(root), isDirty(root)]);
  return { commit, tree: await treeOf(files), dirty };
}

function realOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    // Reading it then says what is wrong.
    return folder;
  }
}

/** The test for what is no part of the subject; globs hold from the plan's folder, paths from the root. */
function leftOutOf(planPath: string, globs: readonly string[]): (path: string) => boolean {
  const matches = globMatcher(globs);
  const prefix = planPath === "" ? "" : `${planPath}/`;
  return (path) => {
    if (path.split("/").includes(".holdpoint")) return true;
    return path.startsWith(prefix) && matches(path.slice(prefix.length));
  };
}

/** The files of a folder that git tracks or would track, relative to it; those of submodules too. */
async function notIgnored(folder: string): Promise<string[]> {
  const listed = await gitPaths(folder, ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
  const wanted = listed.filter((path) => !path.split("/").includes(".holdpoint"));
  const files: string[] = [];
  for (let from = 0; from < wanted.length; from += AT_ONCE) {
    const batch = wanted.slice(from, from + AT_ONCE);
    const folders = await Promise.all(batch.map((path) => isFolder(join(folder, path))));
    for (const [at, path] of batch.entries()) {
      // A submodule, or a repository inside this one, is listed as a folder: its files count one by one.
      if (path.endsWith("/") || folders[at] === true) files.push(...(await walkFiles(folder, path.replace(/\/$/, ""))));
      else files.push(path);
    }
  }
  return files;
}

async function isDirty(folder: string): Promise<boolean> {
  const args = ["status", "--porcelain", "-z", "--no-renames", "--ignore-submodules=dirty", "--", "."];
  const { stdout } = await git(folder, args, { env: await withoutFilters(folder) });
  return stdout
    .toString("utf8")
    .split("\0")
    .some((line) => line !== "" && !line.slice(3).split("/").includes(".holdpoint"));
}

async function isFolder(path: string): Promise<boolean> {
  return lstat(path).then(
    (stat) => stat.isDirectory(),
    () => false,
  );
}
