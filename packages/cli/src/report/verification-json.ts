import type { Verification } from "@holdpoint/contract";
import type { PlanProblem } from "@holdpoint/core";
import { boundedShare } from "../output/share-text.ts";
import type { ReportGate, VerificationReport } from "./report-model.ts";

/** What `verify` and `run` print with `--json`: the contract's object first, then what else the report holds. */
export interface VerificationJson extends Verification {
  readonly plan: Verification["plan"] & { readonly path: string };
  readonly gates: readonly ReportGate[];
  readonly leftOut: VerificationReport["leftOut"];
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
    leftOut: report.leftOut,
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

/** The keys of the contract first, in its order. */
function gateJson(gate: ReportGate): ReportGate {
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
