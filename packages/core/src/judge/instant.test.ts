import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseInstant } from "./instant.ts";

// The same cases in every run: a failure can be looked at, and a pass means the same everywhere.
fc.configureGlobal({ seed: 1 });

describe("an instant", () => {
  it("is read as the platform's own date reads it", () => {
    const date = fc.date({
      min: new Date("0001-01-01T00:00:00Z"),
      max: new Date("9999-12-31T23:59:59.999Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(date, (moment) => {
        expect(parseInstant(moment.toISOString())).toBe(moment.getTime());
      }),
      { numRuns: 10_000 },
    );
  });
  it("needs no fraction, and finer ones are cut", () => {
    expect(parseInstant("1970-01-01T00:00:01Z")).toBe(1000);
    expect(parseInstant("1970-01-01T00:00:00.123456Z")).toBe(123);
  });
  it.each([
    "",
    "now",
    "2026-02-30T00:00:00Z",
    "2026-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-01-00T00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T00:60:00Z",
    "2026-01-01T00:00:60Z",
    "2026-01-01T00:00:00+01:00",
    "2026-01-01",
    "2026-04-31T00:00:00Z",
  ])("is not %j", (text) => {
    expect(parseInstant(text)).toBeNull();
  });
  it("knows leap years", () => {
    expect(parseInstant("2024-02-29T00:00:00Z")).toBe(Date.UTC(2024, 1, 29));
    expect(parseInstant("2000-02-29T00:00:00Z")).toBe(Date.UTC(2000, 1, 29));
    expect(parseInstant("1900-02-29T00:00:00Z")).toBeNull();
  });
});
