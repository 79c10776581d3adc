import { createHash } from "node:crypto";
import { chmod, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { mayLive, ownMark, type ProcessMark, readMark } from "../processes/process-mark.ts";

/** Says who made a workspace, so that one left by a killed run can be told from one in use. */
const OWNER_FILE = "owner.json";

/** Where the workspaces of a repository lie when nothing else is said: below the user's state folder. */
export function workspacesFolder(top: string, stateFolder: string = defaultStateFolder()): string {
  const name = createHash("sha256").update(top).digest("hex").slice(0, 16);
  return join(stateFolder, "worktrees", name);
}

/** `$XDG_STATE_HOME/holdpoint`, or `~/.local/state/holdpoint`; not a place where commands may write. */
export function defaultStateFolder(): string {
  return join(process.env["XDG_STATE_HOME"] ?? join(homedir(), ".local", "state"), "holdpoint");
}

/** Notes this process as the owner of a workspace. */
export async function ownWorkspace(folder: string): Promise<void> {
  await writeFile(join(folder, OWNER_FILE), JSON.stringify(ownMark()));
}

/** Removes a workspace, whatever the rights that were set in it. */
export async function removeFolder(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true, maxRetries: 2 });
  } catch {
    // Package caches are often read-only: only a folder that may be written can be emptied.
    await openUp(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 2 });
  }
}

/**
 * Removes the workspaces that ended runs have left, and returns their names, sorted.
 *
 * One whose owner is alive, or on another host, stays.
 */
export async function pruneFolder(folder: string, keep: ReadonlySet<string>): Promise<string[]> {
  const names = await readdir(folder).catch((): string[] => []);
  const removed: string[] = [];
  for (const name of names.sort()) {
    if (keep.has(name) || (await isInUse(join(folder, name)))) continue;
    await removeFolder(join(folder, name));
    removed.push(name);
  }
  return removed;
}

async function isInUse(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, OWNER_FILE), "utf8").catch(() => "{}");
  const owner = parseOwner(text);
  return owner !== null && mayLive(owner);
}

function parseOwner(text: string): ProcessMark | null {
  try {
    return readMark(JSON.parse(text));
  } catch {
    return null;
  }
}

async function openUp(folder: string): Promise<void> {
  await chmod(folder, 0o700).catch(() => {});
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await openUp(join(folder, entry.name));
}
