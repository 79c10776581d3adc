import { afterEach, describe, expect, test, vi } from "vitest";
import { SharedRead, SharedReads } from "./shared-read.ts";

/** A source whose reads end when the test says so. */
function source(): {
  readonly read: () => Promise<number>;
  readonly end: (error?: Error) => Promise<void>;
  readonly began: () => number;
} {
  const running: { resolve(value: number): void; reject(error: Error): void }[] = [];
  let began = 0;
  return {
    read: () =>
      new Promise((resolve, reject) => {
        began += 1;
        running.push({ resolve, reject });
      }),
    end: async (error) => {
      const one = running.shift();
      if (error === undefined) one?.resolve(began);
      else one?.reject(error);
      await vi.advanceTimersByTimeAsync(0);
    },
    began: () => began,
  };
}

describe("a shared read", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test("begins at once when nobody reads", async () => {
    vi.useFakeTimers();
    const { read, end } = source();
    const answer = new SharedRead(read).get();
    await end();
    await expect(answer).resolves.toBe(1);
  });

  test("is shared by all who ask while another runs, and none of them gets the answer of that other", async () => {
    vi.useFakeTimers();
    const { read, end, began } = source();
    const shared = new SharedRead(read);
    const first = shared.get();
    const later = [shared.get(), shared.get()];
    expect(began()).toBe(1);
    await end();
    await vi.runAllTimersAsync();
    expect(began()).toBe(2);
    const third = shared.get();
    await end();
    await vi.runAllTimersAsync();
    await end();
    expect([await first, ...(await Promise.all(later)), await third]).toEqual([1, 2, 2, 3]);
  });

  test("pauses after a read for four times as long as it took, for a quarter of a second at most", async () => {
    vi.useFakeTimers();
    const { read, end, began } = source();
    const shared = new SharedRead(read, () => Date.now());
    const pauseAfter = async (tookMs: number): Promise<number> => {
      const before = began();
      void shared.get();
      await vi.advanceTimersByTimeAsync(tookMs);
      await end();
      void shared.get();
      let ms = 0;
      for (; began() === before + 1; ms += 1) await vi.advanceTimersByTimeAsync(1);
      await end();
      await vi.advanceTimersByTimeAsync(1_000);
      return ms;
    };
    expect([await pauseAfter(10), await pauseAfter(5_000)]).toEqual([40, 250]);
  });

  test("that fails is told to those who share it, and the next one is read anew", async () => {
    vi.useFakeTimers();
    const { read, end } = source();
    const shared = new SharedRead(read);
    const first = shared.get();
    const second = [shared.get(), shared.get()].map((one) => one.catch((error: Error) => error.message));
    await end();
    await vi.runAllTimersAsync();
    await end(new Error("away"));
    expect([await first, ...(await Promise.all(second))]).toEqual([1, "away", "away"]);
    await vi.runAllTimersAsync();
    const third = shared.get();
    await end();
    await expect(third).resolves.toBe(3);
  });

  test("keeps what is asked with one key apart from the rest", async () => {
    const reads = new SharedReads<string>();
    const read = (key: string): Promise<string> => reads.get(key, () => Promise.resolve(key));
    expect(await Promise.all([read("a"), read("b"), read("a"), read("c")])).toEqual(["a", "b", "a", "c"]);
  });
});
