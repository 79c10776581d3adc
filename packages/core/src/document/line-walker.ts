import type { Tree, TreeCursor } from "@lezer/common";
import type { Cell, Fence, Line, LineRole, Row } from "./block.ts";
import { cellsOf, isBlank } from "./cells.ts";
import type { Template } from "./fence-rules.ts";
import { resumesAt } from "./fence-rules.ts";

/** A fence that never closes, and where the document goes on. */
export interface OpenFence {
  readonly line: number;
  readonly resume: number;
}

const NO_CELLS: readonly Cell[] = [];

/** `**Files**: …` and `**Files:** …` at the beginning of a line. */
const LEFT_LABEL = /^\*\*[^*\n]{1,60}(?:\*\*\s?[:：]|[:：]\*\*)/u;

/** A place outside of lists and quotes. */
const NOWHERE: Place = { lists: [], items: [], quoted: false, itemStarts: false, itemNumber: -1 };

/** Turns syntax trees into lines, one after the other, in document order. */
export class LineWalker {
  readonly lines: Line[] = [];
  readonly #text: string;
  #lineNumber = 1;
  #lineAtOffset: number;
  #lists = 0;

  constructor(text: string, start: number) {
    this.#text = text;
    this.#lineAtOffset = 0;
    this.lineAt(start);
  }

  /** 1-based line of an offset. Offsets must not decrease from call to call. */
  lineAt(offset: number): number {
    let at = this.#text.indexOf("\n", this.#lineAtOffset);
    while (at >= 0 && at < offset) {
      this.#lineNumber += 1;
      this.#lineAtOffset = at + 1;
      at = this.#text.indexOf("\n", this.#lineAtOffset);
    }
    return this.#lineNumber;
  }

  /** Walks one tree whose positions begin at `base`; stops at a fence that hides a document that goes on. */
  walk(tree: Tree, base: number): OpenFence | null {
    const cursor = tree.cursor();
    const lists: { id: number; ordered: boolean }[] = [];
    const items: number[] = [];
    let quotes = 0;
    let itemStarts = false;
    let itemNumber = -1;
    // Lines of deeper levels are reached by firstChild and left by parent, so the walk needs no recursion.
    if (!cursor.firstChild()) return null;
    for (;;) {
      const name = cursor.name;
      let entered = false;
      if (name === "BulletList" || name === "OrderedList") {
        this.#lists += 1;
        lists.push({ id: this.#lists, ordered: name === "OrderedList" });
        entered = cursor.firstChild();
        if (!entered) lists.pop();
      } else if (name === "ListItem") {
        const inner = cursor.from + base;
        itemStarts = true;
        itemNumber = lists.at(-1)?.ordered === true ? leadingNumber(this.#text, inner) : -1;
        entered = cursor.firstChild();
        items.push(-1);
        if (!entered) items.pop();
      } else if (name === "Blockquote") {
        quotes += 1;
        entered = cursor.firstChild();
        if (!entered) quotes -= 1;
      } else {
        const open = this.#leaf(cursor, base, {
          lists,
          items,
          quoted: quotes > 0,
          itemStarts,
          itemNumber,
        });
        if (open !== null) return open;
        if (name !== "ListMark" && name !== "QuoteMark") itemStarts = false;
      }
      if (entered) continue;
      while (!cursor.nextSibling()) {
        if (!cursor.parent() || cursor.type.isTop) return null;
        const left = cursor.name;
        if (left === "BulletList" || left === "OrderedList") lists.pop();
        else if (left === "ListItem") {
          items.pop();
          itemStarts = false;
        } else if (left === "Blockquote") quotes -= 1;
      }
    }
  }

  /** Takes a template as one fence. */
  template({ from, to }: Template): void {
    const firstEnd = this.#text.indexOf("\n", from);
    const head = this.#text.slice(from, firstEnd).trim();
    const width = /^[`~]+/.exec(head)?.[0].length ?? 3;
    const lastStart = this.#text.lastIndexOf("\n", to - 2) + 1;
    this.#pushFence(from, firstEnd, width, head, firstEnd + 1, Math.max(firstEnd + 1, lastStart), true, NOWHERE);
  }

  #leaf(cursor: TreeCursor, base: number, place: Place): OpenFence | null {
    const from = cursor.from + base;
    const to = cursor.to + base;
    switch (cursor.name) {
      case "Paragraph":
        this.#paragraph(from, to, place);
        return null;
      case "ATXHeading1":
      case "ATXHeading2":
      case "ATXHeading3":
      case "ATXHeading4":
      case "ATXHeading5":
      case "ATXHeading6":
        this.#heading(from, to, Number(cursor.name.slice(-1)), place);
        return null;
      case "SetextHeading1":
      case "SetextHeading2":
        this.#setext(from, to, Number(cursor.name.slice(-1)), place);
        return null;
      case "Table":
        this.#table(cursor, base, place);
        return null;
      case "FencedCode":
        return this.#fence(cursor, base, place);
      case "HorizontalRule":
        this.#push("rule", from, to, 0, place, true);
        return null;
      case "HTMLBlock":
      case "CodeBlock":
        this.#eachLine(from, to, place.quoted, (a, b, first) => this.#push("html", a, b, 0, place, first));
        return null;
      default:
        return null;
    }
  }

  #paragraph(from: number, to: number, place: Place): void {
    const depth = place.lists.length;
    let introduces = false;
    let list = -1;
    let out = false;
    this.#eachLine(from, to, place.quoted, (a, b, first) => {
      // A bold label at the very left goes on with the section and not with the list above it, whatever Markdown says.
      if (depth > 0 && !first && !place.quoted && this.#text.charCodeAt(a - 1) === 10) {
        const label = LEFT_LABEL.test(this.#text.slice(a, Math.min(b, a + 80)));
        if (label || out) {
          this.#push("text", a, b, 0, NOWHERE, !out);
          out = true;
          return;
        }
      }
      const mark = introduces ? NUMBERED.exec(this.#text.slice(a, Math.min(b, a + 8)))?.[0] : undefined;
      if (mark === undefined) list = -1;
      else if (list < 0) {
        this.#lists += 1;
        list = this.#lists;
      }
      introduces = mark !== undefined || (depth === 0 && isIntroduction(this.#text, a, b));
      if (mark !== undefined) {
        const number = leadingNumber(this.#text, a);
        this.lines.push(makeLine("item", this.lineAt(a), a + mark.length, b, 1, number, list, -1, true, place));
        return;
      }
      if (first && place.itemStarts) {
        place.items[place.items.length - 1] = this.lines.length;
        this.lines.push(
          makeLine(
            "item",
            this.lineAt(a),
            a,
            b,
            depth,
            place.itemNumber,
            place.lists.at(-1)?.id ?? -1,
            -1,
            true,
            place,
          ),
        );
      } else this.#push("text", a, b, depth, place, first);
    });
  }

  #heading(from: number, to: number, level: number, place: Place): void {
    const text = this.#text;
    let a = from + level;
    let b = to;
    while (a < b && isBlank(text.charCodeAt(a))) a += 1;
    while (b > a && isBlank(text.charCodeAt(b - 1))) b -= 1;
    let hashes = b;
    while (hashes > a && text.charCodeAt(hashes - 1) === 35) hashes -= 1;
    if (hashes < b && (hashes === a || isBlank(text.charCodeAt(hashes - 1)))) b = hashes;
    while (b > a && isBlank(text.charCodeAt(b - 1))) b -= 1;
    this.#push("heading", a, b, level, place, true);
  }

  /**
   * A text over a line of dashes is a heading by the letter of CommonMark. Where it has several lines, or is a label with
   * a value, the writer meant a rule below a paragraph.
   */
  #setext(from: number, to: number, level: number, place: Place): void {
    const text = this.#text.slice(from, to);
    const lastBreak = text.lastIndexOf("\n");
    const content = text.slice(0, lastBreak);
    const label = content.includes("\n") || /^(?:\*\*|__|[-*+] |\d+[.)] |\|)/.test(content.trimStart());
    if (label) this.#paragraph(from, from + lastBreak, place);
    else this.#push("heading", from, from + lastBreak, level, place, true);
  }

  #fence(cursor: TreeCursor, base: number, place: Place): OpenFence | null {
    const from = cursor.from + base;
    const to = cursor.to + base;
    const text = this.#text;
    let firstEnd = text.indexOf("\n", from);
    if (firstEnd < 0 || firstEnd > to) firstEnd = to;
    const head = text.slice(from, firstEnd).trim();
    const mark = head.charAt(0);
    let width = 0;
    while (head.charAt(width) === mark) width += 1;
    const lastStart = text.lastIndexOf("\n", to - 1) + 1;
    const tail = text
      .slice(lastStart, to)
      .replace(/^[\s>]+/, "")
      .trimEnd();
    const closed = lastStart > firstEnd && tail.length >= width && isOnly(tail, mark);
    const contentFrom = Math.min(firstEnd + 1, to);
    if (!closed) {
      const resume = resumesAt(text, contentFrom, to);
      if (resume !== null) {
        const opened = this.lineAt(from);
        this.#pushFence(from, firstEnd, width, head, contentFrom, resume, false, place);
        return { line: opened, resume };
      }
    }
    this.#pushFence(
      from,
      firstEnd,
      width,
      head,
      contentFrom,
      closed ? Math.max(contentFrom, lastStart) : to,
      closed,
      place,
    );
    return null;
  }

  #pushFence(
    from: number,
    to: number,
    width: number,
    head: string,
    contentFrom: number,
    contentTo: number,
    closed: boolean,
    place: Place,
  ): void {
    const info = head.slice(width).trim();
    const language = (/^[{.]*([\w+-]*)/.exec(info)?.[1] ?? "").toLowerCase();
    const number = this.lineAt(from);
    const fence: Fence = { language, contentFrom, contentTo, contentLine: number + 1, closed };
    const holder = holderOf(place);
    this.lines.push({ ...makeLine("fence", number, from, to, place.lists.length, -1, -1, holder, true, place), fence });
  }

  #table(cursor: TreeCursor, base: number, place: Place): void {
    const holder = holderOf(place);
    let header: readonly Cell[] = NO_CELLS;
    let table = 0;
    if (!cursor.firstChild()) return;
    do {
      const from = cursor.from + base;
      const to = cursor.to + base;
      if (cursor.name === "TableHeader") {
        header = cellsOf(this.#text, from, to);
        table = this.lineAt(from);
      } else if (cursor.name === "TableRow") {
        const row: Row = { table, header, cells: cellsOf(this.#text, from, to) };
        this.lines.push({ ...makeLine("row", this.lineAt(from), from, to, 0, -1, -1, holder, true, place), row });
      }
    } while (cursor.nextSibling());
    cursor.parent();
  }

  #push(role: LineRole, from: number, to: number, level: number, place: Place, first: boolean): void {
    this.lines.push(makeLine(role, this.lineAt(from), from, to, level, -1, -1, holderOf(place), first, place));
  }

  #eachLine(from: number, to: number, quoted: boolean, take: (from: number, to: number, first: boolean) => void): void {
    const text = this.#text;
    let at = from;
    let first = true;
    while (at < to) {
      let end = text.indexOf("\n", at);
      if (end < 0 || end > to) end = to;
      let a = at;
      let b = end;
      // A line that goes on in a quote still carries the quote's mark.
      const skipped = !first && quoted ? isBlankOrQuote : isBlank;
      while (a < b && skipped(text.charCodeAt(a))) a += 1;
      while (b > a && isBlank(text.charCodeAt(b - 1))) b -= 1;
      if (a < b) {
        take(a, b, first);
        first = false;
      }
      at = end + 1;
    }
  }
}

interface Place {
  readonly lists: readonly { readonly id: number; readonly ordered: boolean }[];
  /** Index of the line of each open list item; -1 until its text was seen. */
  readonly items: number[];
  readonly quoted: boolean;
  readonly itemStarts: boolean;
  readonly itemNumber: number;
}

function makeLine(
  role: LineRole,
  number: number,
  from: number,
  to: number,
  level: number,
  ordinal: number,
  list: number,
  holder: number,
  first: boolean,
  place: Place,
): Line {
  const held = role === "item" ? outerHolder(place) : holder;
  return {
    role,
    line: number,
    from,
    to,
    level,
    number: ordinal,
    list,
    holder: held,
    first,
    quoted: place.quoted,
    fence: null,
    row: null,
  };
}

function holderOf(place: Place): number {
  for (let i = place.items.length - 1; i >= 0; i -= 1) {
    const index = place.items[i];
    if (index !== undefined && index >= 0) return index;
  }
  return -1;
}

function outerHolder(place: Place): number {
  for (let i = place.items.length - 2; i >= 0; i -= 1) {
    const index = place.items[i];
    if (index !== undefined && index >= 0) return index;
  }
  return -1;
}

function isBlankOrQuote(code: number): boolean {
  return code === 62 || isBlank(code);
}

function isOnly(text: string, mark: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (text.charAt(i) !== mark) return false;
  return text.length > 0;
}

function leadingNumber(text: string, at: number): number {
  let value = 0;
  for (let i = at; i < at + 9; i += 1) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  return value;
}

/** A list that does not begin with 1 cannot interrupt a paragraph, but its writer does not know. */
const NUMBERED = /^\d{1,3}[.)]\s+(?=\S)/;

/** Whether a line of a paragraph announces a list: a bold line of its own, or one that ends in a colon. */
function isIntroduction(text: string, from: number, to: number): boolean {
  const last = text.charAt(to - 1);
  return (
    last === ":" || last === "：" || (last === "*" && text.startsWith("**", from) && text.startsWith("**", to - 2))
  );
}
