/** A piece of text with the words that were searched for. */
export interface Snippet {
  readonly text: string;
  /** In UTF-16 code units. */
  readonly marks: readonly { readonly at: number; readonly length: number }[];
}

/** Characters of a snippet, and of those before the first word in it. */
const MOST = 200;
const BEFORE = 40;
const MOST_MARKS = 20;

/** Cuts a snippet around the first of the words, and finds them in it: where words begin, whatever their case. */
export function snippetOf(text: string, words: readonly string[]): Snippet {
  const line = text
    .normalize("NFC")
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim();
  const first = marksIn(line, words)[0]?.at ?? 0;
  const from = line.length <= MOST ? 0 : wordStart(line, Math.max(0, Math.min(first - BEFORE, line.length - MOST)));
  const cut = line.slice(from, from + MOST).replaceAll(/\p{Cs}/gu, "");
  const before = from > 0 ? "…" : "";
  const after = from + MOST < line.length ? "…" : "";
  const shown = `${before}${cut}${after}`;
  return { text: shown, marks: marksIn(shown, words).slice(0, MOST_MARKS) };
}

/** Words that begin with any of the words; the longest counts where several do. */
function marksIn(line: string, words: readonly string[]): readonly { readonly at: number; readonly length: number }[] {
  const wanted = words.map((word) => word.toLowerCase()).sort((left, right) => right.length - left.length);
  return [...line.matchAll(/[^\0-/:-@[-`{-\x7f]+/g)].flatMap((match) => {
    const small = match[0].toLowerCase();
    const word = wanted.find((one) => small.startsWith(one));
    return word === undefined ? [] : [{ at: match.index, length: Math.min(word.length, match[0].length) }];
  });
}

/** The next beginning of a word, unless that is far away. */
function wordStart(line: string, from: number): number {
  const space = line.indexOf(" ", from);
  return from === 0 || space < 0 || space > from + BEFORE ? from : space + 1;
}
