import { execFile } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { ownProgram } from "./own-program.ts";

const run = promisify(execFile);

/** Standard input, output and error of a command that is about to start. */
export interface StandardStreams {
  /** What the command gets, as file descriptors of this process. */
  readonly given: { readonly stdin: number; readonly stdout: number; readonly stderr: number };
  /** Where its output arrives. */
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Closes this process's copies of what the command got, so that its end is seen. Call once it has been spawned. */
  release(): void;
}

/**
 * Opens a real pipe for each output stream, and a file without a name for the input.
 *
 * Node's own `pipe` is a socket, and a socket cannot be opened again: `tee /dev/stderr` and `> /dev/stdout`, which are
 * common in check scripts, would fail in it.
 */
export async function openStreams(stdin: string): Promise<StandardStreams> {
  const folder = mkdtempSync(join(tmpdir(), "holdpoint-pipes-"));
  const opened: number[] = [];
  const open = (path: string, flags: number): number => {
    const fd = openSync(path, flags);
    opened.push(fd);
    return fd;
  };
  try {
    const [input, out, err] = [join(folder, "in"), join(folder, "out"), join(folder, "err")];
    writeFileSync(input, stdin, { mode: 0o600 });
    await run(ownProgram("mkfifo"), ["-m", "600", out, err]);
    const reading = [out, err].map((path) => open(path, constants.O_RDONLY | constants.O_NONBLOCK));
    const given = {
      stdin: open(input, constants.O_RDONLY),
      stdout: open(out, constants.O_WRONLY),
      stderr: open(err, constants.O_WRONLY),
    };
    const [stdout, stderr] = reading.map((fd) => new Socket({ fd, readable: true, writable: false }));
    if (stdout === undefined || stderr === undefined) throw new Error("two streams were opened");
    return { given, stdout, stderr, release: () => Object.values(given).forEach((fd) => closeSync(fd)) };
  } catch (error) {
    for (const fd of opened) closeSync(fd);
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
