import { createHash } from "node:crypto";

import type { ByteSource } from "../reading.ts";

/** A digest with the number of bytes it is over. */
export interface SizedDigest {
  /** `sha256:` and 64 hex digits. */
  readonly digest: string;
  readonly size: number;
}

/** The SHA-256 of bytes, or of a text in UTF-8, as `sha256:…`. */
export function digestBytes(bytes: Uint8Array | string): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** The SHA-256 and size of all that a source yields. */
export async function digestStream(source: ByteSource): Promise<SizedDigest> {
  const hashing = hashingSource(source);
  for await (const chunk of hashing.source) void chunk;
  return hashing.result() ?? { digest: digestBytes(""), size: 0 };
}

/**
 * Passes a source on and takes its digest on the way.
 *
 * `result` is null until the source was read to its end.
 */
export function hashingSource(source: ByteSource): {
  readonly source: AsyncIterable<Uint8Array>;
  readonly result: () => SizedDigest | null;
} {
  const hash = createHash("sha256");
  let size = 0;
  let result: SizedDigest | null = null;
  async function* pass(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of source instanceof Uint8Array ? [source] : source) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
    result = { digest: `sha256:${hash.digest("hex")}`, size };
  }
  return { source: pass(), result: () => result };
}
