import type { Criterion } from "./criterion.ts";
import { asksForNone, namesFindings } from "./metric-name.ts";
import type { Quantity } from "./read-quantity.ts";
import { readQuantity } from "./read-quantity.ts";
import type { Token } from "./tokens.ts";
import { dimensionOf } from "./units.ts";
import { WINDOW_COVERAGE, WINDOW_WORDS } from "./words.ts";

/** How a threshold is written: what a reader of prose may go by when it decides how much to trust it. */
export type ThresholdForm =
  | "operator"
  | "count"
  | "window"
  | "zero"
  | "percent"
  | "unit"
  | "number"
  | "state"
  | "range";

/** A criterion at a place in a row of tokens. */
export interface CriterionReading {
  readonly criterion: Criterion;
  readonly form: ThresholdForm;
  /** Index of the first token. */
  readonly first: number;
  /** Index of the last token, inclusive. */
  readonly last: number;
}

const MOST_WINDOW_WORDS = 3;

/** Reads the criterion whose number stands at token `n`, without regard to whether prose means it as a threshold. */
export function readCriterion(tokens: readonly Token[], n: number): CriterionReading | null {
  const quantity = readQuantity(tokens, n);
  if (quantity === null) return null;
  const { baseForm, unit, op, base, value } = quantity;
  if (baseForm === "of" && unit === null && op === null && base !== value) return null;
  return readWindow(tokens, quantity) ?? readCount(quantity) ?? readAbsolute(tokens, quantity);
}

function readWindow(tokens: readonly Token[], q: Quantity): CriterionReading | null {
  const { unit } = q;
  if (unit === null || dimensionOf(unit) !== "time" || (q.op !== null && q.op !== ">=")) return null;
  for (let i = q.last + 1; i <= q.last + MOST_WINDOW_WORDS; i += 1) {
    const token = tokens[i];
    if (token === undefined || token.kind !== "word") return null;
    const label = WINDOW_WORDS.get(token.text.toLowerCase());
    if (label === undefined) continue;
    const { value } = q;
    const criterion: Criterion = { kind: "window", op: ">=", value, unit, label, coverage: WINDOW_COVERAGE, holds: [] };
    return { criterion, form: "window", first: q.first, last: i };
  }
  return null;
}

function readCount(q: Quantity): CriterionReading | null {
  const whole = Number.isInteger(q.value) && q.base !== null && Number.isInteger(q.base);
  // `203 of 203` is all of them; `2 of 3` is a share that nothing counts.
  const all = q.baseForm === "/" || (q.baseForm === "of" && q.value === q.base);
  if (!all || !whole || q.op !== null || q.unit !== null || q.base === null || q.signed) return null;
  const criterion = { kind: "count", op: "=", value: q.value, unit: null, total: q.base, noun: null } as const;
  return { criterion, form: "count", first: q.first, last: q.last };
}

function readAbsolute(tokens: readonly Token[], q: Quantity): CriterionReading {
  const findings = asksForNone(q.op ?? "=", q.value) && q.unit === null && zeroOfFindings(tokens, q);
  const criterion: Criterion = {
    kind: "absolute",
    op: q.op ?? "=",
    value: q.value,
    unit: q.unit,
    ...(q.base === null ? {} : { base: q.base }),
    // "zero" says what it means; "0" and "95" leave the operator to the reader.
    ...(q.op === null && !q.writtenAsWord ? { assumedOperator: true } : {}),
    ...(findings ? { counts: "findings" as const } : {}),
  };
  return { criterion, form: formOf(q), first: q.first, last: q.last };
}

function formOf(q: Quantity): ThresholdForm {
  if (q.op !== null) return "operator";
  if (q.unit === "%" || q.unit === "pp") return "percent";
  if (q.unit !== null) return "unit";
  return q.value === 0 ? "zero" : "number";
}

function zeroOfFindings(tokens: readonly Token[], q: Quantity): boolean {
  for (let i = q.last + 1; i <= q.last + 4; i += 1) {
    const token = tokens[i];
    if (token === undefined || token.kind !== "word") return false;
    if (namesFindings(token.text)) return true;
  }
  return false;
}
