import { describe, expect, test } from "vitest";
import { parseDurationMs } from "./duration.ts";
import { durationSchema } from "./duration-shape.ts";

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
