import { describe, expect, it } from "vitest";
import { betweenMs, clockText, durationText, timeText } from "./duration.ts";

describe("durationText", () => {
  it.each([
    [0, "0 ms"],
    [-5, "0 ms"],
    [999, "999 ms"],
    [1200, "1.2 s"],
    [9999, "9.9 s"],
    [59_999, "59 s"],
    [184_000, "3 min 04 s"],
    [7_500_000, "2 h 05 min"],
    [360_000_000, "4 d 4 h"],
    [Number.NaN, "?"],
    [Number.POSITIVE_INFINITY, "?"],
  ])("shows %d ms as %s", (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});

describe("clockText", () => {
  it.each([
    [0, "0:00"],
    [-1, "0:00"],
    [7999, "0:07"],
    [750_000, "12:30"],
    [3_723_000, "1:02:03"],
    [Number.NaN, "-:--"],
  ])("shows %d ms as %s", (ms, text) => {
    expect(clockText(ms)).toBe(text);
  });
});

describe("timeText", () => {
  it("shows UTC to the second", () => {
    expect(timeText("2026-03-02T12:00:00.500+02:00")).toBe("2026-03-02 10:00:00 UTC");
  });

  it("gives back what is no time", () => {
    expect(timeText("soon")).toBe("soon");
  });
});

describe("betweenMs", () => {
  it("counts milliseconds, and is not a number where a time cannot be read", () => {
    expect(betweenMs("2026-03-02T10:00:00Z", "2026-03-02T10:00:01.500Z")).toBe(1500);
    expect(betweenMs("x", "2026-03-02T10:00:00Z")).toBeNaN();
  });
});
