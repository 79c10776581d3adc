import { separates } from "./name-threshold.ts";
import type { Token } from "./tokens.ts";
import { canonicalUnit, dimensionOf } from "./units.ts";
import { NUMBER_WORDS, WINDOW_WORDS } from "./words.ts";

const MOST_TOKENS = 10;
const SPAN_WORDS = new Set(
  "for over during across throughout sustained über während für durante por pendant sur".split(" "),
);
/** Words that also compare: `über 14 Tage` behind a number is the time through which it holds. */
const SPAN_OPERATORS = new Set(["over", "über"]);
const PEOPLE =
  /^(?:reviewers?|approvers?|maintainers?|engineers?|leads?|owners?|people|persons?|members?|stakeholders?|signers?|signatures?|approvals?|users?|judges?|voters?)$/i;
const RATE_WORD = /\/(?:s|sec|second|m|min|minute|h|hr|hour|d|day|w|wk|week|mo|month|y|yr|year|\d+k?)s?$/i;
const FREQUENCY = /^(?:hourly|daily|weekly|monthly|quarterly|yearly|annually|nightly)$/i;

/**
 * Whether the words after a number make it another number than the one that was read: a power, a share of thousands, a
 * rate outside the unit table, a length of time over which it must hold.
 *
 * @param last index of the last token that was read
 */
export function isOnlyPart(tokens: readonly Token[], last: number, unit: string | null): boolean {
  return goesOn(tokens, last, unit) || isRate(tokens, last) || holdsForSpan(tokens, last, unit);
}

/** Whether a number counts people out of a group. */
export function countsPeople(tokens: readonly Token[], last: number): boolean {
  return [last + 1, last + 2, last + 3].some((i) => tokens[i]?.kind === "word" && PEOPLE.test(tokens[i]?.text ?? ""));
}

/** Whether a number ends a range (`between 90% and 95%`, `90% - 95%`, `5 to 10 ms`) or is a bare length of time behind another number. */
export function endsRange(tokens: readonly Token[], start: number): boolean {
  const before = tokens[start - 1];
  const earlier = tokens[start - 2];
  const afterNumber = earlier !== undefined && (earlier.kind === "number" || /^[%％]$/.test(earlier.text));
  if (before !== undefined && /^(?:[-–—]|to)$/i.test(before.text) && afterNumber) return true;
  for (let i = start - 1; i >= Math.max(0, start - 6); i -= 1) {
    const token = tokens[i];
    if (token?.text.toLowerCase() === "between") return true;
    if (token === undefined || (separates(token) && token.text.toLowerCase() !== "and")) return false;
  }
  return false;
}

/** Whether a length of time stands behind a number it belongs to: `< 1% over 10 minutes`. */
export function isSpanOfOther(tokens: readonly Token[], first: number, unit: string | null): boolean {
  if (unit === null || dimensionOf(unit) !== "time" || !SPAN_OPERATORS.has(tokens[first]?.text.toLowerCase() ?? ""))
    return false;
  for (let i = first - 1; i >= Math.max(0, first - MOST_TOKENS); i -= 1) {
    const token = tokens[i];
    if (token === undefined || separates(token)) return false;
    if (token.kind === "number") return true;
  }
  return false;
}

function goesOn(tokens: readonly Token[], last: number, unit: string | null): boolean {
  const next = tokens[last + 1];
  const second = tokens[last + 2];
  if (next === undefined) return false;
  if (next.text === "^" || (next.text === "*" && second?.text === "*" && tokens[last + 3]?.kind === "number"))
    return true;
  if (/^[x×*·]$/i.test(next.text) && second?.kind === "number") return true;
  if (/^['’]$/.test(next.text) && !next.spaced && second?.kind === "number" && !second.spaced) return true;
  if (next.kind === "number" && unit === null) return true;
  if (
    /^(?:hundreds?|thousands?|millions?|billions?|trillions?|dozens?|lakhs?|crores?|bn|mn|mio|mrd)$/i.test(next.text)
  ) {
    return true;
  }
  // A letter alone may be a factor or a unit; nobody can tell which.
  if (unit === null && next.spaced && /^[a-z]$/i.test(next.text)) return true;
  if (next.text === "/" && (second?.kind === "word" || second?.kind === "number")) return true;
  if (next.text.toLowerCase() === "in" && isAmount(second)) return true;
  return next.text.toLowerCase() === "out" && /^of$/i.test(second?.text ?? "");
}

function isAmount(token: Token | undefined): boolean {
  if (token === undefined) return false;
  const lower = token.text.toLowerCase();
  return token.kind === "number" || NUMBER_WORDS.has(lower) || /^(?:hundred|thousand|million|billion)$/.test(lower);
}

function isTime(token: Token | undefined): boolean {
  const unit = token === undefined ? null : (token.unit ?? (token.kind === "word" ? canonicalUnit(token.text) : null));
  const dimension = unit === null ? null : dimensionOf(unit);
  return dimension === "time" || dimension === "months" || /^(?:night|quarter|sprint)s?$/i.test(token?.text ?? "");
}

function isRate(tokens: readonly Token[], last: number): boolean {
  for (let i = last + 1; i <= last + MOST_TOKENS; i += 1) {
    const token = tokens[i];
    if (token === undefined || separates(token) || token.kind === "operator" || token.kind === "number") return false;
    if (FREQUENCY.test(token.text) || RATE_WORD.test(token.text)) return true;
    if (/^(?:per|each|every)$/i.test(token.text) && (isTime(tokens[i + 1]) || isAmount(tokens[i + 1]))) return true;
    if (token.text === "/" && (isTime(tokens[i + 1]) || isAmount(tokens[i + 1]))) return true;
  }
  return false;
}

/** `for 24 hours`, `over the last 10 minutes`, `for 7 consecutive days`, and no word that makes a window of its own. */
function holdsForSpan(tokens: readonly Token[], last: number, unit: string | null): boolean {
  const timed = unit !== null && dimensionOf(unit) === "time";
  for (let i = last + 1; i <= last + MOST_TOKENS; i += 1) {
    const token = tokens[i];
    if (token === undefined || token.kind === "operator" || /^[;()|+]$/.test(token.text)) return false;
    if (/^(?:and|with|but|while|plus)$/i.test(token.text)) return false;
    if (SPAN_WORDS.has(token.text.toLowerCase()) && spanAt(tokens, i + 1)) return true;
    if (/^(?:for|über|durante|pendant)$/i.test(token.text) && isOfUnknownUnit(tokens, i + 1))
      return !(timed && SIZES.test(tokens[i + 2]?.text ?? ""));
    const since = token.text.toLowerCase() === "in" && /^(?:the|any|last|past|a)$/i.test(tokens[i + 1]?.text ?? "");
    if (since && spanAt(tokens, i + 1)) return true;
  }
  return false;
}

/** What a time is taken for: `< 10 ms for 200 rows` says how much is handled, and not how long it holds. */
const SIZES = /^(?:rows|records|files|items|entries|documents|processes|nodes|devices|users|tenants|lines|pages)$/i;

/** `for 7 moons`: a time, by its form, in a unit that nobody can convert. */
function isOfUnknownUnit(tokens: readonly Token[], at: number): boolean {
  const [number, word] = [tokens[at], tokens[at + 1]];
  if (number?.kind !== "number" || number.unit !== null || word === undefined) return false;
  return word.kind === "word" && word.spaced && !separates(word);
}

function spanAt(tokens: readonly Token[], from: number): boolean {
  for (let i = from; i <= from + 5; i += 1) {
    const token = tokens[i];
    if (token === undefined || (separates(token) && token.text !== "-")) return false;
    if (!isTime(token)) continue;
    return ![i + 1, i + 2, i + 3].some((at) => WINDOW_WORDS.has(tokens[at]?.text.toLowerCase() ?? ""));
  }
  return false;
}
