import type { PlanDocument, PlanGate } from "../plan/inspection.ts";
import { asksOnlyWitnesses, type BoundGate, entryFinder, judgedGate, metricsOf, policyOf } from "./bound-gate.ts";
import { exitedWell, TIER_ORDER } from "./doubt.ts";
import type { BoundEvidence, EvidenceRecord, JudgedGate } from "./judge-input.ts";
import { familiesOf, type ReportFamily, type ReportMeaning, reportOfGate } from "./report-family.ts";
import { groupRuns, measures, newestRuns, type Run, sourceOf } from "./runs.ts";
import { type BindingSidecar, type CheckDefinition, checksOf, type SidecarGate } from "./sidecar.ts";
import { suggestBinding } from "./suggest-binding.ts";

/** The plan, as far as binding needs it. */
export type BindablePlan = Pick<PlanDocument, "gates" | "checks">;

/**
 * Brings evidence to the gates it speaks for: by the sidecar, else by the metric's name, else by the one report that a
 * check of the same block produced where only one gate could mean it. A gate with two candidates is `ambiguous`, one
 * with none `unbound`.
 *
 * @param records all records of the plan, in any order
 * @returns by gate key, in the order of the plan
 */
export function bindEvidence(
  plan: BindablePlan,
  sidecar: BindingSidecar | null,
  records: readonly EvidenceRecord[],
): ReadonlyMap<string, BoundGate> {
  const index = indexRecords(plan, sidecar, records);
  const byName = new Map(plan.gates.map((gate) => [gate.key, bindOne(gate, index)]));
  return bindReports(plan, byName, index);
}

/** Sidecar and records, made ready to be looked up. */
interface RecordIndex {
  readonly sidecar: BindingSidecar | null;
  readonly checks: readonly CheckDefinition[];
  /** Measuring records by source. */
  readonly bySource: ReadonlyMap<string, readonly EvidenceRecord[]>;
  /** Sources that ever gave a metric, by its key. */
  readonly byMetric: ReadonlyMap<string, ReadonlySet<string>>;
  readonly entryOf: (gate: PlanGate) => SidecarGate | null;
  /** Witness and waiver records by gate key. */
  readonly byGate: ReadonlyMap<string, readonly EvidenceRecord[]>;
}

function indexRecords(
  plan: BindablePlan,
  sidecar: BindingSidecar | null,
  records: readonly EvidenceRecord[],
): RecordIndex {
  const bySource = new Map<string, EvidenceRecord[]>();
  const byMetric = new Map<string, Set<string>>();
  const byGate = new Map<string, EvidenceRecord[]>();
  for (const record of records) {
    if (!measures(record)) {
      for (const key of record.statement.predicate.gates) push(byGate, key, record);
      continue;
    }
    const source = sourceOf(record);
    push(bySource, source, record);
    for (const { key } of record.statement.predicate.metrics) {
      const sources = byMetric.get(key) ?? new Set<string>();
      byMetric.set(key, sources.add(source));
    }
  }
  return { sidecar, checks: checksOf(plan, sidecar), bySource, byMetric, byGate, entryOf: entryFinder(sidecar) };
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function bindOne(gate: PlanGate, index: RecordIndex): BoundGate {
  const entry = index.entryOf(gate);
  const judged = judgedGate(gate, entry);
  if (entry?.check != null) return bound(gate, judged, index, { how: "sidecar", sources: [entry.check] });
  if (asksOnlyWitnesses(judged.criterion)) return bound(gate, judged, index, { how: "witness", sources: [] });
  const found = sourcesByName(gate, judged, index);
  if (found === "ambiguous") return notBound(gate, judged, index, "ambiguous");
  if (found.length > 0) return bound(gate, judged, index, { how: "metric", sources: found });
  return notBound(gate, judged, index, "unbound");
}

/** For each metric of the gate the one source that gives it. */
function sourcesByName(gate: PlanGate, judged: JudgedGate, index: RecordIndex): readonly string[] | "ambiguous" {
  const sources = new Set<string>();
  for (const metric of metricsOf(judged.criterion, judged.metric)) {
    const candidates = narrow([...(index.byMetric.get(metric) ?? [])], gate, index);
    if (candidates.length > 1) return "ambiguous";
    for (const candidate of candidates) sources.add(candidate);
  }
  return [...sources];
}

/** Of several sources of one metric: those of the highest tier, then the one that stands in the gate's own block. */
function narrow(sources: readonly string[], gate: PlanGate, index: RecordIndex): readonly string[] {
  if (sources.length < 2) return sources;
  const tierOf = (source: string): number =>
    Math.max(...(index.bySource.get(source) ?? []).map((record) => TIER_ORDER[record.statement.predicate.tier] ?? 0));
  const highest = Math.max(...sources.map((source) => tierOf(source)));
  const best = sources.filter((source) => tierOf(source) === highest);
  if (best.length < 2 || gate.block === null) return best;
  const near = best.filter((source) => index.checks.some((check) => check.id === source && check.block === gate.block));
  return near.length === 1 ? near : best;
}

/** The way in which a gate got its evidence, and the checks that it comes from. */
interface Binding {
  readonly how: BoundEvidence["how"];
  readonly sources: readonly string[];
  readonly problem?: BoundEvidence["problem"];
}

function notBound(gate: PlanGate, judged: JudgedGate, index: RecordIndex, problem: "unbound" | "ambiguous"): BoundGate {
  return bound(gate, judged, index, { how: "none", sources: [], problem });
}

function bound(gate: PlanGate, judged: JudgedGate, index: RecordIndex, binding: Binding): BoundGate {
  const { how, sources, problem = null } = binding;
  const entry = index.entryOf(gate);
  const measuring = sources.flatMap((source) => index.bySource.get(source) ?? []);
  const checks = sources
    .filter((source) => !source.startsWith("("))
    .map((id) => ({ id, digest: index.checks.find((check) => check.id === id)?.digest ?? null }));
  const records = [...measuring, ...(index.byGate.get(gate.key) ?? [])];
  return {
    gate: judged,
    bound: {
      how,
      problem,
      checks,
      records,
      exitBound: how === "sidecar" && entry?.exit != null,
      ...(problem === "unbound" ? { silence: silenceOf(gate, index) } : {}),
    },
    policy: policyOf(entry, index.sidecar),
    owner: entry?.owner ?? null,
    suggestion: problem === null ? null : suggestBinding(gate, checkInBlock(gate, index)),
  };
}

function checkInBlock(gate: PlanGate, index: RecordIndex): string | null {
  const near = index.checks.filter((check) => check.block !== null && check.block === gate.block);
  return near.length === 1 ? (near[0]?.id ?? null) : null;
}

/** Why the checks of the gate's own block say nothing: one ended badly, or has never run; null when neither explains it. */
function silenceOf(gate: PlanGate, index: RecordIndex): NonNullable<BoundEvidence["silence"]> | null {
  if (gate.block === null) return null;
  const near = index.checks.filter((check) => check.block === gate.block);
  const newest = near.map((check) => groupRuns(recordsOnly(index.bySource.get(check.id) ?? [])).at(-1));
  const bad = newest.find((run) =>
    run?.records.some(({ statement: { predicate } }) => predicate.kind === "check" && !exitedWell(predicate.exit)),
  );
  if (bad !== undefined) return { reason: "source_error", check: bad.source };
  const idle = near.find((_, i) => newest[i] === undefined);
  return idle === undefined ? null : { reason: "not_run", check: idle.id };
}

function recordsOnly(records: readonly EvidenceRecord[]): BoundEvidence {
  return { how: "none", problem: null, checks: [], records, exitBound: false };
}

/** The third way: a report of a check in the same block, where one gate alone could mean it. */
function bindReports(
  plan: BindablePlan,
  byName: ReadonlyMap<string, BoundGate>,
  index: RecordIndex,
): ReadonlyMap<string, BoundGate> {
  const reports = reportsByBlock(index);
  const meaning = unboundByMeaning(plan, byName);
  const all = new Map(byName);
  for (const gate of plan.gates) {
    const open = byName.get(gate.key);
    if (open === undefined || open.bound.problem !== "unbound" || gate.block === null) continue;
    const meant = reportOfGate(open.gate.criterion, open.gate.metric);
    if (meant === null) continue;
    const { family, metric } = meant;
    const sources = reports.get(`${gate.block}\n${family}`) ?? [];
    if (sources.length === 0) continue;
    const rivals = meaning.get(`${gate.block}\n${metric}`) ?? 0;
    if (sources.length > 1 || rivals > 1) {
      all.set(gate.key, notBound(gate, open.gate, index, "ambiguous"));
      continue;
    }
    const judged = { ...open.gate, metric: givenMetric(meant, sources, index) };
    all.set(gate.key, bound(gate, judged, index, { how: "report", sources }));
  }
  return all;
}

/** A report that does not tell its levels apart answers with all of its findings, which asks for more. */
function givenMetric(meant: ReportMeaning, sources: readonly string[], index: RecordIndex): string {
  if (meant.family !== "findings") return meant.metric;
  const runs = groupRuns(recordsOnly(sources.flatMap((source) => index.bySource.get(source) ?? [])));
  return runs.at(-1)?.metrics.has(meant.metric) === true ? meant.metric : "findings";
}

/** How many unbound gates of each block could mean each metric of a report. */
function unboundByMeaning(plan: BindablePlan, byName: ReadonlyMap<string, BoundGate>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const gate of plan.gates) {
    const open = byName.get(gate.key);
    if (open === undefined || open.bound.problem !== "unbound" || gate.block === null) continue;
    const name = `${gate.block}\n${reportOfGate(open.gate.criterion, open.gate.metric)?.metric ?? ""}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function reportsByBlock(index: RecordIndex): ReadonlyMap<string, readonly string[]> {
  const reports = new Map<string, string[]>();
  for (const check of index.checks) {
    if (check.block === null) continue;
    const records = index.bySource.get(check.id) ?? [];
    if (records.length === 0) continue;
    const families = new Set(newestFamilies(records));
    for (const family of families) push(reports, `${check.block}\n${family}`, check.id);
  }
  return reports;
}

/** What any run of the check read, so that a newest run without its report is missed and not forgotten. */
function newestFamilies(records: readonly EvidenceRecord[]): readonly ReportFamily[] {
  const runs: readonly Run[] = groupRuns(recordsOnly(records));
  return [...newestRuns(runs).values(), ...runs].flatMap((run) => familiesOf(run));
}
