import type { TaskInput } from "@holdpoint/contract";
import type { EndedFor, IsolationOutcome } from "../command/command.types.ts";
import type { Collected } from "./inbox.ts";

/** A task and the attempt that speaks for it; the attempt is the fencing token. */
export interface WorkRef {
  readonly taskId: string;
  readonly attempt: number;
}

/** Who asks for work. */
export interface WorkRequest {
  readonly agent: string;
  readonly capabilities: readonly string[];
  /** At most this many tasks. */
  readonly limit: number;
  /** How long a lease runs without renewal, milliseconds. */
  readonly leaseTtlMs: number;
}

/** One leased task, as much of it as the agent is told. */
export interface ClaimedWork extends WorkRef, Pick<TaskInput, "task" | "gates" | "refusal" | "payload"> {}

/** How an attempt ran, told with its report. */
export interface AttemptAccount {
  readonly agent: string;
  /** The agent's own words; null when it gave none. */
  readonly summary: string | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly endedFor: EndedFor | null;
  readonly isolation: IsolationOutcome;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Milliseconds since the epoch. */
  readonly endedAt: number;
  /** `sha256:` digests of all that it printed. */
  readonly stdout: string;
  readonly stderr: string;
  /** Evidence that the agent handed over: E1 at most. */
  readonly handedOver: Collected;
  /** Folder of its own working tree, which is kept until the task is settled; null when it shares the plan's. */
  readonly workspace: string | null;
}

/**
 * Where the pool gets its work from and tells what became of it. The composition adapts it to the store of work.
 *
 * Any call may fail for a time; the pool tries again while the lease lasts.
 */
export interface WorkSource {
  /** Leases tasks; an empty answer means that nothing fits at this time. */
  claim(request: WorkRequest): Promise<readonly ClaimedWork[]>;
  /** Prolongs a lease; `lost` when someone else holds the task, or nobody may any more. */
  renew(work: WorkRef, leaseTtlMs: number): Promise<"held" | "lost">;
  /** The agent says that it is done; gates decide. */
  report(work: WorkRef, account: AttemptAccount): Promise<void>;
  /** The attempt failed; the try counts. The account is null when no command ran. */
  fail(work: WorkRef, reason: string, account: AttemptAccount | null): Promise<void>;
  /** The work is handed back; the try does not count. */
  release(work: WorkRef, reason: string): Promise<void>;
}
