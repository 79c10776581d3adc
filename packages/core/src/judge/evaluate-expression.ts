import type { ExpressionCriterion } from "../criteria/criterion.ts";
import { normaliseMetric } from "../criteria/metric-name.ts";
import { canonicalUnit, convertUnit } from "../criteria/units.ts";
import { compileExpression } from "./expression.ts";
import type { Doubt, Finding } from "./finding.ts";
import { inconclusive, measured } from "./finding.ts";
import { noRuns, numberOf, type Observations, type Observed, observe } from "./observe.ts";
import type { Run } from "./runs.ts";

/**
 * Judges a CEL expression over metrics. Every name must be a metric with a value before anything is evaluated, so that
 * `a || unknown` and comparisons with NaN cannot come out true by themselves.
 *
 * A metric with a unit is asked for in a unit (`p95.ms < 500.0`, `coverage.pct >= 80.0`); without one it is refused.
 */
export function evaluateExpression(criterion: ExpressionCriterion, seen: Observations): Finding {
  const compiled = compileExpression(criterion);
  if ("message" in compiled) {
    return inconclusive("unparsed", `the expression cannot be read at ${compiled.position + 1}: ${compiled.message}`);
  }
  const missing = noRuns(seen);
  if (missing !== null) return missing;
  if (compiled.names.length === 0) return inconclusive("no_evidence", "the expression asks for no metric");
  const values: Values = new Map();
  const runs = new Set<Run>();
  let doubt: Doubt | null = null;
  for (const name of compiled.names) {
    const bound = bindName(name, seen);
    if ("reason" in bound) return bound;
    if (!assign(values, name, bound.value)) {
      return inconclusive("ambiguous", `${name.join(".")} is both a metric and a part of another name`);
    }
    runs.add(bound.run);
    if (doubt === null || bound.doubt?.voids === true) doubt = bound.doubt ?? doubt;
  }
  return ask(criterion, () => compiled.evaluate(toObject(values)), [...runs], doubt);
}

function ask(
  criterion: ExpressionCriterion,
  evaluate: () => unknown,
  runs: readonly Run[],
  doubt: Doubt | null,
): Finding {
  let answer: unknown;
  try {
    answer = evaluate();
  } catch (error) {
    const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : "it cannot be evaluated";
    return inconclusive("source_error", `the expression has no value: ${why}`, runs);
  }
  if (typeof answer !== "boolean") return inconclusive("unparsed", "the expression is neither true nor false", runs);
  return measured(answer, `${criterion.value} is ${String(answer)}`, runs, doubt);
}

type BoundName = { readonly value: number | string | boolean; readonly run: Run; readonly doubt: Doubt | null };

/** `p95.ms` is the metric of that name, or else the metric `p95` in milliseconds. */
function bindName(name: readonly string[], seen: Observations): BoundName | Finding {
  const whole = observe(seen, normaliseMetric(name.join("_")));
  if (whole.missing === null) return plain(name, whole);
  const last = name.at(-1) ?? "";
  const unit = last === "pct" ? "%" : canonicalUnit(last);
  if (name.length < 2 || unit === null || whole.missing.reason !== "no_evidence") return whole.missing;
  const part = observe(seen, normaliseMetric(name.slice(0, -1).join("_")));
  if (part.missing !== null) return part.missing;
  const raw = numberOf(part.metric, part.run);
  if (typeof raw !== "number") return raw;
  const value = convertUnit(raw, part.metric.unit, unit);
  if (value !== null) return { value, run: part.run, doubt: part.doubt };
  return inconclusive("unit_mismatch", `${part.metric.key} in ${part.metric.unit ?? "no unit"} is not in ${unit}`, [
    part.run,
  ]);
}

function plain(name: readonly string[], observed: Extract<Observed, { missing: null }>): BoundName | Finding {
  const { metric, run, doubt } = observed;
  if (metric.unit !== null) {
    const says = `${name.join(".")} has the unit ${metric.unit}: ask for it in a unit, such as ${name.join(".")}.${metric.unit === "%" ? "pct" : metric.unit}`;
    return inconclusive("unit_mismatch", says, [run]);
  }
  if (typeof metric.value === "boolean") return { value: metric.value, run, doubt };
  const number = numberOf(metric, run);
  if (typeof number === "number") return { value: number, run, doubt };
  return number.reason === "nan" ? number : { value: metric.value, run, doubt };
}

type Values = Map<string, unknown>;

/** Puts a value at a path; false when another value stands on the way or already there. */
function assign(values: Values, name: readonly string[], value: unknown): boolean {
  let at = values;
  for (const part of name.slice(0, -1)) {
    const next = at.get(part);
    if (next !== undefined && !(next instanceof Map)) return false;
    const inner: Values = next instanceof Map ? next : new Map<string, unknown>();
    at.set(part, inner);
    at = inner;
  }
  const last = name.at(-1) ?? "";
  if (at.get(last) instanceof Map) return false;
  at.set(last, value);
  return true;
}

function toObject(values: Values): Record<string, unknown> {
  const entries = [...values].map(([name, value]) => [name, value instanceof Map ? toObject(value) : value] as const);
  return Object.fromEntries(entries);
}
