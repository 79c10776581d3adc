/** What is searched for, as the database takes it. */
export interface SearchWords {
  /** The words, as they are to be marked: composed, as the database keeps them. */
  readonly words: readonly string[];
  /** Has all of the words as beginnings of its own. */
  readonly all: string;
  /** Has one of the words at least, whole. */
  readonly whole: string;
  /** Beginning of an id, key or name, as it was said. */
  readonly given: string;
  /** Ids between which those lie that begin so; null when no id does. */
  readonly low: string | null;
  readonly high: string | null;
  /** Beginning of a digest; null when no digest begins so. */
  readonly digest: string | null;
}

/** ASCII without letters and digits: the same that `holdpoint.words` cuts at. */
const SEPARATORS = /[\0-/:-@[-`{-\x7f]+/;
/** Fewer digits would be the beginning of too many ids, and are words such as `dead`. */
const LEAST_HEX = 6;
const UUID_HEX = 32;

/** Takes a search apart. @returns null when it has no word */
export function searchWords(tenant: string, text: string): SearchWords | null {
  const clean = text
    .replaceAll(/\p{Cs}/gu, "\u{fffd}")
    .replaceAll("\0", " ")
    .trim();
  const words = [
    ...new Set(
      clean
        .normalize("NFC")
        .split(SEPARATORS)
        .filter((word) => word !== ""),
    ),
  ];
  if (words.length === 0) return null;
  const range = idRange(clean);
  return {
    words,
    all: [`'=${tenant}'`, ...words.map((word) => anyOf(word, ":*"))].join(" & "),
    whole: words.map((word) => anyOf(word, "")).join(" | "),
    given: clean,
    low: range?.low ?? null,
    high: range?.high ?? null,
    digest: digestFrom(clean),
  };
}

/**
 * A word in the shapes that a database may have kept it in: one without a locale makes small letters of ASCII alone.
 * Words hold no quotes and backslashes, since both are separators.
 */
function anyOf(word: string, suffix: string): string {
  const small = word.toLowerCase();
  const [first = "", ...rest] = small;
  const asciiSmall = (shape: string): string => shape.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
  const shapes = [
    small,
    asciiSmall(word),
    asciiSmall(first.toUpperCase() + rest.join("")),
    asciiSmall(small.toUpperCase()),
  ];
  return `(${[...new Set(shapes)].map((shape) => `'${shape}'${suffix}`).join(" | ")})`;
}

function idRange(text: string): { readonly low: string; readonly high: string } | null {
  const hex = text.toLowerCase().replaceAll("-", "");
  if (!/^[0-9a-f]+$/.test(hex) || hex.length < LEAST_HEX || hex.length > UUID_HEX) return null;
  return { low: uuidOf(hex.padEnd(UUID_HEX, "0")), high: uuidOf(hex.padEnd(UUID_HEX, "f")) };
}

function uuidOf(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function digestFrom(text: string): string | null {
  const hex = text.toLowerCase().replace(/^sha256:/, "");
  return /^[0-9a-f]{6,64}$/.test(hex) ? `sha256:${hex}` : null;
}
