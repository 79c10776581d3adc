import type { Criterion } from "./criterion.ts";
import { isOnlyPart } from "./partial-quantity.ts";
import { polarityBefore, tellsFailure } from "./polarity.ts";
import type { CriterionReading } from "./read-criterion.ts";
import type { Token } from "./tokens.ts";
import { canonicalUnit, convertUnit, dimensionOf } from "./units.ts";

const NUMBER = "(\\d{1,9}(?:\\.\\d{1,6})?)";
const UNIT = "\\s?(%|[a-zµ]{1,12}(?:\\/s)?|\\/[a-z]{1,6})?";
const BETWEEN = new RegExp(
  `(?<![\\p{L}\\p{N}-])between\\s+${NUMBER}${UNIT}\\s+and\\s+${NUMBER}${UNIT}(?![\\p{L}\\p{N}]|[.,/-]\\d)`,
  "giu",
);
const DASHED = new RegExp(
  `(?<![\\p{L}\\p{N}.,/:#$€£~≈-]|[<>≤≥=]\\s?)${NUMBER}(\\s?(?:%|[a-zµ]{1,12}(?:\\/s)?))?(?:\\s?[-–—]\\s?|\\sto\\s)${NUMBER}\\s?(%|[a-zµ]{1,12}(?:\\/s)?)(?![\\p{L}\\p{N}]|[.,/-]\\d)`,
  "giu",
);
const MOST = 20;

/**
 * The ranges in a line that are demands: `between 5 and 10 ms`, `80-90 %`. Each is an all-of of both its ends, so that
 * neither stands for the whole. With a dash it needs a unit that measures; lengths of time from seconds on are
 * estimates there.
 *
 * @param tokens the tokens of the same text
 * @param bare whether `between 5 and 10 users` counts, which has no unit
 */
export function readRanges(text: string, tokens: readonly Token[], bare: boolean): CriterionReading[] {
  if (!/[-–—]\s?\d|\bto\s\d|\bbetween\b/i.test(text)) return [];
  const readings: CriterionReading[] = [];
  for (const pattern of [BETWEEN, DASHED]) {
    for (const match of [...text.matchAll(pattern)].slice(0, MOST)) {
      const reading = rangeOf(match, tokens, bare, pattern === BETWEEN);
      const { first = 0, last = 0 } = reading ?? {};
      if (reading !== null && !readings.some((other) => other.first <= last && other.last >= first))
        readings.push(reading);
    }
  }
  return readings;
}

function rangeOf(
  match: RegExpExecArray,
  tokens: readonly Token[],
  bare: boolean,
  spelled: boolean,
): CriterionReading | null {
  const low = Number(match[1]);
  const high = Number(match[3]);
  const own = unitOf(match[2]);
  const shared = unitOf(match[4]);
  if (own === undefined || shared === undefined) return null;
  if (shared === null ? !spelled || !bare || own !== null : !spelled && !measures(shared)) return null;
  const lowest = own === null || own === shared ? low : convertUnit(low, own, shared);
  if (lowest === null || lowest >= high) return null;
  // `100s to 1000s` are hundreds and thousands.
  if (own === "s" && shared === "s" && isMagnitude(low) && isMagnitude(high)) return null;
  const from = match.index;
  if (!spelled && CHANGE.test(match.input.slice(Math.max(0, from - 40), from + match[0].length + 24))) return null;
  const to = from + match[0].length;
  const first = tokens.findIndex((token) => token.end > from);
  const last = tokens.findLastIndex((token) => token.start < to);
  if (first < 0 || last < first || tokens[last]?.end !== to) return null;
  if (isOnlyPart(tokens, last, shared) || tellsFailure(tokens, first, last)) return null;
  if (polarityBefore(tokens, first, true).polarity !== "plain") return null;
  const end = (op: ">=" | "<=", value: number, unit: string | null): Criterion => ({
    kind: "absolute",
    op,
    value,
    unit,
  });
  const of = [end(">=", low, own ?? shared), end("<=", high, shared)];
  return { criterion: { kind: "composite", op: "all", value: null, unit: null, of }, form: "range", first, last };
}

/** 100, 1000 and so on, which an `s` makes a plural. */
function isMagnitude(value: number): boolean {
  return value >= 100 && Number.isInteger(Math.log10(value));
}

/** A range of change (`40-60% faster`) is an estimate of an effect. */
const CHANGE =
  /\b(?:down|up|faster|slower|cheaper|quicker|smaller|reduc\w*|improve\w*|increas\w*|decreas\w*|growth|gains?|savings?|saves?|more|less|fewer|better|typical\w*|estimat\w*|expect\w*)\b/i;

/** Undefined for letters that are no unit. */
function unitOf(written: string | undefined): string | null | undefined {
  const word = written?.trim() ?? "";
  return word === "" ? null : (canonicalUnit(word) ?? undefined);
}

function measures(unit: string): boolean {
  const dimension = dimensionOf(unit);
  return dimension === "time" ? /^(?:ns|us|ms|s)$/.test(unit) : dimension !== "months";
}
