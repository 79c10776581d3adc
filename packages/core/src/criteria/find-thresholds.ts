import type { Criterion } from "./criterion.ts";
import { readKeyedState, readStateClause, type StateReading } from "./find-states.ts";
import { asksForNone, namesFindings, normaliseMetric } from "./metric-name.ts";
import { nameThreshold, separates } from "./name-threshold.ts";
import type { CriterionReading, ThresholdForm } from "./read-criterion.ts";
import { readCriterion } from "./read-criterion.ts";
import { readRanges } from "./read-range.ts";
import { asksForPeople } from "./read-witness.ts";
import type { Token } from "./tokens.ts";
import { tokenise } from "./tokens.ts";
import { dimensionOf } from "./units.ts";
import { isStateWord, NUMBER_WORDS } from "./words.ts";

/** A threshold inside a line of prose. Offsets are UTF-16 units of the text, the end exclusive. */
export interface FoundThreshold {
  /** Normalised from the words around it; null when they name none. */
  readonly metric: string | null;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly criterion: Criterion;
  /** How it is written; `percent`, `unit` and `number` are the forms that prose also uses for results and facts. */
  readonly form: ThresholdForm;
}

/** What else counts as a threshold. */
export interface FindOptions {
  /** Read clauses that end in a state word (`security scan clean`, `key: operational`). @default false */
  readonly states?: boolean;
}

const LONGEST_LINE = 20_000;

/**
 * Finds the thresholds in a line of prose, in the order they stand.
 *
 * Dates, versions, ids, ports, amounts of money, link targets, file names and bare lengths of time (estimates of
 * effort) are none. Time grows linearly with the length; of a line longer than 20,000 characters only the head is read.
 */
export function findThresholds(text: string, options: FindOptions = {}): readonly FoundThreshold[] {
  const head = text.length > LONGEST_LINE ? text.slice(0, LONGEST_LINE) : text;
  const tokens = tokenise(head);
  if (options.states === true) {
    const keyed = readKeyedState(tokens);
    if (keyed !== null) return [found(head, tokens, keyed, keyed.metric)];
  }
  const ranges = readRanges(head, tokens, options.states === true);
  const people = asksForPeople(head);
  const numbers = [...readNumbers(tokens), ...ranges].filter(
    (one) =>
      one.form === "range" ||
      !(ranges.some((range) => overlaps(one, range)) || (people && ofPeople(head, tokens, one))),
  );
  const states = options.states === true ? readStates(tokens, numbers) : [];
  const all = [
    ...numbers.map((reading) => found(head, tokens, reading, nameOf(tokens, reading))),
    ...states.map((reading) => found(head, tokens, reading, reading.metric)),
  ];
  return toldApart(
    head,
    withoutAsides(
      head,
      all.sort((a, b) => a.start - b.start),
    ),
  );
}

/** `100% pass rate (25/25)` says one thing twice; in `80%+ pass within 3 rounds` the rounds belong to the share. */
function withoutAsides(text: string, all: readonly FoundThreshold[]): readonly FoundThreshold[] {
  if (all.length < 2) return all;
  return all.filter((one, at) => {
    const before = all[at - 1];
    if (before?.criterion.kind !== "absolute" || before.criterion.unit !== "%") return true;
    const between = text.slice(before.end, one.start);
    if (one.criterion.kind === "count")
      return before.criterion.value !== 100 || !/^[\p{L}\s*_-]{0,40}\($/u.test(between);
    const rounds = one.criterion.kind === "absolute" && one.criterion.unit === null && /^within\s/i.test(one.text);
    return !rounds || !/^[\p{L}\s-]{1,60}$/u.test(between);
  });
}

const BRACKETS = /^\s?\((\p{L}[\p{L}\p{N} _-]{0,30})\)/u;

/** `>= 80% (lines) and >= 70% (branches)`: what stands in brackets tells two thresholds of one name apart. */
function toldApart(text: string, all: readonly FoundThreshold[]): readonly FoundThreshold[] {
  if (all.length < 2 || !text.includes("(")) return all;
  let base = "";
  return all.map((one) => {
    base = one.metric ?? base;
    const shared = all.some((other) => other !== one && (other.metric === one.metric || other.metric === null));
    const words = shared || one.metric === null ? BRACKETS.exec(text.slice(one.end, one.end + 40))?.[1] : undefined;
    if (words === undefined) return one;
    const known = new Set(base.split("_"));
    const added = normaliseMetric(words)
      .split("_")
      .filter((word) => !known.has(word) && !known.has(word.replace(/s$/, "")));
    return { ...one, metric: normaliseMetric([base, ...added].join(" ")) };
  });
}

const MOST_CLAUSE = 40;

/** A number of people, or the time that they have. */
function ofPeople(text: string, tokens: readonly Token[], { criterion, first, last }: CriterionReading): boolean {
  if (criterion.kind === "absolute" && criterion.op === "<=" && dimensionOf(criterion.unit ?? "") === "time")
    return true;
  let from = first;
  let to = last;
  for (
    let before = tokens[from - 1];
    before !== undefined && first - from < MOST_CLAUSE && !separates(before);
    before = tokens[from - 1]
  )
    from -= 1;
  for (
    let next = tokens[to + 1];
    next !== undefined && to - last < MOST_CLAUSE && !separates(next);
    next = tokens[to + 1]
  )
    to += 1;
  return asksForPeople(text.slice(tokens[from]?.start ?? 0, tokens[to]?.end ?? text.length));
}

function overlaps(a: CriterionReading, b: CriterionReading): boolean {
  return a.first <= b.last && a.last >= b.first;
}

function readNumbers(tokens: readonly Token[]): CriterionReading[] {
  const readings: CriterionReading[] = [];
  let free = conditionEnd(tokens);
  for (let n = 0; n < tokens.length; n += 1) {
    const token = tokens[n];
    if (token === undefined || n < free) continue;
    if (token.kind !== "number" && !(token.kind === "word" && NUMBER_WORDS.has(token.text.toLowerCase()))) continue;
    const reading = readCriterion(tokens, n);
    if (reading === null || reading.first < free) continue;
    const lone = isLoneZero(tokens, n, reading);
    if (!lone && !isThreshold(tokens, n, reading)) continue;
    const before = readings.at(-1);
    if (isLoad(tokens, reading, before) || isShareOfWindow(tokens, reading, before)) continue;
    if (isShareOfCases(tokens, reading, before) || isSetting(tokens, reading)) continue;
    if (isTrigger(tokens, reading)) continue;
    readings.push(lone ? { ...reading, form: "number" } : reading);
    free = reading.last + 1;
  }
  return readings;
}

/** `p95 < 200ms at 1000 rps`: the rate under which the threshold before it is asked, and no demand of its own. */
function isLoad(tokens: readonly Token[], reading: CriterionReading, before: CriterionReading | undefined): boolean {
  if (reading.form !== "unit" || before?.form !== "operator") return false;
  const unit = reading.criterion.kind === "absolute" ? reading.criterion.unit : null;
  return (
    before.last + 2 === reading.first && isLoadWord(tokens[reading.first - 1]) && dimensionOf(unit ?? "") === "rate"
  );
}

function isLoadWord(token: Token | undefined): boolean {
  return token !== undefined && /^(?:at|@|under)$/i.test(token.text);
}

/** `48h canary on 5 % of the tenants`: the share that the window watches, and no demand of its own. */
function isShareOfWindow(
  tokens: readonly Token[],
  reading: CriterionReading,
  before: CriterionReading | undefined,
): boolean {
  if (reading.form !== "percent" || before?.form !== "window") return false;
  return (
    reading.first - before.last <= 3 && /^(?:on|at|to|of|for|with|in)$/i.test(tokens[reading.first - 1]?.text ?? "")
  );
}

/** `< 2s for 95 % of requests`: the share of the cases of which the threshold before it is asked. */
function isShareOfCases(
  tokens: readonly Token[],
  reading: CriterionReading,
  before: CriterionReading | undefined,
): boolean {
  if (reading.form !== "percent" || before?.form !== "operator" || before.last + 2 !== reading.first) return false;
  return /^(?:for|in|on)$/i.test(tokens[reading.first - 1]?.text ?? "") && tokens[reading.last + 1]?.text === "of";
}

/** `(rc=2)`, `(k=5)`: how something is set, and no demand; `(lag=0)` asks for none. */
function isSetting(tokens: readonly Token[], { form, first, last, criterion }: CriterionReading): boolean {
  if (form !== "operator" || criterion.kind !== "absolute" || criterion.op !== "=" || criterion.unit !== null)
    return false;
  if (criterion.value === 0) return false;
  const name = tokens[first - 1];
  const glued = tokens[first]?.spaced === false && tokens[last]?.spaced === false;
  return (
    glued &&
    /^\p{Ll}{1,4}$/u.test(name?.text ?? "") &&
    tokens[first - 2]?.text === "(" &&
    tokens[last + 1]?.text === ")"
  );
}

const REACTS = /^(?:throttl|alert|scal|retr(?:y|ies)|warn|trigger|notif|paging|pages?$|evict|degrad|alarm|escalat)/i;
/** `Retries pass if …`: the condition of a success is a demand. */
const PASSES = /^(?:pass(?:es|ed)?|done|accept(?:s|ed)?|approved|complete[sd]?|finished|succeeds?|met|ready|ok)$/i;

/** `CPU throttling when usage > 80 %`: when something reacts, and no demand. */
function isTrigger(tokens: readonly Token[], { form, first }: CriterionReading): boolean {
  if (form !== "operator") return false;
  for (let at = first - 1; at >= Math.max(1, first - 5); at -= 1) {
    const token = tokens[at];
    if (token === undefined || separates(token)) return false;
    if (!/^(?:when|if|once|whenever)$/i.test(token.text)) continue;
    if (PASSES.test(tokens[at - 1]?.text ?? "")) return false;
    return [1, 2].some((back) => REACTS.test(tokens[at - back]?.text ?? ""));
  }
  return false;
}

/**
 * The first token behind the condition of a requirement (`IF a task needs fewer than 3 steps, THEN the planner SHALL …`):
 * a number in the condition says when, and asks for nothing.
 */
function conditionEnd(tokens: readonly Token[]): number {
  const begins = tokens.findIndex(({ kind }) => kind === "word");
  if (begins < 0 || begins > 3 || !/^(?:IF|WHEN|WHILE|WHERE)$/.test(tokens[begins]?.text ?? "")) return 0;
  const then = tokens.findIndex(({ text }) => text === "THEN");
  if (then > 0) return then;
  const shall = tokens.findIndex(({ text }) => /^(?:SHALL|MUST|MAY|SHOULD|shall|must)$/.test(text));
  return Math.max(
    tokens.slice(0, Math.max(shall, 0)).findLastIndex(({ text }) => text === ","),
    0,
  );
}

/** `Sessions alive after the reset: zero`, at the end of a line. */
function isLoneZero(tokens: readonly Token[], n: number, { form, criterion, last }: CriterionReading): boolean {
  if (form !== "zero" || criterion.kind !== "absolute" || n === 0) return false;
  const before = tokens[n - 1]?.text ?? "";
  // ``grep …` returns 0; all tests pass``.
  if (/^(?:returns?|yields?|finds?|counts?)$/i.test(before)) return /^(?:[;,.|]|$)/.test(tokens[last + 1]?.text ?? "");
  if (isExit(tokens, n)) return true;
  const ends = tokens.slice(last + 1).every(({ text }) => /^[.*_`]$/.test(text));
  return ends && /^[:：]$/.test(before);
}

/** `The build exits 0`, `exits with code 0`. */
function isExit(tokens: readonly Token[], n: number): boolean {
  if (/^(?:退出码|終了コード)$/.test(tokens[n - 1]?.text ?? "")) return true;
  const verb = tokens.slice(Math.max(0, n - 4), n).findLastIndex(({ text }) => /^exits$/i.test(text));
  if (verb < 0) return false;
  return tokens
    .slice(Math.max(0, n - 4) + verb + 1, n)
    .every(({ text }) => /^(?:with|a|exit|code|status)$/i.test(text));
}

function isThreshold(tokens: readonly Token[], n: number, reading: CriterionReading): boolean {
  const { criterion, form } = reading;
  const next = tokens[reading.last + 1];
  if (form === "window" || form === "operator") return true;
  if (form === "count") return criterion.kind === "count" && criterion.value === criterion.total;
  if (criterion.kind !== "absolute" || criterion.value < 0) return false;
  if (form === "percent") return true;
  if (form === "zero") {
    if (next === undefined || (next.kind !== "word" && next.kind !== "code")) return false;
    return (next.spaced && !separates(next)) || COUNTER.test(next.text);
  }
  if (tokens[n]?.kind === "word") return false;
  if (form === "unit") return isMeasure(criterion.unit);
  return form === "number" && isBareCount(tokens, n, reading);
}

/** A bare length of time from seconds on is an estimate or a setting; a size, a rate or milliseconds are a measure. */
function isMeasure(unit: string | null): boolean {
  if (unit === null) return false;
  return dimensionOf(unit) === "time" ? /^(?:ns|us|ms)$/.test(unit) : dimensionOf(unit) !== "months";
}

/** In `0건` and `0件` the counter stands at the number. */
const COUNTER = /^(?:건|개|회|명|件|個|个|回|次|名)/u;
const RETURNS = /^(?:returns?|yields?|produces?|emits?|reports?)$/i;
const LOAD_WORDS = new Set(["concurrent", "simultaneous", "parallel"]);
const DESCRIBING = new Set(
  "lines files pages words characters commits tokens steps phases points people engineers developers".split(" "),
);

/** `203 agents validated`, `all 3 SDKs`, `1000 concurrent users`: a number of things that must be so. */
function isBareCount(tokens: readonly Token[], n: number, reading: CriterionReading): boolean {
  const next = tokens[reading.last + 1];
  // `WCAG 2.2 checks pass` names a version.
  if (reading.criterion.kind === "absolute" && !Number.isInteger(reading.criterion.value)) return false;
  if (next === undefined || next.kind !== "word" || DESCRIBING.has(next.text.toLowerCase())) return false;
  if (LOAD_WORDS.has(next.text.toLowerCase())) return true;
  const before = tokens[n - 1]?.text.toLowerCase() ?? "";
  if (before === "all" || RETURNS.test(before)) return true;
  if (before === "the" && tokens[n - 2]?.text === "of" && /^(?:all|each|every|one)$/i.test(tokens[n - 3]?.text ?? ""))
    return true;
  for (let i = reading.last + 2; i <= reading.last + 4; i += 1) {
    const token = tokens[i];
    if (token?.text === "with" && /^(?:full|all)$/i.test(tokens[i + 1]?.text ?? "")) return true;
    if (token === undefined || token.kind !== "word" || separates(token)) return false;
    if (isStateWord(token.text)) return true;
  }
  return false;
}

function nameOf(tokens: readonly Token[], reading: CriterionReading): string | null {
  const { criterion } = reading;
  if (criterion.kind === "window") return null;
  const compares = reading.form === "operator" || reading.form === "range";
  return nameThreshold(tokens, reading.first, reading.last, compares);
}

function readStates(tokens: readonly Token[], numbers: readonly CriterionReading[]): StateReading[] {
  const states: StateReading[] = [];
  let from = 0;
  for (let i = 0; i <= tokens.length; i += 1) {
    const token = tokens[i];
    if (token !== undefined && !separates(token)) continue;
    const start = from;
    const hasNumber = numbers.some((reading) => reading.first < i && reading.last >= start);
    const state = hasNumber ? null : readStateClause(tokens, start, i);
    if (state !== null) states.push(state);
    from = i + 1;
  }
  return states;
}

function found(
  text: string,
  tokens: readonly Token[],
  reading: CriterionReading,
  metric: string | null,
): FoundThreshold {
  const start = tokens[reading.first]?.start ?? 0;
  const end = tokens[reading.last]?.end ?? start;
  return {
    metric,
    text: text.slice(start, end),
    start,
    end,
    criterion: withMeaning(reading.criterion, metric, tokens, reading.last),
    form: reading.form,
  };
}

/** Adds what the words around a number say about it: the noun of a count, findings of a zero. */
function withMeaning(criterion: Criterion, metric: string | null, tokens: readonly Token[], last: number): Criterion {
  if (criterion.kind === "count") {
    const noun = tokens[last + 1];
    return noun !== undefined && noun.kind === "word" && !separates(noun)
      ? { ...criterion, noun: noun.text }
      : criterion;
  }
  if (criterion.kind !== "absolute") return criterion;
  const zero = asksForNone(criterion.op, criterion.value) && criterion.unit === null;
  const load = loadAfter(tokens, last);
  return {
    ...criterion,
    ...(load === null ? {} : { qualifier: load }),
    ...(zero && metric !== null && namesFindings(metric) ? { counts: "findings" as const } : {}),
  };
}

/** `@ 1000 rps` behind a threshold: the load under which it is asked. */
function loadAfter(tokens: readonly Token[], last: number): string | null {
  for (let i = last + 1; i <= last + 4; i += 1) {
    const token = tokens[i];
    if (token === undefined || separates(token)) return null;
    const rate = token.text === "@" || (i === last + 1 && isLoadWord(token));
    if (!rate || tokens[i + 1]?.kind !== "number") continue;
    const words = tokens.slice(i, i + 3).filter((each) => !separates(each));
    return words.map((each) => each.text).join(" ");
  }
  return null;
}
