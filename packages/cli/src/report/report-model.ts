import type { VerificationGate } from "@holdpoint/contract";
import type { Claimed, PlanItem, PlanProblem, Reason, VerdictValue, VerifiedState } from "@holdpoint/core";

/** Everything that the summary, the HTML report and the JSON object of `verify` and `run` show. Plain data. */
export interface VerificationReport {
  readonly command: "verify" | "run";
  readonly plan: { readonly title: string; readonly digest: string; readonly path: string };
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
  /** What was judged: git commit (null without git), digest of the tree, whether it differs from the commit. */
  readonly subject: { readonly commit: string | null; readonly tree: string; readonly dirty: boolean } | null;
  /** `full`, or `none` with the reason why checks could reach the evidence store. */
  readonly isolation: { readonly level: "full" | "none"; readonly reason: string | null };
  /** Shares 0..1 of the leaf items that count. */
  readonly claimed: number;
  readonly verified: number;
  readonly gates: readonly ReportGate[];
  /** Gates of the plan that `--only` left out: judged from earlier evidence, not listed, and counted all the same. */
  readonly leftOut: LeftOutGates;
  readonly items: readonly ReportItem[];
  readonly checks: readonly ReportCheck[];
  readonly problems: readonly PlanProblem[];
  /** Commands that were not allowed to run, with their lines. */
  readonly notAllowed: readonly { readonly line: number; readonly command: string }[];
  /** Only for `run`. */
  readonly work: ReportWork | null;
  /** Where the HTML report was written, as it should be shown; absent when it was not. */
  readonly reportPath?: string;
  readonly exitCode: number;
}

/** The gates that were not asked for. */
export interface LeftOutGates {
  readonly gates: number;
  /** Keys of the critical ones that failed. */
  readonly failed: readonly string[];
  /** Keys of the critical ones that are neither failed nor pass and fresh. */
  readonly unproven: readonly string[];
}

/** One gate: what the plan asks beside what was proven. */
export interface ReportGate extends VerificationGate {
  readonly explanation: string;
  readonly hint: string | null;
  /** The exact sidecar lines that would bind it, when nothing speaks for it. */
  readonly suggestion: string | null;
  /** What would move it, as a command where there is one (`holdpoint gate sign …`). */
  readonly next: string | null;
  /** Verdicts of this run, oldest first, so that a gate that turned is seen. */
  readonly turns: readonly { readonly at: string; readonly verdict: VerdictValue; readonly reason: Reason }[];
}

/** One item: what the document claims beside what gates say. */
export interface ReportItem extends Pick<PlanItem, "key" | "id" | "kind" | "title" | "line" | "parent" | "claimed"> {
  readonly verified: VerifiedState;
  /** Whether it counts in the totals: a leaf that is not cancelled, deferred or optional. */
  readonly counts: boolean;
}

/** One command that ran as a check. */
export interface ReportCheck {
  readonly id: string;
  readonly command: string;
  readonly line: number | null;
  readonly exitCode: number | null;
  readonly outcome: "ok" | "failed" | "timed_out" | "killed" | "not_started";
  /** Milliseconds. */
  readonly durationMs: number;
  readonly evidence: string | null;
  /** Readable metrics, such as `line_coverage 93.1 %`. */
  readonly metrics: readonly string[];
  readonly anomalies: readonly string[];
  /** The last lines of its output, for people. */
  readonly tail: string;
}

/** How the work went. */
export interface ReportWork {
  readonly tasks: {
    readonly accepted: number;
    readonly open: number;
    readonly held: number;
    readonly dead: number;
    readonly total: number;
  };
  readonly attempts: readonly ReportAttempt[];
  /** Why it ended: each line is one thing that cannot move without a person, an agent or time. */
  readonly waitsFor: readonly {
    readonly kind: "person" | "agent" | "time" | "dead" | "gate";
    readonly what: string;
    readonly next: string | null;
  }[];
  /** Tokens written back into the document, by line. */
  readonly writtenBack: readonly { readonly line: number; readonly title: string; readonly claimed: Claimed }[];
}

/** One attempt of one task. */
export interface ReportAttempt {
  readonly task: string;
  readonly title: string;
  readonly attempt: number;
  readonly agent: string;
  readonly outcome: "accepted" | "refused" | "handed_back" | "failed" | "released" | "expired" | "held";
  readonly startedAt: string;
  readonly endedAt: string;
  readonly summary: string;
}
