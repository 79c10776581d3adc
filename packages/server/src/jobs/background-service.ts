/** What a background service is made from. Durations in milliseconds. */
export interface BackgroundServiceParts<R> {
  /** For logs and metrics. */
  readonly name: string;
  /** Pause between two rounds, greater than 0. */
  readonly everyMs: number;
  /** Longest pause after rounds that failed; at least `everyMs`. */
  readonly backOffMs: number;
  /** One round, bounded in what it takes on. */
  readonly runOnce: (signal: AbortSignal) => Promise<R>;
  /** In [0, 1): spreads replicas. */
  readonly random: () => number;
  readonly onRound?: (round: RoundOutcome<R>) => void;
}

/** How a round went. */
export type RoundOutcome<R> =
  | { readonly name: string; readonly ok: true; readonly tookMs: number; readonly result: R }
  | { readonly name: string; readonly ok: false; readonly tookMs: number; readonly error: unknown };

/** Work that goes on beside the requests: one round at a time, for as long as the process serves. */
export interface BackgroundService {
  readonly name: string;
  start(): void;
  /** Makes the next round begin at once. */
  wake(): void;
  /** Ends it; resolves when the round that runs is over. */
  stop(): Promise<void>;
}

/** Share of a pause that chance may add or take away. */
const JITTER = 0.1;

/**
 * Makes a background service.
 *
 * ```
 *   idle ──start──▶ resting ──pause over, wake──▶ running ──▶ resting …   stop from anywhere ──▶ idle
 * ```
 *
 * A round that fails doubles the pause up to `backOffMs`; one that succeeds sets it back. A wake-up during a round leads
 * to another round after it.
 *
 * @throws RangeError when the durations do not make sense together
 */
export function createBackgroundService<R>(parts: BackgroundServiceParts<R>): BackgroundService {
  const { name, everyMs, backOffMs } = parts;
  if (!(everyMs > 0) || !(backOffMs >= everyMs)) throw new RangeError(`${name}: backOffMs must be at least everyMs`);
  let controller: AbortController | null = null;
  let loop: Promise<void> = Promise.resolve();
  let wakeUp: (() => void) | null = null;
  let woken = false;

  async function round(signal: AbortSignal): Promise<boolean> {
    const started = performance.now();
    try {
      const result = await parts.runOnce(signal);
      parts.onRound?.({ name, ok: true, tookMs: performance.now() - started, result });
      return true;
    } catch (error) {
      parts.onRound?.({ name, ok: false, tookMs: performance.now() - started, error });
      return false;
    }
  }

  async function rest(ms: number, signal: AbortSignal): Promise<void> {
    if (woken || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, ms);
      timer.unref();
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        wakeUp = null;
        resolve();
      }
      wakeUp = done;
      signal.addEventListener("abort", done, { once: true });
    });
  }

  async function run(signal: AbortSignal): Promise<void> {
    let pauseMs = everyMs;
    while (!signal.aborted) {
      woken = false;
      pauseMs = (await round(signal)) ? everyMs : Math.min(backOffMs, pauseMs * 2);
      await rest(pauseMs * (1 - JITTER + 2 * JITTER * parts.random()), signal);
    }
  }

  return {
    name,
    start() {
      if (controller !== null) return;
      controller = new AbortController();
      loop = run(controller.signal);
    },
    wake() {
      woken = true;
      wakeUp?.();
    },
    async stop() {
      controller?.abort();
      controller = null;
      await loop;
    },
  };
}
