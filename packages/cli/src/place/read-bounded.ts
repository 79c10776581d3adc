import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** What became of an attempt to read a file whole. */
export type BoundedReading =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | {
      readonly ok: false;
      /** `large`: it has more bytes than the bound. `folder`: it is none. Else the operating system's code. */
      readonly why: "missing" | "folder" | "large" | (string & {});
      /** Size in bytes, where the file has one. */
      readonly size: number | null;
      readonly cause: unknown;
    };

const CHUNK_BYTES = 1024 * 1024;

/**
 * Reads a file, a pipe or a device up to a bound.
 *
 * The bound holds for what is read and not for the size that the file says it has, so that neither a device without an
 * end nor a file that grows meanwhile can fill the memory.
 *
 * @param maxBytes most bytes that are read
 */
export function readBounded(file: string, maxBytes: number): BoundedReading {
  let handle: number | null = null;
  try {
    handle = openSync(file, "r");
    const found = fstatSync(handle);
    if (found.isDirectory()) return { ok: false, why: "folder", size: null, cause: null };
    if (found.size > maxBytes) return { ok: false, why: "large", size: found.size, cause: null };
    const bytes = readUpTo(handle, maxBytes);
    return bytes === null ? { ok: false, why: "large", size: null, cause: null } : { ok: true, bytes };
  } catch (error) {
    const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
    if (code === null) throw error;
    const why = code === "ENOENT" || code === "ENOTDIR" ? "missing" : code;
    return { ok: false, why, size: null, cause: error };
  } finally {
    if (handle !== null) closeSync(handle);
  }
}

/** Everything up to the end, or null when there is more than the bound. */
function readUpTo(handle: number, maxBytes: number): Uint8Array | null {
  const chunks: Buffer[] = [];
  for (let total = 0; total <= maxBytes; ) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, maxBytes + 1 - total));
    const got = readSync(handle, chunk);
    if (got === 0) return new Uint8Array(Buffer.concat(chunks));
    chunks.push(chunk.subarray(0, got));
    total += got;
  }
  return null;
}
