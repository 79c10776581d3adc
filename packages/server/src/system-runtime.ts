import type { Runtime } from "@holdpoint/core";
import { randomHex } from "./random-hex.ts";

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
  const time = ms.toString(16).padStart(12, "0");
  const random = randomHex(8);
  const variant = (0x8 | (Number.parseInt(random.charAt(0), 16) & 0x3)).toString(16);
  const rest = `${variant}${random.slice(1)}`;
  const counted = count.toString(16).padStart(3, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counted}-${rest.slice(0, 4)}-${rest.slice(4)}`;
}
