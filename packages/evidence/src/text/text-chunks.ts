import { StopReading } from "../oddities.ts";
import type { ByteSource, ReadLimits } from "../reading.ts";

const SLICE_BYTES = 64 * 1024;
/** An XML declaration that names an encoding stands within the first bytes, which are ASCII in all we accept. */
const DECLARED_ENCODING = /^<\?xml[^>]{0,100}?\bencoding\s*=\s*["']([\w.:-]{1,40})["']/;

/**
 * Decodes a source piece by piece.
 *
 * UTF-8 unless a byte order mark, or with `declared` an XML declaration, says otherwise. With `tolerant`, bytes that are
 * no text become U+FFFD, which is part of no metric line.
 *
 * @throws StopReading `malformed` for bytes that are not of the encoding, `truncated` past `maxBytes`
 */
export async function* textChunks(
  source: ByteSource,
  limits: ReadLimits,
  options: { readonly declared?: boolean; readonly tolerant?: boolean } = {},
): AsyncGenerator<string, void, undefined> {
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  let bytes = 0;
  let head: Uint8Array = new Uint8Array(0);
  const decode = (chunk: Uint8Array | null): string => {
    decoder ??= new TextDecoder(encodingOf(head, options.declared ?? false), { fatal: options.tolerant !== true });
    try {
      return chunk === null ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch (error) {
      if (error instanceof TypeError) throw new StopReading("malformed", `the bytes are not ${decoder.encoding} text`);
      throw error;
    }
  };
  for await (const chunk of slices(source)) {
    bytes += chunk.length;
    if (bytes > limits.maxBytes) throw new StopReading("truncated", `longer than ${limits.maxBytes} bytes`);
    if (decoder === null) {
      head = concat(head, chunk);
      if (head.length >= 256) yield decode(head);
    } else yield decode(chunk);
  }
  if (decoder === null && head.length > 0) yield decode(head);
  if (decoder !== null) {
    const rest = decode(null);
    if (rest !== "") yield rest;
  }
}

/** The source in pieces of a bounded size, so that no step works on all of it at once. */
export async function* slices(source: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
  if (source instanceof Uint8Array) yield* cut(source);
  else for await (const chunk of source) yield* cut(chunk);
}

function* cut(chunk: Uint8Array): Generator<Uint8Array, void, undefined> {
  for (let start = 0; start < chunk.length; start += SLICE_BYTES) yield chunk.subarray(start, start + SLICE_BYTES);
}

function concat(left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length === 0) return right;
  const whole = new Uint8Array(left.length + right.length);
  whole.set(left);
  whole.set(right, left.length);
  return whole;
}

/** The encoding that the first bytes of a text tell of; `utf-8` when they tell none. */
export function encodingOf(head: Uint8Array, declared: boolean): string {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  if (!declared || head[0] === 0xef) return "utf-8";
  const label = DECLARED_ENCODING.exec(String.fromCharCode(...head.subarray(0, 200)))?.[1];
  if (label === undefined) return "utf-8";
  try {
    const encoding = new TextDecoder(label).encoding;
    // A declaration that could be read as ASCII cannot be in UTF-16; some writers declare it all the same.
    return encoding.startsWith("utf-16") ? "utf-8" : encoding;
  } catch {
    throw new StopReading("malformed", `unknown encoding ${label}`);
  }
}
