import type { Claimed, StatusToken } from "../plan/inspection.ts";
import type { Word } from "./status-words.ts";
import {
  ADVERBS,
  BOX_STATES,
  CELL_MARKS,
  NEGATIONS,
  PART_WORDS,
  phraseAt,
  SURE_MARKS,
  wordsOf,
} from "./status-words.ts";

/** A status as read from text. Offsets are relative to the text it was read from. */
export interface FoundStatus {
  readonly claimed: Claimed;
  readonly start: number;
  readonly end: number;
  readonly form: StatusToken["form"];
}

/** The character at an offset and its length, with variation selector, as one mark. */
function markAt(text: string, at: number): { mark: string; length: number } {
  const code = text.codePointAt(at) ?? 0;
  const mark = String.fromCodePoint(code);
  const end = at + mark.length;
  return { mark, length: mark.length + (text.charCodeAt(end) === 0xfe0f ? 1 : 0) };
}

const PERCENT = /(\d{1,3})(?:\.\d+)?\s*%/;

/**
 * Reads a value that is meant as a state: what stands after `Status:`, in a status cell, in frontmatter.
 *
 * A word beats a mark, because marks also mean priorities. `null` when neither says a state.
 */
export function statusOfValue(text: string): FoundStatus | null {
  const head = text.slice(0, 200);
  const box = /^[\s*_`\\]*\[([ xX~/>!-])\]/.exec(head);
  const boxed = box?.[1] === undefined ? undefined : BOX_STATES.get(box[1]);
  if (box !== null && boxed !== undefined) {
    return { claimed: boxed, start: box[0].length - 2, end: box[0].length - 1, form: "box" };
  }
  const mark = leadingMark(head);
  const word = leadingPhrase(head);
  if (word !== null && word.claimed === "done" && isPartDone(head)) {
    return mark !== null && mark.claimed === "in_progress" ? mark : { ...word, claimed: "in_progress" };
  }
  // `✅ Ready` says with its mark that it is done; alone, what is ready has not begun.
  const pale = mark !== null && /[🟡🟠🔵⚪]/u.test(head.slice(mark.start, mark.end));
  if (word !== null && mark !== null && !pale && /^ready\b/i.test(head.slice(word.start))) return mark;
  if (word !== null) return word;
  return mark;
}

/** `66% complete` is work in progress; `100% complete` and `complete` are done. */
function isPartDone(text: string): boolean {
  const percent = PERCENT.exec(text.slice(0, 40));
  return (
    percent !== null && Number(percent[1]) < 100 && /%\s*\**\s*(?:complete|done|finished)/i.test(text.slice(0, 60))
  );
}

function leadingMark(text: string): FoundStatus | null {
  for (let at = 0; at < text.length; ) {
    const { mark, length } = markAt(text, at);
    const claimed = SURE_MARKS.get(mark) ?? CELL_MARKS.get(mark);
    if (claimed !== undefined) return { claimed, start: at, end: at + length, form: "emoji" };
    if (!/[\s*_`~[\](!:|-]/u.test(mark)) return null;
    at += length;
  }
  return null;
}

function leadingPhrase(text: string): FoundStatus | null {
  const words = wordsOf(text, 8);
  let at = 0;
  let part = false;
  let negated = false;
  for (; at < words.length; at += 1) {
    const word = words[at];
    if (word === undefined) return null;
    const phrase = phraseAt(words, at);
    const next = words[at + 1];
    if (phrase !== null && PART_WORDS.has(word.text) && next !== undefined && phraseAt(words, at + 1) !== null) {
      part = true;
      continue;
    }
    if (phrase !== null) {
      const last = words[phrase.last];
      const claimed = part && phrase.claimed === "done" ? "partial" : negated ? "pending" : phrase.claimed;
      const start = part ? (words[at - 1]?.start ?? word.start) : word.start;
      return { claimed, start, end: last?.end ?? word.end, form: "word" };
    }
    if (PART_WORDS.has(word.text)) part = true;
    else if (NEGATIONS.has(word.text)) negated = true;
    else if (!ADVERBS.has(word.text) && !(/^\d+$/.test(word.text) && /^\s*%/.test(text.slice(word.end)))) return null;
  }
  return null;
}

const SEPARATOR_BEFORE = /(?:[-–—:：|(（•·]|\[|【)\s*\**\s*$/u;
/** What may follow a state that opens the last part of a title: why, until when, to where. */
const CONTINUES =
  /^[*_]*\s+(?:(?:after|until|till|to|by|since|because|due|pending|waiting|awaiting|per|as|at|on|in|with|for|nach|bis|auf|wegen|seit|ab|am|um|hasta|desde|por|tras|para|al|jusqu\S*|depuis|après|pour|à|v)(?=\s|$)|v?\d)/iu;
/** Words that mean a state only where nothing follows them: `open in a new tab`, `fixed by hand`. */
const LOOSE = new Set(
  (
    "open opened new ready active review fixed met pass passed passing closed accepted later missing broken fail failed " +
    "failing draft candidate planning doing backlog upcoming live partial partially partly mostly nearly resolved waiting"
  ).split(" "),
);
const DATED =
  /^[*_]*\s+(?:(?:on|since|in|am|seit|el|le|desde)\s)?(?:\d{4}-\d{2}|\d{1,2}[./]\d{1,2}|\d{1,2}\s\p{L}{3}|\p{Lu}\p{L}{2,8}\.?\s\d)/u;

/** How freely a title may carry its state. */
export interface TitleOptions {
  /** A last word such as `Complete` counts. */
  readonly lastWord: boolean;
  /** More may follow a state that is set off: `– moved to v2`, `(deferred to 2.0)`, `, started 2025-08-18`. @default false */
  readonly continued?: boolean;
}

/**
 * Reads the state that a heading or a list entry carries: a mark at its start or end, a word set off from the title by
 * a dash, a bracket, bold or a mark, or (for headings of stages) a last word such as "Complete".
 */
export function statusOfTitle(text: string, options: TitleOptions): FoundStatus | null {
  const word = setOffPhrase(text, options);
  if (word !== null) return word;
  return edgeMark(text);
}

/** `Phase 2: Heat it ✅ (2026-05-01 11:00)`. */
const DATE_BEHIND = /\s\(\d{4}-\d{2}-\d{2}(?:[\sT]\d{1,2}:\d{2})?\)$/;

function edgeMark(text: string): FoundStatus | null {
  const head = sureMarkFrom(text, 0, 1);
  if (head !== null) return head;
  // A trailing mark may be followed by emphasis and punctuation, and by when it was set.
  const end = DATE_BEHIND.exec(text.slice(-40))?.[0].length ?? 0;
  for (let at = text.length - end - 1, steps = 0; at >= 0 && steps < 8; at -= 1, steps += 1) {
    const code = text.charCodeAt(at);
    if (code >= 0xdc00 && code <= 0xdfff) continue;
    const { mark, length } = markAt(text, at);
    const claimed = SURE_MARKS.get(mark);
    if (claimed !== undefined && !isDateMark(text, at, mark))
      return { claimed, start: at, end: at + length, form: "emoji" };
    if (/[\p{L}\p{N}]/u.test(mark)) break;
  }
  return inlineMark(text);
}

/** `Title - ✅ **RUNNING**: …`, `**Title** ✅ text`, `Phase 3 ✅ — Title`: a mark after a dash, the bold title or the number. */
function inlineMark(text: string): FoundStatus | null {
  const match = /(?:\s[-–—]|\*\*:?|:|^[^\p{L}\p{N}]{0,4}\p{L}{3,12}\s\d[\d.]{0,5})\s*(?=[✅❌🔄🚧⏳☑✔⏸⏭])/u.exec(
    text.slice(0, 300),
  );
  if (match === null) return null;
  const at = match.index + match[0].length;
  const { mark, length } = markAt(text, at);
  const claimed = SURE_MARKS.get(mark);
  if (claimed === undefined || isDateMark(text, at, mark)) return null;
  return { claimed, start: at, end: at + length, form: "emoji" };
}

/** Obsidian Tasks writes dates as `✅ 2023-04-17` (done) and `⏳ 2023-04-14` (scheduled). */
export function isDateMark(text: string, at: number, mark: string): boolean {
  return /^\ufe0f?\s*\d{4}-\d{2}-\d{2}/.test(text.slice(at + mark.length, at + mark.length + 14));
}

function sureMarkFrom(text: string, from: number, most: number): FoundStatus | null {
  let seen = 0;
  for (let at = from; at < text.length; ) {
    const { mark, length } = markAt(text, at);
    const claimed = SURE_MARKS.get(mark);
    if (claimed !== undefined) {
      return isDateMark(text, at, mark) ? null : { claimed, start: at, end: at + length, form: "emoji" };
    }
    if (/[\s*_~]/u.test(mark)) {
      at += length;
      continue;
    }
    seen += 1;
    if (seen >= most || /[\p{L}\p{N}`[(]/u.test(mark)) return null;
    at += length;
  }
  return null;
}

function setOffPhrase(text: string, options: TitleOptions): FoundStatus | null {
  const leading = /^[^\p{L}\p{N}]*(?:\*\*)?\[?([A-Z][A-Z -]{2,24})\]?(?:\*\*)?\s*[:\]–—-]/u.exec(text.slice(0, 60));
  if (leading?.[1] !== undefined) {
    const found = statusOfValue(leading[1]);
    // `[PLANNING] Load the context` says what kind of work it is.
    if (found !== null && found.form === "word" && !/^planning$/i.test(leading[1].trim())) {
      const shift = leading[0].indexOf(leading[1]);
      return { ...found, start: found.start + shift, end: found.end + shift };
    }
  }
  const bracketed = bracketedState(text);
  if (bracketed !== null) return bracketed;
  const from = Math.max(0, text.length - 160);
  const tail = text.slice(from);
  const words = wordsOf(tail, 60);
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    const phrase = phraseAt(words, at);
    if (word === undefined || phrase === null) continue;
    const last = words[phrase.last];
    const end = last?.end ?? word.end;
    if (!isSetOff(tail, words, at, end, options)) continue;
    const { start, claimed } = withModifier(words, at, phrase.claimed);
    if (claimed === "done" && isPartDone(tail.slice(Math.max(0, word.start - 8)))) continue;
    return { claimed, start: from + start, end: from + end, form: "word" };
  }
  return null;
}

/** Nothing but a date and punctuation: what may stand behind a state that fills brackets or a run of capitals. */
export const ONLY_DATED: RegExp =
  /^[^\p{L}\p{N}]*(?:(?:\d{4}-\d{2}(?:-\d{2})?|\d{1,2}[./]\d{1,2}[./](?:\d{2}){0,2})[^\p{L}\p{N}]*)?$/u;

/** `(✓ landed) Column pinning`, `**(done)** Sorting`: a state in brackets before the title. */
export function bracketedState(text: string): FoundStatus | null {
  const match = /^([\s*_]{0,4}\()([^()]{2,30})\)[\s*_]{1,4}(?=\S)/.exec(text.slice(0, 60));
  const inner = match?.[2] ?? "";
  if (match === null || inner.split(/\s+/).length > 3 || LOOSE.has(inner.trim().toLowerCase())) return null;
  const found = statusOfValue(inner);
  if (found === null || found.form !== "word" || !ONLY_DATED.test(inner.slice(found.end))) return null;
  const shift = match[1]?.length ?? 0;
  return { ...found, start: found.start + shift, end: found.end + shift };
}

function withModifier(words: readonly Word[], at: number, claimed: Claimed): { start: number; claimed: Claimed } {
  const before = words[at - 1];
  const start = words[at]?.start ?? 0;
  if (before === undefined) return { start, claimed };
  if (PART_WORDS.has(before.text) && claimed === "done") return { start: before.start, claimed: "partial" };
  if (NEGATIONS.has(before.text)) return { start: before.start, claimed: "pending" };
  return { start, claimed };
}

function isSetOff(tail: string, words: readonly Word[], at: number, end: number, options: TitleOptions): boolean {
  let first = at;
  while (first > 0 && isModifier(words[first - 1]?.text ?? "")) first -= 1;
  const start = words[first]?.start ?? 0;
  const before = tail.slice(0, start);
  const trimmed = before.trimEnd();
  const after = tail.slice(end);
  if (options.continued === true && goesOn(before, tail.slice(start, end), after, words[at]?.text ?? "")) return true;
  if (!/^[\s*_)）】\].!✅🔄❌🎉⏳,:;(%–—-]/u.test(after) && after !== "") return false;
  const endsHere =
    /^[\s*_)）】\].!\p{Extended_Pictographic}\ufe0f]*$/u.test(after) || /^[\s*_]*(?:\(|[-–—]\s|,|:)/u.test(after);
  if (!endsHere) return false;
  if (LOOSE.has(words[at]?.text ?? "") && /[:：]\s*$/.test(before) && ONE_OF_LIST.test(after)) return false;
  const afterMark = /[\p{Extended_Pictographic}\ufe0f]\s*\**$/u.test(trimmed);
  const shouting =
    tail.slice(words[at]?.start ?? 0, end) === tail.slice(words[at]?.start ?? 0, end).toUpperCase() &&
    /[A-Z]{3}/.test(tail.slice(words[at]?.start ?? 0, end));
  if (afterMark) return trimmed.length > 1 || shouting;
  if (SEPARATOR_BEFORE.test(before) && trimmed !== "") return true;
  if (shouting && trimmed.endsWith("**")) return true;
  if (
    options.lastWord &&
    /[\p{L}\p{N})]\s*$/u.test(before) &&
    /^(?:complete|completed|done)$/.test(words[at]?.text ?? "")
  )
    return true;
  return false;
}

/** `– moved to v2`, `(deferred to 2.0)`, `, started 2025-08-18`: a state with more behind it, after a dash, bracket or comma. */
function goesOn(before: string, stated: string, after: string, word: string): boolean {
  if (!/[\p{L}\p{N})*`]\**\s*(?:\s[-–—]|[(（,])\s*\**$/u.test(before)) return false;
  if (DATED.test(after)) return true;
  if (/\bto$/i.test(stated)) return true;
  if (LOOSE.has(word)) return false;
  return before.trimEnd().endsWith(",") ? /^[\s*_.)]*$/.test(after) : CONTINUES.test(after);
}

/** `Triage: review, accept, assign`: the first of several words and no state, where it may mean something else. */
const ONE_OF_LIST = /^,\s\p{Ll}[\p{L}-]*(?:,|[\s.]*$|\s(?:and|or)\s)/u;

function isModifier(word: string): boolean {
  return ADVERBS.has(word) || PART_WORDS.has(word) || NEGATIONS.has(word) || /^\d+$/.test(word);
}
