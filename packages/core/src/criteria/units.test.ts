import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lessIsBetter, namesFindings, namesPercentage, normaliseMetric } from "./metric-name.ts";
import { canonicalUnit, convertUnit, dimensionOf } from "./units.ts";

// The same cases in every run: a failure can be looked at, and a pass means the same everywhere.
fc.configureGlobal({ seed: 1 });

const UNITS = [
  "ns",
  "us",
  "ms",
  "s",
  "min",
  "h",
  "d",
  "w",
  "mo",
  "y",
  "B",
  "KB",
  "MB",
  "GB",
  "TB",
  "KiB",
  "MiB",
  "GiB",
  "TiB",
  "%",
  "pp",
  "%rel",
  "rps",
  "/s",
  "/min",
  "/h",
  "/d",
  "/w",
  "x",
];
const unit = fc.constantFrom(...UNITS);

describe("units", () => {
  it.each([
    ["hr", "h"],
    ["hours", "h"],
    ["Seconds", "s"],
    ["milliseconds", "ms"],
    ["minutes", "min"],
    ["days", "d"],
    ["weeks", "w"],
    ["months", "mo"],
    ["percent", "%"],
    ["req/s", "/s"],
    ["秒", "s"],
    ["分", "min"],
    ["mb", "MB"],
    ["KiB", "KiB"],
    ["µs", "us"],
    ["fold", "x"],
  ])("%s is %s", (written, expected) => {
    expect(canonicalUnit(written)).toBe(expected);
  });
  it("are no other words", () => {
    expect(canonicalUnit("parsec")).toBeNull();
    expect(dimensionOf("parsec")).toBeNull();
    expect(dimensionOf("s")).toBe("time");
  });
  it.each([
    [2, "s", "ms", 2000],
    [1500, "ms", "s", 1.5],
    [1, "GiB", "MiB", 1024],
    [1, "rps", "/s", 1],
    [60, "/min", "/s", 1],
    [2, "d", "h", 48],
    [1, "y", "mo", 12],
    [0.1, "s", "ms", 100],
  ])("%d %s in %s is %d", (value, from, to, expected) => {
    expect(convertUnit(value, from, to)).toBe(expected);
  });
  it("convert within one dimension and never across, nor from or to none", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e6, max: 1e6 }), unit, unit, (value, from, to) => {
        const converted = convertUnit(value, from, to);
        expect(converted === null).toBe(dimensionOf(from) !== dimensionOf(to));
        expect(convertUnit(value, from, null)).toBeNull();
        expect(convertUnit(value, null, to)).toBeNull();
        expect(convertUnit(value, null, null)).toBe(value);
        const back = converted === null ? value : (convertUnit(converted, to, from) ?? Number.NaN);
        expect(back).toBeCloseTo(value, 4);
      }),
      { numRuns: 10_000 },
    );
  });
  it("keep the order of values", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e6 }),
        fc.integer({ min: 1, max: 1e6 }),
        unit,
        unit,
        (a, more, from, to) => {
          const low = convertUnit(a, from, to) ?? 0;
          const high = convertUnit(a + more, from, to) ?? 1;
          expect(low).toBeLessThan(high);
        },
      ),
      { numRuns: 10_000 },
    );
  });
  it("that do not exist convert to nothing", () => {
    expect(convertUnit(1, "parsec", "s")).toBeNull();
    expect(convertUnit(1, "s", "parsec")).toBeNull();
  });
});

describe("names of metrics", () => {
  it.each([
    ["Response Time-p95", "response_time_p95"],
    ["response_time_p95", "response_time_p95"],
    ["err.rate", "err_rate"],
    ["  E2E  coverage (%) ", "e2e_coverage"],
    ["ｐ９５", "p95"],
    ["復元時間", "復元時間"],
    ["--", ""],
    ["a/b:c", "a_b_c"],
  ])("%s is %s", (name, expected) => {
    expect(normaliseMetric(name)).toBe(expected);
  });
  it("are normal after one turn, and bounded", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), (name) => {
        const once = normaliseMetric(name);
        expect(normaliseMetric(once)).toBe(once);
      }),
      { numRuns: 10_000 },
    );
    expect(normaliseMetric("x".repeat(100_000))).toHaveLength(200);
  });
  it("tell what they measure", () => {
    expect(namesPercentage("unit coverage")).toBe(true);
    expect(namesPercentage("p95")).toBe(false);
    expect(namesFindings("critical-bugs")).toBe(true);
    expect(namesFindings("uptime")).toBe(false);
    expect(lessIsBetter("p95_latency")).toBe(true);
    expect(lessIsBetter("coverage")).toBe(false);
  });
});
