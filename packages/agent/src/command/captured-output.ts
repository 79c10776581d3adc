import { createHash } from "node:crypto";
import { StringDecoder } from "node:string_decoder";
import type { CapturedStream } from "./command.types.ts";

/** Longest line that is handed on, characters; what is longer is cut there and the rest of it dropped. */
export const LONGEST_LINE = 1_048_576;

/**
 * Takes in a stream of any length: digest and count of the whole, the beginning and the end kept.
 *
 * Memory is bounded by `keepBytes` plus one chunk, whatever comes.
 */
export class CapturedOutput {
  #hash = createHash("sha256");
  #bytes = 0;
  #head: Buffer[] = [];
  #headBytes = 0;
  #tail: Buffer[] = [];
  #tailBytes = 0;
  readonly #headLimit: number;
  readonly #tailLimit: number;

  constructor(keepBytes: number) {
    this.#headLimit = Math.ceil(keepBytes / 2);
    this.#tailLimit = Math.floor(keepBytes / 2);
  }

  /** Bytes seen so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes the next piece. */
  add(chunk: Buffer): void {
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
    const room = this.#headLimit - this.#headBytes;
    const toHead = chunk.subarray(0, Math.max(0, room));
    if (toHead.length > 0) {
      this.#head.push(toHead);
      this.#headBytes += toHead.length;
    }
    const rest = chunk.subarray(toHead.length);
    if (rest.length > 0) this.#addTail(rest);
  }

  /** What was kept, and the digest; the object takes nothing more afterwards. */
  finish(): CapturedStream {
    const dropped = this.#bytes - this.#headBytes - this.#tailBytes;
    const head = Buffer.concat(this.#head);
    const tail = Buffer.concat(this.#tail);
    const text =
      dropped === 0
        ? Buffer.concat([head, tail]).toString("utf8")
        : `${head.toString("utf8")}\n… ${dropped} bytes not kept …\n${tail.toString("utf8")}`;
    return {
      text,
      bytes: this.#bytes,
      digest: `sha256:${this.#hash.digest("hex")}`,
      truncated: dropped > 0,
      complete: true,
    };
  }

  #addTail(chunk: Buffer): void {
    this.#tail.push(chunk);
    this.#tailBytes += chunk.length;
    while (this.#tailBytes > this.#tailLimit) {
      const first = this.#tail[0];
      if (first === undefined) return;
      const surplus = this.#tailBytes - this.#tailLimit;
      if (first.length <= surplus) {
        this.#tail.shift();
        this.#tailBytes -= first.length;
      } else {
        this.#tail[0] = first.subarray(surplus);
        this.#tailBytes -= surplus;
      }
    }
  }
}

/** Cuts a byte stream into lines of text; a character that is split over two pieces stays whole. */
export class LineSplitter {
  #decoder = new StringDecoder("utf8");
  #open = "";
  #tooLong = false;

  /** The lines that this piece completes. */
  add(chunk: Buffer): string[] {
    return this.#split(this.#decoder.write(chunk));
  }

  /** The last line when it has no line break. */
  end(): string[] {
    const lines = this.#split(this.#decoder.end());
    if (this.#open !== "") lines.push(this.#open);
    this.#open = "";
    return lines;
  }

  #split(text: string): string[] {
    const parts = text.split("\n");
    const last = parts.pop() ?? "";
    const lines: string[] = [];
    for (const part of parts) {
      this.#grow(part);
      lines.push(this.#open.endsWith("\r") ? this.#open.slice(0, -1) : this.#open);
      this.#open = "";
      this.#tooLong = false;
    }
    this.#grow(last);
    return lines;
  }

  #grow(text: string): void {
    if (this.#tooLong) return;
    this.#open += text;
    if (this.#open.length > LONGEST_LINE) {
      this.#open = this.#open.slice(0, LONGEST_LINE);
      this.#tooLong = true;
    }
  }
}
