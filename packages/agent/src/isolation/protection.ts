import { lstatSync, realpathSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** What an isolated command may not see, not write, and where it may write. Everything else is read-only. */
export interface Protection {
  /** Folders and files that look empty to it: `.holdpoint/`, the user's keys. Absolute. */
  readonly hidden: readonly string[];
  /** Files and folders that it may read but not change, even inside a writable folder: the sidecar. Absolute. */
  readonly readOnly: readonly string[];
  /** Folders in which it may write, besides {@link defaultWritable}. Absolute. */
  readonly writable: readonly string[];
}

/** Tool caches below the home folder that commands usually write to, and from which Holdpoint runs nothing. */
const CACHES = [
  ".cache",
  ".npm",
  ".yarn",
  ".pnpm-store",
  ".local/share/pnpm",
  ".m2",
  ".gradle",
  ".cargo/registry",
  ".cargo/git",
  ".nuget",
  "go/pkg",
];

/** What lets whoever can write it run code in the next `git` call that is made for the user. */
const GIT_CONTROL = ["config", "config.worktree", "hooks", "commondir"];

/** Where {@link planProtection} looks. */
export interface PlanProtectionInput {
  /** The plan's folder. */
  readonly planDir: string;
  /** Files that decide what counts as evidence, such as the sidecar and the plan's own document. */
  readonly readOnly?: readonly string[];
  /** More to hide, such as the folder of the user's keys. */
  readonly hidden?: readonly string[];
  /** More folders to write in, such as the repository when the plan lies deeper in it. */
  readonly writable?: readonly string[];
}

/** The protection of a plan: its `.holdpoint/` hidden, what steers git read-only, its folder writable. */
export function planProtection(plan: PlanProtectionInput): Protection {
  const writable = [plan.planDir, ...(plan.writable ?? [])];
  const git = writable.map((folder) => join(folder, ".git"));
  return {
    hidden: [join(plan.planDir, ".holdpoint"), ...(plan.hidden ?? [])],
    readOnly: [...(plan.readOnly ?? []), ...git.flatMap((folder) => gitControl(folder))],
    writable,
  };
}

/** Folders that every isolated command may write in, as far as they exist: temporary files and tool caches. */
export function defaultWritable(env: Readonly<Record<string, string>>): readonly string[] {
  const home = env["HOME"] ?? homedir();
  const temporary = [env["TMPDIR"] ?? tmpdir(), "/tmp", "/var/tmp"];
  return [...temporary, ...CACHES.map((name) => join(home, name))].filter((path) => kindOf(path) === "folder");
}

/** What stands at a path, links not followed. */
export type PathKind = "folder" | "file" | "link" | "nothing";

/** Looks what stands at a path; what cannot be looked at counts as nothing. */
export function kindOf(path: string): PathKind {
  try {
    const stat = lstatSync(path);
    if (stat.isSymbolicLink()) return "link";
    return stat.isDirectory() ? "folder" : "file";
  } catch {
    return "nothing";
  }
}

/** The path with the links above its last part resolved; the last part itself may be a link or be missing. */
export function resolveAbove(path: string): string {
  const above = dirname(path);
  if (above === path) return path;
  try {
    return join(realpathSync(above), path.slice(above === "/" ? 1 : above.length + 1));
  } catch {
    return join(resolveAbove(above), path.slice(above.length + 1));
  }
}

/** Number of names that a file has; 1 when it cannot be looked at. */
export function hardLinks(path: string): number {
  try {
    return lstatSync(path).nlink;
  } catch {
    return 1;
  }
}

function gitControl(gitPath: string): string[] {
  if (kindOf(gitPath) === "folder") return GIT_CONTROL.map((name) => join(gitPath, name));
  // Where there is none yet, one that appears is told of: whoever makes a repository chooses its settings.
  return [gitPath];
}
