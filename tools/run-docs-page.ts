import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import { type DocsPage, type DocsStep, firstMissingLine } from "./docs-blocks.ts";

/** A block of commands that did not do what its page says. */
export interface DocsFailure {
  readonly line: number;
  readonly what: string;
  readonly printed: string;
}

/** What a page's commands are run with. */
export interface DocsRun {
  /** The repository. */
  readonly root: string;
  /** The program that `holdpoint` stands for. */
  readonly launcher: string;
  /** Longest time for one block, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Runs a page's blocks in folders of their own below the system's temporary folder.
 *
 * @returns how many blocks ran, and those that failed; a page stops at its first failure
 */
export function runDocsPage(
  page: DocsPage,
  run: DocsRun,
): { readonly ran: number; readonly failures: readonly DocsFailure[] } {
  const base = mkdtempSync(join(tmpdir(), "holdpoint-docs-"));
  try {
    const folders = new Folders(base, run.root);
    const env = environment(base, run.launcher);
    let ran = 0;
    for (const step of page.steps) {
      const failure =
        step.kind === "file" ? write(step, folders.current) : execute(step, folders.enter(step.folder), env, run);
      if (step.kind === "commands") ran += 1;
      if (failure !== null) return { ran, failures: [failure] };
    }
    return { ran, failures: [] };
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

/** The folders of one page: one that is empty at first, and one copy of each folder it names. */
class Folders {
  current: string;
  readonly #base: string;
  readonly #root: string;
  readonly #copies = new Map<string, string>();

  constructor(base: string, root: string) {
    this.#base = base;
    this.#root = root;
    this.current = join(base, "work");
    mkdirSync(this.current);
  }

  enter(folder: string | null): string {
    if (folder === null) return this.current;
    const known = this.#copies.get(folder);
    if (known !== undefined) return known;
    const copy = join(this.#base, `copy-${this.#copies.size + 1}`);
    cpSync(join(this.#root, folder), copy, {
      recursive: true,
      filter: (path) => !/[/\\](\.holdpoint|node_modules)$/.test(path),
    });
    this.#copies.set(folder, copy);
    return copy;
  }
}

function write(step: Extract<DocsStep, { kind: "file" }>, folder: string): DocsFailure | null {
  const file = resolve(folder, step.path);
  if (!file.startsWith(folder + sep))
    return { line: step.line, what: `${step.path} leads out of the page's folder`, printed: "" };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, step.content);
  if (step.content.startsWith("#!")) chmodSync(file, 0o755);
  return null;
}

function execute(
  step: Extract<DocsStep, { kind: "commands" }>,
  folder: string,
  env: NodeJS.ProcessEnv,
  run: DocsRun,
): DocsFailure | null {
  const result = spawnSync("sh", ["-e", "-c", `exec 2>&1\n${step.script}`], {
    cwd: folder,
    env,
    encoding: "utf8",
    timeout: run.timeoutMs,
    killSignal: "SIGKILL",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 16 * 1024 * 1024,
  });
  const printed = result.stdout + result.stderr;
  const fail = (what: string): DocsFailure => ({ line: step.line, what, printed });
  if (result.error !== undefined) return fail(`did not end by itself (${result.error.message})`);
  if (result.status !== step.exit) return fail(`ended with ${result.status ?? result.signal}, not with ${step.exit}`);
  const missing = firstMissingLine(printed, step.output);
  return missing === null ? null : fail(`did not print: ${missing}`);
}

/** A home of its own, so that no test sees or leaves anything of the user's; `holdpoint` is found by its name. */
function environment(base: string, launcher: string): NodeJS.ProcessEnv {
  const bin = join(base, "bin");
  const home = join(base, "home");
  mkdirSync(bin);
  mkdirSync(home);
  if (!existsSync(launcher)) throw new Error(`${launcher} is missing`);
  writeFileSync(join(bin, "holdpoint"), `#!/bin/sh\nexec "${process.execPath}" "${launcher}" "$@"\n`, { mode: 0o755 });
  return {
    PATH: `${bin}:${dirname(process.execPath)}:${process.env["PATH"] ?? "/usr/bin:/bin"}`,
    HOME: home,
    TMPDIR: tmpdir(),
    LANG: "C.UTF-8",
    TZ: "UTC",
    NO_COLOR: "1",
  };
}
