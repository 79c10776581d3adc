import type { Reason, Severity, VerdictValue } from "@holdpoint/core";

/** What `--events` prints, one JSON object a line, and what the live view shows. `at` is ISO 8601, UTC. */
export type LiveEvent = { readonly at: string } & (
  | {
      readonly type: "run.started";
      readonly plan: string;
      readonly tasks: number;
      readonly gates: number;
      readonly agents: readonly string[];
    }
  | { readonly type: "task.offered"; readonly task: string; readonly title: string }
  | {
      readonly type: "attempt.started";
      readonly task: string;
      readonly title: string;
      readonly attempt: number;
      readonly agent: string;
    }
  | {
      readonly type: "attempt.progress";
      readonly task: string;
      readonly attempt: number;
      readonly value: number | null;
      readonly message: string;
    }
  | {
      readonly type: "attempt.ended";
      readonly task: string;
      readonly title: string;
      readonly attempt: number;
      readonly agent: string;
      readonly outcome: string;
      readonly summary: string;
    }
  | { readonly type: "task.waiting"; readonly task: string; readonly title: string; readonly why: string }
  | { readonly type: "check.started"; readonly check: string; readonly command: string }
  | { readonly type: "check.ended"; readonly check: string; readonly outcome: string; readonly durationMs: number }
  | {
      readonly type: "gate.judged";
      readonly gate: string;
      readonly metric: string | null;
      readonly text: string;
      readonly severity: Severity;
      readonly verdict: VerdictValue;
      readonly reason: Reason;
      readonly explanation: string;
    }
  | { readonly type: "note"; readonly level: "info" | "warning"; readonly message: string }
);
