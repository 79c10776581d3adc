/** What an entry asks for, with what it only measures left out and its bounds as signs. */
export interface BoundedText {
  readonly text: string;
  /** Whether the text says the bound in another form than the document. */
  readonly changed: boolean;
}

const MOST_TEXT = 2000;
/** `(currently 3 %)`, `(was 40 ms)`: how it stands, and no demand. */
const MEASURED =
  /\s?\((?:currently|at present|presently|today|now|was|actual|baseline|up from|down from|from)\b:?\s[^()<>≤≥]{0,80}\)/gi;
/** `… - Current: 1.8 KB, budget: …`. */
const STANDS =
  /(\s[-–—]\s|[,;]\s)[*_]*(?:current|currently|now|today|baseline|actual)\s?[:=]\s?[~≈]?\d[\d.,]*\s?[%\p{L}/]{0,8}/giu;
/** `Lines: 27% (target: 70%)`: a measurement with what it has to become. */
const TARGETED =
  /^([^:：]{2,80})[:：]\s+[~≈<>≤≥]{0,2}\s?\d[\d.,]*(?:\s?[-–]\s?\d[\d.,]*)?\s?[%\p{L}/]{0,8}[\s\p{Extended_Pictographic}\ufe0f]*\((?:target|goal|aim)\s?[:=]?\s*([^()]{1,60})\)\s*$/iu;
/** `LCP: Target < 1.2s`, `Upload: target 60 % faster`. */
const AIMED = /^([^:：]{2,80})[:：]\s+(?:target|goal|aim)\s?[:=]?\s+(?=[<>≤≥~]?\s?\d)/iu;
const KEY_BOUND = /^(max(?:imum)?|min(?:imum)?)\.?\s(?=\p{L})[^:：]{2,100}[:：]\s+(?=\d)/iu;
/** `512 MB heap limit`, `20-file cap`. */
const LIMIT =
  /(^|[\s(])(\d[\d.,]*)(\s?(?:[KMGT]i?B|B|ms|s|min|h|%|rps))?(?:-(\p{L}+))?((?:\s\p{L}+)?\s(?:limit|cap|ceiling)\b)/iu;
const COMPARED =
  /(?:[<>≤≥=~]|\b(?:no|not|without|under|below|over|above|least|most|than|exceed\w*|up to|within|max\w*|min\w*|raise|lift|remove|drop)(?:\s(?:the|a|an|its))?)\s*$/i;

/** Whether an entry gives a measurement and, in brackets behind it, its target. */
export function isTargeted(entry: string): boolean {
  const head = entry.slice(0, MOST_TEXT);
  return TARGETED.test(head) || AIMED.test(head);
}

/** `Max depth: 10` and `20-file limit` with the sign that they mean; measurements of today are left out. */
export function boundedText(entry: string): BoundedText {
  if (entry.length > MOST_TEXT || !/\d/.test(entry)) return { text: entry, changed: false };
  const targeted = TARGETED.exec(entry);
  const aimed = AIMED.exec(entry);
  if (aimed !== null) return { text: `${aimed[1] ?? ""}: ${entry.slice(aimed[0].length)}`, changed: true };
  const asked =
    targeted === null
      ? entry.replace(MEASURED, "").replace(STANDS, "$1")
      : `${targeted[1] ?? ""}: ${targeted[2] ?? ""}`;
  const key = KEY_BOUND.exec(asked);
  if (key !== null) {
    const sign = key[1]?.toLowerCase().startsWith("max") === true ? "<=" : ">=";
    return { text: `${key[0]}${sign} ${asked.slice(key[0].length)}`, changed: true };
  }
  const limit = LIMIT.exec(asked);
  if (limit === null || COMPARED.test(asked.slice(0, limit.index + (limit[1] ?? "").length)))
    return { text: asked, changed: false };
  const [whole, before = "", number = "", unit = "", thing, words = ""] = limit;
  const bound = `${before}<= ${number}${unit}${thing === undefined ? "" : ` ${thing}`}${words}`;
  return { text: asked.slice(0, limit.index) + bound + asked.slice(limit.index + whole.length), changed: true };
}
