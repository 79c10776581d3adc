import type { Claimed, Freshness, PlanProblem, Reason, Severity, Tier, VerdictValue } from "@holdpoint/core";
import { boundedShare } from "../output/share-text.ts";
import type { ReportGate, ReportItem, VerificationReport } from "./report-model.ts";

/** The object that `verify` and `run` print with `--json`: `holdpoint/verification/v1`. The named keys come first, in this order. */
export interface VerificationJson {
  readonly schema: "holdpoint/verification/v1";
  readonly plan: { readonly title: string; readonly digest: string; readonly path: string };
  /** Shares 0..1 of the leaf items that count. */
  readonly claimed: number;
  readonly verified: number;
  readonly gates: readonly GateJson[];
  readonly items: readonly ItemJson[];
  readonly problems: readonly PlanProblem[];
  readonly command: VerificationReport["command"];
  readonly exitCode: number;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly subject: VerificationReport["subject"];
  readonly isolation: VerificationReport["isolation"];
  readonly notAllowed: VerificationReport["notAllowed"];
  readonly checks: readonly Omit<VerificationReport["checks"][number], "tail">[];
  readonly work: VerificationReport["work"];
  readonly report: string | null;
}

/** One gate of {@link VerificationJson}. */
interface GateJson {
  readonly key: string;
  readonly line: number;
  readonly metric: string | null;
  readonly text: string;
  readonly severity: Severity;
  readonly verdict: VerdictValue;
  readonly freshness: Freshness;
  readonly reason: Reason;
  readonly tier: Tier | null;
  readonly evidence: readonly string[];
  readonly item: string | null;
  readonly explanation: string;
  readonly hint: string | null;
  readonly next: string | null;
  readonly suggestion: string | null;
  readonly turns: ReportGate["turns"];
}

/** One item of {@link VerificationJson}. */
interface ItemJson {
  readonly key: string;
  readonly claimed: Claimed;
  readonly verified: ReportItem["verified"];
}

/**
 * Makes the contract object of a report.
 *
 * Shares that are not numbers become 0: what cannot be counted is not proven. Outputs of checks are left out; their
 * digests are in the evidence.
 */
export function verificationJson(report: VerificationReport): VerificationJson {
  return {
    schema: "holdpoint/verification/v1",
    plan: { title: report.plan.title, digest: report.plan.digest, path: report.plan.path },
    claimed: boundedShare(report.claimed),
    verified: boundedShare(report.verified),
    gates: report.gates.map(gateJson),
    items: report.items.map(({ key, claimed, verified }) => ({ key, claimed, verified })),
    problems: report.problems.map(problemJson),
    command: report.command,
    exitCode: report.exitCode,
    startedAt: report.startedAt,
    endedAt: report.endedAt,
    subject: report.subject,
    isolation: report.isolation,
    notAllowed: report.notAllowed,
    checks: report.checks.map(({ tail: _tail, ...check }) => check),
    work: report.work,
    report: report.reportPath ?? null,
  };
}

function gateJson(gate: ReportGate): GateJson {
  return {
    key: gate.key,
    line: gate.line,
    metric: gate.metric,
    text: gate.text,
    severity: gate.severity,
    verdict: gate.verdict,
    freshness: gate.freshness,
    reason: gate.reason,
    tier: gate.tier,
    evidence: gate.evidence,
    item: gate.item,
    explanation: gate.explanation,
    hint: gate.hint,
    next: gate.next,
    suggestion: gate.suggestion,
    turns: gate.turns,
  };
}

function problemJson(found: PlanProblem): PlanProblem {
  return {
    code: found.code,
    severity: found.severity,
    kind: found.kind,
    line: found.line,
    lines: found.lines,
    message: found.message,
    hint: found.hint,
  };
}
