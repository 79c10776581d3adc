import type { Criterion } from "./criterion.ts";
import { stateOf } from "./find-states.ts";
import { findThresholds } from "./find-thresholds.ts";
import { asksForNone, namesFindings, namesPercentage, normaliseMetric } from "./metric-name.ts";
import { separates } from "./name-threshold.ts";
import { parsePhrase } from "./parse-phrase.ts";
import { keyTellsFailure } from "./polarity.ts";
import { readCriterion } from "./read-criterion.ts";
import { asksForPeople } from "./read-witness.ts";
import type { Token } from "./tokens.ts";
import { tokenise } from "./tokens.ts";
import { dimensionOf } from "./units.ts";
import { isStateValue, NUMBER_WORDS, WINDOW_COVERAGE, WINDOW_WORDS } from "./words.ts";

/** Something about a threshold that its writer should look at. The criterion stands all the same. */
export interface CriterionNote {
  readonly code:
    | "bare_number"
    | "base_unconfirmed"
    | "relative_percent"
    | "signed_number"
    | "not_understood"
    | "too_long";
  /** One sentence for people. */
  readonly message: string;
}

/** A threshold as typed, with what is worth a word about it. */
export interface ParsedCriterion {
  /** Null when the text could not be typed. */
  readonly criterion: Criterion | null;
  readonly notes: readonly CriterionNote[];
}

/** What is known about the place of a threshold. */
export interface CriterionContext {
  /** Name of the metric it is about, in any spelling. */
  readonly metric?: string | null;
}

const LONGEST_TEXT = 2000;
const MOST_DEPTH = 8;

/**
 * Types a whole threshold text, as it stands in a gate list, a YAML value or a sidecar.
 *
 * Anything that is not understood as a whole is not typed at all: a part of a demand is a weaker demand.
 *
 * @param text at most 2000 characters; longer ones are not typed
 */
export function parseCriterion(text: string, context: CriterionContext = {}): ParsedCriterion {
  return parseNested(text, context, 0);
}

function parseNested(text: string, context: CriterionContext, depth: number): ParsedCriterion {
  if (text.length > LONGEST_TEXT) return untyped("too_long", `A threshold has at most ${LONGEST_TEXT} characters.`);
  if (depth > MOST_DEPTH) return untyped("not_understood", `Criteria nest at most ${MOST_DEPTH} deep.`);
  const trimmed = unwrap(text.trim());
  const metric = context.metric ?? null;
  const phrase = parsePhrase(trimmed, metric, (part) => parseNested(part, context, depth + 1).criterion);
  if (phrase !== null) return { criterion: phrase, notes: notesOf(phrase, metric) };
  // `rollback_if: "> 5%"` says when to stop and asks for nothing.
  if (metric !== null && keyTellsFailure(normaliseMetric(metric))) {
    return untyped("not_understood", "Its key says when to stop and not what to reach.");
  }
  const tokens = tokenise(trimmed);
  // A number of people is none of a measurement: without their witness nothing is left to type.
  const whole = asksForPeople(trimmed)
    ? null
    : (stateAlone(tokens) ?? single(trimmed, tokens, metric) ?? composite(trimmed, tokens, metric));
  const criterion = whole ?? eachPart(trimmed, (part) => parseNested(part, context, depth + 1).criterion);
  if (criterion === null) return untyped("not_understood", "The text is kept as it is and the gate cannot pass.");
  return { criterion, notes: notesOf(criterion, metric) };
}

function untyped(code: CriterionNote["code"], message: string): ParsedCriterion {
  return { criterion: null, notes: [{ code, message }] };
}

/** Takes quotes, backticks and emphasis off that stand around the whole. */
function unwrap(text: string): string {
  let inner = text;
  for (const mark of ["**", "`", '"', "'", "*"]) {
    if (inner.length > 2 * mark.length && inner.startsWith(mark) && inner.endsWith(mark)) {
      inner = inner.slice(mark.length, -mark.length).trim();
    }
  }
  return inner;
}

function stateAlone(tokens: readonly Token[]): Criterion | null {
  const [first, second] = tokens;
  const alone = second === undefined || second.text === "(" || second.text === ".";
  if (first === undefined || first.kind !== "word" || !alone || !isStateValue(first.text)) return null;
  return { kind: "state", op: "=", value: stateOf(first.text), unit: null };
}

function isNumber(token: Token): boolean {
  return token.kind === "number" || (token.kind === "word" && NUMBER_WORDS.has(token.text.toLowerCase()));
}

/** One number with what belongs to it, and nothing else that could be a demand of its own. */
function single(text: string, tokens: readonly Token[], metric: string | null): Criterion | null {
  const n = tokens.findIndex(isNumber);
  const reading = n < 0 ? null : readCriterion(tokens, n);
  if (reading === null || reading.first > 0) return null;
  const rest = tokens.slice(reading.last + 1);
  const opensBracket = rest[0]?.text === "(";
  if (!opensBracket && rest.some((token) => separates(token) || token.kind === "operator")) return null;
  if (rest.some((token) => token.kind === "operator" || token.kind === "number")) return null;
  const words = text.slice(tokens[reading.last]?.end ?? text.length).trim();
  return windowOfKey(reading.criterion, words, metric) ?? qualified(reading.criterion, words, metric);
}

const WINDOW_KEY =
  /(?:^|_)(canary|validation|soak|burn_in|bake|stability|observation)(?:_(?:time|period|duration|window|phase|test))?$/;

/** `Soak: 72 hours` is a window, for its key says so. */
function windowOfKey(criterion: Criterion, words: string, metric: string | null): Criterion | null {
  const word = metric === null ? undefined : WINDOW_KEY.exec(normaliseMetric(metric))?.[1];
  if (word === undefined || words !== "" || criterion.kind !== "absolute" || criterion.unit === null) return null;
  if (dimensionOf(criterion.unit) !== "time" || (criterion.op !== ">=" && criterion.assumedOperator !== true))
    return null;
  const { value, unit } = criterion;
  const label = WINDOW_WORDS.get(word.replace("_", "-")) ?? null;
  return { kind: "window", op: ">=", value, unit, label, coverage: WINDOW_COVERAGE, holds: [] };
}

function qualified(criterion: Criterion, words: string, metric: string | null): Criterion {
  if (criterion.kind === "count") return words === "" ? criterion : { ...criterion, noun: words };
  if (criterion.kind !== "absolute") return criterion;
  const zero = asksForNone(criterion.op, criterion.value) && criterion.unit === null;
  const findings = zero && (namesFindings(words) || (metric !== null && namesFindings(metric)));
  return {
    ...criterion,
    ...(words === "" ? {} : { qualifier: words }),
    ...(findings ? { counts: "findings" as const } : {}),
  };
}

/** `99.9% for 30 days and two approvals from maintainers`: each part understood by itself, or nothing at all. */
function eachPart(text: string, parsePart: (part: string) => Criterion | null): Criterion | null {
  const parts = text.split(/\s\+\s|[,;]\s(?:and\s)?|\sand\s/i).map((part) => part.trim());
  if (parts.length < 2) return null;
  const of: Criterion[] = [];
  for (const part of parts) {
    const criterion = parsePart(part);
    if (criterion === null) return null;
    const first = findThresholds(part)[0] ?? findThresholds(part.replace(/\s(?:for|over|sustained)\s.*$/is, ""))[0];
    of.push(named(criterion, first?.metric ?? null));
  }
  return of.some(({ kind }) => kind === "window" || kind === "witness")
    ? { kind: "composite", op: "all", value: null, unit: null, of }
    : null;
}

/** Several demands joined by `+`, `,`, `;` or `and`: each must be understood. */
function composite(text: string, tokens: readonly Token[], metric: string | null): Criterion | null {
  const parts = findThresholds(text, { states: true });
  const [only] = parts;
  if (only === undefined) return null;
  const covered = (token: Token): boolean => parts.some((part) => part.start <= token.start && part.end >= token.end);
  if (tokens.some((token) => isNumber(token) && !covered(token))) return null;
  let from = 0;
  // What stands in brackets behind a threshold and went into its name is understood.
  const names = (to: number): boolean =>
    parts.length > 1 &&
    tokens[from - 1]?.text === "(" &&
    tokens[to]?.text === ")" &&
    parts.some(
      (part) =>
        part.end === tokens[from - 2]?.end && endsIn(part.metric, text.slice(tokens[from]?.start, tokens[to]?.start)),
    );
  for (let i = 0; i <= tokens.length; i += 1) {
    const token = tokens[i];
    if (token !== undefined && !separates(token)) continue;
    const start = tokens[from]?.start;
    const end = tokens[i - 1]?.end;
    const empty = i === from || start === undefined || end === undefined;
    if (!empty && !names(i) && !parts.some((part) => part.start < end && part.end > start)) return null;
    from = i + 1;
  }
  if (parts.length === 1) return named(only.criterion, only.metric);
  const key = metric === null ? "" : normaliseMetric(metric);
  const of = parts.map((part) => {
    // The brackets of `coverage: >= 80% (lines) and …` only narrow what the key names.
    const alone = normaliseMetric(BRACKETED.exec(text.slice(part.end))?.[1] ?? "");
    const narrowed = key !== "" && alone !== "" && alone === part.metric;
    return named(part.criterion, narrowed ? `${key}_${alone}` : part.metric);
  });
  return { kind: "composite", op: "all", value: null, unit: null, of };
}

const BRACKETED = /^\s?\(([^()]{1,40})\)/;

function endsIn(metric: string | null, words: string): boolean {
  const tail = normaliseMetric(words);
  return metric !== null && tail !== "" && (metric === tail || metric.endsWith(`_${tail}`));
}

function named(criterion: Criterion, metric: string | null): Criterion {
  if (criterion.kind === "composite") return { ...criterion, of: criterion.of.map((part) => named(part, metric)) };
  if (criterion.kind === "window") return { ...criterion, holds: criterion.holds.map((part) => named(part, metric)) };
  const takesMetric = criterion.kind === "absolute" || criterion.kind === "count" || criterion.kind === "state";
  return takesMetric && metric !== null && criterion.metric === undefined ? { ...criterion, metric } : criterion;
}

function notesOf(criterion: Criterion, metric: string | null): CriterionNote[] {
  if (criterion.kind === "composite") return criterion.of.flatMap((part) => notesOf(part, metric));
  if (criterion.kind === "relative" && criterion.unit === "%" && (metric === null || namesPercentage(metric))) {
    const message = `On a percentage, ${criterion.value}% can mean two things: write ${criterion.value}pp or ${criterion.value}%rel.`;
    return [{ code: "relative_percent", message }];
  }
  if (criterion.kind !== "absolute") return [];
  const notes: CriterionNote[] = [];
  const number = `${criterion.value}${criterion.unit ?? ""}`;
  if (criterion.assumedOperator === true) {
    notes.push({ code: "bare_number", message: `${number} has no operator and is read as exactly ${number}.` });
  }
  if (criterion.assumedOperator === true && criterion.value < 0) {
    notes.push({
      code: "signed_number",
      message: `${number} is read as a value; a change is written "no worse than".`,
    });
  }
  if (criterion.base !== undefined && criterion.unit === "%") {
    notes.push({ code: "base_unconfirmed", message: `No source confirms the base of ${criterion.base}.` });
  }
  return notes;
}
