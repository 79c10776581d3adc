import { operations } from "@holdpoint/contract";
import type { WorkRef } from "../attempt/work-source.ts";
import type { ServerLink } from "./server-link.ts";

/** Leases of one call. */
const MOST_LEASES = 1_000;

/** What the keeper of leases is made from. */
export interface LeaseKeeperParts {
  readonly link: ServerLink;
  readonly leaseTtlMs: number;
  /** How long work goes on while the server is away, milliseconds: nobody can have been given it meanwhile. */
  readonly awayMs: number;
  /** The task is someone else's, or nobody's any more: its attempt is to end. */
  readonly onLost: (work: WorkRef) => void;
}

/** Keeps the leases of a runner: all of them with one call, three times in the life of a lease. */
export class LeaseKeeper {
  readonly #parts: LeaseKeeperParts;
  readonly #held = new Map<string, WorkRef>();
  #timer: NodeJS.Timeout | null = null;
  #renewing: Promise<void> | null = null;

  constructor(parts: LeaseKeeperParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#held.size;
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.renew(), this.#parts.leaseTtlMs / 3);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** A lease was given. */
  hold(work: WorkRef): void {
    this.#held.set(keyOf(work), work);
  }

  /** The server knows what became of it. */
  letGo(work: WorkRef): void {
    this.#held.delete(keyOf(work));
  }

  holds(work: WorkRef): boolean {
    return this.#held.has(keyOf(work));
  }

  /** Renews all leases now. */
  async renew(): Promise<void> {
    this.#renewing ??= this.#renewAll().finally(() => {
      this.#renewing = null;
    });
    await this.#renewing;
  }

  async #renewAll(): Promise<void> {
    const all = [...this.#held.values()];
    for (let from = 0; from < all.length; from += MOST_LEASES) {
      const works = all.slice(from, from + MOST_LEASES);
      const leases = works.map(({ taskId, attempt }) => ({ task: taskId, attempt }));
      try {
        const body = { leaseTtlMs: this.#parts.leaseTtlMs, leases };
        const answer = await this.#parts.link.call(operations.renewWork, { body }, { timeoutMs: 5_000 });
        for (const [at, work] of works.entries()) if (answer.leases[at]?.ok === false) this.#lose(work);
      } catch {
        if (this.#parts.link.silentMs > this.#parts.awayMs) for (const work of works) this.#lose(work);
      }
    }
  }

  #lose(work: WorkRef): void {
    if (!this.#held.delete(keyOf(work))) return;
    this.#parts.onLost(work);
  }
}

function keyOf({ taskId, attempt }: WorkRef): string {
  return `${taskId} ${attempt}`;
}
