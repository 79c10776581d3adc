import type { Criterion } from "../criteria/criterion.ts";
import { normaliseMetric } from "../criteria/metric-name.ts";
import { parseCriterion } from "../criteria/parse-criterion.ts";
import type { PlanGate } from "../plan/inspection.ts";
import { compileExpression } from "./expression.ts";
import type { BoundEvidence, GatePolicy, JudgedGate } from "./judge-input.ts";
import { DEFAULT_POLICY } from "./judge-input.ts";
import type { BindingSidecar, SidecarGate } from "./sidecar.ts";

/** A gate with everything that the plan, the sidecar and the records say of it: the judge needs only the time besides. */
export interface BoundGate {
  readonly gate: JudgedGate;
  readonly bound: BoundEvidence;
  readonly policy: GatePolicy;
  /** Who settles it when it stays inconclusive; null when nobody is named. */
  readonly owner: string | null;
  /** The lines to add to the sidecar when nothing is bound to it; null otherwise. */
  readonly suggestion: string | null;
}

/** Finds the sidecar's entry for a gate: by its key, else by the name of its metric; null when it has none. */
export function entryFinder(sidecar: BindingSidecar | null): (gate: PlanGate) => SidecarGate | null {
  if (sidecar === null) return () => null;
  const byMetric = new Map<string, SidecarGate>();
  for (const [name, entry] of sidecar.gates) {
    const metric = normaliseMetric(name);
    if (!byMetric.has(metric)) byMetric.set(metric, entry);
  }
  return (gate) => {
    const byKey = sidecar.gates.get(gate.key) ?? null;
    return byKey !== null || gate.metric === null ? byKey : (byMetric.get(normaliseMetric(gate.metric)) ?? null);
  };
}

/** The gate that a sidecar's entry is about, or null when the plan holds none of that key or metric. */
export function gateOfEntry(name: string, gates: readonly PlanGate[]): PlanGate | null {
  const byKey = gates.find((gate) => gate.key === name);
  if (byKey !== undefined) return byKey;
  const metric = normaliseMetric(name);
  return gates.find((gate) => gate.metric !== null && normaliseMetric(gate.metric) === metric) ?? null;
}

/** The gate as the sidecar leaves it. A criterion of the sidecar that cannot be read leaves none. */
export function judgedGate(gate: PlanGate, entry: SidecarGate | null): JudgedGate {
  const metric = entry?.metric ?? gate.metric;
  return {
    key: gate.key,
    text: entry?.criterion ?? gate.text,
    criterion: criterionOf(gate, entry),
    severity: entry?.severity ?? gate.severity,
    metric: metric === null ? null : normaliseMetric(metric),
  };
}

/** The policy of a gate: its own entry, then the whole sidecar, then the defaults. */
export function policyOf(entry: SidecarGate | null, sidecar: BindingSidecar | null): GatePolicy {
  return {
    ...DEFAULT_POLICY,
    minTier: entry?.minTier ?? sidecar?.minTier ?? DEFAULT_POLICY.minTier,
    isolation: entry?.isolation ?? sidecar?.isolation ?? DEFAULT_POLICY.isolation,
    maxAgeMs: entry?.maxAgeMs ?? DEFAULT_POLICY.maxAgeMs,
    onInconclusive: entry?.onInconclusive ?? DEFAULT_POLICY.onInconclusive,
  };
}

function criterionOf(gate: PlanGate, entry: SidecarGate | null): Criterion | null {
  if (entry?.criterion != null) {
    const { criterion } = parseCriterion(entry.criterion, { metric: entry.metric ?? gate.metric });
    return criterion === null ? null : onMetric(criterion, entry.metric);
  }
  // A window asks for time besides: an exit status tells how each of its runs went.
  if (entry?.exit != null && gate.criterion?.kind !== "window")
    return { kind: "exit", op: "=", value: entry.exit, unit: null };
  return gate.criterion === null ? null : onMetric(gate.criterion, entry?.metric ?? null);
}

/** A metric that the sidecar names goes before one that stands in the threshold's own words. */
function onMetric(criterion: Criterion, metric: string | null): Criterion {
  if (metric === null || !("metric" in criterion)) return criterion;
  return { ...criterion, metric: normaliseMetric(metric) };
}

/** The normalised names of the metrics that a criterion reads, beginning with the gate's own. */
export function metricsOf(criterion: Criterion | null, metric: string | null): readonly string[] {
  const names = new Set<string>();
  collect(criterion, metric, names);
  return [...names];
}

function collect(criterion: Criterion | null, metric: string | null, names: Set<string>): void {
  if (criterion === null) return;
  if (criterion.kind === "composite") {
    for (const part of criterion.of) collect(part, metric, names);
    return;
  }
  if (criterion.kind === "window") for (const part of criterion.holds) collect(part, metric, names);
  if (criterion.kind === "expression") {
    const compiled = compileExpression(criterion);
    if ("message" in compiled) return;
    // A name may end in a unit (`p95.ms`), so the metric is the whole name or the name without its last part.
    for (const name of compiled.names) {
      names.add(normaliseMetric(name.join("_")));
      if (name.length > 1) names.add(normaliseMetric(name.slice(0, -1).join("_")));
    }
    return;
  }
  const own = "metric" in criterion ? (criterion.metric ?? null) : null;
  const name = own ?? metric;
  if (name !== null && criterion.kind !== "witness" && criterion.kind !== "exit") names.add(name);
}

/** Whether a criterion is wholly a matter of signatures, so that no check needs to be bound to it. */
export function asksOnlyWitnesses(criterion: Criterion | null): boolean {
  if (criterion === null) return false;
  if (criterion.kind === "witness") return true;
  return (
    criterion.kind === "composite" && criterion.of.length > 0 && criterion.of.every((part) => asksOnlyWitnesses(part))
  );
}
