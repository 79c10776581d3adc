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
  let open: {
    mark: string;
    markdown: boolean;
    from: number;
    depth: number;
    nested: boolean;
    plainEnd: number;
    innerEnd: number;
  } | null = null;
  for (let at = start; at < text.length; ) {
    let end = text.indexOf("\n", at);
    if (end < 0) end = text.length;
    const match = MARKS.exec(text.slice(at, Math.min(end, at + 100)));
    const mark = match?.[1] ?? "";
    const info = (match?.[2] ?? "").toLowerCase();
    let next = end + 1;
    if (open === null) {
      if (match !== null)
        open = { mark, markdown: isMarkdown(info), from: at, depth: 1, nested: false, plainEnd: 0, innerEnd: 0 };
    } else if (
      match !== null &&
      mark.charAt(0) === open.mark.charAt(0) &&
      (info === "" ? mark.length >= open.mark.length : mark.length === open.mark.length)
    ) {
      if (open.markdown && open.depth === 1 && open.innerEnd > 0 && isMarkdown(info)) {
        // Templates do not hold templates: the one before was meant to end with the fence inside it.
        templates.push({ from: open.from, to: open.innerEnd });
        open = { mark, markdown: true, from: at, depth: 1, nested: false, plainEnd: 0, innerEnd: 0 };
      } else if (info !== "" && open.markdown) {
        open.depth += 1;
        open.nested = true;
      } else if (info === "" && open.markdown && open.depth === 1 && opensInside(text, at, end)) {
        open.depth += 1;
        open.nested = true;
      } else if (info === "") {
        open.depth -= 1;
        if (open.plainEnd === 0) open.plainEnd = next;
        if (open.depth === 1) open.innerEnd = next;
        if (open.depth === 0) {
          if (open.nested) templates.push({ from: open.from, to: Math.min(next, text.length) });
          open = null;
        }
      }
    }
    // Never balanced: the letter of CommonMark holds, and the search goes on after the plain end.
    if (next >= text.length && open !== null && open.nested && open.plainEnd > 0 && restarts < MOST_RESTARTS) {
      restarts += 1;
      const ends = open.depth === 1 && open.innerEnd > 0;
      if (ends) templates.push({ from: open.from, to: open.innerEnd });
      next = ends ? open.innerEnd : open.plainEnd;
      open = null;
    }
    at = next;
  }
  return templates;
}

function isMarkdown(info: string): boolean {
  return /^(?:markdown|mdx?)$/.test(info);
}

/**
 * Whether a bare fence directly in a template opens a fence of its own: a blank line or a line that ends in a colon stands
 * before it, and text right after it. The fence that ends the template stands the other way round.
 */
function opensInside(text: string, at: number, end: number): boolean {
  const before = text.slice(text.lastIndexOf("\n", at - 2) + 1, Math.max(0, at - 1)).trim();
  const nextEnd = text.indexOf("\n", end + 1);
  const after = text.slice(end + 1, nextEnd < 0 ? text.length : nextEnd).trim();
  return (before === "" || /:[*_]*$/.test(before)) && after !== "" && !/^(?:```|~~~)/.test(after);
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
