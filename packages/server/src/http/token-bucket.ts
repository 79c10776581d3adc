import type { LimitState } from "./guards.ts";

/** How fast, and how much at once. */
export interface Rate {
  /** Requests a second, greater than 0. */
  readonly perSecond: number;
  /** Requests that may come at once after a pause, at least 1. */
  readonly burst: number;
}

interface Bucket {
  left: number;
  at: number;
}

/** Milliseconds of a second. */
const SECOND_MS = 1_000;
/** Callers remembered at most; one that is forgotten begins with a full bucket, as one that paused does. */
const MOST_BUCKETS = 50_000;

/** Counts requests of callers in this process. @param now monotonic, milliseconds */
export class TokenBuckets {
  private readonly buckets = new Map<string, Bucket>();
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  /** Takes one request from a caller's bucket. */
  take(caller: string, rate: Rate): LimitState {
    const bucket = this.filled(caller, rate);
    const allowed = bucket.left >= 1;
    if (allowed) bucket.left -= 1;
    return stateOf(allowed, bucket.left, rate);
  }

  /** Whether a caller has nothing left; takes nothing. */
  isEmpty(caller: string, rate: Rate): boolean {
    return this.buckets.has(caller) && this.filled(caller, rate).left < 1;
  }

  private filled(caller: string, { perSecond, burst }: Rate): Bucket {
    const now = this.now();
    const known = this.buckets.get(caller);
    if (known !== undefined) {
      known.left = Math.min(burst, known.left + ((now - known.at) / SECOND_MS) * perSecond);
      known.at = now;
      return known;
    }
    const oldest = this.buckets.size >= MOST_BUCKETS ? this.buckets.keys().next() : null;
    if (oldest !== null && oldest.done !== true) this.buckets.delete(oldest.value);
    const made = { left: burst, at: now };
    this.buckets.set(caller, made);
    return made;
  }
}

/** Where a caller stands with `left` requests in its bucket. */
export function stateOf(allowed: boolean, left: number, { perSecond }: Rate): LimitState {
  const retryAfterMs = allowed ? 0 : Math.ceil(((1 - left) / perSecond) * SECOND_MS);
  return { allowed, limit: perSecond, remaining: Math.max(0, Math.floor(left)), retryAfterMs };
}
