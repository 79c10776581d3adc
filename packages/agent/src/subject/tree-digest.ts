import { createHash } from "node:crypto";
import { type BigIntStats, createReadStream } from "node:fs";
import { lstat, readdir, readlink, realpath, stat as statOf } from "node:fs/promises";
import { join, relative } from "node:path";
import { problem } from "@holdpoint/core";
import { agentProblems } from "../agent.problems.ts";

/** Folders that hold no work of anyone: state of Holdpoint, of version control, and what package managers put there. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  ".holdpoint",
  ".git",
  ".hg",
  ".svn",
  ".jj",
  "node_modules",
  ".venv",
  "__pycache__",
]);

/** A file that changed this short a time ago may change again without its times showing it; it is read anew each time. */
const SETTLED_MS = 100n;
/** A larger file that a link leads to is not read; its inode, size and times stand for it. */
const MOST_LINKED_BYTES = 268_435_456n;
/** Files in one folder outside that a link may lead to. */
const MOST_LINKED_FILES = 20_000;
/** Files that are read at one time. */
const AT_ONCE = 32;

interface KnownFile {
  readonly stamp: string;
  readonly digest: string;
}

/** Digests of files, kept while size, times and inode of a file stay the same. */
export class FileDigests {
  readonly #known = new Map<string, KnownFile>();

  /**
   * `<mode> <hex digest>` of what stands at a path; null when nothing does, or no file or link.
   *
   * @throws HP7204 when it cannot be read
   */
  async of(path: string): Promise<string | null> {
    const stat = await lstat(path, { bigint: true }).catch(() => null);
    if (stat === null) return null;
    if (stat.isSymbolicLink()) return `120000 ${sha256(await readlink(path))}`;
    if (!stat.isFile()) return null;
    const mode = (stat.mode & 0o111n) === 0n ? "100644" : "100755";
    return `${mode} ${await this.#content(path, stat)}`;
  }

  /**
   * As {@link of}, and for a link also what it leads to: the content of a file, and all of a folder outside of `root`.
   *
   * @param isLeftOut paths from `root` that are no part of what is digested; a link to one of them is its text alone
   */
  async inTree(root: string, path: string, isLeftOut: (path: string) => boolean): Promise<string | null> {
    const own = await this.of(join(root, path));
    if (own === null || !own.startsWith("120000 ")) return own;
    const target = await realpath(join(root, path)).catch(() => null);
    if (target === null) return own;
    const inside = relative(await realpath(root), target);
    const isOutside = inside === ".." || inside.startsWith("../");
    if (!isOutside && (inside === "" || isLeftOut(inside))) return own;
    const stat = await statOf(target, { bigint: true }).catch(() => null);
    if (stat?.isFile() === true) return `${own} ${await this.#target(target, stat)}`;
    if (stat?.isDirectory() !== true || !isOutside) return own;
    const files = (await walkFiles(target, "", { left: MOST_LINKED_FILES })).sort();
    const hash = createHash("sha256");
    for (const file of files) hash.update(`${await this.of(join(target, file))} ${file}\0`);
    return `${own} ${hash.digest("hex")}`;
  }

  /** A file that a link leads to: by content, and a huge one by its stamp, which changes with it. */
  async #target(path: string, stat: BigIntStats): Promise<string> {
    const mode = (stat.mode & 0o111n) === 0n ? "100644" : "100755";
    if (stat.size > MOST_LINKED_BYTES) return `${mode} ${sha256(stampOf(stat))}`;
    return `${mode} ${await this.#content(path, stat)}`;
  }

  async #content(path: string, stat: BigIntStats): Promise<string> {
    const stamp = stampOf(stat);
    const known = this.#known.get(path);
    if (known?.stamp === stamp) return known.digest;
    const digest = await fileDigest(path);
    // The file system's clock is this machine's clock, so only that one can be compared with a file's times.
    if (BigInt(Date.now()) - stat.ctimeMs > SETTLED_MS) this.#known.set(path, { stamp, digest });
    return digest;
  }
}

/**
 * One digest over files, by path, mode and content.
 *
 * @param root the folder that the paths are relative to
 * @param paths relative; a folder among them (a submodule) stands for all files in it
 * @param isLeftOut what a link may lead to without that its target counts
 * @throws HP7204 when a file cannot be read, or a link leads to a folder outside of more than 20 000 files
 */
export async function digestFiles(
  root: string,
  paths: readonly string[],
  digests: FileDigests,
  isLeftOut: (path: string) => boolean = () => false,
): Promise<string> {
  const hash = createHash("sha256");
  const sorted = [...new Set(paths)].sort();
  for (let from = 0; from < sorted.length; from += AT_ONCE) {
    const batch = sorted.slice(from, from + AT_ONCE);
    const found = await Promise.all(batch.map((path) => digests.inTree(root, path, isLeftOut)));
    for (const [at, path] of batch.entries()) {
      const digest = found[at];
      if (digest !== null && digest !== undefined) hash.update(`${digest} ${path}\0`);
    }
  }
  return `sha256:${hash.digest("hex")}`;
}

/**
 * All files and links below a folder, relative to it, without what is left out. Links are not followed.
 *
 * @param room how many files there may be; counted down
 * @throws HP7204 when a folder cannot be read or there are more
 */
export async function walkFiles(
  root: string,
  below = "",
  room: { left: number } = { left: Number.POSITIVE_INFINITY },
): Promise<string[]> {
  const entries = await readdir(join(root, below), { withFileTypes: true }).catch((cause: unknown) => {
    throw unreadable(below || ".", cause);
  });
  const files: string[] = [];
  for (const entry of entries) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (LEFT_OUT.has(entry.name)) continue;
    if (entry.isDirectory()) files.push(...(await walkFiles(root, path, room)));
    else if (entry.isFile() || entry.isSymbolicLink()) {
      room.left -= 1;
      if (room.left < 0) throw unreadable(root, new Error("a link leads to a folder of too many files"));
      files.push(path);
    }
  }
  return files;
}

async function fileDigest(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(path)) if (Buffer.isBuffer(chunk)) hash.update(chunk);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  return hash.digest("hex");
}

function stampOf(stat: BigIntStats): string {
  return `${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function unreadable(file: string, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return problem(agentProblems, "HP7204", { file, reason }, { file, cause });
}
