import type { Criterion } from "../criteria/criterion.ts";
import { findThresholds } from "../criteria/find-thresholds.ts";
import { normaliseMetric } from "../criteria/metric-name.ts";
import { canonicalUnit } from "../criteria/units.ts";
import { WINDOW_COVERAGE } from "../criteria/words.ts";
import { plainText } from "./plain-text.ts";
import type { StatedGate } from "./stated-gate.ts";

const LASTING =
  /\b(?:for|over)\s+(?:at least\s+|the (?:last|past)\s+)?(\d{1,4})[\s-]?(h|hrs?|hours?|d|days?|w|weeks?|min|minutes?)\b(?:\s+(?:straight|continuously|in a row|in production|without [\p{L}\s-]{2,30}))?[\s.)]*$/iu;
const NONE_IN = /^(?:no|zero|0)\s.{2,80}\s(?:in|within)\s+(\d{1,4})[\s-]?(h|hrs?|hours?|d|days?|w|weeks?)[\s.)]*$/i;

/** `All SLOs met for 24h`, `No severe bugs in 48h`: time through which the criterion has to be observed. */
export function windowOfEntry(text: string, stated: readonly StatedGate[]): StatedGate[] {
  if (stated.some(({ criterion }) => criterion?.kind === "window")) return [];
  const match = LASTING.exec(text) ?? NONE_IN.exec(text);
  const unit = canonicalUnit(match?.[2] ?? "");
  if (match === null || unit === null) return [];
  const value = Number(match[1]);
  if (stated.some(({ criterion }) => criterion?.unit === unit && criterion.value === value)) return [];
  const head = text
    .slice(0, text.lastIndexOf(match[1] ?? "", match.index + match[0].length))
    .replace(/\s*\b(?:for|over|in|within)\b[^\d]*$/i, "");
  const none = /^(?:no|zero|0)\s/i.test(head);
  const held = none ? [] : findThresholds(head, { states: true });
  const named = normaliseMetric(plainText(/^([^:]{2,80}):\s/.exec(text)?.[1] ?? ""));
  const words = head.replace(/^(?:no|zero|0)\s+/i, "").split(/\s+/);
  const metric = named !== "" ? named : (held[0]?.metric ?? normaliseMetric(words.slice(0, 6).join(" ")));
  const label = { metric: metric === "" ? null : metric, text: match[0].trim() };
  // A number that is not understood would be lost from what has to hold through the time.
  if (held.length === 0 && !none && /\d/.test(head))
    return stated.length > 0 ? [] : [{ ...label, text, criterion: null }];
  const holds = held.map((one) => {
    const { criterion } = one;
    const takesMetric = criterion.kind === "absolute" || criterion.kind === "state" || criterion.kind === "count";
    return takesMetric && one.metric !== null ? { ...criterion, metric: one.metric } : criterion;
  });
  if (none) holds.push({ kind: "absolute", op: "=", value: 0, unit: null, counts: "findings" });
  const criterion: Criterion = { kind: "window", op: ">=", value, unit, label: null, coverage: WINDOW_COVERAGE, holds };
  const alone = held
    .filter((one) => one.form !== "state" && !stated.some((other) => other.text === one.text))
    .map((one) => ({ metric: one.metric ?? label.metric, text: one.text, criterion: one.criterion }));
  return [...alone, { ...label, criterion }];
}
