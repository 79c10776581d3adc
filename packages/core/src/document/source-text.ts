import type { ByteSpan } from "../plan/inspection.ts";
import { problem } from "../problem.ts";
import type { RepairedPlace } from "./mojibake.ts";
import { repairMojibake } from "./mojibake.ts";
import { readPlanProblems } from "./read-plan.problems.ts";

/** The largest document that is read, in bytes: 32 MiB. */
export const MOST_DOCUMENT_BYTES: number = 32 * 1024 * 1024;

/** A document as text to be understood, with the way back to its bytes. Offsets into `text` are UTF-16 units. */
export interface SourceText {
  /** The bytes as they came. */
  readonly bytes: Uint8Array;
  /** Without byte order mark, with every line end as `\n` and twice-encoded characters read as what they were. */
  readonly text: string;
  /** How many characters had been encoded twice. */
  readonly repairs: number;
  /** Offset of the first repaired character in `text`, or -1. */
  readonly firstRepair: number;
  /** The 1-based line that holds an offset of `text`. */
  lineAt(offset: number): number;
  /** The bytes that a range of `text` was read from. */
  bytesOf(start: number, end: number): ByteSpan;
}

/**
 * Decodes a document, and refuses what is no UTF-8 text.
 *
 * @throws HP1001 not UTF-8, HP1002 binary, HP1003 empty, HP1004 too large, HP1005 UTF-16
 */
export function readSourceText(bytes: Uint8Array, fileName: string): SourceText {
  if (bytes.length > MOST_DOCUMENT_BYTES) {
    throw problem(
      readPlanProblems,
      "HP1004",
      { file: fileName, bytes: bytes.length, limit: MOST_DOCUMENT_BYTES },
      { file: fileName },
    );
  }
  refuseOtherEncodings(bytes, fileName);
  const decoded = decode(bytes, fileName);
  if (decoded.trim() === "") throw problem(readPlanProblems, "HP1003", { file: fileName }, { file: fileName, line: 1 });
  const marked = decoded.charCodeAt(0) === 0xfeff;
  const lines = sameLength(marked ? decoded.slice(1) : decoded);
  const repaired = repairMojibake(lines);
  return new MappedText(bytes, decoded, marked ? 1 : 0, repaired.text, repaired.places);
}

/** Makes every line end `\n` without changing the length, so that offsets stay. */
function sameLength(text: string): string {
  return text.includes("\r") ? text.replaceAll("\r\n", " \n").replaceAll("\r", "\n") : text;
}

function decode(bytes: Uint8Array, fileName: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const offset = firstBadByte(bytes);
    const line = lineOfByte(bytes, offset);
    const byte = bytes[offset] ?? 0;
    const params = {
      file: fileName,
      byte: `0x${byte.toString(16).toUpperCase().padStart(2, "0")}`,
      offset,
      line,
      guess: byte >= 0xa0 ? "Latin-1 or Windows-1252" : "Windows-1252 or damage",
    };
    throw problem(readPlanProblems, "HP1001", params, { file: fileName, line, cause });
  }
}

function refuseOtherEncodings(bytes: Uint8Array, fileName: string): void {
  const nul = bytes.indexOf(0);
  const little = bytes[0] === 0xff && bytes[1] === 0xfe;
  const big = bytes[0] === 0xfe && bytes[1] === 0xff;
  if (little || big || (nul >= 0 && nul < 2 && looksLikeUtf16(bytes))) {
    const encoding = big || (!little && nul === 0) ? "UTF-16 (big endian)" : "UTF-16 (little endian)";
    const params = { file: fileName, encoding, offset: little || big ? 0 : nul, line: 1 };
    throw problem(readPlanProblems, "HP1005", params, { file: fileName, line: 1 });
  }
  if (nul < 0) return;
  const line = lineOfByte(bytes, nul);
  throw problem(readPlanProblems, "HP1002", { file: fileName, offset: nul, line }, { file: fileName, line });
}

/** Text of Latin letters in UTF-16 has a NUL in every other byte. */
function looksLikeUtf16(bytes: Uint8Array): boolean {
  const looked = Math.min(bytes.length, 64) & ~1;
  let even = 0;
  let odd = 0;
  for (let i = 0; i < looked; i += 2) {
    if (bytes[i] === 0) even += 1;
    if (bytes[i + 1] === 0) odd += 1;
  }
  return looked >= 4 && Math.max(even, odd) * 4 >= looked && Math.min(even, odd) === 0;
}

function lineOfByte(bytes: Uint8Array, offset: number): number {
  let line = 1;
  for (let i = 0; i < offset; i += 1) {
    if (bytes[i] === 10 || (bytes[i] === 13 && bytes[i + 1] !== 10)) line += 1;
  }
  return line;
}

/** Offset of the first byte that begins no valid UTF-8 sequence (RFC 3629). */
function firstBadByte(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const width = validWidth(bytes, at);
    if (width === 0) return at;
    at += width;
  }
  return at;
}

function validWidth(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  const width = lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
  for (let i = 1; i < width; i += 1) {
    const next = bytes[at + i] ?? 0;
    if (next < 0x80 || next > 0xbf) return 0;
  }
  const second = bytes[at + 1] ?? 0;
  const wrong =
    (lead === 0xe0 && second < 0xa0) ||
    (lead === 0xed && second > 0x9f) ||
    (lead === 0xf0 && second < 0x90) ||
    (lead === 0xf4 && second > 0x8f);
  return wrong ? 0 : width;
}

/** Distance between two stored byte offsets, in UTF-16 units: a look-up walks at most this far. */
const STRIDE = 256;

class MappedText implements SourceText {
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly repairs: number;
  readonly firstRepair: number;
  readonly #decoded: string;
  readonly #skipped: number;
  readonly #places: readonly RepairedPlace[];
  #lineStarts: Uint32Array | null = null;
  #byteAt: Uint32Array | null = null;

  constructor(bytes: Uint8Array, decoded: string, skipped: number, text: string, places: readonly RepairedPlace[]) {
    this.bytes = bytes;
    this.text = text;
    this.repairs = places.length;
    this.firstRepair = places[0]?.start ?? -1;
    this.#decoded = decoded;
    this.#skipped = skipped;
    this.#places = places;
  }

  lineAt(offset: number): number {
    this.#lineStarts ??= lineStartsOf(this.text);
    return lastAtMost(this.#lineStarts, offset) + 1;
  }

  bytesOf(start: number, end: number): ByteSpan {
    return { start: this.#byteOf(this.#sourceOf(start, false)), end: this.#byteOf(this.#sourceOf(end, true)) };
  }

  /** Offset in the decoded text; inside a repaired place it is the place's edge. */
  #sourceOf(offset: number, isEnd: boolean): number {
    let low = 0;
    let high = this.#places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#places[middle]?.start ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    const before = this.#places[low - 1];
    if (before === undefined) return offset + this.#skipped;
    if (offset < before.end) return (isEnd ? before.sourceEnd : before.sourceStart) + this.#skipped;
    return before.sourceEnd + (offset - before.end) + this.#skipped;
  }

  #byteOf(offset: number): number {
    if (this.bytes.length === this.#decoded.length) return offset;
    this.#byteAt ??= byteOffsetsOf(this.#decoded);
    const block = Math.floor(offset / STRIDE);
    return (this.#byteAt[block] ?? 0) + utf8Length(this.#decoded, block * STRIDE, offset);
  }
}

function lineStartsOf(text: string): Uint32Array {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return Uint32Array.from(starts);
}

function byteOffsetsOf(text: string): Uint32Array {
  const offsets = new Uint32Array(Math.floor(text.length / STRIDE) + 1);
  let bytes = 0;
  for (let block = 0; block < offsets.length; block += 1) {
    offsets[block] = bytes;
    bytes += utf8Length(text, block * STRIDE, Math.min((block + 1) * STRIDE, text.length));
  }
  return offsets;
}

/** UTF-8 length of a part of a text; each half of a surrogate pair counts two of the pair's four bytes. */
function utf8Length(text: string, from: number, to: number): number {
  let bytes = 0;
  for (let i = from; i < to; i += 1) {
    const code = text.charCodeAt(i);
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code >= 0xd800 && code <= 0xdfff ? 2 : 3;
  }
  return bytes;
}

function lastAtMost(sorted: Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
