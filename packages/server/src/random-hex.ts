import { randomFillSync } from "node:crypto";

/** One call to the system's generator costs as much for this many bytes as for a few. */
const pool = Buffer.alloc(4_096);
let used = pool.length;

/** Random bytes as lower-case hexadecimal digits, for ids that must be unique; tokens are made from bytes of their own. */
export function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString("hex", used - bytes, used);
}
