import { REPORT_FORMATS } from "@holdpoint/contract";
import { describe, expect, it } from "vitest";
import { METRICS } from "./metric-catalogue.ts";
import { readingOf } from "./testing/reading-of.ts";

/** For each format a report that yields every metric its reader has. */
const FULL: Readonly<Record<string, string>> = {
  junit: '<testsuite><testcase name="a" time="1"/></testsuite>',
  tap: "1..1\nok 1\n",
  ctrf: '{"results":{"tests":[{"name":"a","status":"passed","duration":1}]}}',
  lcov: "SF:a\nFN:1,f\nFNDA:1,f\nBRDA:1,0,0,1\nDA:1,1\nend_of_record\n",
  cobertura:
    '<coverage line-rate="1"><class filename="a"><line number="1" hits="1" condition-coverage="100% (2/2)"/></class></coverage>',
  sarif: '{"version":"2.1.0","runs":[{"tool":{"driver":{"rules":[]}},"artifacts":[],"results":[]}]}',
};

describe("the catalogue of metrics", () => {
  it.each(Object.entries(FULL))("names exactly the metrics of %s, with their units", async (format, text) => {
    const reading = await readingOf(text);
    expect(reading.format).toBe(format);
    const expected = Object.entries(METRICS)
      .filter(([, definition]) => (definition.formats as readonly string[]).includes(format))
      .map(([key, definition]) => `${key} ${definition.unit ?? ""}`)
      .sort();
    expect(reading.metrics.map(({ key, unit }) => `${key} ${unit ?? ""}`).sort()).toEqual(expected);
  });

  it("knows every format", () => {
    expect(Object.keys(FULL).sort()).toEqual(REPORT_FORMATS.filter((format) => format !== "metric-lines").sort());
  });
});
