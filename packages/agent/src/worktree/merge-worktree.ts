import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readlink,
  rename,
  rm,
  rmdir,
  symlink,
  writeFile,
} from "node:fs/promises";
import { dirname, isAbsolute, join, normalize } from "node:path";
import { git, gitPaths } from "../subject/git.ts";
import { globMatcher } from "../subject/glob-matcher.ts";
import { attemptSource, type Worktree } from "./create-worktree.ts";
import { isOutside, snapshotEnvironment, writeSnapshot } from "./snapshot.ts";

/** What became of an attempt's change. Only `merged` has changed anything. */
export type MergeOutcome =
  | {
      readonly outcome: "merged";
      readonly files: readonly string[];
      /** Repositories that the attempt made inside the working tree; they are not merged. */
      readonly leftOut: readonly string[];
    }
  /** These files were changed meanwhile in a way that does not fit. */
  | { readonly outcome: "conflict"; readonly files: readonly string[] }
  /** These files are not an agent's to change. */
  | { readonly outcome: "refused"; readonly files: readonly string[] };

/** Limits of what may be merged. */
export interface MergeOptions {
  /**
   * What an attempt may not change, relative to the top of the repository: files, folders and globs, such as the plan,
   * `*.holdpoint.yaml` and `agents/**`.
   */
  readonly protect?: readonly string[];
}

/** What stands at a path: content and mode, or nothing. */
interface Entry {
  readonly mode: string;
  readonly content: Buffer;
}

interface Change {
  readonly path: string;
  readonly base: Entry | null;
  readonly theirs: Entry | null;
}

interface Write {
  readonly path: string;
  readonly before: Entry | null;
  readonly after: Entry | null;
}

/**
 * Puts an attempt's change onto the working tree as it is now. HEAD, index and objects of the repository stay as they are.
 *
 * A file that both sides changed is merged by lines; what does not fit is a conflict, and then nothing is changed.
 *
 * @throws HP7201 when git fails
 */
export async function mergeWorktree(worktree: Worktree, options: MergeOptions = {}): Promise<MergeOutcome> {
  const source = await attemptSource(worktree);
  const env = snapshotEnvironment(source);
  const { tree, leftOut } = await writeSnapshot(source);
  const raw = await gitPaths(worktree.top, ["diff-tree", "-r", "-z", "--no-renames", "--raw", worktree.base, tree], {
    env,
  });
  const pairs = pairUp(raw);
  const refused = pairs
    .filter(({ path, modes }) => isRefused(path, modes, options.protect ?? []))
    .map(({ path }) => path);
  if (refused.length > 0) return { outcome: "refused", files: refused };

  const writes: Write[] = [];
  const conflicts: string[] = [];
  for (const { path, modes, ids } of pairs) {
    const [base, theirs] = await Promise.all([
      blob(worktree.top, env, modes[0], ids[0]),
      blob(worktree.top, env, modes[1], ids[1]),
    ]);
    const leads = theirs?.mode === "120000" && leadsOut(path, theirs.content.toString("utf8"));
    if (leads) return { outcome: "refused", files: [path] };
    const write = await resolve(worktree, { path, base, theirs });
    if (write === "conflict") conflicts.push(path);
    else if (write !== null) writes.push(write);
  }
  if (conflicts.length > 0) return { outcome: "conflict", files: conflicts };
  const late = await apply(worktree.into, writes);
  if (late.length > 0) return { outcome: "conflict", files: late };
  return { outcome: "merged", files: pairs.map(({ path }) => path), leftOut };
}

interface ChangedPath {
  readonly path: string;
  readonly modes: readonly [string, string];
  readonly ids: readonly [string, string];
}

/** `git diff-tree --raw -z` answers with a line of modes and ids, then the path. */
function pairUp(raw: readonly string[]): ChangedPath[] {
  const changed: ChangedPath[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [before = "", after = "", from = "", to = ""] = (raw[at] ?? "").replace(/^:/, "").split(" ");
    changed.push({ path: raw[at + 1] ?? "", modes: [before, after], ids: [from, to] });
  }
  return changed;
}

function isRefused(path: string, modes: readonly string[], protect: readonly string[]): boolean {
  return isOutside(path) || modes.includes("160000") || isProtected(path, protect);
}

/** A path, a folder with all in it, or a glob; a name with `*` and without `/` counts in every folder. */
function isProtected(path: string, protect: readonly string[]): boolean {
  // A file system that knows no case would put `Agents/x` into `agents/`.
  const name = path.toLowerCase();
  return protect.some((entry) => {
    const glob = entry.toLowerCase().replace(/^\.\//, "");
    const folder = glob.replace(/\/(?:\*\*)?$/, "");
    if (name === folder || name.startsWith(`${folder}/`)) return true;
    return globMatcher(glob.includes("*") && !glob.includes("/") ? [glob, `**/${glob}`] : [glob])(name);
  });
}

/** A link out of the repository would let a later write through it reach anything. */
function leadsOut(path: string, target: string): boolean {
  const way = normalize(join(dirname(path), target));
  return isAbsolute(target) || way === ".." || way.startsWith("../") || isOutside(way);
}

async function blob(folder: string, env: Record<string, string>, mode: string, id: string): Promise<Entry | null> {
  if (mode === "000000") return null;
  return { mode, content: (await git(folder, ["cat-file", "blob", id], { env })).stdout };
}

async function resolve(worktree: Worktree, change: Change): Promise<Write | "conflict" | null> {
  const { path, base, theirs } = change;
  const ours = await entryAt(worktree.into, path);
  if (ours === "blocked") return "conflict";
  if (same(ours, theirs)) return null;
  if (same(ours, base)) return { path, before: ours, after: theirs };
  if (ours === null || theirs === null || base === null) return "conflict";
  if ([ours, theirs, base].some((entry) => entry.mode === "120000")) return "conflict";
  const content = await mergeLines(worktree.folder, ours.content, base.content, theirs.content);
  const mode = theirs.mode === base.mode ? ours.mode : theirs.mode;
  return content === null ? "conflict" : { path, before: ours, after: { mode, content } };
}

/** Merges by lines; null when the changes touch each other, or the file is not text. */
async function mergeLines(folder: string, ours: Buffer, base: Buffer, theirs: Buffer): Promise<Buffer | null> {
  const scratch = await mkdtemp(join(folder, "merge-"));
  try {
    const files = [ours, base, theirs].map((content, at) => ({ name: join(scratch, String(at)), content }));
    for (const { name, content } of files) await writeFile(name, content);
    const accept = Array.from({ length: 256 }, (_, status) => status);
    const merged = await git(scratch, ["merge-file", "-p", ...files.map(({ name }) => name)], { accept });
    return merged.status === 0 ? merged.stdout : null;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What stands at a path now; `blocked` when the way to it leads over a link or a file, or a folder is in its place. */
async function entryAt(top: string, path: string): Promise<Entry | null | "blocked"> {
  const parts = path.split("/");
  for (let depth = 1; depth < parts.length; depth += 1) {
    const stat = await lstat(join(top, ...parts.slice(0, depth))).catch(() => null);
    if (stat === null) return null;
    if (!stat.isDirectory()) return "blocked";
  }
  const full = join(top, path);
  const stat = await lstat(full).catch(() => null);
  if (stat === null) return null;
  if (stat.isSymbolicLink()) return { mode: "120000", content: Buffer.from(await readlink(full)) };
  if (!stat.isFile()) return "blocked";
  return { mode: (stat.mode & 0o111) === 0 ? "100644" : "100755", content: await readFile(full) };
}

function same(one: Entry | null, other: Entry | null): boolean {
  if (one === null || other === null) return one === other;
  return one.mode === other.mode && one.content.equals(other.content);
}

/** Writes all, or puts back what it wrote; returns the files that changed under its hands. */
async function apply(top: string, writes: readonly Write[]): Promise<string[]> {
  const done: Write[] = [];
  try {
    // Removals first, so that a file may become a folder.
    for (const write of [...writes].sort((one, other) => Number(one.after !== null) - Number(other.after !== null))) {
      const now = await entryAt(top, write.path);
      if (now === "blocked" || !same(now, write.before)) {
        await putBack(top, done);
        return [write.path];
      }
      done.push(write);
      await put(top, write.path, write.after);
    }
  } catch (error) {
    await putBack(top, done);
    throw error;
  }
  return [];
}

async function putBack(top: string, done: readonly Write[]): Promise<void> {
  for (const write of done.toReversed()) await put(top, write.path, write.before);
}

async function put(top: string, path: string, entry: Entry | null): Promise<void> {
  const full = join(top, path);
  if (entry === null) {
    await rm(full, { force: true });
    await removeEmptyFolders(top, dirname(path));
    return;
  }
  await mkdir(dirname(full), { recursive: true });
  const before = await lstat(full).catch(() => null);
  // Written beside it and renamed over it: whoever reads meanwhile sees the old file or the new one.
  const beside = join(dirname(full), `.holdpoint-${process.pid}.tmp`);
  await rm(beside, { force: true });
  if (entry.mode === "120000") await symlink(entry.content.toString("utf8"), beside);
  else {
    await writeFile(beside, entry.content, { flag: "wx" });
    const rights = before?.isFile() === true ? before.mode & 0o777 : (await lstat(beside)).mode & 0o777;
    await chmod(beside, entry.mode === "100755" ? rights | ((rights & 0o444) >> 2) : rights & ~0o111);
  }
  await rename(beside, full);
}

/** Git knows no empty folders: those that a removal leaves are removed with it. */
async function removeEmptyFolders(top: string, path: string): Promise<void> {
  for (let at = path; at !== "." && at !== ""; at = dirname(at)) {
    const removed = await rmdir(join(top, at)).then(
      () => true,
      () => false,
    );
    if (!removed) return;
  }
}
