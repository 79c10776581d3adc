import type { EventLog, EventRow } from "./event.types.ts";

/** Pause after a wake-up, so that a burst of commits is read once, milliseconds. */
const COALESCE_MS = 10;
/** How often the log is read although nobody woke the feed: other replicas write too, milliseconds. */
const POLL_MS = 1_000;
/** Rows kept for readers that follow at the end. */
const TAIL_ROWS = 5_000;
/** Rows of one read. */
const PAGE_ROWS = 1_000;

/** What a feed needs of a log. */
type FollowedLog = Pick<EventLog, "read" | "last">;

/** Where to follow from. */
export interface FeedRequest {
  /** The last `seq` that was read; null begins at the end of the log. */
  readonly after: number | null;
  readonly planId?: string;
  /** Ends the feed. */
  readonly signal: AbortSignal;
}

/**
 * Follows the log of one tenant for any number of readers: one read of the database serves all who are at the end, and
 * whoever is behind catches up by itself. Nothing is read while nobody follows.
 */
export class EventFeed {
  readonly #log: FollowedLog;
  readonly #waiting = new Set<() => void>();
  #tail: EventRow[] = [];
  /** Everything after this is in `#tail`. */
  #tailAfter: number | null = null;
  #followers = 0;
  #reading = false;
  #dirty = false;

  constructor(log: FollowedLog) {
    this.#log = log;
  }

  /** Readers that follow now. */
  get followers(): number {
    return this.#followers;
  }

  /** Something was committed. */
  wake(): void {
    this.#dirty = true;
    if (this.#followers > 0) void this.#read();
  }

  /** The rows after a place, as they come, until the signal. @throws HP9110 when rows after the place were dropped */
  async *follow({ after, planId, signal }: FeedRequest): AsyncGenerator<readonly EventRow[]> {
    this.#followers += 1;
    const poll = setInterval(() => this.wake(), POLL_MS);
    try {
      let cursor = after ?? (await this.#log.last());
      while (!signal.aborted) {
        const rows = this.#fromTail(cursor) ?? (await this.#log.read({ after: cursor, limit: PAGE_ROWS }));
        const last = rows.at(-1);
        if (last === undefined) {
          await this.#more(signal);
          continue;
        }
        cursor = last.seq;
        const wanted = planId === undefined ? rows : rows.filter((row) => row.planId === planId);
        if (wanted.length > 0) yield wanted;
      }
    } finally {
      clearInterval(poll);
      this.#followers -= 1;
      if (this.#followers === 0) this.#forget();
    }
  }

  #fromTail(cursor: number): readonly EventRow[] | null {
    if (this.#tailAfter === null || cursor < this.#tailAfter) return null;
    return this.#tail.filter((row) => row.seq > cursor);
  }

  #more(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener("abort", done, { once: true });
      if (signal.aborted) done();
      else if (this.#dirty) void this.#read();
    });
  }

  async #read(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (this.#dirty && this.#followers > 0) {
        await new Promise((resolve) => setTimeout(resolve, COALESCE_MS));
        this.#dirty = false;
        await this.#extend();
      }
    } catch {
      // The database is away: the readers see it when they read for themselves, and the poll tries again.
      this.#forget();
    } finally {
      this.#reading = false;
    }
    for (const wake of this.#waiting) wake();
  }

  async #extend(): Promise<void> {
    this.#tailAfter ??= await this.#log.last();
    for (;;) {
      const after = this.#tail.at(-1)?.seq ?? this.#tailAfter;
      const rows = await this.#log.read({ after, limit: PAGE_ROWS });
      this.#tail.push(...rows);
      const over = this.#tail.length - TAIL_ROWS;
      if (over > 0) this.#tailAfter = this.#tail.splice(0, over).at(-1)?.seq ?? this.#tailAfter;
      if (rows.length < PAGE_ROWS) return;
    }
  }

  #forget(): void {
    this.#tail = [];
    this.#tailAfter = null;
  }
}
