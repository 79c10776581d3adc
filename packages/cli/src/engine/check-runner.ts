import { createWriteStream, mkdtempSync, renameSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { type CapturedStream, digestInputs, planProtection, runCommand, subjectOf } from "@holdpoint/agent";
import type { Runtime } from "@holdpoint/core";
import type { CheckRequest, CheckRun, CheckRunner, KeptStream, SubjectReader } from "@holdpoint/server";
import type { PlanPlace } from "../place/plan-place.ts";
import { userFolder } from "../trust/user-key.ts";

/** How long a check may run when neither plan nor sidecar says, milliseconds. */
export const DEFAULT_CHECK_TIMEOUT_MS = 600_000;
const TAIL_LINES = 20;
const TAIL_CHARS = 4000;

/**
 * Runs checks as processes of their own, isolated where the system allows it, and keeps their output under its digest in
 * `.holdpoint/artifacts/`.
 */
export function createCheckRunner(
  place: PlanPlace,
  runtime: Runtime,
  env: NodeJS.ProcessEnv,
  isolation: "auto" | "required",
): CheckRunner {
  return {
    async run({ check, dir, signal }: CheckRequest): Promise<CheckRun> {
      const folder = mkdtempSync(join(place.artifactsDir, "running-"));
      try {
        const out = new KeptFile(join(folder, "stdout"));
        const err = new KeptFile(join(folder, "stderr"));
        const result = await runCommand(
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
              readOnly: [place.sidecarFile, place.planFile],
              hidden: [place.stateDir, userFolder(env)],
            }),
            copyTo: { stdout: out.stream, stderr: err.stream },
            ...(signal === undefined ? {} : { signal }),
          },
          { runtime, environment: env },
        );
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
          stdout: await out.keep(result.stdout, place.artifactsDir),
          stderr: await err.keep(result.stderr, place.artifactsDir),
          tail: tailOf(result.stdout.text, result.stderr.text, result.startError),
        };
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** Reads what a folder holds, with the digests of files remembered by size, times and inode. */
export function createSubjectReader(): SubjectReader {
  return {
    subjectOf: (dir, { leaveOut }) => subjectOf(dir, { leaveOut }),
    digestInputs: async (dir, globs) => (await digestInputs(dir, globs)).digest,
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

  /** Ends the stream and moves the file to its digest. */
  async keep(captured: CapturedStream, folder: string): Promise<KeptStream> {
    this.stream.end();
    await finished(this.stream);
    const path = join(folder, captured.digest.replace("sha256:", ""));
    renameSync(this.#path, path);
    return { path, digest: captured.digest, size: captured.bytes, truncated: !captured.complete };
  }
}

function tailOf(stdout: string, stderr: string, startError: string | null): string {
  const lines = [stdout, stderr, startError ?? ""].flatMap((text) => text.split("\n").filter((line) => line.trim() !== ""));
  return lines.slice(-TAIL_LINES).join("\n").slice(-TAIL_CHARS);
}
