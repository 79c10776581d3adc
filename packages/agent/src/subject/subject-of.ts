import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { git, gitPaths, headCommit, repositoryOf, withoutFilters } from "./git.ts";
import { globMatcher } from "./glob-matcher.ts";
import { digestFiles, FileDigests, walkFiles } from "./tree-digest.ts";

/** What evidence is about: the state of the plan's folder at one moment. */
export interface Subject {
  /** The commit that is checked out; null without git, or before the first commit. */
  readonly commit: string | null;
  /** `sha256:` digest over the files of the folder that git does not ignore, by path, mode and content. */
  readonly tree: string;
  /** True when git sees a change since that commit in the folder; false without git. */
  readonly dirty: boolean;
}

/** How a {@link Subject} is read. */
export interface SubjectOptions {
  /** Paths and globs of files that are no part of what is judged: reports that checks write. */
  readonly leaveOut?: readonly string[];
  /** What is known of files already. @default kept for the life of the process */
  readonly digests?: FileDigests;
}

/** Remembered for the life of the process; an entry counts only while the file's size, times and inode are the same. */
const sharedDigests = new FileDigests();

/**
 * Reads the subject of a plan's folder. `.holdpoint/` is left out; the index of the repository is not touched.
 *
 * Without git, package folders such as `node_modules` are left out too.
 *
 * @throws HP7201 when git fails, HP7204 when a file cannot be read
 */
export async function subjectOf(planDir: string, options: SubjectOptions = {}): Promise<Subject> {
  const digests = options.digests ?? sharedDigests;
  const isLeftOut = globMatcher(options.leaveOut ?? []);
  const treeOf = (files: readonly string[]): Promise<string> =>
    digestFiles(
      planDir,
      files.filter((path) => !isLeftOut(path)),
      digests,
    );
  const repository = await repositoryOf(planDir);
  if (repository === null) return { commit: null, tree: await treeOf(await walkFiles(planDir)), dirty: false };
  const [commit, files, dirty] = await Promise.all([headCommit(planDir), notIgnored(planDir), isDirty(planDir)]);
  return { commit, tree: await treeOf(files), dirty };
}

/** The files of a folder that git tracks or would track, relative to it; those of submodules too. */
async function notIgnored(folder: string): Promise<string[]> {
  const listed = await gitPaths(folder, ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
  const files: string[] = [];
  for (const path of listed) {
    if (path.split("/").includes(".holdpoint")) continue;
    // A submodule, or a repository inside this one, is listed as a folder: its files count one by one.
    if (path.endsWith("/") || (await isFolder(join(folder, path)))) {
      files.push(...(await walkFiles(folder, path.replace(/\/$/, ""))));
    } else files.push(path);
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
