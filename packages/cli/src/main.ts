import { COMMANDS } from "./command-table.ts";
import { createProgram } from "./program.ts";

/** The process's edge: parses the arguments, runs one command, sets the exit code. */
const program = createProgram(COMMANDS, {
  out: process.stdout,
  err: process.stderr,
  env: process.env,
  cwd: process.cwd(),
});

/** Exit code when what was to be said could not be: neither a success nor a verdict. */
const UNAVAILABLE = 69;

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // A reader that closes the pipe early (`| head`) has seen enough. The command goes on to its own end, so that
    // nothing is left half done and the exit code stays what it is worth.
    if (error.code === "EPIPE") return;
    process.exitCode = UNAVAILABLE;
    if (stream === process.stdout)
      process.stderr.write(`holdpoint: standard output cannot be written (${error.code ?? error.message})\n`);
  });
}

const exitCode = await program(process.argv.slice(2));
process.exitCode = process.exitCode === UNAVAILABLE ? UNAVAILABLE : exitCode;
