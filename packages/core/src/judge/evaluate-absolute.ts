import type { AbsoluteCriterion, ComparisonOperator } from "../criteria/criterion.ts";
import { asksForNone, namesFindings, namesPercentage } from "../criteria/metric-name.ts";
import { convertUnit, dimensionOf } from "../criteria/units.ts";
import type { EvidenceMetric } from "../evidence/record.ts";
import type { Finding } from "./finding.ts";
import { inconclusive, measured } from "./finding.ts";
import type { Observations } from "./observe.ts";
import { numberOf, observe, withUnit } from "./observe.ts";
import type { Run } from "./runs.ts";

const COMPARISONS: Readonly<Record<ComparisonOperator, (observed: number, asked: number) => boolean>> = {
  "<": (observed, asked) => observed < asked,
  "<=": (observed, asked) => observed <= asked,
  "=": (observed, asked) => observed === asked,
  "!=": (observed, asked) => observed !== asked,
  ">=": (observed, asked) => observed >= asked,
  ">": (observed, asked) => observed > asked,
};

/** Compares two numbers of one unit. */
export function compare(op: ComparisonOperator, observed: number, asked: number): boolean {
  return COMPARISONS[op](observed, asked);
}

/** Judges a number against a number, after converting within one dimension. */
export function evaluateAbsolute(criterion: AbsoluteCriterion, key: string | null, seen: Observations): Finding {
  const observed = observe(seen, key);
  if (observed.missing !== null) return observed.missing;
  const { metric, run, doubt } = observed;
  const raw = numberOf(metric, run);
  if (typeof raw !== "number") return raw;
  const odd = oddSamples(criterion, metric, run) ?? oddShare(criterion, metric, raw, run);
  if (odd !== null) return odd;
  const converted = convertMetric(criterion, metric, raw);
  const asked = `${criterion.op} ${withUnit(criterion.value, criterion.unit)}`;
  if (converted === null) {
    const says = `${metric.key} is ${withUnit(raw, metric.unit)}, which cannot be compared with ${asked}`;
    return inconclusive("unit_mismatch", says, [run]);
  }
  const met = compare(criterion.op, converted, criterion.value);
  const none = criterion.unit === null && asksForNone(criterion.op, criterion.value);
  if (met && none && (criterion.counts === "findings" || namesFindings(metric.key))) {
    const unproven = unprovenScan(metric, run);
    if (unproven !== null) return unproven;
  }
  const shown = metric.unit === criterion.unit ? withUnit(raw, metric.unit) : withUnit(converted, criterion.unit);
  const finding = measured(met, `${metric.key} is ${shown}, asked is ${asked}`, [run], doubt);
  const exact = !met && criterion.assumedOperator === true;
  return exact ? { ...finding, hint: `${asked} was assumed: write the operator you mean` } : finding;
}

/** A value over no samples, or over another base than the one the plan states. */
function oddSamples(criterion: AbsoluteCriterion, metric: EvidenceMetric, run: Run): Finding | null {
  if (metric.n === 0) return inconclusive("too_few_samples", `${metric.key} was taken from no samples`, [run]);
  if (criterion.base === undefined || metric.n === null) return null;
  if (metric.n === criterion.base) return null;
  const says = `${metric.key} is over ${metric.n} and not over ${criterion.base}`;
  return inconclusive(metric.n < criterion.base ? "shrunk_suite" : "unit_mismatch", says, [run]);
}

/** More than all, or less than none, of something: the source is wrong. */
function oddShare(criterion: AbsoluteCriterion, metric: EvidenceMetric, raw: number, run: Run): Finding | null {
  const share =
    metric.unit === "%" && (namesPercentage(metric.key) || /passing|success|score|complet/.test(metric.key));
  const bare = metric.unit === null && metric.n === null && /(?:^|_)coverage(?:_|$)/.test(metric.key);
  const beyond = (share || bare) && (raw > 100 || raw < 0);
  const overBase = criterion.base !== undefined && criterion.unit === null && raw > criterion.base;
  const overAll = metric.n !== null && metric.unit === null && raw > metric.n;
  if (!beyond && !overBase && !overAll && !isBelowNone(metric, raw)) return null;
  const says = raw < 0 ? "less than there can be" : "more than there can be";
  return inconclusive("source_error", `${metric.key} is ${withUnit(raw, metric.unit)}, which is ${says}`, [run]);
}

const COUNTED =
  /(?:^|_)(?:count|total|number|errors?|failures?|failed|skipped|warnings|tests?|requests|users|items|time|latency|duration)(?:_|$)/;

/** Nothing lasts, weighs or counts less than none. A change may, and says so by its name or its sign. */
function isBelowNone(metric: EvidenceMetric, raw: number): boolean {
  if (raw >= 0 || /delta|change|diff|growth|regression|offset|drift|gain/.test(metric.key)) return false;
  const dimension = metric.unit === null ? null : dimensionOf(metric.unit);
  if (dimension === "time" || dimension === "bytes" || dimension === "rate") return true;
  return metric.unit === null && (metric.n !== null || namesFindings(metric.key) || COUNTED.test(metric.key));
}

function convertMetric(criterion: AbsoluteCriterion, metric: EvidenceMetric, raw: number): number | null {
  // `passed=190/203` is a ratio by its form, so it may be asked for in percent.
  if (criterion.unit === "%" && metric.unit === null && metric.n !== null) return (100 * raw) / metric.n;
  return convertUnit(raw, metric.unit, criterion.unit);
}

/** Zero findings count only when the scanner shows that it looked: rules and files, or a number of things looked at. */
function unprovenScan(metric: EvidenceMetric, run: Run): Finding | null {
  if (metric.n !== null && metric.n > 0) return null;
  const rules = run.metrics.get("rules")?.value;
  const files = run.metrics.get("files_scanned")?.value;
  const proven = typeof rules === "number" && rules > 0 && typeof files === "number" && files > 0;
  if (proven) return null;
  const says = `${metric.key} is 0, but nothing shows that anything was looked at (rules and files_scanned above 0)`;
  return inconclusive("no_evidence", says, [run]);
}
