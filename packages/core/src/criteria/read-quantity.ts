import type { ComparisonOperator } from "./criterion.ts";
import { countsPeople, endsRange, isOnlyPart, isSpanOfOther } from "./partial-quantity.ts";
import { polarityBefore, tellsFailure } from "./polarity.ts";
import type { Token } from "./tokens.ts";
import { canonicalUnit, dimensionOf } from "./units.ts";
import { NUMBER_WORDS, OPERATOR_PHRASES, OPERATOR_SIGNS, OPERATOR_SUFFIXES } from "./words.ts";

/** A number with the operator and the unit that stand around it. Indexes are of tokens. */
export interface Quantity {
  readonly first: number;
  /** Index of the last token, inclusive. */
  readonly last: number;
  readonly op: ComparisonOperator | null;
  readonly value: number;
  readonly signed: boolean;
  readonly unit: string | null;
  readonly base: number | null;
  readonly baseForm: "/" | "of" | null;
  readonly writtenAsWord: boolean;
}

/** Marks before a number that make it an amount, a reference or an estimate. */
const NO_THRESHOLD = new Set(["§", "$", "€", "£", "¥", "₹", "#", "@", "№", "~", "≈", "^"]);
const MONEY_WORDS = new Set(["usd", "eur", "gbp", "jpy", "dollars", "euros"]);
/** What names a thing by its number: `Tier 1`, `port 8080`. */
const NAMING = new Set(
  (
    "tier phase step week weeks day sprint version v port line lines section level chapter issue pr page part item " +
    "task wave round milestone appendix figure table node python java go rust php ruby release rfc iso http status " +
    "option case year q month stage iteration epic story rule requirement type"
  ).split(" "),
);
/** What multiplies the number before it. A lower-case `m` may be many things. */
const MAGNITUDES: ReadonlyMap<string, number> = new Map([
  ["K", 1e3],
  ["k", 1e3],
  ["M", 1e6],
  ["thousand", 1e3],
  ["million", 1e6],
  ["billion", 1e9],
]);
const DAY_WORDS = new Set(["business", "working", "calendar", "consecutive"]);

/** Reads the quantity whose number stands at token `n`, or null when that number is a name, an amount or a range. */
export function readQuantity(tokens: readonly Token[], n: number): Quantity | null {
  const number = tokens[n];
  if (number === undefined) return null;
  const written = number.kind === "word" ? NUMBER_WORDS.get(number.text.toLowerCase()) : undefined;
  if (number.kind !== "number" && written === undefined) return null;
  const sign = signBefore(tokens, n);
  const start = sign === null ? n : n - 1;
  if (isName(tokens, start)) return null;
  if (endsRange(tokens, start) || isMargin(tokens, start)) return null;
  const before = deviationBefore(tokens, start) ?? demandBefore(tokens, start);
  if (before === null) return null;
  const factor = MAGNITUDES.get(tokens[n + 1]?.text ?? "") ?? MAGNITUDES.get(tokens[n + 1]?.text.toLowerCase() ?? "");
  const unit = unitAfter(tokens, factor === undefined || number.unit !== null ? n : n + 1);
  // `a 14B model` has so many parameters.
  if (unit.unit === "B" && /^(?:models?|param\w*|llms?|variants?|weights)$/i.test(tokens[unit.last + 1]?.text ?? ""))
    return null;
  const base = baseAfter(tokens, unit.last);
  const suffix = suffixAfter(tokens, base.last);
  if (isMoneyOrRange(tokens, suffix.last)) return null;
  if (before.op !== null && suffix.op !== null && before.op.charAt(0) !== suffix.op.charAt(0)) return null;
  if (isOnlyPart(tokens, suffix.last, unit.unit) || isSpanOfOther(tokens, before.first, unit.unit)) return null;
  if (base.form === "of" && unit.unit === null && countsPeople(tokens, suffix.last)) return null;
  if (tellsFailure(tokens, before.first, suffix.last)) return null;
  const op = before.op ?? suffix.op;
  return {
    first: before.first,
    last: suffix.last,
    op,
    value: (sign === "-" ? -1 : 1) * (written ?? number.value) * (number.unit === null ? (factor ?? 1) : 1),
    signed: sign !== null,
    unit: unit.unit,
    base: base.value,
    baseForm: base.form,
    writtenAsWord: written !== undefined,
  };
}

function signBefore(tokens: readonly Token[], n: number): "-" | "+" | null {
  const number = tokens[n];
  const mark = tokens[n - 1];
  if (number === undefined || mark === undefined || number.spaced || mark.kind !== "mark") return null;
  if (mark.text !== "-" && mark.text !== "−" && mark.text !== "+") return null;
  const beforeMark = tokens[n - 2];
  const free =
    mark.spaced || beforeMark === undefined || beforeMark.kind === "operator" || /^[("']$/.test(beforeMark.text);
  return free ? (mark.text === "+" ? "+" : "-") : null;
}

function isName(tokens: readonly Token[], start: number): boolean {
  const first = tokens[start];
  const before = tokens[start - 1];
  if (first === undefined || before === undefined) return false;
  if (NO_THRESHOLD.has(before.text)) return true;
  if (!first.spaced && before.kind === "mark" && /^[./\\_–—-]$/.test(before.text)) return true;
  if (before.kind !== "word" || !NAMING.has(before.text.toLowerCase())) return false;
  const unit = unitAfter(tokens, start);
  // `Phase 4B` is no phase of four bytes.
  return unit.unit === null || unit.unit === "B" || dimensionOf(unit.unit) === "time";
}

function isMoneyOrRange(tokens: readonly Token[], last: number): boolean {
  const next = tokens[last + 1];
  const afterNext = tokens[last + 2];
  if (next === undefined) return false;
  const lower = next.text.toLowerCase();
  if (MONEY_WORDS.has(lower) || lower === "→" || (/^[-–—]$/.test(lower) && afterNext?.text === ">")) return true;
  const between = lower === "to" || /^[-–—]$/.test(next.text);
  return between && afterNext !== undefined && (afterNext.kind === "number" || afterNext.kind === "code");
}

/** `no worse than +0.5 pp` compares with a baseline: alone, its margin is no demand. */
function isMargin(tokens: readonly Token[], start: number): boolean {
  return /^than$/i.test(tokens[start - 1]?.text ?? "") && /^worse$/i.test(tokens[start - 2]?.text ?? "");
}

/** Comparisons that end a run of letters without blanks, longest first. */
const GLUED: readonly (readonly [string, ComparisonOperator])[] = [
  ["大于等于", ">="],
  ["小于等于", "<="],
  ["不得低于", ">="],
  ["不得超过", "<="],
  ["不低于", ">="],
  ["不少于", ">="],
  ["不小于", ">="],
  ["不超过", "<="],
  ["不高于", "<="],
  ["不大于", "<="],
  ["低于", "<"],
  ["少于", "<"],
  ["小于", "<"],
  ["高于", ">"],
  ["大于", ">"],
  ["超过", ">"],
  ["至少", ">="],
  ["最多", "<="],
  ["最少", ">="],
  ["最低", ">="],
  ["最大", "<="],
  ["最小", ">="],
  ["최소", ">="],
  ["최대", "<="],
];

interface Operator {
  readonly op: ComparisonOperator | null;
  readonly first: number;
}

/** `within ±10 cents`, `± 5 %`: so much off at most; behind another number it only says how exact that is. */
function deviationBefore(tokens: readonly Token[], start: number): Operator | null {
  if (tokens[start - 1]?.text !== "±") return null;
  const word = tokens[start - 2];
  if (word?.kind === "number" || tokens[start - 3]?.kind === "number") return null;
  const phrase = word?.text.toLowerCase() === "within";
  return { op: "<=", first: phrase ? start - 2 : start - 1 };
}

/** The operator, turned round where it is negated; null when nobody can tell what is asked. */
function demandBefore(tokens: readonly Token[], start: number): Operator | null {
  const sign = tokens[start - 1];
  if (sign?.kind === "operator" && !isArrowOrTag(tokens, start - 1) && isDoubled(tokens, start - 1)) return null;
  if (sign?.text === "=>" && isArrowOrTag(tokens, start - 1)) return null;
  const { op, first } = operatorBefore(tokens, start);
  const { polarity, first: begins } = polarityBefore(tokens, first, op !== null && sign?.kind === "word");
  if (polarity === "plain") return { op, first };
  if (polarity === "unclear") return null;
  if (op === ">") return { op: "<=", first: begins };
  return op === "<" ? { op: ">=", first: begins } : null;
}

/** `<> 90%`, `> = 90%`, `below > 5`: two operators that do not say the same. */
function isDoubled(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1];
  if (before?.kind === "operator") return !isArrowOrTag(tokens, at - 1);
  const own = OPERATOR_SIGNS.get(tokens[at]?.text ?? "");
  const said = operatorBefore(tokens, at).op;
  return said !== null && own !== undefined && said.charAt(0) !== own.charAt(0);
}

function operatorBefore(tokens: readonly Token[], start: number): Operator {
  const before = tokens[start - 1];
  if (before === undefined) return { op: null, first: start };
  if (before.kind === "operator") {
    const op = isArrowOrTag(tokens, start - 1) ? null : (OPERATOR_SIGNS.get(before.text) ?? null);
    return op === null ? { op: null, first: start } : { op, first: start - 1 };
  }
  for (const [phrase, op] of OPERATOR_PHRASES) {
    if (phraseEndsAt(tokens, start - 1, phrase)) return { op, first: start - phrase.length };
  }
  // In `可用性不低于 99.9%` the name and the comparison are one run of letters.
  const run = before.kind === "word" ? before.text : "";
  const glued = /[\u3400-\u9fff\uac00-\ud7af]$/.test(run) ? GLUED.find(([word]) => run.endsWith(word)) : undefined;
  if (glued !== undefined) return { op: glued[1], first: start };
  return { op: null, first: start };
}

/** `->`, `=> x` and `<b>` are no comparisons. */
function isArrowOrTag(tokens: readonly Token[], at: number): boolean {
  const sign = tokens[at];
  const before = tokens[at - 1];
  const after = tokens[at + 1];
  if (sign?.text === "=>") return after?.spaced === true;
  if (sign?.text !== ">" || sign.spaced || before === undefined) return false;
  if (/^[-–—/]$/.test(before.text)) return true;
  return before.kind === "word" && /^[<]$|^\/$/.test(tokens[at - 2]?.text ?? "");
}

function phraseEndsAt(tokens: readonly Token[], end: number, phrase: readonly string[]): boolean {
  return phrase.every((word, i) => {
    const token = tokens[end - phrase.length + 1 + i];
    return token !== undefined && token.kind === "word" && token.text.toLowerCase() === word;
  });
}

function phraseStartsAt(tokens: readonly Token[], start: number, phrase: readonly string[]): boolean {
  return phraseEndsAt(tokens, start + phrase.length - 1, phrase);
}

interface Unit {
  readonly unit: string | null;
  readonly last: number;
}

/** The unit after the number at `n`: glued, after a space, after a hyphen, as `%`, as `per second` or as `/week`. */
function unitAfter(tokens: readonly Token[], n: number): Unit {
  const number = tokens[n];
  const next = tokens[n + 1];
  if (number?.unit != null) return relative(tokens, { unit: number.unit, last: n });
  if (next === undefined) return { unit: null, last: n };
  const second = tokens[n + 2];
  if (next.text === "%" || next.text === "％") return percent(tokens, n + 1);
  if (next.text === "/" && second?.kind === "word") {
    const rate = canonicalUnit(`/${second.text.toLowerCase()}`);
    if (rate !== null) return { unit: rate, last: n + 2 };
  }
  if (next.text === "-" && !next.spaced && second?.kind === "word" && !second.spaced) {
    const unit = canonicalUnit(second.text);
    return unit === null ? { unit: null, last: n } : { unit, last: n + 2 };
  }
  if (next.kind !== "word") return { unit: null, last: n };
  if (DAY_WORDS.has(next.text.toLowerCase()) && second !== undefined && canonicalUnit(second.text) === "d") {
    return { unit: "d", last: n + 2 };
  }
  return wordUnit(tokens, n, next, second);
}

function wordUnit(tokens: readonly Token[], n: number, next: Token, second: Token | undefined): Unit {
  const lower = next.text.toLowerCase();
  if (lower === "percentage" && /^points?$/i.test(second?.text ?? "")) return { unit: "pp", last: n + 2 };
  // `1,000 orders/sec`, `500 events per minute`: so many of a thing in a time.
  const rated = ratedThing(tokens, n);
  if (rated !== null) return rated;
  if (lower === "per" && second !== undefined) {
    const rate = canonicalUnit(`/${second.text.toLowerCase()}`);
    if (rate !== null) return { unit: rate, last: n + 2 };
  }
  // A single letter after a space is too little to be a unit of size or a factor.
  if (next.text.length === 1 && !/^[hsd秒分日年]$/.test(next.text)) return { unit: null, last: n };
  const unit = canonicalUnit(next.text) ?? cjkUnit(next.text);
  return unit === null ? { unit: null, last: n } : { unit, last: n + 1 };
}

function ratedThing(tokens: readonly Token[], n: number): Unit | null {
  const [thing, mark, time] = [tokens[n + 1], tokens[n + 2], tokens[n + 3]];
  const glued = /^\p{L}[\p{L}-]*(\/\p{L}+)$/u.exec(thing?.text ?? "")?.[1];
  const per = mark?.text === "/" || mark?.text.toLowerCase() === "per";
  const apart = glued === undefined && per && time?.kind === "word" && thing?.spaced === true;
  const unit = canonicalUnit(glued?.toLowerCase() ?? (apart ? `/${time.text.toLowerCase()}` : ""));
  // What is counted by the day or week is seldom a load, and often a wish.
  if (unit === null || !/^\/(?:s|min|h)$/.test(unit)) return null;
  return { unit, last: glued === undefined ? n + 3 : n + 1 };
}

/** In `30秒以内` the unit and what follows are one run of letters; the longest unit at its start counts. */
function cjkUnit(run: string): string | null {
  if (!/^[\u3005-\u9fff\uac00-\ud7af]/.test(run)) return null;
  for (const length of [3, 2, 1]) {
    const unit = canonicalUnit(run.slice(0, length));
    if (unit !== null) return unit;
  }
  return null;
}

function percent(tokens: readonly Token[], at: number): Unit {
  const next = tokens[at + 1];
  if (next !== undefined && next.kind === "word" && /^(?:rel|relative)$/i.test(next.text)) {
    return { unit: "%rel", last: at + 1 };
  }
  return { unit: "%", last: at };
}

/** `5pct rel` is relative, as `5% rel` is. */
function relative(tokens: readonly Token[], unit: Unit): Unit {
  const next = tokens[unit.last + 1];
  if (unit.unit === "%" && next?.text.toLowerCase() === "rel") return { ...unit, unit: "%rel", last: unit.last + 1 };
  return unit;
}

function baseAfter(
  tokens: readonly Token[],
  last: number,
): { readonly value: number | null; readonly form: "/" | "of" | null; readonly last: number } {
  const next = tokens[last + 1];
  const number = tokens[last + 2];
  if (next !== undefined && number?.kind === "number" && number.unit === null) {
    if (next.text === "/" && !next.spaced && !number.spaced) return { value: number.value, form: "/", last: last + 2 };
    if (next.text.toLowerCase() === "of") return { value: number.value, form: "of", last: last + 2 };
  }
  return { value: null, form: null, last };
}

function suffixAfter(
  tokens: readonly Token[],
  last: number,
): { readonly op: ComparisonOperator | null; readonly last: number } {
  const next = tokens[last + 1];
  if (next?.text === "+" && !next.spaced) return { op: ">=", last: last + 1 };
  for (const [phrase, op] of OPERATOR_SUFFIXES) {
    if (phraseStartsAt(tokens, last + 1, phrase)) return { op, last: last + phrase.length };
  }
  return cjkSuffix(tokens, last);
}

/** In `30秒以内` the unit and the bound are one run of letters; in `80%以上` the bound begins one. */
function cjkSuffix(tokens: readonly Token[], last: number): ReturnType<typeof suffixAfter> {
  const run = tokens[last]?.text ?? "";
  const next = tokens[last + 1]?.text ?? "";
  for (const [phrase, op] of OPERATOR_SUFFIXES) {
    const word = phrase[0] ?? "";
    if (!/^[\u3005-\u9fff\uac00-\ud7af]/.test(word)) continue;
    if (next.startsWith(word)) return { op, last: last + 1 };
    if (run.length > word.length && run.endsWith(word)) return { op, last };
  }
  return { op: null, last };
}
