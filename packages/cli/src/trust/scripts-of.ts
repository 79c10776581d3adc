import { createHash } from "node:crypto";
import { readFileSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";

/** A file below the plan's folder that a command names, with its digest. */
export interface NamedScript {
  /** Relative to the plan's folder. */
  readonly path: string;
  /** `sha256:…` */
  readonly digest: string;
}

/**
 * The files of the plan's folder that a command line names: `./check.sh`, `node checks/load.mjs`, `pytest tests/a.py`.
 *
 * Consent is given to a command as it would run now, so a script that changes afterwards must be agreed to again. Files
 * outside the folder, and what a script loads by itself, are not looked at.
 *
 * @param dir the plan's folder
 */
export function scriptsOf(command: string, dir: string): readonly NamedScript[] {
  const root = realpathSync(dir);
  const found = new Map<string, string>();
  for (const word of wordsOf(command)) {
    const path = resolve(root, word);
    const below = relative(root, path);
    if (below === "" || below.startsWith("..") || isAbsolute(below) || found.has(below)) continue;
    const content = readFile(path);
    if (content !== null) found.set(below, `sha256:${createHash("sha256").update(content).digest("hex")}`);
  }
  return [...found].map(([path, digest]) => ({ path, digest })).sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Splits a command line into words, roughly as a shell does; enough to see file names. */
function wordsOf(command: string): readonly string[] {
  return command
    .split(/[\s;|&<>()`$"']+/)
    .flatMap((word) => [word, word.slice(word.indexOf("=") + 1)])
    .filter((word) => word !== "" && word.length < 1024);
}

function readFile(path: string): Uint8Array | null {
  try {
    return statSync(path).isFile() ? readFileSync(path) : null;
  } catch {
    return null;
  }
}
