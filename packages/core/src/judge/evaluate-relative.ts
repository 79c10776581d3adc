import type { RelativeCriterion } from "../criteria/criterion.ts";
import { convertUnit } from "../criteria/units.ts";
import type { EvidenceMetric } from "../evidence/record.ts";
import { exitedWell } from "./doubt.ts";
import type { Finding } from "./finding.ts";
import { inconclusive, measured } from "./finding.ts";
import { numberOf, type Observations, observe, withUnit } from "./observe.ts";
import type { Run } from "./runs.ts";

/** How often in a row a ratchet must see something better before it moves. */
export const RATCHET_CONFIRMATIONS = 3;

/**
 * Judges a number against the past: the last run that passed, or the best that was confirmed three times.
 *
 * Only clean runs of the same tier and unit make a baseline. A comparison with the last pass drifts, so it must stand
 * beside an absolute floor.
 *
 * @param floored whether an absolute criterion on the same gate bounds it
 */
export function evaluateRelative(
  criterion: RelativeCriterion,
  key: string | null,
  seen: Observations,
  floored: boolean,
): Finding {
  const observed = observe(seen, key);
  if (observed.missing !== null) return observed.missing;
  const { metric, run, doubt } = observed;
  const value = numberOf(metric, run);
  if (typeof value !== "number") return value;
  if (metric.unit === "%" && criterion.unit === "%") {
    const says = `${criterion.value}% of a percentage can mean two things: write ${criterion.value}pp or ${criterion.value}%rel`;
    return inconclusive("unit_mismatch", says, [run]);
  }
  if (criterion.baseline === "last_pass" && !floored) {
    return inconclusive("unparsed", "a comparison with the last pass needs an absolute floor beside it", [run]);
  }
  if (!seen.complete) return inconclusive("no_evidence", "a run that is known is missing from the records", [run]);
  const past = seen.runs.filter((other) => other.source === run.source && other !== run && isClean(other, run));
  const baseline = baselineOf(criterion, metric, past);
  if (baseline === null)
    return inconclusive("no_baseline", `${metric.key} is ${withUnit(value, metric.unit)}, the first of its kind`, [
      run,
    ]);
  const bound = boundOf(criterion, baseline, metric.unit);
  if (bound === null) {
    const says = `a margin of ${withUnit(criterion.value, criterion.unit)} does not fit ${withUnit(value, metric.unit)}`;
    return inconclusive("unit_mismatch", says, [run]);
  }
  const met = criterion.op === ">=" ? value >= bound : value <= bound;
  const says = `${metric.key} is ${withUnit(value, metric.unit)}, asked is ${criterion.op} ${withUnit(bound, metric.unit)} after ${withUnit(baseline, metric.unit)} before`;
  return measured(met, says, [run], doubt);
}

/** Whether a run may stand in a baseline: nothing odd about it, and of the same tier as the run it is compared with. */
function isClean(run: Run, newest: Run): boolean {
  const tier = newest.records[0]?.statement.predicate.tier;
  return run.records.every(({ statement: { predicate } }) => {
    const exited = predicate.kind !== "check" || exitedWell(predicate.exit);
    return exited && predicate.anomalies.length === 0 && predicate.tier === tier;
  });
}

function baselineOf(criterion: RelativeCriterion, metric: EvidenceMetric, past: readonly Run[]): number | null {
  const values = past.flatMap((run) => {
    const earlier = run.metrics.get(metric.key);
    if (earlier === undefined || typeof earlier.value !== "number" || !Number.isFinite(earlier.value)) return [];
    return convertUnit(earlier.value, earlier.unit, metric.unit) ?? [];
  });
  return criterion.baseline === "best" ? bestConfirmed(criterion, values) : lastPass(criterion, values, metric.unit);
}

/** The newest value that was itself within the margin of the one before it. */
function lastPass(criterion: RelativeCriterion, values: readonly number[], unit: string | null): number | null {
  let baseline: number | null = null;
  for (const value of values) {
    if (baseline === null) {
      baseline = value;
      continue;
    }
    const bound = boundOf(criterion, baseline, unit);
    if (bound !== null && (criterion.op === ">=" ? value >= bound : value <= bound)) baseline = value;
  }
  return baseline;
}

/** The best value that three runs in a row reached: the least good of the three is where the ratchet stands. */
function bestConfirmed(criterion: RelativeCriterion, values: readonly number[]): number | null {
  const better = (a: number, b: number): boolean => (criterion.op === ">=" ? a > b : a < b);
  const [first] = values;
  if (first === undefined) return null;
  let best = first;
  let streak: number[] = [];
  for (const value of values.slice(1)) {
    streak = better(value, best) ? [...streak, value] : [];
    if (streak.length < RATCHET_CONFIRMATIONS) continue;
    best = streak.reduce((worst, candidate) => (better(worst, candidate) ? candidate : worst));
    streak = [];
  }
  return best;
}

function boundOf(criterion: RelativeCriterion, baseline: number, unit: string | null): number | null {
  if (criterion.value === 0) return baseline;
  if (criterion.unit === "%rel" || (criterion.unit === "%" && unit !== "%")) {
    return baseline + (Math.abs(baseline) * criterion.value) / 100;
  }
  if (criterion.unit === "pp") return unit === "%" ? baseline + criterion.value : null;
  const margin = convertUnit(criterion.value, criterion.unit, unit);
  return margin === null ? null : baseline + margin;
}
