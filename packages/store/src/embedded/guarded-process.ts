import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import type { PostgresBinaries } from "./binaries.ts";
import type { RunAs } from "./run-as.ts";

/**
 * Runs a program until it ends or until the pipe on descriptor 3 closes, which the kernel does when the process at its
 * other end dies, however it dies. It then sends SIGINT, which PostgreSQL takes as "disconnect everyone and stop", and
 * after ten seconds SIGQUIT.
 *
 * `$!` and a subshell with the builtin `read` instead of `cat`: nothing is left behind when the program ends first.
 */
const GUARD = `
if [ -n "$HOLDPOINT_PG_LIB" ]; then export LD_LIBRARY_PATH="$HOLDPOINT_PG_LIB" DYLD_LIBRARY_PATH="$HOLDPOINT_PG_LIB"; fi
"$@" 3<&- &
program=$!
(
  read -r _ <&3
  kill -INT $program
  i=0
  while [ $i -lt 100 ] && kill -0 $program; do i=$((i + 1)); sleep 0.1; done
  kill -QUIT $program
) 2>/dev/null &
guard=$!
exec 3<&-
wait $program
status=$?
kill $guard 2>/dev/null
exit $status
`;

/** A program that dies with this process. */
export interface GuardedProcess {
  /** Whether it still runs. */
  readonly running: boolean;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  /** Asks it to end (as the death of this process would) and resolves when it has, or when `withinMs` are over. */
  stop(withinMs: number): Promise<boolean>;
}

/** What to start, and where its output goes. */
export interface GuardedCommand {
  readonly argv: readonly string[];
  readonly runAs: RunAs;
  readonly binaries: PostgresBinaries;
  readonly cwd: string;
  /** An open file descriptor for standard output and error. */
  readonly logFd: number;
}

/**
 * Starts a program that cannot outlive this process, not even when this process is killed.
 *
 * In a session of its own, so that Ctrl-C in the terminal reaches this process alone, which then ends things in order.
 */
export function startGuarded(command: GuardedCommand): GuardedProcess {
  const [file = "", ...args] = wrapped(command.runAs, [
    "/bin/sh",
    "-c",
    GUARD,
    "guard",
    ...onParentDeath(),
    ...command.argv,
  ]);
  const child = spawn(file, args, {
    cwd: command.cwd,
    detached: true,
    stdio: ["ignore", command.logFd, command.logFd, "pipe"],
    env: environmentOf(command.binaries),
    ...command.runAs.user,
  });
  const ended = endOf(child);
  child.unref();
  const pipe = child.stdio[3];
  if (pipe !== null && pipe !== undefined && "unref" in pipe && typeof pipe.unref === "function") pipe.unref();
  pipe?.on("error", () => undefined);
  return {
    get running() {
      return child.exitCode === null && child.signalCode === null;
    },
    ended,
    async stop(withinMs) {
      pipe?.destroy();
      child.ref();
      return await within(ended, withinMs);
    },
  };
}

/** Runs a program to its end. */
export function runToEnd(command: Omit<GuardedCommand, "logFd"> & { readonly input?: string }): {
  readonly status: number | null;
  readonly output: string;
} {
  const [file = "", ...args] = wrapped(command.runAs, command.argv);
  const done = spawnSync(file, args, {
    cwd: command.cwd,
    encoding: "utf8",
    env: environmentOf(command.binaries),
    ...(command.input === undefined ? {} : { input: command.input }),
    ...command.runAs.user,
  });
  const output = `${done.stdout ?? ""}${done.stderr ?? ""}${done.error === undefined ? "" : done.error.message}`;
  return { status: done.status, output };
}

/** The environment of PostgreSQL: nothing of ours but the path, no locale, and where its libraries are. */
function environmentOf(binaries: PostgresBinaries): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };
  const lib = binaries.libraryDir;
  return lib === null ? env : { ...env, HOLDPOINT_PG_LIB: lib, LD_LIBRARY_PATH: lib, DYLD_LIBRARY_PATH: lib };
}

function wrapped(runAs: RunAs, argv: readonly string[]): readonly string[] {
  return [...runAs.prefix, ...argv];
}

let setprivWorks: boolean | undefined;

/** On Linux the kernel also ends the program when the guard itself is killed. */
function onParentDeath(): readonly string[] {
  const prefix = ["setpriv", "--pdeathsig", "INT"];
  setprivWorks ??= process.platform === "linux" && spawnSync("setpriv", ["--pdeathsig", "INT", "true"]).status === 0;
  return setprivWorks ? prefix : [];
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  try {
    await once(child, "exit");
  } catch {
    // It could not be started at all: it has ended.
  }
}

async function within(done: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const result = await Promise.race([done.then(() => true), late]);
  clearTimeout(timer);
  return result;
}
