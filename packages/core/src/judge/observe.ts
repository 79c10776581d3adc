import type { EvidenceMetric } from "../evidence/record.ts";
import { describeExit, doubtOfRun, exitedWell } from "./doubt.ts";
import type { Doubt, Finding } from "./finding.ts";
import { inconclusive } from "./finding.ts";
import type { JudgeInput } from "./judge-input.ts";
import type { Run } from "./runs.ts";

/** What an evaluation may look at: the runs of the gate's checks and the newest of each. */
export interface Observations {
  readonly input: JudgeInput;
  /** Oldest first. */
  readonly runs: readonly Run[];
  readonly newest: readonly Run[];
  /** False when a known run is missing from the records, so that nothing that looks back can be trusted. */
  readonly complete: boolean;
}

/** A metric as the newest run of one check gives it, or why there is none. */
export type Observed =
  | { readonly metric: EvidenceMetric; readonly run: Run; readonly doubt: Doubt | null; readonly missing: null }
  | { readonly missing: Finding };

/** Finds the metric in the newest runs; older ones never speak, so an old pass cannot hide a newer silence. */
export function observe(seen: Observations, key: string | null): Observed {
  if (key === null) return { missing: inconclusive("unbound", "no metric is bound to it") };
  const missing = noRuns(seen);
  if (missing !== null) return { missing };
  const having = seen.newest.filter((run) => run.metrics.has(key) || run.conflicts.has(key));
  const [run] = having;
  if (run === undefined) return { missing: absent(seen, `the metric ${key}`) };
  if (having.length > 1) {
    return { missing: inconclusive("ambiguous", `${having.length} checks give the metric ${key}`, having) };
  }
  const metric = run.metrics.get(key);
  if (metric === undefined) {
    return { missing: inconclusive("source_error", `${key} came with two different values`, [run]) };
  }
  return { metric, run, doubt: doubtOfRun(run, seen.input, { exit: true, age: true }), missing: null };
}

/** Says why nothing can be looked at, or null when there is at least one run. */
export function noRuns(seen: Observations): Finding | null {
  if (seen.newest.length > 0) return null;
  if (seen.input.bound.checks.length > 0) {
    const ids = seen.input.bound.checks.map((check) => check.id).join(", ");
    return inconclusive("not_run", `the check ${ids} has not run`);
  }
  return inconclusive("no_evidence", "there is no evidence for it");
}

/** Says why the newest runs do not hold what was asked for: because one of them went wrong, or because it is not there. */
export function absent(seen: Observations, what: string): Finding {
  for (const run of seen.newest) {
    const doubt = doubtOfRun(run, seen.input, { exit: false, age: false });
    if (doubt?.voids === true) return inconclusive(doubt.reason, `${what} is missing: ${doubt.says}`, [run]);
    const failed = run.records.find(
      ({ statement }) => statement.predicate.kind === "check" && !exitedWell(statement.predicate.exit),
    );
    if (failed !== undefined) {
      const how = describeExit(failed.statement.predicate.exit);
      return inconclusive(
        "source_error",
        `the newest run of ${run.source} gave no ${what.replace("the ", "")}: ${how}`,
        [run],
      );
    }
    if (doubt !== null) return inconclusive(doubt.reason, `${what} is missing: ${doubt.says}`, [run]);
  }
  return inconclusive("no_evidence", `the newest evidence does not hold ${what}`, seen.newest);
}

/** The number a metric holds, or why it is none. */
export function numberOf(metric: EvidenceMetric, run: Run): number | Finding {
  const { value } = metric;
  if (typeof value === "number") {
    if (Number.isFinite(value)) return value;
    return inconclusive("nan", `${metric.key} is ${value}`, [run]);
  }
  if (typeof value === "string" && /^[+-]?(?:nan|inf(?:inity)?)$/i.test(value)) {
    return inconclusive("nan", `${metric.key} is ${value}`, [run]);
  }
  return inconclusive("unit_mismatch", `${metric.key} is ${JSON.stringify(value)} and not a number`, [run]);
}

/** A number with its unit, as people write it. */
export function withUnit(value: number, unit: string | null): string {
  const digits = Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
  return unit === null ? digits : `${digits}${/^[a-zA-Z]/.test(unit) ? " " : ""}${unit}`;
}
