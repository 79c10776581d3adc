import { type Runtime, retryDelayMs } from "@holdpoint/core";
import type { AttemptOutcome } from "./attempt.types.ts";
import type { AttemptAccount, WorkRef, WorkSource } from "./work-source.ts";

/** What the source was told of an attempt; `lost` when there was nobody to tell, or no way to. */
export type TellOutcome = "reported" | "failed" | "released" | "lost";

/** Why an attempt was ended from outside. */
export type StopReason = "drained" | "lost" | "cancelled";

/** A lease as it is known at the moment; it may be prolonged or lost while the source is being told. */
export interface HeldLease {
  readonly work: WorkRef;
  readonly stop: StopReason | null;
  /** When it ends, milliseconds since the epoch. */
  readonly leasedUntil: number;
}

/** What telling needs besides the attempt. */
export interface TellParts {
  readonly source: WorkSource;
  readonly runtime: Pick<Runtime, "now" | "random">;
}

/** Pause before the source is told again, milliseconds: the first and the longest. */
const RETRY = { baseMs: 50, capMs: 5000 };

/** Tells the source what became of an attempt: tries until it is told or the lease is over; then the lease's end tells it. */
export async function tellSource(
  agent: string,
  lease: HeldLease,
  outcome: AttemptOutcome,
  parts: TellParts,
): Promise<TellOutcome> {
  const { source } = parts;
  const ref: WorkRef = { taskId: lease.work.taskId, attempt: lease.work.attempt };
  const account = accountOf(agent, outcome);
  if (lease.stop === "lost" || lease.stop === "cancelled") return "lost";
  if (outcome.outcome === "done" && account !== null) {
    return (await persist(lease, () => source.report(ref, account), parts)) ? "reported" : "lost";
  }
  if (lease.stop === "drained") {
    return (await persist(lease, () => source.release(ref, "the run was stopped"), parts)) ? "released" : "lost";
  }
  const reason = outcome.reason ?? "it failed";
  return (await persist(lease, () => source.fail(ref, reason, account), parts)) ? "failed" : "lost";
}

/** Hands back work that nobody began, without counting the try; told as {@link tellSource} does. */
export async function handBackUnbegun(lease: HeldLease, reason: string, parts: TellParts): Promise<TellOutcome> {
  const { taskId, attempt } = lease.work;
  const isTold = await persist(lease, () => parts.source.release({ taskId, attempt }, reason), parts);
  return isTold ? "released" : "lost";
}

async function persist(lease: HeldLease, tell: () => Promise<void>, { runtime }: TellParts): Promise<boolean> {
  for (let tries = 1; ; tries += 1) {
    try {
      await tell();
      return true;
    } catch {
      if (runtime.now() >= lease.leasedUntil || lease.stop === "lost") return false;
      const forMs = retryDelayMs(tries, runtime.random(), RETRY);
      await new Promise((resolve) => setTimeout(resolve, forMs));
    }
  }
}

function accountOf(agent: string, outcome: AttemptOutcome): AttemptAccount | null {
  const { result } = outcome;
  if (result === null) return null;
  return {
    agent,
    summary: outcome.summary,
    exitCode: result.exitCode,
    signal: result.signal,
    endedFor: result.endedFor,
    isolation: result.isolation,
    startedAt: result.startedAt,
    endedAt: result.endedAt,
    stdout: result.stdout.digest,
    stderr: result.stderr.digest,
    handedOver: outcome.handedOver,
    workspace: outcome.worktree?.folder ?? null,
  };
}
