import type { Writable } from "node:stream";
import type { Protection } from "../isolation/protection.ts";

/** Bounds of one command with everything it starts. What exceeds one is ended, whole. */
export interface CommandLimits {
  /** Wall clock, milliseconds. @default 600000 */
  readonly wallMs: number;
  /** Resident memory of all its processes together, bytes; shared pages count once. @default unlimited */
  readonly memoryBytes: number;
  /** Processor time of all its processes together, milliseconds. @default unlimited */
  readonly cpuMs: number;
  /** Processes at one time. @default unlimited */
  readonly processes: number;
  /** Processors that it may keep busy at one time; only control groups bound it. @default unlimited */
  readonly cpus: number;
  /** Standard output and error together, bytes. @default 268435456 */
  readonly outputBytes: number;
}

/** Why Holdpoint ended a command; null when it ended by itself. */
export type EndedFor = "timeout" | "memory" | "cpu" | "processes" | "output" | "cancelled";

/** Which of the two output streams a line came from. */
export type StreamName = "stdout" | "stderr";

/** One command to run. */
export interface CommandSpec {
  /** A string runs by `/bin/sh -c`; an array is the program and its arguments. */
  readonly command: string | readonly string[];
  /** The folder that the command belongs to, absolute; its working directory lies in it. */
  readonly root: string;
  /** Working directory, relative to `root`. @default "." */
  readonly cwd?: string;
  /** Variables that are set for it, on top of the allow-list. */
  readonly env?: Readonly<Record<string, string>>;
  /** Names of this process's variables that are passed on besides the allow-list. */
  readonly passEnv?: readonly string[];
  /** Text for its standard input; without it standard input is empty. */
  readonly stdin?: string;
  readonly limits?: Partial<CommandLimits>;
  /** How long it may take to end after SIGTERM before SIGKILL, milliseconds. @default 2000 */
  readonly killGraceMs?: number;
  /** Bytes of each stream that are kept: half from its beginning, half from its end. @default 1048576 */
  readonly keepBytes?: number;
  /** `auto` takes what can be had and says so; `required` refuses to run without; `off` does not try. @default "auto" */
  readonly isolation?: "auto" | "required" | "off";
  /** What the command may not see or write, and where it may write, when it runs isolated. @default that of a plan in `root` */
  readonly protection?: Protection;
  /** Receives each line without its line break. A promise holds the command's output back until it settles. */
  readonly onLine?: (line: string, stream: StreamName) => void | Promise<void>;
  /** Receives the whole stream as it comes, byte for byte; the caller ends it. */
  readonly copyTo?: { readonly stdout?: Writable; readonly stderr?: Writable };
  /** Ends the command when aborted. */
  readonly signal?: AbortSignal;
  /** How often its processes are looked at, milliseconds. @default 100 */
  readonly pollIntervalMs?: number;
}

/** What was kept of a stream, and what is known of the whole of it. */
export interface CapturedStream {
  /** The kept text; where the middle was dropped, one line says how many bytes are missing. */
  readonly text: string;
  /** Bytes of the whole stream, kept or not. */
  readonly bytes: number;
  /** `sha256:` and the hex digest of the whole stream. */
  readonly digest: string;
  /** True when `text` is not all of it. */
  readonly truncated: boolean;
  /** False when the stream had to be left before its end: someone out of reach held it open. It proves nothing then. */
  readonly complete: boolean;
}

/** How a command was kept from touching the evidence. */
export interface IsolationOutcome {
  readonly level: "full" | "none";
  /** Why it is not full; null when it is. */
  readonly reason: string | null;
}

/** What happened when a command ran. Any exit status is a result, never an exception. */
export interface CommandResult {
  readonly argv: readonly string[];
  /** Absolute, links resolved. */
  readonly cwd: string;
  /** False when the program could not be started at all; `startError` says why. */
  readonly started: boolean;
  readonly startError: string | null;
  /** Null when a signal ended it. An isolated command that died of signal n has 128 + n, as a shell reports it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  readonly endedFor: EndedFor | null;
  /** Milliseconds since the epoch, from the injected clock. */
  readonly startedAt: number;
  /** Milliseconds since the epoch, from the injected clock. */
  readonly endedAt: number;
  readonly stdout: CapturedStream;
  readonly stderr: CapturedStream;
  /** Greatest memory seen, bytes; null when it was never looked at (too short, or no `/proc` and no `ps`). */
  readonly peakMemoryBytes: number | null;
  /** Processor time as last seen, milliseconds; null as above. A lower bound. */
  readonly cpuMs: number | null;
  /** Most processes seen at one time; null as above. */
  readonly peakProcesses: number | null;
  /** Processes that were still there after the command itself had ended, and were ended. */
  readonly leftBehind: number;
  readonly isolation: IsolationOutcome;
  /** Protected files that did not exist before and do now. They are not to be trusted. */
  readonly appeared: readonly string[];
  /** `sha256:` digest over the sorted variables that it saw, less those that differ in every run. */
  readonly environmentDigest: string;
}

/** The bounds that hold when a spec names none. */
export const DEFAULT_LIMITS: CommandLimits = {
  wallMs: 600_000,
  memoryBytes: Number.POSITIVE_INFINITY,
  cpuMs: Number.POSITIVE_INFINITY,
  processes: Number.POSITIVE_INFINITY,
  cpus: Number.POSITIVE_INFINITY,
  outputBytes: 256 * 1024 * 1024,
};

/** A bound that processes can exceed while they run. */
export type WatchedLimit = "memory" | "cpu" | "processes";
