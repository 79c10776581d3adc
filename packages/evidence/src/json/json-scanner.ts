import { StopReading } from "../oddities.ts";
import type { ReadLimits } from "../reading.ts";

/** A JSON value as `JSON.parse` gives it. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/**
 * What a reader wants of a document. A path is the keys from the root joined by `/`, `*` for the entries of a list:
 * `results/tests/*`. A `/` or `*` within a key is written `~1` or `~2`.
 */
export interface JsonHandler {
  /** Whether the value at a path is wanted whole. It must be small; see `maxValueChars`. */
  wants(path: string): boolean;
  /** A wanted value. */
  value(path: string, value: JsonValue): void;
  /** A container that is not wanted whole begins. */
  open?(path: string, kind: "object" | "array"): void;
  /** That container ends. */
  close?(path: string): void;
}

interface Frame {
  readonly kind: "object" | "array";
  readonly path: string;
  readonly keys: Set<string>;
  /** `value` also stands for the first entry of an array, where it may end instead. */
  expects: "key" | "keyOrEnd" | "colon" | "value" | "valueOrEnd" | "commaOrEnd";
  key: string;
}

const SPACE = /[ \t\n\r]*/y;
// oxlint-disable-next-line no-control-regex -- control characters are what a JSON string may not hold
const PLAIN_STRING = /[^"\\\u0000-\u001f]*/y;
const SCALAR = /[-+.\w]*/y;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const MAX_SCALAR_CHARS = 1000;

/**
 * A strict JSON parser (RFC 8259) that takes a document in pieces and keeps only the values that are asked for.
 *
 * Keys that repeat within one object are refused: readers disagree about which one counts.
 */
export class JsonScanner {
  readonly #handler: JsonHandler;
  readonly #limits: ReadLimits;
  readonly #stack: Frame[] = [];
  #chunk = "";
  #at = 0;
  #done = false;
  /** The string or scalar that is being read, across pieces. */
  #token: { readonly kind: "string" | "scalar"; text: string; escape: string } | null = null;
  /** A wanted value that is being read: where it stands and its text so far. */
  #wanted: { readonly path: string; readonly depth: number; text: string; from: number } | null = null;

  constructor(handler: JsonHandler, limits: ReadLimits) {
    this.#handler = handler;
    this.#limits = limits;
  }

  /** Takes the next piece. @throws StopReading `malformed` */
  write(chunk: string): void {
    this.#chunk = chunk;
    this.#at = 0;
    if (this.#wanted !== null) this.#wanted.from = 0;
    while (this.#at < chunk.length) this.#step();
    if (this.#wanted !== null) this.#keepWanted(chunk.length);
  }

  /** Says that the document is over. @throws StopReading `truncated` when it is not */
  end(): void {
    if (this.#token?.kind === "scalar") this.#endScalar(this.#token.text);
    if (!this.#done) throw new StopReading("truncated", "the JSON document breaks off");
  }

  #step(): void {
    if (this.#token?.kind === "string") {
      this.#string(this.#token);
      return;
    }
    if (this.#token?.kind === "scalar") {
      this.#scalar(this.#token);
      return;
    }
    SPACE.lastIndex = this.#at;
    SPACE.test(this.#chunk);
    this.#at = SPACE.lastIndex;
    const char = this.#chunk[this.#at];
    if (char !== undefined) this.#mark(char);
  }

  #mark(char: string): void {
    if (this.#done) throw new StopReading("malformed", "something follows the JSON document");
    const frame = this.#stack.at(-1);
    const expects = frame?.expects ?? "value";
    if (expects === "colon" || expects === "commaOrEnd") this.#separator(char, frame);
    else if (frame !== undefined && char === closer(frame) && (expects === "keyOrEnd" || expects === "valueOrEnd")) {
      this.#close();
    } else if (expects === "key" || expects === "keyOrEnd") {
      if (char !== '"') throw unexpected(char);
      this.#at += 1;
      this.#token = { kind: "string", text: "", escape: "" };
    } else this.#value(char);
  }

  #separator(char: string, frame: Frame | undefined): void {
    if (frame === undefined) throw unexpected(char);
    if (frame.expects === "colon" && char === ":") frame.expects = "value";
    else if (frame.expects === "commaOrEnd" && char === ",") frame.expects = frame.kind === "object" ? "key" : "value";
    else if (frame.expects === "commaOrEnd" && char === closer(frame)) {
      this.#close();
      return;
    } else throw unexpected(char);
    this.#at += 1;
  }

  #value(char: string): void {
    const path = this.#path();
    if (this.#wanted === null && this.#handler.wants(path)) {
      this.#wanted = { path, depth: this.#stack.length, text: "", from: this.#at };
    }
    if (char === "{" || char === "[") {
      this.#open(char === "{" ? "object" : "array", path);
      this.#at += 1;
    } else if (char === '"') {
      this.#at += 1;
      this.#token = { kind: "string", text: "", escape: "" };
    } else if (/[-\w]/.test(char)) this.#token = { kind: "scalar", text: "", escape: "" };
    else throw unexpected(char);
  }

  #open(kind: "object" | "array", path: string): void {
    if (this.#stack.length >= this.#limits.maxDepth) {
      throw new StopReading("malformed", `JSON nests deeper than ${this.#limits.maxDepth}`);
    }
    this.#stack.push({ kind, path, keys: new Set(), expects: kind === "object" ? "keyOrEnd" : "valueOrEnd", key: "" });
    if (this.#wanted === null) this.#handler.open?.(path, kind);
  }

  #close(): void {
    const frame = this.#stack.pop();
    this.#at += 1;
    if (this.#wanted === null && frame !== undefined) this.#handler.close?.(frame.path);
    this.#ended();
  }

  /** A value is complete, and so is the one that was wanted when it began at this depth. */
  #ended(): void {
    const wanted = this.#wanted;
    if (wanted !== null && wanted.depth === this.#stack.length) {
      this.#keepWanted(this.#at);
      this.#wanted = null;
      this.#handler.value(wanted.path, parsed(wanted.text));
    }
    const frame = this.#stack.at(-1);
    if (frame === undefined) this.#done = true;
    else frame.expects = "commaOrEnd";
  }

  #keepWanted(to: number): void {
    const wanted = this.#wanted;
    if (wanted === null) return;
    wanted.text += this.#chunk.slice(wanted.from, to);
    wanted.from = to;
    if (wanted.text.length > this.#limits.maxValueChars) {
      throw new StopReading("malformed", `a value is longer than ${this.#limits.maxValueChars} characters`);
    }
  }

  #string(token: { text: string; escape: string }): void {
    if (token.escape !== "") {
      this.#escape(token);
      return;
    }
    PLAIN_STRING.lastIndex = this.#at;
    PLAIN_STRING.test(this.#chunk);
    const end = PLAIN_STRING.lastIndex;
    this.#keepString(token, this.#chunk.slice(this.#at, end));
    this.#at = end;
    const char = this.#chunk[end];
    if (char === undefined) return;
    if (char === "\\") token.escape = "\\";
    else if (char !== '"') throw new StopReading("malformed", "a control character within a JSON string");
    this.#at += 1;
    if (char === '"') this.#endString(token.text);
  }

  #escape(token: { text: string; escape: string }): void {
    token.escape += this.#chunk[this.#at] ?? "";
    this.#at += 1;
    if (!/^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{0,4})$/.test(token.escape)) throw unexpected(token.escape);
    if (token.escape.startsWith("\\u") && token.escape.length < 6) return;
    this.#keepString(token, token.escape);
    token.escape = "";
  }

  /** Only keys are put together here; the text of a wanted value is cut from the pieces. */
  #keepString(token: { text: string }, piece: string): void {
    const expects = this.#stack.at(-1)?.expects;
    if (expects !== "key" && expects !== "keyOrEnd") return;
    token.text += piece;
    if (token.text.length > this.#limits.maxLineChars) throw new StopReading("malformed", "a JSON key is too long");
  }

  #endString(text: string): void {
    this.#token = null;
    const frame = this.#stack.at(-1);
    if (frame === undefined || (frame.expects !== "key" && frame.expects !== "keyOrEnd")) {
      this.#ended();
      return;
    }
    const key = parsed(`"${text}"`);
    frame.key = typeof key === "string" ? key : "";
    if (frame.keys.has(frame.key))
      throw new StopReading("malformed", `the key "${frame.key.slice(0, 80)}" stands twice`);
    if (frame.keys.size >= this.#limits.maxEntries)
      throw new StopReading("malformed", "a JSON object has too many keys");
    frame.keys.add(frame.key);
    frame.expects = "colon";
  }

  #scalar(token: { text: string }): void {
    SCALAR.lastIndex = this.#at;
    SCALAR.test(this.#chunk);
    const end = SCALAR.lastIndex;
    token.text += this.#chunk.slice(this.#at, end);
    this.#at = end;
    if (token.text.length > MAX_SCALAR_CHARS) throw new StopReading("malformed", "a JSON number is too long");
    if (end < this.#chunk.length) this.#endScalar(token.text);
  }

  #endScalar(text: string): void {
    this.#token = null;
    if (text !== "true" && text !== "false" && text !== "null" && !NUMBER.test(text)) throw unexpected(text);
    this.#ended();
  }

  #path(): string {
    const frame = this.#stack.at(-1);
    if (frame === undefined) return "";
    const step = frame.kind === "array" ? "*" : frame.key.replaceAll("/", "~1").replaceAll("*", "~2");
    return this.#stack.length === 1 ? step : `${frame.path}/${step}`;
  }
}

function closer(frame: Frame): string {
  return frame.kind === "object" ? "}" : "]";
}

function parsed(text: string): JsonValue {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON.parse returns is a JSON value by its contract
  return JSON.parse(text) as JsonValue;
}

function unexpected(text: string): StopReading {
  return new StopReading("malformed", `unexpected ${JSON.stringify(text.slice(0, 20))} in JSON`);
}
