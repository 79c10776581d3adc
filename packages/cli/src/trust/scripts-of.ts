import { createHash } from "node:crypto";
import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";

/** A file that a command line names, with its digest. */
export interface NamedScript {
  /** Relative to the plan's folder; begins with `..` when it lies above. */
  readonly path: string;
  /** `sha256:…` */
  readonly digest: string;
}

/** Larger files are data and no scripts, bytes. */
const MAX_SCRIPT_BYTES = 16 * 1024 * 1024;

/** What these programs run stands in a file that the command line does not name. */
const STEERED_BY: readonly { readonly program: RegExp; readonly files: readonly string[] }[] = [
  { program: /^(?:npm|npx|pnpm|yarn|bun)$/, files: ["package.json"] },
  { program: /^g?make$/, files: ["Makefile", "makefile", "GNUmakefile"] },
  { program: /^just$/, files: ["justfile", "Justfile"] },
  { program: /^task$/, files: ["Taskfile.yml", "Taskfile.yaml"] },
];

/** What a folder that is run as a program consists of, as far as it is known. */
const FOLDER_ENTRIES: readonly string[] = ["package.json", "index.js", "index.mjs", "index.cjs", "__main__.py"];

/**
 * The files that a command line names or is known to be steered by: `./check.sh`, `node checks/load.mjs`,
 * `cd web && npm test` (its `package.json`), `make score` (the `Makefile`).
 *
 * Consent is given to a command as it would run now, so a file that changes afterwards must be agreed to again. What a
 * script loads by itself is not looked at.
 *
 * @param dir the plan's folder, or the same folder in an attempt's workspace
 */
export function scriptsOf(command: string, dir: string): readonly NamedScript[] {
  const root = realpathSync(dir);
  const found = new Map<string, string>();
  let base = root;
  let entering = false;
  for (const word of wordsOf(command)) {
    if (entering) base = resolve(base, word);
    entering = word === "cd";
    const steered = STEERED_BY.find(({ program }) => program.test(word));
    for (const file of steered === undefined ? [] : nearest(base, steered.files)) add(found, root, file);
    // Programs of the system, named by their whole path, are the user's own.
    if (isAbsolute(word) && relative(root, word).startsWith("..")) continue;
    for (const path of new Set([resolve(base, word), resolve(root, word)])) {
      if (!isFolder(path)) add(found, root, path);
      else if (path !== root && path !== base) for (const name of FOLDER_ENTRIES) add(found, root, join(path, name));
    }
  }
  return [...found].map(([path, digest]) => ({ path, digest })).sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Whether a command runs what a variable or another command names, so that nobody can say now what it would run. */
export function isPinned(command: string): boolean {
  return !/(?:^|[\s;|&(]|=)(?:\.\/|\S*\/)?(?:\$[A-Za-z_{(]|`)/.test(command);
}

function add(found: Map<string, string>, root: string, path: string): void {
  const name = relative(root, path);
  if (name === "" || found.has(name)) return;
  const content = readFile(path);
  if (content !== null) found.set(name, `sha256:${createHash("sha256").update(content).digest("hex")}`);
}

/** The first of the files at or above a folder, as the programs look for them. */
function nearest(base: string, files: readonly string[]): readonly string[] {
  for (let folder = base; ; folder = dirname(folder)) {
    const here = files.map((name) => join(folder, name)).find((path) => readFile(path) !== null);
    if (here !== undefined) return [here];
    if (dirname(folder) === folder) return [];
  }
}

/** Splits a command line into words, roughly as a shell does; enough to see file names. */
function wordsOf(command: string): readonly string[] {
  return command
    .split(/[\s;|&<>()`$"']+/)
    .flatMap((word) => (word.includes("=") ? [word, word.slice(word.indexOf("=") + 1)] : [word]))
    .filter((word) => word !== "" && word.length < 1024);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function readFile(path: string): Uint8Array | null {
  try {
    const stat = statSync(path);
    return stat.isFile() && stat.size <= MAX_SCRIPT_BYTES ? readFileSync(path) : null;
  } catch {
    return null;
  }
}
