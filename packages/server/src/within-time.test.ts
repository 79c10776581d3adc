import { expect, test, vi } from "vitest";
import { withinTime } from "./within-time.ts";

test("an answer in time is passed on, whichever it is, and leaves no timer behind", async () => {
  vi.useFakeTimers();
  try {
    await expect(withinTime(Promise.resolve(1), 2_500, "no answer")).resolves.toBe(1);
    await expect(withinTime(Promise.reject(new Error("no")), 2_500, "no answer")).rejects.toThrow("no");
    await Promise.resolve();
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test("an answer that is late is complained of with the time it had", async () => {
  vi.useFakeTimers();
  try {
    const late = withinTime(new Promise(() => undefined), 2_500, "no answer");
    vi.advanceTimersByTime(2_500);
    await expect(late).rejects.toThrow("no answer within 2.5 s");
  } finally {
    vi.useRealTimers();
  }
});
