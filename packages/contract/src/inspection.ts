import type {
  NotUnderstood,
  PlanCheck,
  PlanDocument,
  PlanGate,
  PlanItem,
  PlanProblem,
  Restatement,
} from "@holdpoint/core";

/** How many of each the document holds. */
export interface InspectionCounts {
  readonly phases: number;
  readonly steps: number;
  readonly tasks: number;
  readonly criteria: number;
  readonly gates: number;
  readonly checks: number;
}

/** What `holdpoint inspect --json` prints: a document as understood, `holdpoint/inspection/v1`. */
export interface Inspection {
  readonly schema: "holdpoint/inspection/v1";
  readonly title: string;
  readonly format: "markdown" | "yaml";
  readonly digest: string;
  readonly counts: InspectionCounts;
  readonly items: readonly PlanItem[];
  readonly restated: readonly Restatement[];
  readonly gates: readonly Omit<PlanGate, "block">[];
  readonly checks: readonly Omit<PlanCheck, "block">[];
  readonly problems: readonly PlanProblem[];
  readonly notUnderstood: readonly NotUnderstood[];
}

/** The object that `inspect --json` prints for a document, keys in the order of the contract. */
export function inspectionJson(plan: PlanDocument): Inspection {
  const kinds = (kind: PlanItem["kind"]): number => plan.items.filter((candidate) => candidate.kind === kind).length;
  return {
    schema: "holdpoint/inspection/v1",
    title: plan.title,
    format: plan.format,
    digest: plan.digest,
    counts: {
      phases: kinds("phase"),
      steps: kinds("step"),
      tasks: kinds("task"),
      criteria: kinds("criterion"),
      gates: plan.gates.length,
      checks: plan.checks.length,
    },
    items: plan.items.map(itemJson),
    restated: plan.restated.map(({ line: at, of, claimed: says }) => ({ line: at, of, claimed: says })),
    gates: plan.gates.map(({ key, line: at, metric, text, criterion, item: on, severity }) => ({
      key,
      line: at,
      metric,
      text,
      criterion,
      item: on,
      severity,
    })),
    checks: plan.checks.map(({ line: at, command, item: on }) => ({ line: at, command, item: on })),
    problems: plan.problems,
    notUnderstood: plan.notUnderstood,
  };
}

function itemJson(from: PlanItem): PlanItem {
  return {
    key: from.key,
    id: from.id,
    kind: from.kind,
    title: from.title,
    line: from.line,
    parent: from.parent,
    claimed: from.claimed,
    owners: from.owners,
    team: from.team,
    mode: from.mode,
    dependsOn: from.dependsOn,
    blockers: from.blockers,
    optional: from.optional,
    priority: from.priority,
    complexity: from.complexity,
    effort: from.effort,
    window: from.window,
    confidence: from.confidence,
    reason: from.reason,
  };
}
