import { expect, test } from "vitest";
import { SETTINGS, settings, standardOf } from "./settings.ts";

test("what a setting is when nobody sets it is read as it would be written", () => {
  const { callbackTimeout, callbackGiveUp, retentionEvents, retentionOutput, drainTimeout, rateLimit } = settings;
  const durations = [callbackTimeout, callbackGiveUp, retentionEvents, retentionOutput, drainTimeout].map(standardOf);
  expect(durations).toEqual([10_000, 86_400_000, 90 * 86_400_000, 30 * 86_400_000, 10_000]);
  expect(standardOf(rateLimit)).toBe(1_000);
  expect(SETTINGS.filter(({ standard }) => standard !== null).map(standardOf)).not.toContain(null);
});

test("a setting that has no such value is not asked for one", () => {
  expect(() => standardOf(settings.databaseUrl)).toThrow("database-url has no standard value");
});
