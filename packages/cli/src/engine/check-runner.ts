import { createHash } from "node:crypto";
import { createWriteStream, mkdtempSync, renameSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import {
  type CapturedStream,
  type CommandResult,
  digestInputs,
  planProtection,
  runCommand,
  subjectOf,
} from "@holdpoint/agent";
import { type CheckDefinition, type EvidenceScript, HoldpointError, type Runtime } from "@holdpoint/core";
import type { CheckRequest, CheckRun, CheckRunner, KeptStream, SubjectReader } from "@holdpoint/server";
import type { PlanPlace } from "../place/plan-place.ts";
import { consentText } from "../trust/consent-text.ts";
import { scriptsOf } from "../trust/scripts-of.ts";
import { userFolder } from "../trust/user-key.ts";
import { onlyReads } from "./only-reads.ts";

/** How long a check may run when neither plan nor sidecar says, milliseconds. */
export const DEFAULT_CHECK_TIMEOUT_MS = 600_000;
const TAIL_LINES = 20;
const TAIL_CHARS = 4000;

/**
 * Runs checks as processes of their own, isolated where the system allows it, and keeps their output under its digest in
 * `.holdpoint/artifacts/`.
 *
 * What keeps a check from being started (a working directory that is not there, isolation that cannot be had) is a run
 * that did not start, so that its gates say so and the others are still judged.
 */
export function createCheckRunner(
  place: PlanPlace,
  runtime: Runtime,
  env: NodeJS.ProcessEnv,
  isolation: "auto" | "required",
): CheckRunner {
  return {
    async run({ check, dir, signal }: CheckRequest): Promise<CheckRun> {
      const folder = mkdtempSync(join(place.artifactsDir, RUNNING));
      const out = new KeptFile(join(folder, "stdout"));
      const err = new KeptFile(join(folder, "stderr"));
      const scripts = scriptsNow(check, dir, place.dir);
      const start = (): Promise<CommandResult> =>
        runCommand(
          {
            command: check.run,
            root: dir,
            ...(check.cwd === null ? {} : { cwd: check.cwd }),
            passEnv: check.env,
            env: { HOLDPOINT_CHECK: check.id },
            limits: { wallMs: check.timeoutMs ?? DEFAULT_CHECK_TIMEOUT_MS },
            isolation,
            protection: planProtection({
              planDir: dir,
              readOnly: ruling(place, dir),
              hidden: [place.stateDir, userFolder(env)],
            }),
            copyTo: { stdout: out.stream, stderr: err.stream },
            ...(signal === undefined ? {} : { signal }),
          },
          { runtime, environment: env },
        );
      try {
        const result = await start().catch((error: unknown) => notStarted(error, check, dir, runtime.now()));
        return {
          argv: result.argv,
          cwd: result.cwd,
          started: result.started,
          startError: result.startError,
          exitCode: result.exitCode,
          signal: result.signal,
          timedOut: result.timedOut,
          endedFor: result.endedFor,
          startedAt: result.startedAt,
          endedAt: result.endedAt,
          isolation: result.isolation,
          environmentDigest: result.environmentDigest,
          scripts,
          stdout: await out.keep(result.stdout, place.artifactsDir, result.endedFor),
          stderr: await err.keep(result.stderr, place.artifactsDir, result.endedFor),
          tail: tailOf(result.stdout.text, result.stderr.text, result.startError),
        };
      } finally {
        out.stream.destroy();
        err.stream.destroy();
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** What decides how work is judged, in the plan's folder and in the workspace that the check runs in. */
function ruling(place: PlanPlace, dir: string): string[] {
  const names = [basename(place.sidecarFile), basename(place.planFile), "agents"];
  return [...new Set([place.dir, dir])].flatMap((folder) => names.map((name) => join(folder, name)));
}

/** Begin of the names of folders for output that is still coming; a killed run leaves them behind. */
const RUNNING = "running-";

/** Removes what a killed run has left among the artifacts. Only for whoever holds the directory. */
export async function clearRunning(place: PlanPlace): Promise<void> {
  for (const name of await readdir(place.artifactsDir).catch((): string[] => [])) {
    if (name.startsWith(RUNNING)) await rm(join(place.artifactsDir, name), { recursive: true, force: true });
  }
}

/** The files that a check's command names, and whether an attempt has changed them. */
function scriptsNow(check: CheckDefinition, dir: string, planDir: string): readonly EvidenceScript[] {
  const command = consentText(check);
  const originals = new Map(scriptsIn(command, planDir).map(({ path, digest }) => [path, digest]));
  return scriptsIn(command, dir).map(({ path, digest }) => ({
    path,
    digest,
    changed: dir !== planDir && !onlyReads(check.run) && originals.get(path) !== digest,
  }));
}

function scriptsIn(command: string, dir: string): ReturnType<typeof scriptsOf> {
  try {
    return scriptsOf(command, dir);
  } catch {
    // The folder is not there; running the check says so.
    return [];
  }
}

type NotStarted = Pick<
  CommandResult,
  "argv" | "cwd" | "started" | "startError" | "exitCode" | "signal" | "timedOut" | "endedFor" | "startedAt" | "endedAt"
> &
  Pick<CommandResult, "isolation" | "environmentDigest" | "stdout" | "stderr">;

function notStarted(error: unknown, check: CheckDefinition, dir: string, now: number): NotStarted {
  if (!(error instanceof HoldpointError)) throw error;
  const nothing = { text: "", bytes: 0, digest: NO_BYTES, truncated: false, complete: true };
  return {
    argv: ["/bin/sh", "-c", check.run],
    cwd: dir,
    started: false,
    startError: `${error.code}: ${error.message}`,
    exitCode: null,
    signal: null,
    timedOut: false,
    endedFor: null,
    startedAt: now,
    endedAt: now,
    isolation: { level: "none", reason: "it was not started" },
    environmentDigest: NO_BYTES,
    stdout: nothing,
    stderr: nothing,
  };
}

/** SHA-256 of nothing. */
const NO_BYTES = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** Reads what a folder holds, with the digests of files remembered by size, times and inode. */
export function createSubjectReader(): SubjectReader {
  return {
    subjectOf: (dir, { leaveOut }) => subjectOf(dir, { leaveOut }),
    async digestInputs(dir, check) {
      const found = await digestInputs(dir, check.inputs);
      const inputs = found.files === 0 ? (await subjectOf(dir, { leaveOut: check.files })).tree : found.digest;
      const scripts = scriptsIn(consentText(check), dir);
      if (scripts.length === 0) return inputs;
      const all = JSON.stringify([inputs, scripts.map(({ path, digest }) => [path, digest])]);
      return `sha256:${createHash("sha256").update(all).digest("hex")}`;
    },
  };
}

/** An output stream on its way into a file; the runner ends a command whose output exceeds its bound. */
class KeptFile {
  readonly stream: Writable;
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    this.stream = createWriteStream(path, { mode: 0o600 });
  }

  /** Ends the stream and moves the file to its digest. A flood is counted but not kept to its end. */
  async keep(captured: CapturedStream, folder: string, endedFor: CheckRun["endedFor"]): Promise<KeptStream> {
    this.stream.end();
    await finished(this.stream);
    const path = join(folder, captured.digest.replace("sha256:", ""));
    renameSync(this.#path, path);
    return {
      path,
      digest: captured.digest,
      size: captured.bytes,
      truncated: endedFor === "output" || !captured.complete,
    };
  }
}

function tailOf(stdout: string, stderr: string, startError: string | null): string {
  const lines = [stdout, stderr, startError ?? ""].flatMap((text) =>
    text.split("\n").filter((line) => line.trim() !== ""),
  );
  return lines.slice(-TAIL_LINES).join("\n").slice(-TAIL_CHARS);
}
