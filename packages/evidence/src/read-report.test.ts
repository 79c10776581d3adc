import { describe, expect, it } from "vitest";

import { readReport } from "./read-report.ts";
import { parseFormat } from "./report-format.ts";

describe("the name of a report format", () => {
  it("is refused with those that there are when it is not known", () => {
    expect(parseFormat("junit")).toBe("junit");
    expect(() => parseFormat("xunit")).toThrow(
      expect.objectContaining({ code: "HP3005", remedy: expect.stringContaining("junit, lcov") }),
    );
  });
});

describe("the notes of a reading", () => {
  it("tell why a report is odd, with its place and line", async () => {
    const reading = await readReport(Buffer.from("SF:a\nDA:x,1\n"), { place: "lcov.info" });
    expect(reading.notes[0]).toEqual({
      anomaly: "malformed",
      message: '"x" is not a whole number',
      place: "lcov.info",
      line: 2,
    });
  });

  it("are told without a line where the format has none", async () => {
    const reading = await readReport(Buffer.from("<testsuite>"), { place: "a.xml" });
    expect(reading.notes[0]).toMatchObject({ place: "a.xml", line: null });
  });

  it("are told at most fifty times for one report", async () => {
    const suites = '<testsuite tests="9"/>'.repeat(80);
    const reading = await readReport(Buffer.from(`<testsuites>${suites}</testsuites>`));
    expect(reading.notes).toHaveLength(50);
  });
});
