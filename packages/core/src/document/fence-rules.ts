/** A fence of Markdown that holds fences of its own with the same marks. */
export interface Template {
  readonly from: number;
  /** After the line that closes it. */
  readonly to: number;
}

/** How often the search begins again after a fence that is never balanced: a bound on the time. */
const MOST_RESTARTS = 20;
const MARKS = /^ {0,3}(`{3,}|~{3,})[ \t]*([^\s`]*)/;

/**
 * Finds fences of Markdown whose content holds further fences with the same marks. By the letter the first inner end
 * closes the outer fence, and the rest of the template would be read as document; the writer meant the balanced end.
 */
export function findTemplates(text: string, start: number): Template[] {
  if (!/^ {0,3}(?:```+|~~~+)[ \t]*(?:markdown|md|mdx)\b/m.test(text)) return [];
  const templates: Template[] = [];
  let restarts = 0;
  let open: { mark: string; markdown: boolean; from: number; depth: number; nested: boolean; plainEnd: number } | null =
    null;
  for (let at = start; at < text.length; ) {
    let end = text.indexOf("\n", at);
    if (end < 0) end = text.length;
    const match = MARKS.exec(text.slice(at, Math.min(end, at + 100)));
    const mark = match?.[1] ?? "";
    const info = (match?.[2] ?? "").toLowerCase();
    let next = end + 1;
    if (open === null) {
      if (match !== null)
        open = { mark, markdown: /^(?:markdown|mdx?)$/.test(info), from: at, depth: 1, nested: false, plainEnd: 0 };
    } else if (
      match !== null &&
      mark.charAt(0) === open.mark.charAt(0) &&
      (info === "" ? mark.length >= open.mark.length : mark.length === open.mark.length)
    ) {
      if (info !== "" && open.markdown) {
        open.depth += 1;
        open.nested = true;
      } else if (info === "") {
        open.depth -= 1;
        if (open.plainEnd === 0) open.plainEnd = next;
        if (open.depth === 0) {
          if (open.nested) templates.push({ from: open.from, to: Math.min(next, text.length) });
          open = null;
        }
      }
    }
    // Never balanced: the letter of CommonMark holds, and the search goes on after the plain end.
    if (next >= text.length && open !== null && open.nested && open.plainEnd > 0 && restarts < MOST_RESTARTS) {
      restarts += 1;
      next = open.plainEnd;
      open = null;
    }
    at = next;
  }
  return templates;
}

const HEADING = /^#{1,6} \S/;
const LIST_BOX = /^[-*+] \[[ xX~/-]\]/;

/**
 * Where the document plainly goes on inside a fence that never closes: after a blank line, a heading or check box at
 * column 0 that is followed by a blank line, list or further heading, and is no comment of a program.
 */
export function resumesAt(text: string, from: number, to: number): number | null {
  let at = from;
  let blankAt = -1;
  while (at < to) {
    let end = text.indexOf("\n", at);
    if (end < 0 || end > to) end = to;
    const content = text.slice(at, Math.min(end, at + 200));
    if (content.trim() === "") blankAt = at;
    else if (blankAt >= 0 && goesOn(content, text, end, to)) return blankAt;
    else blankAt = -1;
    at = end + 1;
  }
  return null;
}

function goesOn(content: string, text: string, end: number, to: number): boolean {
  if (LIST_BOX.test(content)) return true;
  if (!HEADING.test(content)) return false;
  if (content.startsWith("## ")) return true;
  const nextEnd = text.indexOf("\n", end + 1);
  const next = text.slice(end + 1, nextEnd < 0 || nextEnd > to ? to : nextEnd).trim();
  return next === "" || LIST_BOX.test(next);
}
