import type { Claim, ClaimRequest, WorkStore } from "./work.types.ts";

/** How often the store is asked although nobody said that something became ready: other replicas make work too, milliseconds. */
const POLL_MS = 1_000;
/** Callers served by one transaction; more wait for the next. */
const SERVED_AT_ONCE = 250;

interface Waiter {
  readonly request: ClaimRequest;
  readonly answer: (claims: readonly Claim[]) => void;
  readonly fail: (error: unknown) => void;
}

type Work = Pick<WorkStore, "claim" | "release" | "nextDueAt" | "reservedAgents">;

/**
 * Hands out work to callers that wait for it.
 *
 * ```
 *   claim ─▶ waiting ──(something is ready)──▶ asked ──▶ answered
 *               │  ▲                             │
 *               │  └────── nothing for it ───────┘
 *               └── deadline, hung up ──▶ answered with nothing
 * ```
 *
 * Callers that want the same kind of work are served together by one statement, first come first served, and those for
 * whom nothing is left stay in memory: ten thousand idle agents cost one query a second, not ten thousand.
 */
export class HandOut {
  readonly #work: Work;
  readonly #now: () => number;
  readonly #queues = new Map<string, Set<Waiter>>();
  #serving = false;
  #again = false;
  #timer: NodeJS.Timeout | null = null;
  #lookedAt: number | null = null;

  constructor(work: Work, now: () => number) {
    this.#work = work;
    this.#now = now;
  }

  /** Callers that wait now. */
  get waiting(): number {
    let sum = 0;
    for (const queue of this.#queues.values()) sum += queue.size;
    return sum;
  }

  /** When work was last looked for, milliseconds since the epoch; null before the first time. */
  get lookedAt(): number | null {
    return this.#lookedAt;
  }

  /** Something may have become ready. */
  wake(): void {
    if (this.#queues.size > 0) void this.#serve();
  }

  /**
   * Leases ready tasks, or waits for some.
   *
   * @param waitMs how long to wait; 0 answers at once
   * @param signal the caller hung up: what it would have got is given back without counting the try
   */
  async claim(request: ClaimRequest, waitMs: number, signal: AbortSignal): Promise<readonly Claim[]> {
    if (waitMs === 0) return await this.#work.claim(request);
    const claims = await new Promise<readonly Claim[]>((resolve, reject) => {
      const key = JSON.stringify([request.planId ?? null, [...request.capabilities].sort()]);
      const leave = (): void => {
        clearTimeout(deadline);
        signal.removeEventListener("abort", giveUp);
        const queue = this.#queues.get(key);
        queue?.delete(waiter);
        if (queue?.size === 0) this.#queues.delete(key);
      };
      const waiter: Waiter = {
        request,
        answer: (given) => {
          leave();
          resolve(given);
        },
        fail: (error) => {
          leave();
          reject(error);
        },
      };
      const giveUp = (): void => waiter.answer([]);
      const deadline = setTimeout(giveUp, waitMs);
      signal.addEventListener("abort", giveUp, { once: true });
      const queue = this.#queues.get(key) ?? new Set();
      this.#queues.set(key, queue);
      queue.add(waiter);
      if (signal.aborted) giveUp();
      else void this.#serve();
    });
    if (!signal.aborted) return claims;
    await this.#giveBack(claims);
    return [];
  }

  async #serve(): Promise<void> {
    this.#again = true;
    if (this.#serving) return;
    this.#serving = true;
    try {
      while (this.#again) {
        this.#again = false;
        await this.#serveReserved();
        await Promise.all([...this.#queues.keys()].map((key) => this.#serveAlike(key)));
      }
      this.#lookedAt = this.#now();
      await this.#sleep();
    } finally {
      this.#serving = false;
    }
    // Woken between the last look and here.
    if (this.#again) void this.#serve();
  }

  /**
   * When more wait than are asked at once, those for whom tasks are reserved are asked first: what others are not given
   * says nothing about them.
   */
  async #serveReserved(): Promise<void> {
    const long = [...this.#queues].filter(([, queue]) => queue.size > SERVED_AT_ONCE);
    if (long.length === 0) return;
    // Without the database the poll tries again.
    const reserved = new Set(await this.#work.reservedAgents().catch(() => []));
    if (reserved.size === 0) return;
    const meant = long.flatMap(([key, queue]) =>
      [...queue].filter(({ request }) => reserved.has(request.agent)).map((waiter) => ({ key, waiter })),
    );
    await Promise.all(meant.slice(0, SERVED_AT_ONCE).map(({ key, waiter }) => this.#ask(key, waiter)));
  }

  /** Serves the callers of one kind until there is no work for them or none of them is left. */
  async #serveAlike(key: string): Promise<void> {
    for (;;) {
      const asked = [...(this.#queues.get(key) ?? [])].slice(0, SERVED_AT_ONCE);
      if (asked.length === 0) return;
      const served = await Promise.all(asked.map((waiter) => this.#ask(key, waiter)));
      if (served.some((got) => !got)) return;
    }
  }

  /** True when the caller needs nothing more. */
  async #ask(key: string, waiter: Waiter): Promise<boolean> {
    try {
      const claims = await this.#work.claim(waiter.request);
      if (claims.length === 0) return false;
      if (this.#queues.get(key)?.has(waiter) === true) waiter.answer(claims);
      // Its time was up while the store answered.
      else await this.#giveBack(claims);
    } catch (error) {
      waiter.fail(error);
    }
    return true;
  }

  async #giveBack(claims: readonly Claim[]): Promise<void> {
    for (const { taskId, attempt } of claims) {
      await this.#work.release({ taskId, attempt, reason: "the caller was gone before it was given the task" });
    }
  }

  /** Looks again when something becomes due by itself, and every second in any case. */
  async #sleep(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#queues.size === 0) return;
    const now = this.#now();
    // Without the database the poll tries again.
    const due = await this.#work.nextDueAt().catch(() => null);
    const pauseMs = Math.min(POLL_MS, Math.max(1, (due ?? Number.POSITIVE_INFINITY) - now));
    this.#timer = setTimeout(() => this.wake(), pauseMs);
    this.#timer.unref();
  }
}
