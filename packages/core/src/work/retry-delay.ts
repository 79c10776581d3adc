/** How long a task rests after a counted try. */
export interface RetryPolicy {
  /** Delay after the first counted try, in milliseconds. @default 1000 */
  readonly baseMs: number;
  /** The longest delay, in milliseconds. @default 60000 */
  readonly capMs: number;
}

/** The delays used when a caller names none. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = { baseMs: 1_000, capMs: 60_000 };

/** Past this many tries the delay no longer doubles; it keeps the power within what a double counts exactly. */
const MAX_DOUBLINGS = 20;

/**
 * Exponential back-off with equal jitter: half of the delay is fixed, half is chance, so that tasks that failed together
 * do not come back together and none comes back at once.
 *
 * @param tries counted tries so far, this one included; 1 or more
 * @param random a number in [0, 1)
 * @returns whole milliseconds
 */
export function retryDelayMs(tries: number, random: number, policy: RetryPolicy = DEFAULT_RETRY_POLICY): number {
  const doublings = Math.min(Math.max(tries, 1) - 1, MAX_DOUBLINGS);
  const full = Math.min(policy.capMs, policy.baseMs * 2 ** doublings);
  return Math.floor(full * (0.5 + random / 2));
}
