import type { CheckDefinition, EvidenceScript, JudgedSubject } from "@holdpoint/core";

/** One check to run once. */
export interface CheckRequest {
  readonly check: CheckDefinition;
  /** The folder it runs in: the plan's own, or the same folder in an attempt's workspace. Absolute. */
  readonly dir: string;
  readonly signal?: AbortSignal;
}

/** The bytes of an output stream, kept on disk under their digest. */
export interface KeptStream {
  /** Where the kept bytes can be read; absolute. */
  readonly path: string;
  /** `sha256:…` of all bytes, kept or not. */
  readonly digest: string;
  /** Bytes of the whole. */
  readonly size: number;
  /** True when only the head was kept. */
  readonly truncated: boolean;
}

/** How a run of a check went. Any exit status is a result, never an exception. */
export interface CheckRun {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly started: boolean;
  readonly startError: string | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  /** Why the runner ended it (`timeout`, `memory`, …), or null. */
  readonly endedFor: string | null;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly isolation: { readonly level: "full" | "none"; readonly reason: string | null };
  readonly environmentDigest: string;
  /** Files that the command names, as they were when it began. */
  readonly scripts: readonly EvidenceScript[];
  readonly stdout: KeptStream;
  readonly stderr: KeptStream;
  /** The last lines of its output, for people. */
  readonly tail: string;
}

/** Runs checks, away from the process that judges. The engine never starts a command by itself. */
export interface CheckRunner {
  run(request: CheckRequest): Promise<CheckRun>;
}

/** Says what a folder holds now. */
export interface SubjectReader {
  /** `leaveOut`: paths and globs of reports that checks write, which are no part of what is judged. */
  subjectOf(dir: string, options: { readonly leaveOut: readonly string[] }): Promise<JudgedSubject>;
  /**
   * Digest of the check's input files and their names, and of the scripts that its command names. Inputs that match
   * nothing stand for the whole tree, so that a mistyped glob never keeps evidence fresh.
   */
  digestInputs(dir: string, check: CheckDefinition): Promise<string>;
}
