import { randomBytes } from "node:crypto";
import type { Runtime } from "@holdpoint/core";

/** The runtime of a real process: its clock, UUIDv7 ids and chance. Made once, at the edge of the process. */
export function createSystemRuntime(): Runtime {
  let lastMs = 0;
  let count = 0;
  return {
    now: () => Date.now(),
    newId: () => {
      const now = Date.now();
      // Within one millisecond, and when the clock steps back, a counter keeps later ids greater.
      if (now > lastMs) {
        lastMs = now;
        count = 0;
      } else if (count < MAX_COUNT) count += 1;
      else {
        lastMs += 1;
        count = 0;
      }
      return uuidV7(lastMs, count);
    },
    random: () => Math.random(),
  };
}

/** The 12 bits of `rand_a`, used as a counter: RFC 9562, section 6.2, method 1. */
const MAX_COUNT = 0xfff;

function uuidV7(ms: number, count: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(ms, 0, 6);
  bytes.writeUInt16BE(0x7000 | count, 6);
  bytes.writeUInt8(0x80 | ((bytes[8] ?? 0) & 0x3f), 8);
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
