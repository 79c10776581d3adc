import { plainText } from "./plain-text.ts";

/** Marks at the start of a line that are no letters: emoji, bullets, arrows. */
const LEADING_MARKS =
  /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f|\u200d|\ufffd|[→►▶↳•·✓✔✗✘☐☑☒★☆]|\s|\\?\*(?=\s))+/u;
const TRAILING_MARKS = /(?:\s|\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f|\u200d|\ufffd|(?<=\s)[-–—:|])+$/u;
const ID =
  /^(?:\[?((?:[A-Z][A-Z0-9]{0,9}-)+\d{1,6}[A-Za-z]?|\d{1,4}-[A-Z]{1,2}|(?!P(?:50|75|9\d{1,2})(?![\w-]))[A-Z]{1,4}\d{2,6}[a-z]?|t\d{1,4}|[A-Z]{1,4}X{2,4}|#\d{1,6}|\d{1,3}(?:\.\d{1,3}){1,4}[a-z]?|\d{1,3}(?=[.)]\s))\]?)(?=$|[\s:.)–—-])[:.)]?(?:\s*[-–—]\s)?\s*/u;
const TAG = /^\[([^[\]]{1,24})\]\s*/;
const HASH_TAG = /^#task\s+/;
const OBSIDIAN_ID = /🆔\s*([\w-]{1,40})/u;

/** The parts of an entry's text. */
export interface ItemText {
  readonly id: string | null;
  /** Plain text without id, marks and tags. */
  readonly title: string;
  /** `[P]`, `[US1]` and the like. */
  readonly tags: readonly string[];
}

/** Takes an entry's text apart: leading marks, id, tags, title. */
export function readItemText(markdown: string): ItemText {
  let text = stripMarks(plainText(markdown.slice(0, 2000)));
  const tags: string[] = [];
  let id: string | null = null;
  for (let round = 0; round < 5; round += 1) {
    const found: RegExpExecArray | null = id === null ? ID.exec(text) : null;
    if (found !== null) {
      id = found[1] ?? null;
      text = text.slice(found[0].length);
      continue;
    }
    const tag = TAG.exec(text);
    if (tag !== null && tag[0].length < text.length && !/^[ xX~-]$/.test(tag[1] ?? "")) {
      tags.push(tag[1] ?? "");
      text = stripMarks(text.slice(tag[0].length));
      continue;
    }
    const hash = HASH_TAG.exec(text);
    if (hash === null) break;
    text = text.slice(hash[0].length);
  }
  if (markdown.includes("🆔")) id = OBSIDIAN_ID.exec(markdown)?.[1] ?? id;
  return { id, title: endsInWord(text) ? text : text.replace(TRAILING_MARKS, "").trim(), tags };
}

const ASIDES =
  / ?\((?:(?:depends (?:up)?on|depending on|blocked (?:by|on)|depende de|dependencia):?\s[^()]{1,200}|(?:requires|needs|after):?\s[A-Za-z]{0,10}[-#]?\d[\w., -]{0,80}|optional|parallel|sequential|in parallel|can run in parallel)\)/giu;
const OWNER_AT_END = /(?:\s+[-–—]?\s*@[A-Za-z][\w-]{1,38})+(?=\s*$)/u;

/** A title without what it says of relations and owners, which are read on their own: `(depends on T1)`, `@team`. */
export function bareTitle(title: string): string {
  if (!/[(@]/.test(title)) return title;
  const bare = title.replace(ASIDES, "").replace(OWNER_AT_END, "").trim();
  return bare === "" ? title : bare;
}

/** Most titles end in a Latin letter or a digit: nothing to strip there. */
function endsInWord(text: string): boolean {
  const last = text.charCodeAt(text.length - 1) | 32;
  return (last >= 97 && last <= 122) || (last >= 48 && last <= 57);
}

/** Plain text without marks before and after it. */
export function stripMarks(text: string): string {
  const first = text.charCodeAt(0);
  // Most titles begin with a Latin letter: nothing to strip there.
  if ((first >= 65 && first <= 90) || (first >= 97 && first <= 122)) return text;
  return text.replace(LEADING_MARKS, "");
}

/** A title in the one form in which titles are compared: lower case words joined by single blanks, no punctuation. */
export function comparable(title: string): string {
  let out = "";
  let start = -1;
  for (let at = 0; at < title.length; at += 1) {
    const code = title.charCodeAt(at);
    if (code > 127) return comparableBeyondAscii(title);
    const isWord = (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90);
    if (isWord) {
      if (start < 0) start = at;
    } else if (start >= 0) {
      out += out === "" ? title.slice(start, at) : ` ${title.slice(start, at)}`;
      start = -1;
    }
  }
  if (start >= 0) out += out === "" ? title.slice(start) : ` ${title.slice(start)}`;
  return out.toLowerCase();
}

function comparableBeyondAscii(title: string): string {
  return title
    .toLowerCase()
    .normalize("NFKC")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** The bold head of an entry (`**Title**: text`), or what stands before a colon or spaced dash; null when neither. */
export function headOf(markdown: string): string | null {
  const bold = /^[^\p{L}\p{N}*`]{0,12}\*\*([^*]{2,160})\*\*/u.exec(markdown.slice(0, 240));
  if (bold?.[1] !== undefined) return stripMarks(plainText(bold[1])).replace(/[:\s]+$/, "");
  const before = /^([^:–—]{2,80}?)(?::\s|\s[-–—]\s)/u.exec(plainText(markdown.slice(0, 200)));
  return before?.[1] === undefined ? null : stripMarks(before[1]).trim();
}
