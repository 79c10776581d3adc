import { normaliseMetric } from "./metric-name.ts";
import { holdsNegator } from "./polarity.ts";
import type { CriterionReading } from "./read-criterion.ts";
import type { Token } from "./tokens.ts";
import { isStateValue, isStateWord, STOP_WORDS } from "./words.ts";

/** A state with the words that name its metric. */
export interface StateReading extends CriterionReading {
  readonly metric: string | null;
}

const MOST_CLAUSE_WORDS = 8;

/** The value of a word as a state: `true` and `false` are booleans, others lower-case words. */
export function stateOf(word: string): string | boolean {
  const lower = word.toLowerCase();
  return lower === "true" ? true : lower === "false" ? false : lower;
}

/**
 * Reads `key: state` over a whole line, so that numbers in the key are no thresholds (`Load test 1000rps: passing`).
 *
 * @returns null when what follows the last colon is no single state
 */
export function readKeyedState(tokens: readonly Token[]): StateReading | null {
  const colon = tokens.findLastIndex((token) => token.text === ":" || token.text === "：");
  if (colon < 1) return null;
  const words = tokens.slice(colon + 1).filter((token) => !isDecoration(token));
  const value = words[0];
  const second = words[1];
  if (value === undefined || value.kind !== "word" || !isStateValue(value.text)) return null;
  if (second !== undefined && second.text !== "(") return null;
  const key = tokens.slice(0, colon).map((token) => token.text);
  const at = tokens.indexOf(value);
  return stateReading(value.text, key, at, at);
}

/** Reads one clause as a state: words that end in a state word (`extension docs complete`). */
export function readStateClause(tokens: readonly Token[], from: number, to: number): StateReading | null {
  const words: number[] = [];
  for (let i = from; i < to; i += 1) {
    const token = tokens[i];
    if (token === undefined || isDecoration(token)) continue;
    if (token.kind !== "word") return null;
    words.push(i);
    if (words.length > MOST_CLAUSE_WORDS) return null;
  }
  const first = words[0];
  const last = words.at(-1);
  const state = last === undefined ? undefined : tokens[last];
  if (first === undefined || last === undefined || state === undefined || words.length < 2) return null;
  if (!isStateWord(state.text) || holdsNegator(tokens, from, to)) return null;
  const key = words.slice(0, -1).map((i) => tokens[i]?.text ?? "");
  return stateReading(state.text, key, first, last);
}

function stateReading(word: string, key: readonly string[], first: number, last: number): StateReading {
  const named = key.filter((part) => !STOP_WORDS.has(part.toLowerCase()) || part.toLowerCase() === "all");
  const metric = normaliseMetric(named.slice(-MOST_CLAUSE_WORDS).join(" "));
  const criterion = { kind: "state", op: "=", value: stateOf(word), unit: null } as const;
  return { criterion, form: "state", first, last, metric: metric === "" ? null : metric };
}

function isDecoration(token: Token): boolean {
  return token.kind === "mark" && /^[*_`"'~.!“”‘’]$/.test(token.text);
}
