import { normaliseMetric } from "./metric-name.ts";
import type { Token } from "./tokens.ts";
import { canonicalUnit } from "./units.ts";
import { isStateWord, OPERATOR_PHRASES, QUALIFIER, STOP_WORDS } from "./words.ts";

const MOST_TOKENS_AROUND = 12;
const MOST_WORDS = 6;
const SEPARATOR_WORDS = new Set(["and", "with", "or", "but", "while", "plus"]);
const PHRASE_WORDS: ReadonlySet<string> = new Set(OPERATOR_PHRASES.flatMap(([phrase]) => phrase));

/** Whether a token ends a clause: `,` `;` `(` `)` `:` `|`, a spaced `+` or dash, `and`, `with`. */
export function separates(token: Token): boolean {
  if (token.kind === "word") return SEPARATOR_WORDS.has(token.text.toLowerCase());
  if (token.kind !== "mark") return false;
  if (/^[,;():|、。，（）：]$/.test(token.text)) return true;
  return token.spaced && /^[+–—-]$/.test(token.text);
}

/**
 * Names the metric of a threshold from the words around it, normalised; null when they name none.
 *
 * Words of its own clause come first (those before an operator, those after a bare number), then the words before the
 * colon or bracket that opens the clause.
 */
export function nameThreshold(
  tokens: readonly Token[],
  first: number,
  last: number,
  hasOperator: boolean,
): string | null {
  const before = wordsBefore(tokens, first);
  const bracketed = bracketQualifier(tokens, last);
  const after = wordsOn(tokens, last + 1);
  const ahead = namesSomething(before.words);
  const next = tokens[last + 1];
  if (ahead && next !== undefined && !next.spaced && /^[\u3005-\u9fff]/.test(next.text)) {
    return join([...before.words, ...after]);
  }
  if (ahead && next?.text.toLowerCase() === "of") return join(before.words);
  const chosen =
    hasOperator && ahead
      ? [...before.words, ...after.filter((word) => QUALIFIER.test(word)), ...bracketed]
      : [...after, ...bracketed];
  const trimmed = withoutEndState(chosen);
  if (namesSomething(trimmed)) return join(trimmed);
  if (ahead) return join(before.words);
  const label = before.stop === null ? [] : withoutEndState(wordsBack(tokens, before.stop - 1).words);
  return join([...(namesSomething(label) ? label : []), ...(hasOperator ? before.words : []), ...trimmed]);
}

/** The words before a number; `Latency (p95) <` has its qualifier in brackets. */
function wordsBefore(tokens: readonly Token[], first: number): ReturnType<typeof wordsBack> {
  const before = wordsBack(tokens, first - 1);
  if (before.words.length > 0 || before.stop === null || tokens[before.stop]?.text !== ")") return before;
  const inside = wordsBack(tokens, before.stop - 1);
  if (inside.stop === null || tokens[inside.stop]?.text !== "(" || !inside.words.every((w) => QUALIFIER.test(w))) {
    return before;
  }
  const outside = wordsBack(tokens, inside.stop - 1);
  return { words: [...outside.words, ...inside.words], stop: outside.stop };
}

/** `<500ms (p95)`: what narrows the metric, from the brackets behind the number. */
function bracketQualifier(tokens: readonly Token[], last: number): readonly string[] {
  const word = tokens[last + 2];
  const closed = tokens[last + 1]?.text === "(" && tokens[last + 3]?.text === ")";
  return closed && word !== undefined && QUALIFIER.test(word.text) ? [word.text] : [];
}

function namesSomething(words: readonly string[]): boolean {
  return words.some((word) => !QUALIFIER.test(word));
}

function withoutEndState(words: readonly string[]): readonly string[] {
  const end = words.at(-1);
  return end !== undefined && isStateWord(end) ? words.slice(0, -1) : words;
}

function join(words: readonly string[]): string | null {
  const name = normaliseMetric(words.slice(0, MOST_WORDS).join(" "));
  return name === "" ? null : name;
}

function wordsBack(
  tokens: readonly Token[],
  from: number,
): { readonly words: readonly string[]; readonly stop: number | null } {
  const words: string[] = [];
  const limit = Math.max(0, from - MOST_TOKENS_AROUND);
  for (let i = from; i >= limit; i -= 1) {
    const token = tokens[i];
    if (token === undefined) break;
    if (separates(token)) return { words: words.toReversed().slice(-MOST_WORDS), stop: i };
    if (token.kind === "number" && words.length > 0) break;
    if (isNaming(tokens, i)) words.push(token.text);
  }
  return { words: words.toReversed().slice(-MOST_WORDS), stop: null };
}

function wordsOn(tokens: readonly Token[], from: number): readonly string[] {
  const words: string[] = [];
  for (let i = from; i < from + MOST_TOKENS_AROUND; i += 1) {
    const token = tokens[i];
    // Of `critical or high vulnerabilities` both words belong to the name.
    const or = i > from && /^or$/i.test(token?.text ?? "");
    if (token === undefined || (separates(token) && !or) || token.kind === "operator") break;
    if (token.kind === "number") break;
    if (isNaming(tokens, i)) words.push(token.text);
  }
  return words.slice(0, MOST_WORDS);
}

function isNaming(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  const before = tokens[at - 1];
  if (token === undefined || token.kind !== "word") return false;
  if (before?.kind === "number" && canonicalUnit(token.text) !== null) return false;
  // The name of an HTML tag.
  if (tokens[at + 1]?.text === ">" && /^[</]$/.test(before?.text ?? "")) return false;
  const lower = token.text.toLowerCase();
  if (STOP_WORDS.has(lower)) return false;
  return !PHRASE_WORDS.has(lower) || QUALIFIER.test(lower);
}
