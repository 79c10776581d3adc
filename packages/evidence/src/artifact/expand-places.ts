import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { problem } from "@holdpoint/core";

import { evidenceProblems } from "../evidence.problems.ts";
import { matchPlace } from "./match-place.ts";
import { orUnreadable, plainPlace } from "./resolve-artifact.ts";

/** Files and folders that one pattern may make us look at. */
const MOST_LOOKED_AT = 50_000;
/** Never looked into for a pattern: our own state, and folders that hold other people's files. */
const LEFT_OUT = new Set([".holdpoint", ".git", "node_modules"]);

/**
 * The files below the plan's folder that a pattern names, sorted.
 *
 * `*` and `?` stand for characters within a name, `**` for any number of folders. A path without any of them is taken
 * as it is, whether or not it exists. Symbolic links to folders are not followed.
 *
 * @param most files and folders that are looked at before the pattern is refused
 * @throws HoldpointError HP3002 for a path that leads outside, HP3009 when nothing matches, HP3010 past `most`
 */
export async function expandPlaces(
  root: string,
  pattern: string,
  most: number = MOST_LOOKED_AT,
): Promise<readonly string[]> {
  const place = plainPlace(pattern);
  if (!/[*?]/.test(place)) return [place];
  const segments = place.split("/");
  const fixed = segments.findIndex((segment) => /[*?]/.test(segment));
  const found: string[] = [];
  let lookedAt = 0;
  const visit = async (folder: string): Promise<void> => {
    for (const entry of await entriesOf(root, folder)) {
      lookedAt += 1;
      if (lookedAt > most) throw problem(evidenceProblems, "HP3010", { pattern, limit: most });
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!LEFT_OUT.has(entry.name)) await visit(path);
      } else if (matchPlace(segments, path.split("/"))) found.push(path);
    }
  };
  await visit(segments.slice(0, fixed).join("/"));
  if (found.length === 0) throw problem(evidenceProblems, "HP3009", { pattern });
  return found.sort();
}

/** What a folder holds; nothing when there is no such folder. */
async function entriesOf(root: string, folder: string): Promise<readonly Dirent[]> {
  return orUnreadable(folder, async () => {
    try {
      return await readdir(join(root, folder), { withFileTypes: true });
    } catch (error) {
      if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return [];
      throw error;
    }
  });
}
