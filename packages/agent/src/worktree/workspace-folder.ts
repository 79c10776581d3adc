import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { chmod, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { join } from "node:path";

/** Who made a workspace, so that one left by a killed run can be told from one in use. */
interface Owner {
  readonly pid: number;
  readonly started: string;
  readonly host: string;
}

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
  const owner: Owner = { pid: process.pid, started: startOf(process.pid) ?? "", host: hostname() };
  await writeFile(join(folder, OWNER_FILE), JSON.stringify(owner));
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
  if (owner === null) return false;
  return owner.host !== hostname() || startOf(owner.pid) === owner.started;
}

function parseOwner(text: string): Owner | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return null;
    const { pid, started, host } = value as Partial<Record<keyof Owner, unknown>>;
    if (typeof pid !== "number" || typeof started !== "string" || typeof host !== "string") return null;
    return { pid, started, host };
  } catch {
    return null;
  }
}

/** When a process began, as a mark that two processes with one number do not share; null when there is none. */
function startOf(pid: number): string | null {
  if (process.platform === "linux") {
    try {
      return readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").pop()?.split(" ")[19] ?? null;
    } catch {
      return null;
    }
  }
  try {
    process.kill(pid, 0);
    return "";
  } catch {
    return null;
  }
}

async function openUp(folder: string): Promise<void> {
  await chmod(folder, 0o700).catch(() => {});
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await openUp(join(folder, entry.name));
}
