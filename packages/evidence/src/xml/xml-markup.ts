import { StopReading } from "../oddities.ts";
import type { ReadLimits } from "../reading.ts";

type State = "text" | "tag" | "comment" | "cdata" | "instruction" | "doctype";

const OPENERS: readonly (readonly [opener: string, state: State])[] = [
  ["<!--", "comment"],
  ["<![CDATA[", "cdata"],
  ["<!DOCTYPE", "doctype"],
  ["<?", "instruction"],
];
const LONGEST_OPENER = 9;
const CLOSERS = { comment: "-->", cdata: "]]>", instruction: "?>" } as const;
const MAX_ENTITY_CHARS = 32;
const MAX_PROLOG_CHARS = 4096;

/** Where the markup goes once it is known to be of a bounded size. */
export interface MarkupSink {
  /** Whole tags, the XML declaration, or pieces of text. */
  write(text: string): void;
  /** Whether an element is open. */
  inside(): boolean;
  /** Whether the root element has begun. */
  begun(): boolean;
}

/**
 * Cuts XML text into markup of bounded size and drops what no reader needs: comments, CDATA and processing
 * instructions. A parser behind it then never has to hold a captured log of a gigabyte.
 *
 * A document type is skipped and never fetched; one that declares anything itself is refused, so no entity can be made.
 */
export class XmlMarkup {
  readonly #sink: MarkupSink;
  readonly #limits: ReadLimits;
  #state: State = "text";
  #kept = "";
  #first = true;
  #doctypes = 0;
  #afterAmpersand = -1;

  constructor(sink: MarkupSink, limits: ReadLimits) {
    this.#sink = sink;
    this.#limits = limits;
  }

  /** Takes the next piece of the document. */
  write(chunk: string): void {
    this.#kept += chunk;
    while (this.#step(false)) {
      /* each step consumes something, or waits for more */
    }
  }

  /** Says that the document is over. @throws StopReading `truncated` inside markup */
  end(): void {
    while (this.#step(true)) {
      /* what is left */
    }
    if (this.#state !== "text" || this.#kept !== "") {
      throw new StopReading("truncated", `the document ends inside ${article(this.#state)}`);
    }
  }

  #step(final: boolean): boolean {
    if (this.#kept === "") return false;
    if (this.#state === "text") return this.#text(final);
    if (this.#state === "tag") return this.#tag();
    if (this.#state === "doctype") return this.#doctype();
    return this.#dropped(CLOSERS[this.#state]);
  }

  #text(final: boolean): boolean {
    const at = this.#kept.indexOf("<");
    const text = at === -1 ? this.#kept : this.#kept.slice(0, at);
    if (text !== "") {
      this.#entities(text);
      this.#sink.write(text);
      this.#first = false;
      this.#kept = this.#kept.slice(text.length);
      return true;
    }
    if (!final && this.#kept.length < LONGEST_OPENER && OPENERS.some(([opener]) => opener.startsWith(this.#kept))) {
      return false;
    }
    this.#afterAmpersand = -1;
    this.#open(OPENERS.find(([opener]) => this.#kept.startsWith(opener))?.[1] ?? "tag");
    return true;
  }

  #open(state: State): void {
    if (state === "cdata" && !this.#sink.inside())
      throw new StopReading("malformed", "CDATA outside of the root element");
    if (state === "doctype") {
      this.#doctypes += 1;
      if (this.#doctypes > 1 || this.#sink.begun()) throw new StopReading("malformed", "a misplaced document type");
    }
    // Only the declaration at the very start matters to the parser.
    if (state === "instruction" && this.#first && /^<\?xml\s/.test(this.#kept)) {
      this.#state = "tag";
    } else {
      if (state === "comment" || state === "cdata") this.#kept = this.#kept.slice(state === "comment" ? 4 : 9);
      this.#state = state;
    }
    this.#first = false;
  }

  #tag(): boolean {
    const end = tagEnd(this.#kept);
    if (end > this.#limits.maxValueChars || (end === -1 && this.#kept.length > this.#limits.maxValueChars)) {
      throw new StopReading("malformed", `a tag is longer than ${this.#limits.maxValueChars} characters`);
    }
    if (end === -1) return false;
    this.#sink.write(this.#kept.slice(0, end + 1));
    this.#resume(end + 1);
    return true;
  }

  #doctype(): boolean {
    const end = tagEnd(this.#kept);
    const seen = end === -1 ? this.#kept : this.#kept.slice(0, end + 1);
    if (seen.includes("["))
      throw new StopReading("malformed", "a document type with declarations of its own is refused");
    if (seen.length > MAX_PROLOG_CHARS) throw new StopReading("malformed", "the document type is too long");
    if (end === -1) return false;
    this.#resume(end + 1);
    return true;
  }

  #dropped(closer: string): boolean {
    const at = this.#kept.indexOf(closer);
    if (at !== -1) {
      this.#resume(at + closer.length);
      return true;
    }
    this.#kept = this.#kept.slice(-(closer.length - 1));
    return false;
  }

  #resume(at: number): void {
    this.#kept = this.#kept.slice(at);
    this.#state = "text";
  }

  /** The parser keeps an entity's name until its semicolon; here it gets no more than a short one. */
  #entities(text: string): void {
    let open = this.#afterAmpersand;
    for (let at = open === -1 ? text.indexOf("&") : 0; at !== -1; at = text.indexOf("&", at)) {
      const end = text.indexOf(";", at);
      const length = (end === -1 ? text.length : end) - at + Math.max(open, 0);
      if (length > MAX_ENTITY_CHARS) throw new StopReading("malformed", "an & that begins no entity");
      open = end === -1 ? length : -1;
      if (end === -1) break;
      at = end;
    }
    this.#afterAmpersand = open;
  }
}

/** The index of the `>` that ends a tag, past quoted values; -1 when it is not there yet. */
function tagEnd(text: string): number {
  let quote = "";
  for (let at = 1; at < text.length; at += 1) {
    const char = text[at] ?? "";
    if (quote !== "") {
      const close = text.indexOf(quote, at);
      if (close === -1) return -1;
      at = close;
      quote = "";
    } else if (char === '"' || char === "'") quote = char;
    else if (char === ">") return at;
  }
  return -1;
}

function article(state: State): string {
  return state === "instruction" ? "an instruction" : `a ${state}`;
}
