import type { EvidenceMetric } from "../evidence/record.ts";
import { parseInstant } from "./instant.ts";
import type { BoundEvidence, EvidenceRecord } from "./judge-input.ts";

/** One run of a check: all its records together. */
export interface Run {
  /** Id of the check, or the kind of record where no check produced it. */
  readonly source: string;
  readonly records: readonly EvidenceRecord[];
  /** When its last record ended, milliseconds since the epoch; null when a time on its records is none. */
  readonly endedMs: number | null;
  readonly digest: string;
  /** By key; a key with two different values is not here but in `conflicts`. */
  readonly metrics: ReadonlyMap<string, EvidenceMetric>;
  readonly conflicts: ReadonlySet<string>;
}

/** Records that measure something, in contrast to those of people. */
export function measures(record: EvidenceRecord): boolean {
  const { kind } = record.statement.predicate;
  return kind !== "witness" && kind !== "waiver";
}

/** Name of the source of a record: its check, or its kind. */
export function sourceOf(record: EvidenceRecord): string {
  return record.statement.predicate.check?.id ?? `(${record.statement.predicate.kind})`;
}

/**
 * Groups the measuring records into runs, oldest first.
 *
 * The order is that of (end, digest), so it does not depend on the order of the records, and a record that comes twice
 * counts once.
 */
export function groupRuns(bound: BoundEvidence): readonly Run[] {
  const [only, second] = bound.records;
  if (only !== undefined && second === undefined) return measures(only) ? [toRun([only])] : [];
  const groups = new Map<string, Map<string, EvidenceRecord>>();
  for (const record of bound.records) {
    if (!measures(record)) continue;
    const { startedAt } = record.statement.predicate;
    const name = `${sourceOf(record)}\n${startedAt}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, new Map([[record.digest, record]]));
    else group.set(record.digest, record);
  }
  const runs = [...groups.values()].map((group) => toRun([...group.values()]));
  return runs.length < 2 ? runs : runs.sort(compareRuns);
}

/** The newest run of each source, by source name. */
export function newestRuns(runs: readonly Run[]): ReadonlyMap<string, Run> {
  return new Map(runs.map((run) => [run.source, run]));
}

function compareRuns(a: Run, b: Run): number {
  // A run whose time cannot be read is taken for the newest: it is odd, and odd evidence must not hide behind old.
  const first = a.endedMs ?? Number.POSITIVE_INFINITY;
  const second = b.endedMs ?? Number.POSITIVE_INFINITY;
  if (first !== second) return first < second ? -1 : 1;
  return a.digest === b.digest ? 0 : a.digest < b.digest ? -1 : 1;
}

function toRun(unsorted: EvidenceRecord[]): Run {
  const records = unsorted.length < 2 ? unsorted : unsorted.sort((a, b) => (a.digest < b.digest ? -1 : 1));
  const metrics = new Map<string, EvidenceMetric>();
  const conflicts = new Set<string>();
  const [first] = records;
  let endedMs: number | null = Number.NEGATIVE_INFINITY;
  for (const record of records) {
    const { predicate } = record.statement;
    const ended = parseInstant(predicate.endedAt);
    const readable = ended !== null && parseInstant(predicate.startedAt) !== null;
    endedMs = !readable || endedMs === null ? null : Math.max(endedMs, ended);
    for (const metric of predicate.metrics) addMetric(metrics, conflicts, metric);
  }
  for (const key of conflicts) metrics.delete(key);
  return {
    source: first === undefined ? "" : sourceOf(first),
    records,
    endedMs,
    digest: records.at(-1)?.digest ?? "",
    metrics,
    conflicts,
  };
}

function addMetric(metrics: Map<string, EvidenceMetric>, conflicts: Set<string>, metric: EvidenceMetric): void {
  const known = metrics.get(metric.key);
  if (known === undefined) {
    metrics.set(metric.key, metric);
    return;
  }
  if (known.value !== metric.value || known.unit !== metric.unit || known.n !== metric.n) conflicts.add(metric.key);
}
