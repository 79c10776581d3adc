import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { READY } from "../isolation/prelude.ts";
import { endProcesses, killProcesses } from "../processes/end-processes.ts";
import { procSource } from "../processes/proc-source.ts";
import type { ProcessSource } from "../processes/process-source.ts";
import { ProcessTree } from "../processes/process-tree.ts";
import { ProcessWatch } from "../processes/process-watch.ts";
import { psSource } from "../processes/ps-source.ts";
import type { CommandGroup } from "../quota/command-group.ts";
import { type CommandResult, type CommandSpec, DEFAULT_LIMITS, type EndedFor } from "./command.types.ts";
import { OutputPump } from "./output-pump.ts";
import { type PreparedCommand, WRAPPERS_ISOLATED } from "./prepare-command.ts";
import { openStreams, type StandardStreams } from "./standard-streams.ts";

/** Longest silence of an output stream after every process is ended; someone out of reach may hold it open. */
const STREAM_END_MS = 400;
/** Timers of Node cannot be longer (25 days). */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** Status text that is kept while a namespace is set up. */
const STATUS_BYTES = 4096;

/** The part of a result that watching the process yields. */
export type FinishedProcess = Pick<
  CommandResult,
  | "started"
  | "startError"
  | "exitCode"
  | "signal"
  | "endedFor"
  | "stdout"
  | "stderr"
  | "peakMemoryBytes"
  | "cpuMs"
  | "peakProcesses"
  | "leftBehind"
> & {
  /** Why the namespace could not be set up, in which case the command was never begun; else null. */
  readonly settingUp: string | null;
};

/** One start of a prepared command. */
export interface SupervisedStart {
  readonly spec: CommandSpec;
  readonly prepared: PreparedCommand;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** `NAME=value` by which its processes are recognised. */
  readonly marker: string;
  /** The control group that it runs in; null where there are none. */
  readonly group: CommandGroup | null;
}

/** Starts a prepared command, keeps it in its bounds, and waits until nothing of it is left. */
export async function superviseProcess(start: SupervisedStart): Promise<FinishedProcess> {
  const supervisor = new Supervisor(start);
  return supervisor.run();
}

class Supervisor {
  readonly #spec: CommandSpec;
  readonly #start: SupervisedStart;
  readonly #isolated: boolean;
  readonly #limits: typeof DEFAULT_LIMITS;
  readonly #pump: OutputPump;
  #endedFor: EndedFor | null = null;
  #ending: Promise<unknown> | null = null;
  #tree: ProcessTree | null = null;
  #status = "";

  constructor(start: SupervisedStart) {
    this.#start = start;
    this.#spec = start.spec;
    this.#isolated = start.prepared.isolation.level === "full";
    this.#limits = { ...DEFAULT_LIMITS, ...start.spec.limits };
    this.#pump = new OutputPump(start.spec, this.#limits.outputBytes, () => this.#end("output"));
  }

  async run(): Promise<FinishedProcess> {
    const spawned = await this.#spawn();
    if (spawned instanceof Error) return this.#finish({ code: null, signal: null, error: spawned.message }, 0, null);
    const { child, streams } = spawned;
    const exit = exitOf(child);
    const output = this.#connect(child, streams);
    if (child.pid === undefined) {
      await output;
      return this.#finish(await exit, 0, null);
    }
    const tree = new ProcessTree(child.pid, processSource(), this.#isolated ? null : this.#start.marker);
    this.#tree = tree;
    const watch = this.#watch(tree);
    const timer = setTimeout(() => this.#end("timeout"), Math.min(this.#limits.wallMs, LONGEST_TIMER_MS));
    const cancel = (): void => this.#end("cancelled");
    this.#spec.signal?.addEventListener("abort", cancel, { once: true });
    if (this.#spec.signal?.aborted === true) cancel();
    try {
      const outcome = await exit;
      clearTimeout(timer);
      watch.stop();
      const leftBehind = await this.#clearAway(tree);
      await this.#drain(streams, output);
      return this.#finish(outcome, leftBehind, watch);
    } finally {
      clearTimeout(timer);
      watch.stop();
      this.#spec.signal?.removeEventListener("abort", cancel);
    }
  }

  async #spawn(): Promise<{ child: ChildProcess; streams: StandardStreams } | Error> {
    const { cwd, env, group, prepared } = this.#start;
    const [program = "", ...args] = group === null ? prepared.argv : group.argv(prepared.argv);
    try {
      const streams = await openStreams(this.#spec.stdin ?? "");
      const { stdin, stdout, stderr } = streams.given;
      try {
        // A new session: its own process group, and no terminal that it could read from or type into.
        const options = { cwd, env: { ...env }, detached: true };
        const stdio = this.#isolated ? [stdin, stdout, "pipe" as const, stderr] : [stdin, stdout, stderr];
        return { child: spawn(program, args, { ...options, stdio }), streams };
      } catch (error) {
        streams.stdout.destroy();
        streams.stderr.destroy();
        throw error;
      } finally {
        streams.release();
      }
    } catch (error) {
      // Some failures are thrown rather than told by event: a command line longer than the system takes, for one.
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** Waits until all output is taken in; gives up on a stream that nothing comes from and that still does not end. */
  async #drain(streams: StandardStreams, output: Promise<void>): Promise<void> {
    const ended = output.then((): true => true);
    for (let seen = -1; ; ) {
      if (await Promise.race([ended, pause(STREAM_END_MS, false, { ref: false })])) return;
      if (this.#pump.idle && this.#pump.bytes === seen) break;
      seen = this.#pump.bytes;
    }
    this.#pump.markIncomplete();
    streams.stdout.destroy();
    streams.stderr.destroy();
    await output;
  }

  /** Connects status and output; settles when all output has been taken in. */
  async #connect(child: ChildProcess, streams: StandardStreams): Promise<void> {
    if (this.#isolated) child.stderr?.on("data", (chunk: Buffer) => this.#noteStatus(chunk));
    await Promise.all([this.#pump.take(streams.stdout, "stdout"), this.#pump.take(streams.stderr, "stderr")]);
  }

  #noteStatus(chunk: Buffer): void {
    if (this.#status.length < STATUS_BYTES) this.#status += chunk.toString("utf8");
  }

  #watch(tree: ProcessTree): ProcessWatch {
    const watch = new ProcessWatch({
      tree,
      limits: this.#limits,
      intervalMs: this.#spec.pollIntervalMs ?? 100,
      ownProcesses: this.#isolated ? WRAPPERS_ISOLATED : 0,
      onExceeded: (limit) => this.#end(limit),
      group: this.#start.group,
    });
    watch.start();
    return watch;
  }

  /** Ends the command for a reason; only the first reason counts. */
  #end(reason: EndedFor): void {
    if (this.#ending !== null || this.#tree === null) return;
    this.#endedFor = reason;
    const graceMs = reason === "timeout" || reason === "cancelled" ? (this.#spec.killGraceMs ?? 2000) : 0;
    // A flood is only counted from here on: whoever listens has had enough of it.
    if (reason === "output") this.#pump.letFlow();
    this.#ending = this.#killAll(this.#tree, graceMs);
  }

  /** A group is ended at once and whole; what left it, or never was in one, by looking for it. */
  async #killAll(tree: ProcessTree, graceMs: number): Promise<void> {
    if (graceMs > 0) await endProcesses(tree, graceMs, this.#isolated ? new Set([tree.root]) : new Set());
    this.#start.group?.kill();
    await killProcesses(tree);
  }

  /** Ends what outlived the command. In a namespace the kernel has done so already. */
  async #clearAway(tree: ProcessTree): Promise<number> {
    if (this.#ending !== null) {
      await this.#ending;
      return 0;
    }
    const { group } = this.#start;
    this.#endedFor ??= group?.exceeded() ?? null;
    const seen = tree.update(true).map(({ pid }) => pid);
    const left = new Set([...seen, ...(group?.processes() ?? [])]).size;
    // It is no longer the command that would be cut short, so there is no reason to wait for long.
    if (seen.length > 0) await endProcesses(tree, 200, new Set());
    group?.kill();
    return left;
  }

  #finish(outcome: Exit, leftBehind: number, watch: ProcessWatch | null): FinishedProcess {
    const peak = watch?.peak;
    const ready = !this.#isolated || this.#status.trimEnd().endsWith(READY);
    const settingUp = ready || this.#endedFor !== null ? null : setUpFailure(this.#status, outcome);
    return {
      started: outcome.error === null,
      startError: outcome.error,
      exitCode: outcome.code,
      signal: outcome.signal,
      endedFor: this.#endedFor,
      stdout: this.#pump.finish("stdout"),
      stderr: this.#pump.finish("stderr"),
      peakMemoryBytes: peak?.memoryBytes ?? null,
      cpuMs: peak?.cpuMs ?? null,
      peakProcesses: peak?.processes ?? null,
      leftBehind,
      settingUp,
    };
  }
}

interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly error: string | null;
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal, error: null }));
    child.once("error", (error) => resolve({ code: null, signal: null, error: error.message }));
  });
}

function setUpFailure(status: string, outcome: Exit): string {
  const said = status.trim().replaceAll(/\s+/g, " ").slice(0, 300);
  return `the namespace could not be set up: ${said || outcome.error || `status ${outcome.code ?? outcome.signal}`}`;
}

function processSource(): ProcessSource {
  return process.platform === "linux" ? procSource() : psSource();
}
