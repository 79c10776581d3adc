import { accessSync, constants, statSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join } from "node:path";

/** Where the programs of a system are when `PATH` says nothing that counts. */
const SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

const found = new Map<string, string>();

/** `PATH` without what depends on the folder one is in: empty and relative entries. The system's where none is left. */
export function absolutePath(path: string | undefined): string {
  const kept = (path ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  return kept.length === 0 ? SYSTEM_PATH : kept.join(delimiter);
}

/**
 * The absolute path of a program that Holdpoint runs for itself: `git`, `unshare`, `ps`. Looked for once.
 *
 * Package folders do not count although `npm` puts them into `PATH`: whoever can write a project could name a program
 * there that then ran with Holdpoint's own rights. A program that is nowhere gets the path where it should have been.
 */
export function ownProgram(name: string): string {
  const known = found.get(name);
  if (known !== undefined) return known;
  const path = findProgram(name, process.env["PATH"]);
  found.set(name, path);
  return path;
}

/** As {@link ownProgram}, in a given `PATH` and without remembering. */
export function findProgram(name: string, path: string | undefined): string {
  const folders = `${absolutePath(path)}${delimiter}${SYSTEM_PATH}`
    .split(delimiter)
    .filter((folder) => !folder.split("/").includes("node_modules"));
  return folders.map((folder) => join(folder, name)).find(isProgram) ?? `/usr/bin/${name}`;
}

/** `PATH` with nothing but the folders of some programs and of the system. */
export function ownPath(names: readonly string[]): string {
  return [...new Set([...names.map((name) => dirname(ownProgram(name))), ...SYSTEM_PATH.split(":")])].join(delimiter);
}

/** Whether a file can be executed. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
