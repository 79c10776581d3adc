import { canonicalUnit } from "./units.ts";
import { OPERATOR_SIGNS } from "./words.ts";

/** One token of a line: where it stands (UTF-16 offsets) and what it is. */
export interface Token {
  /** `code` is a version, date, range, id, path or link: never part of a threshold. */
  readonly kind: "number" | "word" | "operator" | "mark" | "code";
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** True when white space or the start of the text stands before it. */
  readonly spaced: boolean;
  /** The value of a number, separators removed and `k`/`M` multiplied; NaN for other kinds. */
  readonly value: number;
  /** The unit written directly after a number, in the spelling of the unit table. */
  readonly unit: string | null;
}

const CJK_LETTER = "\\u3005\\u3040-\\u30ff\\u3400-\\u9fff\\uac00-\\ud7af";
const LETTER = `(?![${CJK_LETTER}])[\\p{L}\\p{M}\\p{N}_]`;

const NUMBER = /\d{1,3}(?:,\d{3})+(?![\d,]\d|\d)(?:\.\d+)?|\d+,\d{1,2}(?![\d,.]\d|\d)|\d+(?:\.\d+)?/y;
/** One comma with one or two digits after it is a decimal comma: groups have three. */
const DECIMAL_COMMA = /^(\d+),(\d{1,2})$/;
/** A number that goes on as a version, a time, a date or a range. */
const CODE_TAIL = /(?:[.:,]\d|[-–—]\d|\/\d{1,4}\/\d)[\w.:/–—-]*/y;
const LETTERS = /[A-Za-zµμ]+/y;
const WORD: RegExp = new RegExp(`(?:${LETTER})+(?:[-'’./](?:${LETTER})+)*`, "uy");
const CJK: RegExp = new RegExp(`[${CJK_LETTER}]+`, "y");
const LINK_TARGET = /\]\([^()\s]*\)?/y;
const ADDRESS_TAIL = /:\/\/[^\s)>\]]*/y;
const SIGN = /&(?:lt|gt|le|ge);=?|<=|=<|>=|=>|==|!=|[<>=≤≥≦≧⩽⩾≠＜＞＝]/y;
const SPACE = /\s+/y;
/** Task ids, versions, files and paths, as whole words. */
const CODE_WORD = /^[A-Za-z]{1,10}-\d+$|^(?!p\d\d$)[A-Za-z]{1,3}\d{2,}(?:\.\d+)*$|^v\d|\.[A-Za-z]{1,5}$/i;

/**
 * Cuts a line into tokens in one pass: each character is looked at a bounded number of times.
 *
 * @param text one line; what stands in link targets and addresses becomes one `code` token
 */
export function tokenise(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let spaced = true;
  while (at < text.length) {
    const space = match(SPACE, text, at);
    if (space !== null) {
      at += space.length;
      spaced = true;
      continue;
    }
    const token = tokenAt(text, at, spaced);
    tokens.push(token);
    at = token.end;
    spaced = false;
  }
  return tokens;
}

function tokenAt(text: string, at: number, spaced: boolean): Token {
  const char = text.charCodeAt(at);
  if (char >= 48 && char <= 57) return numberAt(text, at, spaced);
  const sign = match(SIGN, text, at);
  if (sign !== null && OPERATOR_SIGNS.has(sign)) return make("operator", text, at, sign.length, spaced);
  const link = match(LINK_TARGET, text, at);
  if (link !== null) return make("code", text, at, link.length, spaced);
  const cjk = match(CJK, text, at);
  if (cjk !== null) return make("word", text, at, cjk.length, spaced);
  const word = match(WORD, text, at);
  if (word !== null) return wordAt(text, at, word, spaced);
  return make("mark", text, at, 1, spaced);
}

function wordAt(text: string, at: number, word: string, spaced: boolean): Token {
  const address = match(ADDRESS_TAIL, text, at + word.length);
  if (address !== null) return make("code", text, at, word.length + address.length, spaced);
  const code = word.length <= 40 && CODE_WORD.test(word);
  return make(code ? "code" : "word", text, at, word.length, spaced);
}

function numberAt(text: string, at: number, spaced: boolean): Token {
  const digits = match(NUMBER, text, at) ?? text.charAt(at);
  const end = at + digits.length;
  const tail = match(CODE_TAIL, text, end);
  if (tail !== null) return make("code", text, at, digits.length + tail.length, spaced);
  const value = Number(digits.replace(DECIMAL_COMMA, "$1.$2").replaceAll(",", ""));
  const number = { kind: "number", text: digits, start: at, end, spaced, value, unit: null } as const;
  const letters = match(LETTERS, text, end);
  if (letters === null && text.charAt(end) !== "_") return number;
  const tailWord = match(WORD, text, end) ?? "";
  const suffix = letters !== null && /^[\d_]/.test(text.charAt(end + letters.length)) ? "" : (letters ?? "");
  for (const unit of [tailWord, suffix]) {
    const canonical = unit === "" ? null : canonicalUnit(unit);
    if (canonical !== null) {
      return { ...number, text: digits + unit, end: end + unit.length, unit: canonical };
    }
  }
  const multiplier = suffix === "k" || suffix === "K" ? 1e3 : suffix === "M" ? 1e6 : null;
  if (multiplier !== null) return { ...number, text: digits + suffix, end: end + 1, value: value * multiplier };
  return make("code", text, at, digits.length + tailWord.length, spaced);
}

function make(kind: Token["kind"], text: string, at: number, length: number, spaced: boolean): Token {
  return {
    kind,
    text: text.slice(at, at + length),
    start: at,
    end: at + length,
    spaced,
    value: Number.NaN,
    unit: null,
  };
}

function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}
