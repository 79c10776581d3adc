import { randomUUID } from "node:crypto";
import { lstat, mkdir, realpath, rename, rm } from "node:fs/promises";
import { dirname, join, sep } from "node:path";

import { HoldpointError } from "@holdpoint/core";

import { expandPlaces } from "./expand-places.ts";
import { orUnreadable } from "./resolve-artifact.ts";

/** Report files that were moved away so that whatever stands in their place afterwards was put there since. */
export interface SetAside {
  /** The places that were cleared, sorted. */
  readonly places: readonly string[];
  /** Puts back what has no successor and removes the rest. Call it once the new reports have been read. */
  restore(): Promise<void>;
}

/** Where old reports wait, below the plan's folder: hidden from checks, and in no pattern and no subject. */
const FOLDER = ".holdpoint";

interface Moved {
  readonly place: string;
  readonly aside: string;
}

/**
 * Moves the files that patterns name out of the way, before a check runs that is to write them.
 *
 * A time or an inode proves no writing: `touch`, a rename or a copy gives an old report new ones. A file that was not
 * there when the run began can only have come with it. Links are moved as links; folders, and what lies behind a link
 * that leads out of `root`, stay and are refused when they are read.
 *
 * @param root the plan's folder
 * @throws HoldpointError HP3001 when a file cannot be moved
 */
export async function setAside(root: string, patterns: readonly string[]): Promise<SetAside> {
  const base = await orUnreadable(".", () => realpath(root));
  const folder = join(base, FOLDER, `set-aside-${randomUUID()}`);
  const moved: Moved[] = [];
  const restore = (): Promise<void> => putBack(base, folder, moved);
  try {
    for (const place of await placesNow(base, patterns)) {
      if (!(await mayMove(base, place))) continue;
      const aside = join(folder, String(moved.length));
      await orUnreadable(place, async () => {
        await makeFolder(base, folder);
        await rename(join(base, place), aside);
      });
      moved.push({ place, aside });
    }
  } catch (error) {
    await restore();
    throw error;
  }
  return { places: moved.map(({ place }) => place), restore };
}

async function placesNow(root: string, patterns: readonly string[]): Promise<readonly string[]> {
  const places = new Set<string>();
  for (const pattern of patterns) {
    try {
      for (const place of await expandPlaces(root, pattern)) places.add(place);
    } catch (error) {
      // A pattern that matches nothing, or is refused: there is nothing to move, and reading says why.
      if (!(error instanceof HoldpointError)) throw error;
    }
  }
  return [...places].sort();
}

/** A file or link at a place whose folder lies in the plan's folder. */
async function mayMove(base: string, place: string): Promise<boolean> {
  const stat = await lstat(join(base, place)).catch(() => null);
  return stat !== null && !stat.isDirectory() && (await folderIsInside(base, place));
}

async function folderIsInside(base: string, place: string): Promise<boolean> {
  const folder = await realpath(dirname(join(base, place))).catch(() => null);
  return folder !== null && (folder === base || folder.startsWith(base.endsWith(sep) ? base : base + sep));
}

/** A state folder that is a link could lead anywhere. */
async function makeFolder(base: string, folder: string): Promise<void> {
  const state = await lstat(join(base, FOLDER)).catch(() => null);
  if (state !== null && !state.isDirectory()) throw new Error(`${FOLDER} is not a folder`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

async function putBack(base: string, folder: string, moved: readonly Moved[]): Promise<void> {
  for (const { place, aside } of moved) {
    const path = join(base, place);
    if ((await lstat(path).catch(() => null)) !== null) continue;
    // The folder may have been removed and not made again by the check.
    await mkdir(dirname(path), { recursive: true }).catch(() => {});
    if (await folderIsInside(base, place)) await rename(aside, path).catch(() => {});
  }
  await rm(folder, { recursive: true, force: true });
}
