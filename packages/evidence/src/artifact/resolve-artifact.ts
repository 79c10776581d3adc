import type { BigIntStats } from "node:fs";
import { constants, realpath } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { open, stat } from "node:fs/promises";
import { isAbsolute, join, sep, win32 } from "node:path";
import { promisify } from "node:util";

import type { HoldpointError } from "@holdpoint/core";
import { problem } from "@holdpoint/core";

import { evidenceProblems } from "../evidence.problems.ts";

/** A file that may be read as evidence. */
export interface ResolvedArtifact {
  /** Relative to the plan's folder, with `/`, as it stands in the record. */
  readonly place: string;
  /** Absolute, without symbolic links. */
  readonly path: string;
}

// The native form follows the file system's own idea of a path.
const realpathNative = promisify(realpath.native);

/**
 * Finds a file below the plan's folder and refuses everything else.
 *
 * @param root the plan's folder
 * @param relative path of the file, as the plan or sidecar names it
 * @throws HoldpointError HP3002 for absolute paths, `..` and symbolic links that lead outside; HP3001 when there is no
 *   such file; HP3003 when it is not a regular file
 */
export async function resolveArtifact(root: string, relative: string): Promise<ResolvedArtifact> {
  const place = plainPlace(relative);
  const base = await orUnreadable(place, () => realpathNative(root));
  const path = await orUnreadable(place, () => realpathNative(join(base, place)));
  const inside = base.endsWith(sep) ? base : base + sep;
  if (!path.startsWith(inside)) throw outside(relative, "a symbolic link leads out of the plan's folder");
  const found = await orUnreadable(place, () => stat(path, { bigint: true }));
  refuseOther(place, found);
  return { place, path };
}

/**
 * Opens a resolved file for reading and makes sure that it is still that file.
 *
 * The caller closes the handle. @throws HoldpointError as {@link resolveArtifact}, HP3004 above `maxBytes`
 */
export async function openArtifact(root: string, artifact: ResolvedArtifact, maxBytes: number): Promise<FileHandle> {
  const { place } = artifact;
  // Without NONBLOCK, a pipe put in the file's place would hold us here.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const handle = await orUnreadable(place, () => open(artifact.path, flags));
  try {
    const opened = await handle.stat({ bigint: true });
    refuseOther(place, opened);
    const again = await resolveArtifact(root, place);
    const named = await orUnreadable(place, () => stat(again.path, { bigint: true }));
    if (named.ino !== opened.ino || named.dev !== opened.dev)
      throw outside(place, "the file was exchanged while it was opened");
    if (opened.size > maxBytes) {
      throw problem(evidenceProblems, "HP3004", { place, size: String(opened.size), limit: maxBytes }, { file: place });
    }
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The path with `/` and without `.` segments. @throws HoldpointError HP3002 */
export function plainPlace(relative: string): string {
  if (relative.includes("\0")) throw outside("(not printable)", "it holds a NUL character");
  if (isAbsolute(relative) || win32.isAbsolute(relative) || /^[a-zA-Z]:/.test(relative)) {
    throw outside(relative, "it is absolute");
  }
  const segments = relative.split(sep === "\\" ? /[\\/]/ : "/").filter((segment) => segment !== "" && segment !== ".");
  if (segments.includes("..") || relative.split(/[\\/]/).includes("..")) throw outside(relative, "it leads upwards");
  if (segments.length === 0) throw outside(relative === "" ? "(empty)" : relative, "it names no file");
  return segments.join("/");
}

function refuseOther(place: string, found: BigIntStats): void {
  if (found.isFile()) return;
  const kind = found.isDirectory()
    ? "a folder"
    : found.isFIFO()
      ? "a pipe"
      : found.isSocket()
        ? "a socket"
        : "a device";
  throw problem(evidenceProblems, "HP3003", { place, kind }, { file: place });
}

function outside(place: string, cause: string): HoldpointError {
  return problem(evidenceProblems, "HP3002", { place, cause }, { file: place });
}

/** Runs a file operation; its failure is HP3001. */
export async function orUnreadable<T>(place: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw problem(evidenceProblems, "HP3001", { place, cause: causeOf(error) }, { file: place, cause: error });
  }
}

const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "a part of the path is not a folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  ELOOP: "symbolic links lead in a circle",
  ENAMETOOLONG: "the name is too long",
};

function causeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return CAUSES[code] ?? (code === "" ? "it could not be opened" : code);
}
