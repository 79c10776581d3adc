import type { Session } from "@holdpoint/store";
import { SHORTEN } from "./agents.sql.ts";

/** How long a runner may take to connect again before its leases are shortened, milliseconds. */
export const RECONNECT_MS = 300;
/** What is left of its leases then, milliseconds. A renewal within it restores them. */
export const SHORTENED_MS = 1_000;

/** Something that an agent is to do. */
export interface Order {
  readonly agent: string;
  readonly order: "pause" | "drain" | "resume";
}

/** What sessions need of the rest of a tenant. */
export interface SessionParts {
  readonly store: Session;
  readonly tenant: string;
  readonly now: () => number;
  /** Aborted when this replica shuts down: runners connect to another one, and keep their leases. */
  readonly closing: AbortSignal;
  /** Frees leases that ran out. */
  readonly expire: () => Promise<unknown>;
  /** Is told of a runner whose connection dropped. */
  readonly onDrop: (runner: string) => void;
}

interface Runner {
  open: number;
  renewedAt: number;
  readonly listeners: Set<(order: Order) => void>;
}

/**
 * Open connections of runners.
 *
 * ```
 *   open ──stream breaks──▶ missed ──300 ms──▶ dropped: leases end in 1 s ──▶ offered again
 *     ▲                       │                   │
 *     └── connects again ─────┴── renews ─────────┘   the lease runs its full length again
 * ```
 *
 * Only who opened such a stream is watched: a caller that makes one connection for each call drops one all the time.
 */
export class RunnerSessions {
  readonly #parts: SessionParts;
  readonly #runners = new Map<string, Runner>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(parts: SessionParts) {
    this.#parts = parts;
    parts.closing.addEventListener("abort", () => this.#stop(), { once: true });
  }

  /** Runners that are connected to this replica now. */
  get connected(): number {
    let count = 0;
    for (const { open } of this.#runners.values()) if (open > 0) count += 1;
    return count;
  }

  /** Opens a session; the answer ends it. @param owner how the leases of the runner name it */
  open(runner: string, owner: string, listener: (order: Order) => void): () => void {
    const entry = this.#runners.get(runner) ?? { open: 0, renewedAt: 0, listeners: new Set() };
    this.#runners.set(runner, entry);
    entry.open += 1;
    entry.listeners.add(listener);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      entry.open -= 1;
      entry.listeners.delete(listener);
      if (entry.open === 0) this.#missed(runner, owner, entry);
    };
  }

  /** A runner renewed leases: it is there, whatever its connection does. */
  renewed(runner: string): void {
    const entry = this.#runners.get(runner);
    if (entry !== undefined) entry.renewedAt = this.#parts.now();
  }

  /** Tells a runner what one of its agents is to do; false when it is not connected here. */
  tell(runner: string, order: Order): boolean {
    const entry = this.#runners.get(runner);
    for (const listener of entry?.listeners ?? []) listener(order);
    return (entry?.open ?? 0) > 0;
  }

  #missed(runner: string, owner: string, entry: Runner): void {
    if (this.#parts.closing.aborted) return;
    const missedAt = this.#parts.now();
    this.#after(RECONNECT_MS, async () => {
      if (entry.open > 0 || entry.renewedAt >= missedAt) return;
      this.#runners.delete(runner);
      this.#parts.onDrop(runner);
      const { store, tenant, now, expire } = this.#parts;
      const shortened = await store.run(SHORTEN, [tenant, owner, now() + SHORTENED_MS]);
      if (shortened.length > 0) this.#after(SHORTENED_MS + 10, async () => void (await expire()));
    });
  }

  #after(ms: number, act: () => Promise<void>): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      // Without the database the leases run out by themselves.
      act().catch(() => undefined);
    }, ms);
    timer.unref();
    this.#timers.add(timer);
  }

  #stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
