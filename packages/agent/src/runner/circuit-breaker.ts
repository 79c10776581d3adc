import { retryDelayMs } from "@holdpoint/core";

/** Failures in a row after which the way to the server counts as broken. */
const FAILURES = 5;
/** How long nothing is sent then, milliseconds: the first time and the longest. */
const REST = { baseMs: 1_000, capMs: 30_000 };

/**
 * Keeps a runner from asking a server that is away, and many runners from asking it all at once when it comes back.
 *
 * ```
 *   closed ──5 failures in a row──▶ open ──rest over──▶ trying ──success──▶ closed
 *                                    ▲                    └──failure──┘ (rests longer)
 * ```
 */
export class CircuitBreaker {
  readonly #now: () => number;
  readonly #random: () => number;
  #failures = 0;
  #openUntil = 0;
  #trying = false;

  constructor(now: () => number, random: () => number) {
    this.#now = now;
    this.#random = random;
  }

  get state(): "closed" | "open" | "trying" {
    if (this.#failures < FAILURES) return "closed";
    return this.#now() < this.#openUntil && !this.#trying ? "open" : "trying";
  }

  /** Whether a call may be sent now; while it is broken one at a time may try. */
  allows(): boolean {
    if (this.#failures < FAILURES) return true;
    if (this.#trying || this.#now() < this.#openUntil) return false;
    this.#trying = true;
    return true;
  }

  /** The server answered, whatever it said. */
  success(): void {
    this.#failures = 0;
    this.#trying = false;
  }

  /** There was no answer. */
  failure(): void {
    this.#failures += 1;
    this.#trying = false;
    if (this.#failures < FAILURES) return;
    this.#openUntil = this.#now() + retryDelayMs(this.#failures - FAILURES + 1, this.#random(), REST);
  }
}
