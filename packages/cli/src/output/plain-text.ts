/**
 * Makes text from documents, agents and commands fit for one line of a terminal.
 *
 * Removes terminal escape sequences, control characters and the invisible marks that reorder text (a title must not be
 * able to move the cursor or to look like another title), and joins lines by one space. Half surrogate pairs become
 * U+FFFD.
 */
export function oneLine(text: string): string {
  return printable(text).replace(/\s+/gu, " ").trim();
}

/** As {@link oneLine}, but keeps line ends and indentation: for output tails and lines to copy. Tabs become two spaces. */
export function manyLines(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .split("\n")
    .map((line) => printable(line.replace(/\t/g, "  ")).trimEnd())
    .join("\n");
}

/** Quotes a word for a POSIX shell where it needs it, so that a shown command can be copied. */
export function shellWord(word: string): string {
  const clean = oneLine(word);
  const safe = clean.startsWith("-") ? `./${clean}` : clean;
  return /^[\w@%+=:,./-]+$/.test(safe) ? safe : `'${safe.replace(/'/g, `'\\''`)}'`;
}

/** CSI and OSC sequences, with their 8-bit forms, and the two-byte escapes. */
const ESCAPES =
  // oxlint-disable-next-line no-control-regex -- finding control characters is what this is for
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b\]|\u009d)[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]/g;

/** Marks that change the direction of what follows: they can make a line read as something else. */
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const LONE_SURROGATE = /\p{Surrogate}/gu;

function printable(text: string): string {
  return text
    .replace(ESCAPES, "")
    .replace(BIDI, "")
    .replace(/[\p{Cc}\u2028\u2029]/gu, " ")
    .replace(LONE_SURROGATE, "\ufffd");
}
