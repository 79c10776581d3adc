import { expect, test } from "vitest";
import { retryDelayMs } from "./retry-delay.ts";

const POLICY = { baseMs: 1_000, capMs: 60_000 };

test("the delay doubles with each try", () => {
  expect([1, 2, 3, 4].map((tries) => retryDelayMs(tries, 0.5, POLICY))).toEqual([750, 1_500, 3_000, 6_000]);
});

test("the delay never passes the cap, however many tries there were", () => {
  expect(retryDelayMs(1_000_000, 0.999_999, POLICY)).toBeLessThanOrEqual(60_000);
});

test("chance moves the delay within its upper half", () => {
  expect([retryDelayMs(1, 0, POLICY), retryDelayMs(1, 0.999_999, POLICY)]).toEqual([500, 999]);
});

test("the default begins at a second and ends at a minute", () => {
  expect([retryDelayMs(1, 0), retryDelayMs(50, 0)]).toEqual([500, 30_000]);
});
