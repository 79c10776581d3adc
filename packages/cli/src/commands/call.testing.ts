import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Writable } from "node:stream";
import { HoldpointError } from "@holdpoint/core";
import { afterEach } from "vitest";
import type { CommandCall, CommandFunction } from "../command.ts";
import { reportProblem } from "../output/report-problem.ts";

/** What a call wrote and how it ended. */
export interface CallResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A folder with a plan in it, in which commands are called as the command line would call them. */
export interface CallFolder {
  readonly dir: string;
  /** Where the user's own things are kept. */
  readonly home: string;
  path(name: string): string;
  write(name: string, content: string | Uint8Array): string;
  call(
    run: CommandFunction,
    args: readonly string[],
    options?: CommandCall["options"],
    env?: NodeJS.ProcessEnv,
  ): Promise<CallResult>;
}

const made: string[] = [];

/** Makes a folder for one test; it is removed after the test. */
export function callFolder(files: Readonly<Record<string, string>> = {}): CallFolder {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "holdpoint-call-")));
  made.push(base);
  const dir = join(base, "plan");
  const home = join(base, "home");
  mkdirSync(dir);
  const path = (name: string): string => join(dir, name);
  const write = (name: string, content: string | Uint8Array): string => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), content);
    return path(name);
  };
  for (const [name, content] of Object.entries(files)) write(name, content);
  return {
    dir,
    home,
    path,
    write,
    async call(run, args, options = {}, env = {}) {
      const out = new Collected();
      const err = new Collected();
      const call: CommandCall = {
        args,
        options,
        out,
        err,
        cwd: dir,
        env: { PATH: process.env["PATH"], XDG_CONFIG_HOME: home, ...env },
      };
      try {
        return { code: await run(call), out: out.text(), err: err.text() };
      } catch (error) {
        // A bug must fail the test with its stack.
        if (!(error instanceof HoldpointError)) throw error;
        return { code: reportProblem(error, call), out: out.text(), err: err.text() };
      }
    },
  };
}

/** A stream that keeps what is written. */
export class Collected extends Writable {
  readonly #chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  text(): string {
    return this.bytes().toString("utf8");
  }
}

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});
