import { describe, expect, it } from "vitest";

import { readReport } from "./read-report.ts";
import { parseFormat, readingProblems } from "./report-format.ts";

describe("problems of evidence", () => {
  it("name the formats that there are when one is not known", () => {
    expect(parseFormat("junit")).toBe("junit");
    expect(() => parseFormat("xunit")).toThrow(
      expect.objectContaining({ code: "HP3005", remedy: expect.stringContaining("junit, lcov") }),
    );
  });

  it("tell why a report is odd, with its place and line", async () => {
    const reading = await readReport(Buffer.from("SF:a\nDA:x,1\n"), { place: "lcov.info" });
    const [found] = readingProblems(reading);
    expect(found).toMatchObject({ code: "HP3006", place: { file: "lcov.info", line: 2 } });
    expect(found?.message).toBe('The report lcov.info is malformed: "x" is not a whole number.');
  });

  it("are told without a line where the format has none", async () => {
    const reading = await readReport(Buffer.from("<testsuite>"), { place: "a.xml" });
    expect(readingProblems(reading)[0]?.place).toEqual({ file: "a.xml" });
  });

  it("are told at most fifty times for one report", async () => {
    const suites = '<testsuite tests="9"/>'.repeat(80);
    const reading = await readReport(Buffer.from(`<testsuites>${suites}</testsuites>`));
    expect(reading.notes).toHaveLength(50);
  });
});
