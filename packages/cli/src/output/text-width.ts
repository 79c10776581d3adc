/**
 * How many terminal cells a text takes.
 *
 * East Asian wide characters and emoji take two, combining marks none; colour sequences are not counted. The text must
 * hold no other control characters (see {@link import("./plain-text.ts").oneLine}).
 */
export function textWidth(text: string): number {
  const bare = text.includes(ESCAPE) ? text.replace(SGR, "") : text;
  if (ASCII.test(bare)) return bare.length;
  let width = 0;
  for (const { segment } of graphemes.segment(bare)) width += graphemeWidth(segment);
  return width;
}

/**
 * Shortens a text to at most `cells`, with an ellipsis where something was taken away.
 *
 * Never cuts a grapheme in two, keeps colour sequences whole and closes them. Looks no further than it must, so that a
 * title of many thousand characters costs no more than a short one.
 */
export function truncate(text: string, cells: number, ellipsis = "…"): string {
  if (cells <= 0) return "";
  if (ASCII.test(text) && text.length <= cells) return text;
  const mark = textWidth(ellipsis) <= cells ? ellipsis : ".".repeat(cells);
  const room = cells - textWidth(mark);
  let width = 0;
  let kept = "";
  let atRoom = "";
  let colored = false;
  for (const token of tokens(text)) {
    if (token.startsWith(ESCAPE)) {
      colored = true;
      kept += token;
      continue;
    }
    width += graphemeWidth(token);
    if (width > cells) return atRoom + mark + (colored ? RESET : "");
    kept += token;
    if (width <= room) atRoom = kept;
  }
  return kept;
}

/** Fills a text with spaces to `cells`; a longer text stays as it is. */
export function pad(text: string, cells: number, align: "left" | "right" = "left"): string {
  const spaces = " ".repeat(Math.max(0, cells - textWidth(text)));
  return align === "left" ? text + spaces : spaces + text;
}

/** Breaks prose at spaces into lines of at most `cells`; a single longer word stands on a line of its own, whole. */
export function wrapProse(text: string, cells: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (word === "") continue;
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && textWidth(longer) > cells) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return line === "" ? lines : [...lines, line];
}

const ESCAPE = "\u001b";
const RESET = "\u001b[0m";
// oxlint-disable-next-line no-control-regex -- our own colour sequences begin with a control character
const SGR = /\u001b\[[\d;]*m/g;
const ASCII = /^[ -~]*$/;
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

function* tokens(text: string): Generator<string> {
  let at = 0;
  for (const match of text.matchAll(SGR)) {
    yield* segments(text.slice(at, match.index));
    yield match[0];
    at = match.index + match[0].length;
  }
  yield* segments(text.slice(at));
}

function* segments(text: string): Generator<string> {
  for (const { segment } of graphemes.segment(text)) yield segment;
}

const EMOJI = /\p{Emoji_Presentation}|\p{Emoji}\ufe0f|\p{Regional_Indicator}{2}/u;
const ZERO_WIDTH = /^(?:[\p{Mn}\p{Me}\p{Cf}\p{Cc}]|[\u1160-\u11ff])$/u;

function graphemeWidth(grapheme: string): number {
  if (grapheme.length === 1 && grapheme >= " " && grapheme <= "~") return 1;
  if (EMOJI.test(grapheme) && !grapheme.includes("\ufe0e")) return 2;
  let width = 0;
  for (const character of grapheme) {
    if (!ZERO_WIDTH.test(character)) width += isWide(character.codePointAt(0) ?? 0) ? 2 : 1;
  }
  return width;
}

/** East_Asian_Width W and F of Unicode 16 outside the emoji, as first and last code points. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2329, 0x232a],
  [0x2630, 0x2637],
  [0x268a, 0x268f],
  [0x2e80, 0x303e],
  [0x3041, 0x3247],
  [0x3250, 0x4dbf],
  [0x4dc0, 0x4dff],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18dff],
  [0x1aff0, 0x1b2ff],
  [0x1d300, 0x1d376],
  [0x1f200, 0x1f265],
  [0x20000, 0x3fffd],
];

function isWide(codePoint: number): boolean {
  return codePoint >= 0x1100 && WIDE.some(([first, last]) => codePoint >= first && codePoint <= last);
}
