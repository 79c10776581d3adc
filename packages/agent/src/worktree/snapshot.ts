import { lstat, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { git, gitPaths, gitText, withoutFilters } from "../subject/git.ts";

/** A working tree that is to be written down as a tree of git objects. */
export interface SnapshotSource {
  /** The repository whose configuration counts. */
  readonly gitDir: string;
  /** Top of the working tree. */
  readonly top: string;
  /** An index of our own, a copy of one that knows this working tree; it is changed. */
  readonly index: string;
  /** Where new objects are written. */
  readonly objects: string;
  /** Where existing objects are read. */
  readonly alternates: string;
  /** Paths that are no part of it, such as linked dependency folders. */
  readonly except: readonly string[];
}

/** A working tree as git objects. */
export interface Snapshot {
  /** Id of the tree object. */
  readonly tree: string;
  /** Repositories inside this one, which git does not look into. */
  readonly leftOut: readonly string[];
}

/** Attributes under which git changes the bytes of a file between working tree and object. */
const CONVERTING = /\b(?:text|eol|filter|ident|working-tree-encoding)\b/;

/** True for what never enters a snapshot, wherever it stands. */
export function isOutside(path: string): boolean {
  return path.split("/").some((part) => /^\.(?:git|holdpoint)$/i.test(part));
}

/** The variables that turn git to a snapshot's index and objects and to no one else's. */
export function snapshotEnvironment(source: SnapshotSource): Record<string, string> {
  return {
    GIT_DIR: source.gitDir,
    GIT_WORK_TREE: source.top,
    GIT_INDEX_FILE: source.index,
    GIT_OBJECT_DIRECTORY: source.objects,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: source.alternates,
  };
}

/**
 * Writes the working tree as it is, tracked and not ignored, byte for byte, as a git tree.
 *
 * Files are written as they are, with no filter or line end conversion, so that what comes out elsewhere is what went
 * in here. Only files that the index does not know to be unchanged are read, unless the repository converts files.
 */
export async function writeSnapshot(source: SnapshotSource): Promise<Snapshot> {
  const env = await withoutFilters(source.top, snapshotEnvironment(source));
  const [changed, untracked] = await Promise.all([
    gitPaths(source.top, ["diff-files", "-z", "--name-only", "--ignore-submodules=all"], { env }),
    gitPaths(source.top, ["ls-files", "-z", "--others", "--exclude-standard"], { env }),
  ]);
  const everything = (await converts(source, env)) ? await trackedFiles(source, env) : [];
  const paths = [...new Set([...changed, ...untracked, ...everything])].filter((path) => !path.endsWith("/"));
  const excluded = (path: string): boolean =>
    isOutside(path) || source.except.some((other) => path === other || path.startsWith(`${other}/`));
  const entries = await indexEntries(
    source,
    env,
    paths.filter((path) => !excluded(path)),
  );
  const dropped = (await gitPaths(source.top, ["ls-files", "-z"], { env })).filter(excluded);
  const removals = [...new Set(dropped)].map((path) => removal(path));
  await git(source.top, ["update-index", "-z", "--index-info"], { env, input: [...entries, ...removals].join("") });
  const tree = await gitText(source.top, ["write-tree"], { env });
  return { tree, leftOut: untracked.filter((path) => path.endsWith("/") && !excluded(path)).sort() };
}

async function trackedFiles(source: SnapshotSource, env: Record<string, string>): Promise<string[]> {
  const lines = await gitPaths(source.top, ["ls-files", "-z", "-s"], { env });
  return lines.filter((line) => line.startsWith("100")).map((line) => line.slice(line.indexOf("\t") + 1));
}

/** Whether git would change bytes on the way in or out anywhere in this working tree. */
async function converts(source: SnapshotSource, env: Record<string, string>): Promise<boolean> {
  const setting = await git(source.top, ["config", "--get", "core.autocrlf"], { env, accept: [0, 1] });
  if (/^(?:true|input)$/i.test(setting.stdout.toString("utf8").trim())) return true;
  const files = await gitPaths(source.top, ["ls-files", "-z", "--", ":(glob)**/.gitattributes"], { env });
  for (const file of files) {
    const text = await readFile(join(source.top, file), "utf8").catch(() => "");
    if (CONVERTING.test(text)) return true;
  }
  return false;
}

/** Lines for `git update-index --index-info`: what stands at each path now. */
async function indexEntries(
  source: SnapshotSource,
  env: Record<string, string>,
  paths: readonly string[],
): Promise<string[]> {
  const files: { path: string; mode: string }[] = [];
  const lines: string[] = [];
  for (const path of paths) {
    const stat = await lstat(join(source.top, path)).catch(() => null);
    if (stat?.isSymbolicLink() === true) {
      const input = await readlink(join(source.top, path));
      const id = await gitText(source.top, ["hash-object", "-w", "--stdin"], { env, input });
      lines.push(`120000 ${id} 0\t${path}\0`);
    } else if (stat?.isFile() === true) {
      files.push({ path, mode: (stat.mode & 0o111) === 0 ? "100644" : "100755" });
    } else if (stat === null || !stat.isDirectory()) {
      lines.push(removal(path));
    }
  }
  const ids = await hashFiles(
    source,
    env,
    files.map((file) => file.path),
  );
  return [...lines, ...files.map(({ path, mode }, at) => `${mode} ${ids[at] ?? ""} 0\t${path}\0`)];
}

async function hashFiles(
  source: SnapshotSource,
  env: Record<string, string>,
  paths: readonly string[],
): Promise<string[]> {
  const simple = paths.filter((path) => !needsOwnCall(path));
  const list = simple.map((path) => `${path}\n`).join("");
  const answer = await gitText(source.top, ["hash-object", "-w", "--no-filters", "--stdin-paths"], {
    env,
    input: list,
  });
  const ids = new Map(answer.split("\n").map((id, at): [string, string] => [simple[at] ?? "", id]));
  for (const path of paths) {
    if (needsOwnCall(path))
      ids.set(path, await gitText(source.top, ["hash-object", "-w", "--no-filters", "--", path], { env }));
  }
  return paths.map((path) => ids.get(path) ?? "");
}

/** The list has one path per line, and one that begins with a quotation mark is taken for a quoted one. */
function needsOwnCall(path: string): boolean {
  return path.includes("\n") || path.startsWith('"');
}

function removal(path: string): string {
  return `0 ${"0".repeat(40)}\t${path}\0`;
}
