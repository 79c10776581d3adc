import type { Criterion } from "./criterion.ts";
import { lessIsBetter } from "./metric-name.ts";
import { readWitness } from "./read-witness.ts";
import { canonicalUnit, convertUnit } from "./units.ts";
import { WINDOW_COVERAGE, WINDOW_WORDS } from "./words.ts";

type ParsePart = (text: string) => Criterion | null;

/** Types the criteria that begin with words of their own: expression, exit, ratchet, relative, witness, windows, groups. */
export function parsePhrase(text: string, metric: string | null, parsePart: ParsePart): Criterion | null {
  return (
    expression(text) ??
    group(text, parsePart) ??
    exit(text) ??
    ratchet(text, metric) ??
    relative(text) ??
    readWitness(text) ??
    windowWithParts(text, parsePart) ??
    lasting(text, parsePart)
  );
}

function expression(text: string): Criterion | null {
  const body = /^cel:\s*(\S.*)$/is.exec(text)?.[1];
  return body === undefined ? null : { kind: "expression", op: "cel", value: body.trim(), unit: null };
}

/** `all of: a; b`, `any of: a; b`, `2 of: a; b; c`, `not: a`. A part that is not understood spoils the whole. */
function group(text: string, parsePart: ParsePart): Criterion | null {
  const head = /^(?:(all|any|\d{1,3}) of|(not)):/i.exec(text);
  if (head === null) return null;
  const body = text.slice(head[0].length);
  const word = (head[1] ?? "not").toLowerCase();
  const texts = word === "not" ? [body] : body.split(";");
  const of: Criterion[] = [];
  for (const part of texts) {
    const criterion = parsePart(part);
    if (criterion === null) return null;
    of.push(criterion);
  }
  if (word === "not" || word === "all" || word === "any") {
    return { kind: "composite", op: word, value: null, unit: null, of };
  }
  const k = Number(word);
  return k < 1 || k > of.length ? null : { kind: "composite", op: "atLeast", value: k, unit: null, of };
}

function exit(text: string): Criterion | null {
  const code = /^exit(?:\s+(?:code|status))?\s*[:=]?\s*(\d{1,3})$/i.exec(text)?.[1];
  return code === undefined ? null : { kind: "exit", op: "=", value: Number(code), unit: null };
}

function ratchet(text: string, metric: string | null): Criterion | null {
  const way = /^ratchet(?:\s+(up|down))?$/i.exec(text);
  if (way === null) return null;
  const down = way[1] === undefined ? metric !== null && lessIsBetter(metric) : way[1].toLowerCase() === "down";
  return { kind: "relative", op: down ? "<=" : ">=", value: 0, unit: null, baseline: "best" };
}

const RELATIVE =
  /^no worse than\s+([+\-−])\s?(\d{1,12}(?:\.\d{1,12})?)\s?(%\s?rel|%|pp|[a-zµ]{1,12}|\/[a-z]{1,6})?(?:\s+(?:vs\.?|than)\s+(last[ _]pass|best|baseline))?$/i;

function relative(text: string): Criterion | null {
  const parts = RELATIVE.exec(text);
  if (parts === null) return null;
  const [, sign, digits, written, baseline] = parts;
  const unit = written === undefined ? null : /^%\s?rel$/i.test(written) ? "%rel" : canonicalUnit(written);
  if (written !== undefined && unit === null) return null;
  const value = (sign === "+" ? 1 : -1) * Number(digits);
  const best = baseline?.toLowerCase() === "best";
  return { kind: "relative", op: value > 0 ? "<=" : ">=", value, unit, baseline: best ? "best" : "last_pass" };
}

const LASTING =
  /^(\S.*?)[,\s](?:\(?(?:sustained|held|maintained|kept|stable|continuously|measured|observed)\s)?(?:for|over|across|throughout|during)\s(?:at least\s|a minimum of\s|a\s|the\s(?:last|past|previous)\s|the\s)?(\d{1,6}(?:\.\d{1,3})?)[\s-]?(?:(?:consecutive|straight|continuous)\s)?([a-z]{1,12})(?:\s(?:straight|continuously|in a row|period|window))?\)?[\s.]*$/is;

/** `error rate < 1% for 24 hours`: a window through which the demand before it holds. */
function lasting(text: string, parsePart: ParsePart): Criterion | null {
  const parts = LASTING.exec(text);
  const unit = canonicalUnit(parts?.[3] ?? "");
  if (parts === null || unit === null || convertUnit(1, unit, "ms") === null) return null;
  const value = Number(parts[2]);
  const held = parsePart((parts[1] ?? "").replace(/[\s,(]+$/, ""));
  if (held === null || !(value > 0) || !mayLast(held)) return null;
  return { kind: "window", op: ">=", value, unit, label: null, coverage: WINDOW_COVERAGE, holds: [held] };
}

/** A measurement or a state holds through time; a signature, a comparison and another window do not. */
function mayLast(criterion: Criterion): boolean {
  if (criterion.kind === "composite") return criterion.op === "all" && criterion.of.every(mayLast);
  return criterion.kind === "absolute" || criterion.kind === "state" || criterion.kind === "count";
}

const WINDOW =
  /^(\d{1,6}(?:\.\d{1,3})?)[\s-]?([a-z]{1,12})[\s-](canary|validation|soak|burn-in|bake|stability|observation)(?:\s+coverage\s*(?:>=|≥)?\s*(\d{1,3}(?:\.\d{1,3})?)\s?%)?(?::\s*(\S.*))?$/is;

/** `24hr canary coverage >= 90%: error_rate <1%; p95 <500ms`. */
function windowWithParts(text: string, parsePart: ParsePart): Criterion | null {
  const parts = WINDOW.exec(text);
  const unit = canonicalUnit(parts?.[2] ?? "");
  if (parts === null || unit === null || convertUnit(1, unit, "ms") === null) return null;
  const share = parts[4] === undefined ? WINDOW_COVERAGE : Number(parts[4]) / 100;
  if (share <= 0 || share > 1) return null;
  const holds: Criterion[] = [];
  for (const part of parts[5]?.split(";") ?? []) {
    const criterion = parsePart(part);
    if (criterion === null) return null;
    holds.push(criterion);
  }
  const label = WINDOW_WORDS.get((parts[3] ?? "").toLowerCase()) ?? null;
  return { kind: "window", op: ">=", value: Number(parts[1]), unit, label, coverage: share, holds };
}
