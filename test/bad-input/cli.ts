import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect } from "vitest";
import { outerEnvironment } from "../e2e/outer-environment.ts";

/** The launcher of the built command line. */
export const LAUNCHER: string = join(dirname(fileURLToPath(import.meta.url)), "../../packages/cli/bin/holdpoint.mjs");

/** How a call ended. */
export interface CliResult {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
}

/** A folder with documents in it, and the command line to be used on them. */
export interface CliFolder {
  readonly dir: string;
  /** A folder beside it, outside of the plan's. */
  readonly beside: string;
  readonly env: NodeJS.ProcessEnv;
  path(name: string): string;
  write(name: string, content: string | Uint8Array): string;
  /** Calls the command line and waits; `through` is a command that starts it, such as `setpriv`. */
  holdpoint(
    args: readonly string[],
    more?: { readonly env?: NodeJS.ProcessEnv; readonly through?: readonly string[] },
  ): CliResult;
  /** Starts the command line and leaves it running. */
  start(args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<CliResult> };
}

const made: string[] = [];
const running: ChildProcess[] = [];

/** Makes a folder for one test; it is removed after the test, and what was started is ended. */
export function cliFolder(files: Readonly<Record<string, string | Uint8Array>> = {}): CliFolder {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "holdpoint-bad-")));
  made.push(base);
  const dir = join(base, "plan");
  const beside = join(base, "beside");
  mkdirSync(dir);
  mkdirSync(beside);
  const env = { ...outerEnvironment(), XDG_CONFIG_HOME: join(base, "config"), NO_COLOR: "1", LC_ALL: "C.UTF-8" };
  const path = (name: string): string => join(dir, name);
  const write = (name: string, content: string | Uint8Array): string => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), content);
    return path(name);
  };
  for (const [name, content] of Object.entries(files)) write(name, content);
  return {
    dir,
    beside,
    env,
    path,
    write,
    holdpoint(args, more = {}) {
      const [program = "", ...rest] = [...(more.through ?? []), process.execPath, LAUNCHER, ...args];
      const ended = spawnSync(program, rest, {
        cwd: dir,
        env: { ...env, ...more.env },
        encoding: "utf8",
        timeout: 60_000,
        maxBuffer: 256 * 1024 * 1024,
      });
      return { exit: ended.status, out: ended.stdout, err: ended.stderr };
    },
    start(args) {
      const child = spawn(process.execPath, [LAUNCHER, ...args], { cwd: dir, env, stdio: ["ignore", "pipe", "pipe"] });
      running.push(child);
      let out = "";
      let err = "";
      child.stdout.on("data", (chunk: Buffer) => {
        out += chunk.toString();
      });
      child.stderr.on("data", (chunk: Buffer) => {
        err += chunk.toString();
      });
      const ended = new Promise<CliResult>((done) => {
        child.on("close", (exit) => done({ exit, out, err }));
      });
      return { child, ended };
    },
  };
}

/** What a problem has to say. */
export interface ExpectedProblem {
  readonly exit: number;
  readonly code: string;
  readonly file?: string | null;
  readonly line?: number | null;
  readonly field?: string;
  readonly message?: string;
}

/**
 * Calls a command with `--json` and expects the problem: as the one object on standard output and for people on standard
 * error, with a remedy and without a stack.
 */
export function expectProblem(result: CliResult, expected: ExpectedProblem): void {
  const { exit, message, ...rest } = expected;
  expect(result.out.trimEnd().split("\n")).toHaveLength(1);
  const object: unknown = JSON.parse(result.out);
  expect(object).toMatchObject({ schema: "holdpoint/problem/v1", exit, ...rest, remedy: expect.stringMatching(/\w+/) });
  if (message !== undefined) expect(object).toMatchObject({ message: expect.stringContaining(message) });
  expect(result.exit).toBe(exit);
  expect(result.err).toContain(expected.code);
  expect(result.err).toContain(`docs/problems/${expected.code}.md`);
  expectNoStack(result);
}

/** Expects that nothing that was printed is a stack trace, and that no text shows a place that was not filled in. */
export function expectNoStack({ out, err }: CliResult): void {
  expect(`${out}\n${err}`).not.toMatch(/^\s+at .+[:(]\d+/m);
  expect(err).not.toMatch(/ \{\w+\}|undefined|\[object /);
}

/** The names of what lies in a folder. */
export function filesIn(dir: string): readonly string[] {
  return readdirSync(dir).sort();
}

afterEach(() => {
  for (const child of running.splice(0)) if (child.exitCode === null) child.kill("SIGKILL");
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});
