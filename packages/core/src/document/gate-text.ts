import type { Criterion } from "../criteria/criterion.ts";
import type { FoundThreshold } from "../criteria/find-thresholds.ts";
import { findThresholds } from "../criteria/find-thresholds.ts";
import { normaliseMetric } from "../criteria/metric-name.ts";
import { parseCriterion } from "../criteria/parse-criterion.ts";
import { joined, takePeople, underKey, untypedRest } from "./gate-clauses.ts";
import { plainText } from "./plain-text.ts";
import { boundedText } from "./stated-bounds.ts";
import type { StatedGate } from "./stated-gate.ts";
import { windowOfEntry } from "./window-of-entry.ts";

/** Which thresholds of a text count. */
export type GateSense = "thresholds" | "states" | "targets";

/** `… works. (Only seen in the browser so far.)` */
const REMARK_BEHIND = /\.\s+\((?=\p{Lu})([^()<>≤≥]{8,400})\)\s*$/u;
/** `Audit: no critical issues` in a list of gates: their number has to be zero. */
const NO_FINDINGS =
  /(^|[:;,]\s)no\s(?=(?:(?!more\b|less\b|fewer\b|worse\b|longer\b|later\b)[\p{L}-]+\s){0,4}?(?:issues?|errors?|bugs?|warnings?|findings?|vulnerabilit(?:y|ies)|cves?|defects?|failures?|regressions?|violations?|blockers?|leaks?|incidents?|conflicts?|secrets?)\b)/giu;
const KEYED = /^([^:：]{2,120})[:：]\s+(\S.*)$/u;

/**
 * The gates in an entry of a list of criteria or targets.
 *
 * @param entry plain text of the entry without box, id and marks
 * @param sense `states`: words for states count too; `targets`: only what is written as a demand counts, because such
 *   lists also hold measurements
 */
export function gatesOfEntry(entry: string, sense: GateSense): StatedGate[] {
  const bounded = boundedText(withoutTags(entry));
  const text = sense === "states" ? withoutRemark(bounded.text).replace(NO_FINDINGS, "$1zero ") : bounded.text;
  const changed = bounded.changed || text !== bounded.text;
  const gates = gatesOfBounded(text, sense);
  // What is shown is what the document says.
  return changed ? gates.map((gate) => ({ ...gate, text: entry })) : gates;
}

/** A remark that states a threshold is part of what is asked. */
function withoutRemark(text: string): string {
  return text.replace(REMARK_BEHIND, (whole, remark: string) => (findThresholds(remark).length > 0 ? whole : "."));
}

function gatesOfBounded(text: string, sense: GateSense): StatedGate[] {
  const keyed = KEYED.exec(text.slice(0, 2000));
  if (sense === "states") {
    const own = keyed?.[1] !== undefined && keyed[2] !== undefined ? keyed : null;
    const gates = own === null ? gatesOfText(text, null, sense) : gatesOfKeyed(own[1] ?? "", own[2] ?? "", text);
    // An entry of a list of gates is a gate, whether it is understood or not.
    if (gates.length > 0) return gates;
    return text.trim() === "" ? [] : [{ metric: metricOf(text), text, criterion: null }];
  }
  if (sense === "thresholds") {
    const state = stateOfKeyed(keyed) ?? timeOfKeyed(keyed);
    return state === null ? gatesOfText(text, keyMetric(keyed), sense) : [state];
  }
  const aimed = /^(?:target|goal|minimum|required|slo)\b/i.test(text);
  return findThresholds(text)
    .filter((found) => aimed || isDemand(found.form, found.criterion))
    .map(({ metric, text: as, criterion }) => ({ metric: metric ?? keyMetric(keyed), text: as, criterion }));
}

function gatesOfText(text: string, key: string | null, sense: "thresholds" | "states"): StatedGate[] {
  const { gates, rest } = takePeople(text, key, sense === "states" ? "any" : "counted");
  const stated = behindKey(rest, findThresholds(rest, { states: sense === "states" })).map(
    ({ metric, text: as, criterion }) => ({
      metric: metric ?? key,
      text: as,
      criterion,
    }),
  );
  const lasting = withWindow(rest, stated);
  const own = joined(lasting, rest);
  return [...own, ...untypedRest(rest, key, lasting), ...gates];
}

/** `Large sites (50+ pages): < 15 min`: a number in brackets of the key says what is meant, where the value asks. */
function behindKey(text: string, all: readonly FoundThreshold[]): readonly FoundThreshold[] {
  const colon = /^[^:：]{2,80}\([^():：]{1,40}\)[:：]\s/u.exec(text)?.[0].length ?? 0;
  if (colon === 0 || !all.some(({ start, form }) => start >= colon && form === "operator")) return all;
  return all.filter(({ start }) => start >= colon);
}

/** `Container scan: clean` among criteria: a state that only a probe or scan can have, and no report of progress. */
function stateOfKeyed(keyed: RegExpExecArray | null): StatedGate | null {
  const [, key = "", value = ""] = keyed ?? [];
  if (!PROBED.test(value) || key.split(/\s+/).length > MOST_KEY_WORDS) return null;
  const metric = normaliseMetric(plainText(key));
  const { criterion } = parseCriterion(value.replace(/[\s.*_`]+$/, ""), { metric });
  return criterion?.kind === "state" ? { metric, text: value, criterion } : null;
}

/** `Connection timeout: 30s`: a bare time is no estimate where the key names a time that is measured. */
function timeOfKeyed(keyed: RegExpExecArray | null): StatedGate | null {
  const [, key = "", value = ""] = keyed ?? [];
  const name = plainText(key);
  if (!MEASURED_TIME.test(name) || !BARE_TIME.test(value)) return null;
  const metric = normaliseMetric(name);
  const { criterion } = parseCriterion(value.replace(/[\s.*_`]+$/, ""), { metric });
  return criterion?.kind === "absolute" ? { metric, text: value, criterion } : null;
}

const MEASURED_TIME =
  /\b(?:timeout|latency|ttl|(?:response|load|startup|start|boot|recovery|query|render|processing|wait|build|failover) time)$/i;
const BARE_TIME = /^\d[\d.]{0,8}\s?(?:s|secs?|seconds?|min|minutes?)[\s.*_`]*$/i;

const MOST_KEY_WORDS = 6;
const PROBED =
  /^[*_`]*(?:operational|clean|green|healthy|empty|online|up|true|false|enabled|disabled|stable|available|reachable|compliant|passing)[\s.*_`]*$/i;

function withWindow(text: string, stated: readonly StatedGate[]): StatedGate[] {
  return [...stated, ...windowOfEntry(text, stated)];
}

function metricOf(text: string): string | null {
  const metric = normaliseMetric(plainText(text).split(/\s+/).slice(0, 8).join(" "));
  return metric === "" ? null : metric;
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
  if (single?.kind === "window" && single.holds.length > 0) {
    const held = single.holds.map((criterion) => ({ metric: metricIn(criterion) ?? metric, text: value, criterion }));
    return [...held, { metric, text: value, criterion: single }];
  }
  if (single !== null && (single.kind !== "composite" || isRange(single)))
    return [{ metric, text: value, criterion: single }];
  const head = /^([^(]{1,60}?)\s*\(([^()]*)\)[\s.]*$/.exec(value);
  // Only what explains may be left out: no number and no comparison.
  if (head?.[1] !== undefined && !/[<>≤≥=\d]/.test((head[2] ?? "").replace(/\bp\d\d\b/gi, ""))) {
    const typed = parseCriterion(head[1], { metric }).criterion;
    if (typed !== null && typed.kind !== "composite") return [{ metric, text: head[1], criterion: typed }];
  }
  const people = takePeople(value, metric, "any");
  const rest = people.gates.length === 0 ? whole : `${key}: ${people.rest}`;
  const found = people.rest.trim() === "" ? [] : findThresholds(rest, { states: true });
  const alone = found.length === 1;
  const stated = found.map((one) => ({
    metric: alone ? metric : underKey(metric, one.metric),
    text: one.text,
    criterion: one.criterion,
  }));
  const lasting = found.length === 0 && people.gates.length > 0 ? [] : withWindow(rest, stated);
  const gates = [...joined(lasting, people.rest), ...untypedRest(people.rest, metric, lasting), ...people.gates];
  return gates.length === 0 ? [{ metric, text: value, criterion: null }] : gates;
}

function metricIn(criterion: Criterion | undefined): string | null {
  return criterion !== undefined && "metric" in criterion && criterion.metric !== undefined ? criterion.metric : null;
}

function isRange(criterion: Criterion): boolean {
  if (criterion.kind !== "composite") return false;
  const [low, high, more] = criterion.of;
  const both = low?.kind === "absolute" && high?.kind === "absolute" && more === undefined;
  return both && low.metric === high.metric && low.op === ">=" && high.op === "<=";
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
  // Words of its own (`1 of editor not producer`, `no worse than …`, `… for 24 hours`) are understood only as a whole.
  if (single !== null && isWhole(single)) return [{ metric: normaliseMetric(key), text: value, criterion: single }];
  const inner = /^[^(]{0,60}\b(?:passed|met|complete|green)\s*\(([^()]{3,})\)\s*\.?$/i.exec(value.slice(0, 2000));
  const people = takePeople(withoutTags(inner?.[1] ?? value), normaliseMetric(key), states ? "any" : "counted");
  const text = people.rest;
  const stated: StatedGate[] = [...people.gates];
  const untyped: string[] = [];
  for (const part of partsOf(text)) {
    const whole = parseCriterion(part).criterion;
    if (whole?.kind === "window" && whole.holds.length > 0) {
      stated.push({ metric: metricIn(whole.holds[0]) ?? normaliseMetric(key), text: part, criterion: whole });
      continue;
    }
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

function isWhole(criterion: Criterion): boolean {
  if (criterion.kind === "window") return criterion.holds.length > 0;
  return criterion.kind === "witness" || criterion.kind === "relative" || criterion.kind === "expression";
}

function partsOf(text: string): string[] {
  return text
    .split(/\s\+\s|[,;、](?=\s)|\s&\s/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
