import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import type { EventLog, EventQuery, EventRow } from "./event.types.ts";
import { EventFeed } from "./event-feed.ts";

/** A log in memory. */
class Log implements Pick<EventLog, "read" | "last"> {
  readonly rows: EventRow[] = [];
  reads = 0;
  failure: Error | null = null;

  write(count: number, planId: string | null = null): void {
    for (let n = 0; n < count; n += 1) {
      const seq = (this.rows.at(-1)?.seq ?? 0) + 1 + (n % 3);
      this.rows.push({ seq, at: 0, kind: "a.b", planId, subject: null, attempt: null, data: {}, trace: null });
    }
  }

  read({ after = 0, limit = 1000 }: EventQuery = {}): Promise<readonly EventRow[]> {
    this.reads += 1;
    if (this.failure !== null) return Promise.reject(this.failure);
    return Promise.resolve(this.rows.filter(({ seq }) => seq > after).slice(0, limit));
  }

  last(): Promise<number> {
    return Promise.resolve(this.rows.at(-1)?.seq ?? 0);
  }
}

async function take(
  feed: EventFeed,
  count: number,
  where: { readonly after: number | null; readonly planId?: string },
): Promise<readonly number[]> {
  const ended = new AbortController();
  const seen: number[] = [];
  for await (const rows of feed.follow({ ...where, signal: ended.signal })) {
    seen.push(...rows.map(({ seq }) => seq));
    if (seen.length >= count) ended.abort();
  }
  return seen;
}

describe("the feed", () => {
  test("begins at the end unless told where, and gives what comes", async () => {
    const log = new Log();
    log.write(3);
    const before = log.rows.length;
    const feed = new EventFeed(log);
    const taken = take(feed, 2, { after: null });
    await vi.waitFor(() => expect(feed.followers).toBe(1));
    await Promise.resolve();
    log.write(2);
    feed.wake();
    expect(await taken).toEqual(log.rows.slice(before).map(({ seq }) => seq));
    expect(feed.followers).toBe(0);
  });

  test("gives each reader every row after its cursor once and in order, whatever is written and read meanwhile", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
        fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 4 }),
        async (writes, cursors) => {
          const log = new Log();
          log.write(10);
          const feed = new EventFeed(log);
          const total = 10 + writes.reduce((sum, count) => sum + count, 0);
          const readers = cursors.map((place) => {
            const after = log.rows[Math.min(place, 9)]?.seq ?? 0;
            return take(feed, total - Math.min(place, 9) - 1, { after }).then((seen) => ({ after, seen }));
          });
          for (const count of writes) {
            await Promise.resolve();
            log.write(count);
            feed.wake();
          }
          for (const { after, seen } of await Promise.all(readers)) {
            expect(seen).toEqual(log.rows.map(({ seq }) => seq).filter((seq) => seq > after));
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test("gives a reader of one plan its rows alone", async () => {
    const log = new Log();
    log.write(2, "p");
    log.write(2, "q");
    log.write(1, "p");
    const seen = await take(new EventFeed(log), 3, { after: 0, planId: "p" });
    expect(seen).toEqual(log.rows.filter(({ planId }) => planId === "p").map(({ seq }) => seq));
  });

  test("reads once for any number of readers at the end", async () => {
    const log = new Log();
    const feed = new EventFeed(log);
    const readers = Array.from({ length: 200 }, () => take(feed, 5, { after: null }));
    await vi.waitFor(() => expect(feed.followers).toBe(200));
    await new Promise((resolve) => setTimeout(resolve, 30));
    log.reads = 0;
    log.write(5);
    feed.wake();
    expect((await Promise.all(readers)).every((seen) => seen.length === 5)).toBe(true);
    expect(log.reads).toBeLessThan(205);
  });

  test("catches up with more rows than the tail keeps", async () => {
    const log = new Log();
    const feed = new EventFeed(log);
    const taken = take(feed, 12_000, { after: 0 });
    log.write(12_000);
    feed.wake();
    expect(await taken).toEqual(log.rows.map(({ seq }) => seq));
  });

  test("tells its reader when the log cannot be read, and serves the next", async () => {
    const log = new Log();
    log.write(1);
    log.failure = new Error("away");
    const feed = new EventFeed(log);
    await expect(take(feed, 1, { after: 0 })).rejects.toThrow("away");
    log.failure = null;
    expect(await take(feed, 1, { after: 0 })).toHaveLength(1);
  });

  test("outlives a failure while its reader waits at the end", async () => {
    const log = new Log();
    const feed = new EventFeed(log);
    const taken = take(feed, 1, { after: 0 }).catch((error: unknown) => error);
    await vi.waitFor(() => expect(log.reads).toBeGreaterThan(0));
    await new Promise((resolve) => setTimeout(resolve, 30));
    log.failure = new Error("away");
    feed.wake();
    // The reader is told; it comes again with its cursor.
    expect(await taken).toEqual(new Error("away"));
  });

  test("ends at once for a reader that is gone", async () => {
    const seen: unknown[] = [];
    for await (const rows of new EventFeed(new Log()).follow({ after: 0, signal: AbortSignal.abort() }))
      seen.push(rows);
    expect(seen).toEqual([]);
  });
});
