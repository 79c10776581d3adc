import {
  type BoundGate,
  exitCodeOf,
  isOpen,
  type PlanDocument,
  type PlanProblem,
  type Rollup,
  rollUp,
  type Severity,
  type Verdict,
} from "@holdpoint/core";
import type { CheckObservation } from "@holdpoint/server";
import { oneLine, shellWord } from "../output/plain-text.ts";
import type {
  LeftOutGates,
  ReportCheck,
  ReportGate,
  ReportItem,
  ReportWork,
  VerificationReport,
} from "./report-model.ts";

/** What a report is made from. */
export interface ReportSource {
  readonly command: "verify" | "run";
  readonly plan: PlanDocument;
  /** The plan's path as the user would write it. */
  readonly planPath: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly subject: VerificationReport["subject"];
  /** Verdicts of every gate, judged just now. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
  readonly bound: ReadonlyMap<string, BoundGate>;
  /** Keys of the gates to show; all when absent. Every gate counts. */
  readonly only?: ReadonlySet<string>;
  readonly observations: readonly CheckObservation[];
  /** Verdicts of this run by gate, oldest first. */
  readonly turns: ReadonlyMap<string, ReportGate["turns"]>;
  readonly problems: readonly PlanProblem[];
  readonly notAllowed: readonly { readonly line: number; readonly command: string }[];
  /** True when consent was missing for all that was to run. */
  readonly nothingAllowed: boolean;
  readonly work: ReportWork | null;
}

/** Puts a report together: verdicts beside claims, rolled up by the rule of `rollUp`. */
export function buildReport(source: ReportSource): VerificationReport {
  const { plan, verdicts, bound } = source;
  const severities = new Map([...bound].map(([key, one]): [string, Severity] => [key, one.gate.severity]));
  const rollup = rollUp(plan, verdicts, severities);
  const every = plan.gates.flatMap((gate) => {
    const verdict = verdicts.get(gate.key);
    return verdict === undefined ? [] : [toGate(source, gate, verdict, severities)];
  });
  const gates = every.filter(({ key }) => source.only?.has(key) !== false);
  const judged = every.map((gate) => ({ severity: gate.severity, verdict: gate }));
  return {
    command: source.command,
    plan: { title: plan.title, digest: plan.digest, path: source.planPath },
    startedAt: new Date(source.startedAt).toISOString(),
    endedAt: new Date(source.endedAt).toISOString(),
    subject: source.subject,
    isolation: isolationOf(source),
    claimed: rollup.claimed,
    verified: rollup.verified,
    gates,
    leftOut: leftOutOf(every, source.only),
    items: toItems(plan, rollup),
    checks: source.observations.map(toCheck),
    problems: source.problems,
    notAllowed: source.notAllowed,
    work: source.work,
    exitCode: exitCodeOf(judged, { deadTasks: source.work?.tasks.dead ?? 0, nothingAllowed: source.nothingAllowed }),
  };
}

function leftOutOf(every: readonly ReportGate[], only: ReportSource["only"]): LeftOutGates {
  const left = every.filter(({ key }) => only?.has(key) === false);
  const critical = left.filter(({ severity }) => severity === "critical");
  return {
    gates: left.length,
    failed: critical.filter(({ verdict }) => verdict === "fail").map(({ key }) => key),
    unproven: critical.filter((gate) => gate.verdict !== "fail" && !isOpen(gate)).map(({ key }) => key),
  };
}

function toGate(
  source: ReportSource,
  gate: PlanDocument["gates"][number],
  verdict: Verdict,
  severities: ReadonlyMap<string, Severity>,
): ReportGate {
  const one = source.bound.get(gate.key);
  return {
    key: gate.key,
    line: gate.line,
    metric: gate.metric,
    text: gate.text,
    severity: severities.get(gate.key) ?? gate.severity,
    verdict: verdict.verdict,
    freshness: verdict.freshness,
    reason: verdict.reason,
    explanation: verdict.explanation,
    hint: verdict.hint,
    tier: verdict.tier,
    evidence: verdict.evidence,
    item: gate.item,
    suggestion: verdict.reason === "unbound" || verdict.reason === "unparsed" ? (one?.suggestion ?? null) : null,
    next: nextStep(gate.key, one, verdict, source.planPath),
    turns: source.turns.get(gate.key) ?? [],
  };
}

/** The command that would move the gate, where there is one. */
export function nextStep(key: string, one: BoundGate | undefined, verdict: Verdict, planPath: string): string | null {
  if (verdict.reason !== "awaiting_witness") return null;
  const role = roleOf(one?.gate.criterion ?? null);
  const asRole = role === null ? "" : ` --role ${shellWord(role)}`;
  return `holdpoint gate sign ${shellWord(key)} --plan ${shellWord(planPath)} --as NAME${asRole} --reason "…"`;
}

function roleOf(criterion: BoundGate["gate"]["criterion"]): string | null {
  if (criterion?.kind === "witness") return criterion.role;
  if (criterion?.kind !== "composite") return null;
  return criterion.of.map((part) => roleOf(part)).find((role) => role !== null) ?? null;
}

function toItems(plan: PlanDocument, rollup: Rollup): readonly ReportItem[] {
  return plan.items.map((item) => ({
    key: item.key,
    id: item.id,
    kind: item.kind,
    title: item.title,
    line: item.line,
    parent: item.parent,
    claimed: item.claimed,
    verified: rollup.items.get(item.key) ?? "open",
    counts: rollup.leaves.has(item.key),
  }));
}

/** `none` as soon as one check of this call, or one whose evidence a verdict rests on, could have touched the evidence. */
function isolationOf({ observations, verdicts, bound }: ReportSource): VerificationReport["isolation"] {
  const open = observations.find(({ run }) => run.started && run.isolation.level === "none");
  if (open !== undefined) return { level: "none", reason: open.run.isolation.reason };
  const cited = new Set([...verdicts.values()].flatMap((verdict) => verdict.evidence));
  const exposed = [...bound.values()]
    .flatMap((one) => one.bound.records)
    .find(({ digest, statement: { predicate } }) => {
      return (
        predicate.kind === "check" &&
        predicate.exit?.started === true &&
        predicate.isolation === "none" &&
        cited.has(digest)
      );
    });
  const check = exposed?.statement.predicate.check?.id;
  if (check === undefined) return { level: "full", reason: null };
  return { level: "none", reason: `the evidence of ${check} was produced without isolation in an earlier run` };
}

function toCheck({ check, run, records, notes }: CheckObservation): ReportCheck {
  const predicates = records.map((record) => record.statement.predicate);
  return {
    id: check.id,
    command: check.run,
    line: check.line,
    exitCode: run.exitCode,
    outcome: outcomeOf(run),
    durationMs: run.endedAt - run.startedAt,
    evidence: records[0]?.digest ?? null,
    metrics: predicates.flatMap(({ metrics }) =>
      metrics.map(({ key, value, unit }) => `${key} ${String(value)}${unit === null ? "" : ` ${unit}`}`),
    ),
    anomalies: [
      ...new Set([...predicates.flatMap(({ anomalies }) => anomalies), ...notes.map((note) => oneLine(note))]),
    ],
    tail: run.tail,
  };
}

function outcomeOf(run: CheckObservation["run"]): ReportCheck["outcome"] {
  if (!run.started) return "not_started";
  if (run.timedOut) return "timed_out";
  if (run.signal !== null || run.endedFor !== null) return "killed";
  return run.exitCode === 0 ? "ok" : "failed";
}
