/** The characters of Windows code page 1252 for the bytes 0x80 to 0x9F; the five undefined ones stand for themselves. */
const CP1252_HIGH =
  "\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f" +
  "\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178";

const BYTE_OF = new Map<string, number>();
for (let byte = 0x80; byte <= 0xff; byte += 1) BYTE_OF.set(String.fromCharCode(byte), byte);
for (let i = 0; i < CP1252_HIGH.length; i += 1) BYTE_OF.set(CP1252_HIGH.charAt(i), 0x80 + i);
// Code page 1254 differs from 1252 in the lead byte of all emoji.
BYTE_OF.set("\u011f", 0xf0);

/** A lead character with at least one continuation of the three- and four-byte forms: cheap evidence to look closer. */
const SUSPICIOUS =
  /[\u00e2\u00e3\u00ef\u00f0\u011f][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]/;

/**
 * Characters whose UTF-8 holds one of the five bytes that code page 1252 does not define, as they look once that byte is
 * lost. Only marks that plans use for a status, and the variation selector, are worth guessing.
 */
const LOST: readonly (readonly [string, string])[] = [
  ["\u00e2\u0152", "\u274c"], // ❌ E2 9D 8C without 9D
  ["\u00e2\u02dc\u2018", "\u2611"],
  ["\u00ef\u00b8", "\ufe0f"], // variation selector EF B8 8F without 8F
  ["\u00f0\u0178\u0178\u00a0", "\u{1f7e0}"],
];

/** One place where the repaired text departs from the text as it came. Offsets are UTF-16 units. */
export interface RepairedPlace {
  /** Where the replacement ends in the repaired text. */
  readonly end: number;
  /** Where what it replaces ends in the text as it came. */
  readonly sourceEnd: number;
  /** Where the replacement begins in the repaired text. */
  readonly start: number;
  /** Where what it replaces begins in the text as it came. */
  readonly sourceStart: number;
}

/** A text with its twice-encoded characters read as what they were. */
export interface RepairedText {
  readonly text: string;
  readonly places: readonly RepairedPlace[];
}

/**
 * Reads characters that were encoded twice (UTF-8 read as code page 1252 or 1254 and saved again) as what they were.
 *
 * Nothing happens without the evidence of at least one three- or four-byte character, because two-byte sequences such
 * as `Ã©` also occur in honest text. Linear in the length of the text.
 */
export function repairMojibake(text: string): RepairedText {
  if (!SUSPICIOUS.test(text)) return { text, places: [] };
  const parts: string[] = [];
  const places: RepairedPlace[] = [];
  let copied = 0;
  let length = 0;
  let strong = false;
  for (let at = 0; at < text.length; at += 1) {
    if (text.charCodeAt(at) < 0xc2) continue;
    const found = decodeAt(text, at);
    if (found === null) continue;
    if (found.strong) strong = true;
    parts.push(text.slice(copied, at), found.text);
    const start = length + (at - copied);
    length = start + found.text.length;
    copied = at + found.width;
    places.push({ start, end: length, sourceStart: at, sourceEnd: copied });
    at = copied - 1;
  }
  if (!strong) return { text, places: [] };
  parts.push(text.slice(copied));
  return { text: parts.join(""), places };
}

interface Decoded {
  readonly text: string;
  readonly width: number;
  readonly strong: boolean;
}

function decodeAt(text: string, at: number): Decoded | null {
  const lead = BYTE_OF.get(text.charAt(at));
  if (lead === undefined || lead < 0xc2 || lead > 0xf4) return null;
  const need = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
  let code = lead & (0x3f >> need);
  let got = 0;
  while (got < need) {
    const next = BYTE_OF.get(text.charAt(at + 1 + got));
    if (next === undefined || next < 0x80 || next > 0xbf) break;
    code = code * 64 + (next & 0x3f);
    got += 1;
  }
  if (got === need) return whole(code, need);
  return lost(text, at, got);
}

function whole(code: number, need: number): Decoded | null {
  const least = need === 1 ? 0x80 : need === 2 ? 0x800 : 0x10000;
  if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return null;
  return { text: String.fromCodePoint(code), width: need + 1, strong: need > 1 };
}

function lost(text: string, at: number, got: number): Decoded | null {
  for (const [seen, meant] of LOST) {
    if (text.startsWith(seen, at)) return { text: meant, width: seen.length, strong: true };
  }
  // Part of an emoji is left: which one it was is not known, that it was one is.
  const emoji = (text.charAt(at) === "\u00f0" || text.charAt(at) === "\u011f") && text.charAt(at + 1) === "\u0178";
  return emoji && got >= 1 ? { text: "\ufffd", width: got + 1, strong: true } : null;
}

/** Writes a text as a tool would that reads its UTF-8 as code page 1252: the inverse of {@link repairMojibake}. */
export function asMojibake(text: string): string {
  let out = "";
  for (const byte of new TextEncoder().encode(text)) {
    out +=
      byte < 0x80
        ? String.fromCharCode(byte)
        : byte < 0xa0
          ? CP1252_HIGH.charAt(byte - 0x80)
          : String.fromCharCode(byte);
  }
  return out;
}
