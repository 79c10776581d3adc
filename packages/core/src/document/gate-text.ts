import type { Criterion } from "../criteria/criterion.ts";
import { findThresholds } from "../criteria/find-thresholds.ts";
import { normaliseMetric } from "../criteria/metric-name.ts";
import { parseCriterion } from "../criteria/parse-criterion.ts";
import { plainText } from "./plain-text.ts";
import type { StatedGate } from "./stated-gate.ts";
import { windowOfEntry } from "./window-of-entry.ts";

/** Which thresholds of a text count. */
export type GateSense = "thresholds" | "states" | "targets";

const KEYED = /^([^:：]{2,120})[:：]\s+(\S.*)$/u;

/**
 * The gates in an entry of a list of criteria or targets.
 *
 * @param entry plain text of the entry without box, id and marks
 * @param sense `states`: words for states count too; `targets`: only what is written as a demand counts, because such
 *   lists also hold measurements
 */
export function gatesOfEntry(entry: string, sense: GateSense): StatedGate[] {
  const text = withoutTags(entry);
  const keyed = KEYED.exec(text.slice(0, 2000));
  if (sense === "states" && keyed?.[1] !== undefined && keyed[2] !== undefined) {
    return gatesOfKeyed(keyed[1], keyed[2], text);
  }
  const aimed = /^(?:target|goal|minimum|required|slo)\b/i.test(text);
  const stated = findThresholds(text, { states: sense === "states" })
    .filter((found) => sense !== "targets" || aimed || isDemand(found.form, found.criterion))
    .map(({ metric, text: as, criterion }) => ({ metric: metric ?? keyMetric(keyed), text: as, criterion }));
  return sense === "targets" ? stated : [...stated, ...windowOfEntry(text, stated)];
}

/** `<b>coverage</b>` names coverage. */
function withoutTags(text: string): string {
  return text.includes("<")
    ? text
        .replace(/<\/?[a-z][a-z0-9]{0,15}(?:\s[^<>]{0,200})?\/?>/gi, " ")
        .replace(/ {2,}/g, " ")
        .trim()
    : text;
}

function keyMetric(keyed: RegExpExecArray | null): string | null {
  return keyed?.[1] === undefined ? null : normaliseMetric(plainText(keyed[1]));
}

/** `Response time p95: <500ms`: the whole value is one threshold where it can be typed as one, else each part of it. */
function gatesOfKeyed(key: string, value: string, whole: string): StatedGate[] {
  const metric = normaliseMetric(plainText(key));
  const single = parseCriterion(value, { metric }).criterion;
  if (single !== null && single.kind !== "composite") return [{ metric, text: value, criterion: single }];
  const head = /^([^(]{1,60}?)\s*\(/.exec(value)?.[1];
  if (head !== undefined) {
    const typed = parseCriterion(head, { metric }).criterion;
    if (typed !== null && typed.kind !== "composite") return [{ metric, text: head, criterion: typed }];
  }
  const found = findThresholds(whole, { states: true });
  const alone = found.length === 1;
  const stated = found.map((one) => ({
    metric: alone ? metric : (one.metric ?? metric),
    text: one.text,
    criterion: one.criterion,
  }));
  const gates = [...stated, ...windowOfEntry(whole, stated)];
  return gates.length === 0 ? [{ metric, text: value, criterion: null }] : gates;
}

function isDemand(form: string, criterion: Criterion): boolean {
  return form === "operator" || form === "zero" || (form === "percent" && criterion.value === 100);
}

/**
 * The gates of a value that names several: `99.9% uptime + 203/203 agents + 24hr canary`. What cannot be typed stays as
 * one gate without criterion, so that the rest never stands for the whole.
 */
export function gatesOfValue(value: string, key: string, states: boolean): StatedGate[] {
  const single = parseCriterion(withoutTags(value), { metric: normaliseMetric(key) }).criterion;
  // Words of its own (`1 of editor not producer`, `no worse than …`) are understood only as a whole.
  if (single !== null && (single.kind === "witness" || single.kind === "relative" || single.kind === "expression"))
    return [{ metric: normaliseMetric(key), text: value, criterion: single }];
  const inner = /^[^(]{0,60}\b(?:passed|met|complete|green)\s*\(([^()]{3,})\)\s*\.?$/i.exec(value.slice(0, 2000));
  const text = withoutTags(inner?.[1] ?? value);
  const stated: StatedGate[] = [];
  const untyped: string[] = [];
  for (const part of partsOf(text)) {
    const found = findThresholds(part, { states: states && inner === null });
    if (found.length === 0) untyped.push(part);
    for (const one of found) stated.push({ metric: one.metric, text: one.text, criterion: one.criterion });
  }
  if (untyped.length > 0 && (states || stated.length > 0)) {
    const rest = untyped.join(" + ");
    stated.push({
      metric: untyped.length === 1 ? normaliseMetric(rest) : normaliseMetric(key),
      text: rest,
      criterion: null,
    });
  }
  return stated;
}

function partsOf(text: string): string[] {
  return text
    .split(/\s\+\s|[,;、](?=\s)|\s&\s/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
