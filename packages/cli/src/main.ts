import { COMMANDS } from "./command-table.ts";
import { createProgram } from "./program.ts";

/** The process's edge: parses the arguments, runs one command, sets the exit code. */
const program = createProgram(COMMANDS, {
  out: process.stdout,
  err: process.stderr,
  env: process.env,
  cwd: process.cwd(),
});

// A reader that closes the pipe early (`| head`) has seen enough; that is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
  throw error;
});

process.exitCode = await program(process.argv.slice(2));
