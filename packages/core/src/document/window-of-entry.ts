import type { Criterion } from "../criteria/criterion.ts";
import { findThresholds } from "../criteria/find-thresholds.ts";
import { normaliseMetric } from "../criteria/metric-name.ts";
import { canonicalUnit, dimensionOf } from "../criteria/units.ts";
import { WINDOW_COVERAGE } from "../criteria/words.ts";
import { plainText } from "./plain-text.ts";
import type { StatedGate } from "./stated-gate.ts";

const SPAN =
  "(\\d{1,4})[\\s-]?(?:(?:consecutive|straight|full|calendar|business|working|aufeinanderfolgende|días? consecutivos de)\\s)?(\\p{L}{1,12})(?![\\p{L}\\p{N}])";
const AFTER =
  '(?:\\s+(?:straight|consecutive|continuously|in a row|in production|in Folge|seguidos|consecutivos|consécutifs|without [\\p{L}\\s-]{2,30}))?[\\s.)"”]*$';
const LASTING = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:for|over|during|across|throughout|über|während|für|durante|por|pendant|sur)\\s+(?:at least\\s+|the (?:last|past)\\s+|a\\s|mindestens\\s|al menos\\s|au moins\\s)?${SPAN}${AFTER}`,
  "iu",
);
const NONE_IN = new RegExp(
  `^(?:no|zero|0)\\s.{2,80}\\s(?:in|within|during|through|over)\\s(?:(?:the|a|an|each|any)\\s)?(?:[\\p{L}-]{1,20}\\s){0,4}?(?:(?:of|for)\\s)?(?:at least\\s)?${SPAN}[\\s.)]*$`,
  "iu",
);

/** `All SLOs met for 24h`, `No severe bugs in 48h`: time through which the criterion has to be observed. */
export function windowOfEntry(text: string, stated: readonly StatedGate[]): StatedGate[] {
  if (stated.some(({ criterion }) => criterion?.kind === "window")) return [];
  const match = LASTING.exec(text) ?? NONE_IN.exec(text);
  const unit = canonicalUnit(match?.[2] ?? "");
  if (match === null || unit === null || !/^(?:time|months)$/.test(dimensionOf(unit) ?? "")) return [];
  const value = Number(match[1]);
  if (stated.some(({ criterion }) => criterion?.unit === unit && criterion.value === value)) return [];
  const head = text
    .slice(0, text.lastIndexOf(match[1] ?? "", match.index + match[0].length))
    .replace(
      /\s*(?<![\p{L}\p{N}])(?:for|over|in|within|during|across|throughout|through|über|während|für|durante|por|pendant|sur)\s[^\d]*$/iu,
      "",
    );
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
    .filter(
      (one) => (one.form !== "state" || KEYED_STATE.test(head)) && !stated.some((other) => other.text === one.text),
    )
    .map((one) => ({ metric: one.metric ?? label.metric, text: one.text, criterion: one.criterion }));
  return [...alone, { ...label, criterion }];
}

/** `Dependency scan: clean`: the state is asked for by itself, and through the time. */
const KEYED_STATE = /^[^:：]{2,80}[:：]\s+[\p{L}-]+\s*$/u;
