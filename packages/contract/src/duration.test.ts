import { assert, integer, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { durationSchema, parseDurationMs, printDurationMs } from "./duration.ts";

describe("parseDurationMs", () => {
  test.each([
    ["500ms", 500],
    ["60s", 60_000],
    ["1.5h", 5_400_000],
    ["10min", 600_000],
    ["7d", 604_800_000],
    ["2w", 1_209_600_000],
    ["0.5s", 500],
  ])("reads %s", (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
    expect(durationSchema.safeParse(text).success).toBe(true);
  });

  test.each([
    "",
    "60",
    "60 s",
    "-1s",
    "s",
    "1m",
    "1y",
    "0s",
    "0.1ms",
    "1e3s",
    "522w",
    "1.2345s",
    "٣s",
    "9999999999999s",
  ])("does not take %j for a duration", (text) => {
    expect(parseDurationMs(text)).toBeNull();
    expect(durationSchema.safeParse(text).success).toBe(false);
  });
});

describe("printDurationMs", () => {
  test("writes what is read as the same time", () => {
    assert(
      property(integer({ min: 1, max: 3650 * 86_400_000 }), (ms) => {
        expect(parseDurationMs(printDurationMs(ms))).toBe(ms);
      }),
    );
  });

  test("takes the largest unit that fits", () => {
    expect(
      ["ms", "s", "min", "h", "d", "w"].map((_, index) =>
        printDurationMs([7, 5000, 120_000, 7_200_000, 86_400_000, 604_800_000][index] ?? 0),
      ),
    ).toEqual(["7ms", "5s", "2min", "2h", "1d", "1w"]);
  });
});
