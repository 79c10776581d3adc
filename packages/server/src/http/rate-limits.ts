import type { LimitState, RateLimits } from "./guards.ts";
import type { Principal } from "./principal.ts";
import { type Rate, stateOf, TokenBuckets } from "./token-bucket.ts";

/** A count that replicas share. */
export interface SharedCount {
  /** Takes one request; how many are left, negative parts of one when it was not allowed. Rejects when it cannot tell. */
  take(caller: string, rate: Rate): Promise<{ readonly allowed: boolean; readonly left: number }>;
}

/** What limits are made from. */
export interface RateLimitsParts {
  /** Everyone's limit, requests a second. */
  readonly perSecond: number;
  /** Monotonic, milliseconds. */
  readonly now: () => number;
  /** @default each replica counts for itself */
  readonly shared?: SharedCount;
}

/** Seconds of the limit that may come at once. */
const BURST_S = 2;
/** Failures in a row after which the shared count is left alone for a while. */
const MOST_FAILURES = 3;
/** For how long, milliseconds. */
const OPEN_MS = 5_000;

/**
 * Limits callers by token, with a bucket of two seconds' worth.
 *
 * ```
 *   closed ──3 failures in a row──▶ open ──5 s──▶ half open ──answer──▶ closed
 *                                     ▲──────────────failure──┘
 * ```
 *
 * While the shared count is away each replica counts for itself, so that its failure is neither an error nor a way around
 * the limit. What a caller says of itself, such as `X-Client-Id`, is not looked at.
 */
export function createRateLimits({ perSecond, now, shared }: RateLimitsParts): RateLimits {
  const own = new TokenBuckets(now);
  let failures = 0;
  let openUntil = 0;

  async function countShared(count: SharedCount, caller: string, rate: Rate): Promise<LimitState | null> {
    if (now() < openUntil) return null;
    // Half open: one asks, the others count for themselves meanwhile.
    if (failures >= MOST_FAILURES) openUntil = now() + OPEN_MS;
    try {
      const { allowed, left } = await count.take(caller, rate);
      failures = 0;
      openUntil = 0;
      return stateOf(allowed, left, rate);
    } catch {
      failures += 1;
      if (failures >= MOST_FAILURES) openUntil = now() + OPEN_MS;
      return null;
    }
  }

  return {
    take(principal) {
      const limit = principal.rateLimit ?? perSecond;
      if (limit === 0) return null;
      const rate = { perSecond: limit, burst: limit * BURST_S };
      const caller = callerOf(principal);
      if (shared === undefined) return own.take(caller, rate);
      return countShared(shared, caller, rate).then((state) => state ?? own.take(caller, rate));
    },
  };
}

function callerOf({ tenant, tokenId, name }: Principal): string {
  return tokenId === null ? `${tenant}/name/${name}` : `${tenant}/token/${tokenId}`;
}
