import { realpathSync } from "node:fs";
import { cp, lstat, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { problem } from "@holdpoint/core";
import { agentProblems } from "../agent.problems.ts";
import { git, gitPaths, gitText, headCommit, type Repository, repositoryOf } from "../subject/git.ts";
import { type SnapshotSource, snapshotEnvironment, writeSnapshot } from "./snapshot.ts";
import { ownWorkspace, pruneFolder, removeFolder, workspacesFolder } from "./workspace-folder.ts";

/** A working tree of its own for one attempt. */
export interface Worktree {
  readonly attempt: string;
  /** The folder that holds all of it; not for the agent. */
  readonly folder: string;
  /** Top of the attempt's working tree. */
  readonly top: string;
  /** The plan's folder in it. */
  readonly planDir: string;
  /** Top of the working tree that it was taken from, and that it is merged into. */
  readonly into: string;
  /** The commit of the working tree as it was. */
  readonly base: string;
  /** Folders that are links to the original. */
  readonly linked: readonly string[];
  /** What could not be taken along: submodules and other repositories in this one. */
  readonly unsupported: readonly string[];
}

/** How a {@link Worktree} is made. */
export interface WorktreeOptions {
  /** The plan's folder, in a repository. */
  readonly planDir: string;
  /** Names the folder; letters, digits, `.`, `_`, `-`. */
  readonly attempt: string;
  /** Ignored folders at the top of the repository or of the plan that are made reachable by a link: `node_modules`. */
  readonly link?: readonly string[];
  /** Where state is kept. @default the user's state folder */
  readonly stateFolder?: string;
}

/** Says that a working tree is complete, and what it was made from. */
const DESCRIPTION = "worktree.json";
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
/** The attempt's commits are nobody's; a fixed identity and time give one id for one tree. */
const IDENTITY = {
  GIT_AUTHOR_NAME: "holdpoint",
  GIT_AUTHOR_EMAIL: "holdpoint@localhost",
  GIT_AUTHOR_DATE: "@0 +0000",
  GIT_COMMITTER_NAME: "holdpoint",
  GIT_COMMITTER_EMAIL: "holdpoint@localhost",
  GIT_COMMITTER_DATE: "@0 +0000",
};

/**
 * Makes a working tree for an attempt, with all files as they are now, committed or not. Null without git.
 *
 * It is a small repository that borrows the objects of the original and writes its own elsewhere: index, HEAD, stash,
 * branches, configuration and objects of the user's repository are only read. Ignored files are not taken along.
 *
 * @throws HP7201 when git fails, HP7202 when the folder cannot be made, HP7203 for a name that is none
 */
export async function createWorktree(options: WorktreeOptions): Promise<Worktree | null> {
  const found = await locate(options);
  if (found === null) return null;
  const { repository, folder } = found;
  try {
    await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
    await mkdir(folder, { mode: 0o700 });
    await ownWorkspace(folder);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const params = { attempt: options.attempt, folder: dirname(folder), reason };
    throw problem(agentProblems, "HP7202", params, { cause });
  }
  try {
    return await fill(options, repository, folder);
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}

/**
 * Finds the working tree of an attempt again, also one that another process made. Null when it is gone or incomplete.
 *
 * @throws HP7201 when git fails, HP7203 for a name that is none
 */
export async function openWorktree(options: Omit<WorktreeOptions, "link">): Promise<Worktree | null> {
  const found = await locate(options);
  if (found === null) return null;
  const { repository, folder } = found;
  const text = await readFile(join(folder, DESCRIPTION), "utf8").catch(() => null);
  if (text === null) return null;
  const described = parseDescription(text);
  if (described === null) return null;
  await ownWorkspace(folder);
  return { ...places(folder, options.attempt, repository, options.planDir), ...described };
}

/** Removes an attempt's working tree with all that it holds. */
export async function removeWorktree(worktree: Worktree): Promise<void> {
  await removeFolder(worktree.folder);
}

/**
 * Removes working trees that ended runs in this repository have left behind, and returns the attempts' names.
 *
 * Those in `keep` stay: attempts that were reported and are not settled yet.
 */
export async function pruneWorktrees(
  planDir: string,
  options: { readonly stateFolder?: string; readonly keep?: ReadonlySet<string> } = {},
): Promise<string[]> {
  const repository = await repositoryOf(planDir);
  if (repository === null) return [];
  return pruneFolder(workspacesFolder(repository.top, options.stateFolder), options.keep ?? new Set());
}

/** The snapshot source for what stands in an attempt's working tree; git's settings are those of the original. */
export async function attemptSource(worktree: Worktree): Promise<SnapshotSource> {
  const repository = await repositoryOf(worktree.into);
  if (repository === null) throw new Error(`${worktree.into} is no repository any more`);
  const index = join(worktree.folder, "index.now");
  await copyIndex(join(worktree.folder, "index"), index);
  return {
    gitDir: repository.gitDir,
    top: worktree.top,
    index,
    objects: join(worktree.folder, "objects"),
    alternates: repository.objects,
    except: worktree.linked,
  };
}

/** The repository of a plan and the folder of an attempt's working tree; null without git. */
async function locate(
  options: Omit<WorktreeOptions, "link">,
): Promise<{ readonly repository: Repository; readonly folder: string } | null> {
  const { attempt, planDir, stateFolder } = options;
  if (!NAME.test(attempt)) throw problem(agentProblems, "HP7203", { attempt: attempt.slice(0, 200) });
  const repository = await repositoryOf(planDir);
  if (repository === null) return null;
  return { repository, folder: join(workspacesFolder(repository.top, stateFolder), attempt) };
}

/**
 * Copies an index with its time. Git reads files that are not older than the index again, since they may have changed in
 * the second in which it looked; a copy with a newer time would make it take them for unchanged.
 * https://git-scm.com/docs/racy-git
 */
async function copyIndex(from: string, to: string): Promise<void> {
  await cp(from, to, { force: true, preserveTimestamps: true });
}

async function fill(options: WorktreeOptions, repository: Repository, folder: string): Promise<Worktree> {
  const top = join(folder, "tree");
  const objects = join(folder, "objects");
  await mkdir(objects);
  const source = { ...repository, index: join(folder, "index"), objects, alternates: repository.objects, except: [] };
  const userIndex = await gitText(repository.top, ["rev-parse", "--git-path", "index"]);
  // Before the first `git add` there is none.
  await copyIndex(resolve(repository.top, userIndex), source.index).catch(() => {});
  const env = { ...snapshotEnvironment(source), ...IDENTITY };
  const { tree, leftOut } = await writeSnapshot(source);
  const head = await headCommit(repository.top);
  const parents = head === null ? [] : ["-p", head];
  const base = await gitText(repository.top, ["commit-tree", tree, ...parents, "-m", "Working tree as it was"], {
    env,
  });

  await borrow(repository, top, objects, base);
  await git(top, ["checkout", "-q", "-f", "--detach", base]);
  // This copy of the index knows the files as they were checked out, and lies where the agent cannot write.
  await copyIndex(join(top, ".git", "index"), source.index);
  const planPath = relative(repository.top, realpathSync(options.planDir));
  await mkdir(join(top, planPath), { recursive: true });
  const linked = await linkFolders(options, repository.top, top, planPath);
  const modules = await gitPaths(top, ["ls-files", "-z", "-s"]);
  const described = {
    base,
    linked,
    unsupported: [...modules.filter(isModule).map((line) => line.slice(line.indexOf("\t") + 1)), ...leftOut],
  };
  await writeFile(join(folder, DESCRIPTION), JSON.stringify(described));
  return { ...places(folder, options.attempt, repository, options.planDir), ...described };
}

type Description = Pick<Worktree, "base" | "linked" | "unsupported">;

function parseDescription(text: string): Description | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return null;
    const { base, linked, unsupported } = value as Partial<Record<keyof Description, unknown>>;
    const isList = (list: unknown): list is string[] =>
      Array.isArray(list) && list.every((entry) => typeof entry === "string");
    if (typeof base !== "string" || !isList(linked) || !isList(unsupported)) return null;
    return { base, linked, unsupported };
  } catch {
    // Cut short when the machine went down: as good as gone.
    return null;
  }
}

function places(
  folder: string,
  attempt: string,
  repository: Repository,
  planDir: string,
): Pick<Worktree, "attempt" | "folder" | "top" | "planDir" | "into"> {
  const top = join(folder, "tree");
  const planPath = relative(repository.top, realpathSync(planDir));
  return { attempt, folder, top, planDir: join(top, planPath), into: repository.top };
}

function isModule(line: string): boolean {
  return line.startsWith("160000");
}

/** A repository with settings of its own that finds the original's objects and branches. */
async function borrow(repository: Repository, top: string, objects: string, base: string): Promise<void> {
  const format = `--object-format=${repository.objectFormat}`;
  await git(repository.top, ["init", "-q", "--template=", format, top]);
  const own = join(top, ".git");
  await mkdir(join(own, "objects", "info"), { recursive: true });
  await mkdir(join(own, "info"), { recursive: true });
  await writeFile(join(own, "objects", "info", "alternates"), `${objects}\n${repository.objects}\n`);
  // The snapshot holds the bytes of the files as they are: nothing may convert them on the way out or in.
  await writeFile(join(own, "info", "attributes"), "* -text -eol -filter -ident -working-tree-encoding\n");
  const refs = await gitText(repository.top, [
    "for-each-ref",
    "--format=%(objectname) %(refname)",
    "refs/heads",
    "refs/tags",
  ]);
  await writeFile(join(own, "packed-refs"), refs === "" ? "" : `${refs}\n`);
  await cp(join(repository.gitDir, "shallow"), join(own, "shallow")).catch(() => {});
  for (const name of ["user.name", "user.email"]) {
    const { status, stdout } = await git(repository.top, ["config", "--get", name], { accept: [0, 1] });
    if (status === 0) await git(top, ["config", name, stdout.toString("utf8").trim()]);
  }
  await git(top, ["update-ref", "--no-deref", "HEAD", base]);
}

async function linkFolders(options: WorktreeOptions, from: string, top: string, planPath: string): Promise<string[]> {
  const linked: string[] = [];
  for (const name of options.link ?? []) {
    for (const path of new Set([name, join(planPath, name)])) {
      if (path.split("/").includes("..")) continue;
      const [original, copy] = [join(from, path), join(top, path)];
      if (!(await exists(original)) || (await exists(copy))) continue;
      await mkdir(dirname(copy), { recursive: true });
      await symlink(original, copy);
      linked.push(path);
    }
  }
  await writeFile(join(top, ".git", "info", "exclude"), linked.map((path) => `/${path}\n`).join(""));
  return linked;
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
