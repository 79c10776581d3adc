const SPECIAL = /[\\*`~_![\]&]/g;

/** What a line says to a person: emphasis, code marks, link targets and escapes taken away. HTML stays as text. */
export function plainText(markdown: string): string {
  if (!/[*_`~[\]\\&<]/.test(markdown)) return markdown.trim();
  let out = "";
  let copied = 0;
  SPECIAL.lastIndex = 0;
  for (let found = SPECIAL.exec(markdown); found !== null; found = SPECIAL.exec(markdown)) {
    let at = found.index;
    const char = found[0];
    out += markdown.slice(copied, at);
    switch (char) {
      case "\\":
        if (isPunctuation(markdown.charAt(at + 1))) {
          out += markdown.charAt(at + 1);
          at += 1;
        } else out += char;
        break;
      case "*":
      case "`":
        break;
      case "~":
        if (markdown.charAt(at + 1) === "~") at += 1;
        else out += char;
        break;
      case "_":
        if (isWordChar(markdown.charAt(at - 1)) && isWordChar(markdown.charAt(at + 1))) out += char;
        else if (
          markdown.charAt(at + 1) === "_" &&
          isWordChar(markdown.charAt(at + 2)) &&
          isWordChar(markdown.charAt(at - 1))
        )
          out += char;
        break;
      case "!":
        if (markdown.charAt(at + 1) !== "[") out += char;
        break;
      case "]":
        at = afterTarget(markdown, at) - 1;
        if (isBoxEnd(markdown, at)) out += char;
        break;
      case "[":
        if (/^\[[ xX~/>!?*-]?\]/.test(markdown.slice(at, at + 3)) || !hasClose(markdown, at)) out += char;
        else if (!hasTarget(markdown, at)) out += char;
        break;
      case "&":
        out += entity(markdown, at);
        at += entityLength(markdown, at) - 1;
        break;
      default:
        out += char;
    }
    copied = at + 1;
    SPECIAL.lastIndex = copied;
  }
  out += markdown.slice(copied);
  return out.replace(/[ \t]{2,}/g, " ").trim();
}

/** Brackets are looked at this far, so that a line of brackets takes time in proportion to its length. */
const LONGEST_LABEL = 400;
const LONGEST_TARGET = 2000;

function hasClose(text: string, at: number): boolean {
  return text.slice(at, at + LONGEST_LABEL).includes("]");
}

/** Whether the bracket that opens here is a link or reference with a target: only then is it markup. */
function hasTarget(text: string, at: number): boolean {
  const close = text.slice(at, at + LONGEST_LABEL).indexOf("]");
  const next = text.charAt(at + close + 1);
  return next === "(" || next === "[";
}

/** Index after a `](target)` or `][label]` whose `]` stands at `at`. */
function afterTarget(text: string, at: number): number {
  const open = text.charAt(at + 1);
  if (open !== "(" && open !== "[") return at + 1;
  const close = text.slice(at + 2, at + LONGEST_TARGET).indexOf(open === "(" ? ")" : "]");
  return close < 0 ? at + 1 : at + 2 + close + 1;
}

/** Whether the `]` just passed closes a bracket that was kept as text. */
function isBoxEnd(text: string, at: number): boolean {
  if (text.charAt(at) !== "]") return false;
  const from = Math.max(0, at - LONGEST_LABEL);
  const inside = text.slice(from, at);
  const before = inside.lastIndexOf("[");
  return (
    before >= 0 && text.charAt(at + 1) !== "(" && text.charAt(at + 1) !== "[" && !inside.slice(before + 1).includes("]")
  );
}

const ENTITIES: readonly (readonly [string, string])[] = [
  ["&lt;", "<"],
  ["&gt;", ">"],
  ["&amp;", "&"],
  ["&le;", "≤"],
  ["&ge;", "≥"],
  ["&nbsp;", " "],
  ["&quot;", '"'],
  ["&#39;", "'"],
];

function entity(text: string, at: number): string {
  return ENTITIES.find(([name]) => text.startsWith(name, at))?.[1] ?? "&";
}

function entityLength(text: string, at: number): number {
  return ENTITIES.find(([name]) => text.startsWith(name, at))?.[0].length ?? 1;
}

function isPunctuation(char: string): boolean {
  return char !== "" && /[!-/:-@[-`{-~]/.test(char);
}

function isWordChar(char: string): boolean {
  return char !== "" && /[\p{L}\p{N}_]/u.test(char);
}
