import { describe, expect, it } from "vitest";

import { readReport } from "./read-report.ts";
import { sniffFormat } from "./sniff-format.ts";
import { metricsOf, readingOf } from "./testing/reading-of.ts";

function sniff(text: string): ReturnType<typeof sniffFormat> {
  return sniffFormat(Buffer.from(text));
}

describe("telling a format from its first bytes", () => {
  it.each([
    ["junit", "<testsuites>"],
    ["junit", '\ufeff<?xml version="1.0"?>\n<!-- made by a runner -->\n<testsuite name="a">'],
    ["junit", "<j:testsuite xmlns:j='x'>"],
    ["cobertura", '<?xml version="1.0"?><!DOCTYPE coverage SYSTEM "x"><coverage line-rate="1">'],
    ["lcov", "TN:\nSF:a"],
    ["lcov", "# made by a tool\nSF:src/a.ts\n"],
    ["tap", "TAP version 14\n"],
    ["tap", "1..3\n"],
    ["tap", "not ok 1 - a\n"],
    ["sarif", '{"version":"2.1.0","runs":[{"tool":'],
    ["sarif", '{"runs":[{"tool":{"driver":{}}}]'],
    ["sarif", '{"$schema":"https://example.test/sarif-schema-2.1.0.json",'],
    ["ctrf", '{"reportFormat":"CTRF",'],
    ["ctrf", '{"results":{"tool":{"name":"x"},"summary":{"tests":1}'],
    ["ctrf", '{"results":{"tests":['],
  ])("finds %s in %j", (format, text) => {
    expect(sniff(text)).toBe(format);
  });

  it.each([
    "",
    "coverage=91%\n",
    "<html>",
    '<coverage clover="4.4" generated="1">',
    '{"vulnerabilities":{}}',
    '{"results":[]}',
    "[1,2]",
    "{oops",
    "ok, all tests passed\n",
    "<",
    "running\nTAP version 13\n",
  ])("finds nothing in %j", (text) => {
    expect(sniff(text)).toBeNull();
  });

  it("looks past what a script runner prints first", async () => {
    const text = "\n> shop@1.0.0 test\n> run --reporter=tap\n\nTAP version 13\n1..1\nok 1\n";
    expect(await readingOf(text)).toMatchObject({ format: "tap", anomalies: [], cases: { passed: 1 } });
    const xml = '\n> shop@1.0.0 test\n\n<?xml version="1.0"?><testsuite><testcase name="a"/></testsuite>';
    expect(await readingOf(xml)).toMatchObject({ format: "junit", anomalies: [], cases: { passed: 1 } });
  });

  it("takes a report after other output for text with metric lines", async () => {
    const reading = await readingOf("log\n<testsuite><testcase name='a'/></testsuite>\ncoverage=91%\n");
    expect(reading.format).toBe("metric-lines");
    expect(metricsOf(reading)).toEqual({ coverage: 91 });
  });

  it("takes a report before other output for a malformed report", async () => {
    const reading = await readingOf("<testsuite><testcase name='a'/></testsuite>\ncoverage=91%\n");
    expect(reading).toMatchObject({ format: "junit", anomalies: ["malformed"] });
  });

  it("follows the format that is given over what it would find", async () => {
    expect(await readReport(Buffer.from("1..1\nok 1\n"), { format: "metric-lines" })).toMatchObject({ metrics: [] });
  });

  it("tells a source that yields nothing", async () => {
    expect(await readReport(Buffer.alloc(0))).toMatchObject({ format: "metric-lines", metrics: [], anomalies: [] });
  });

  it("passes on the error of a source that fails", async () => {
    async function* failing(): AsyncGenerator<Uint8Array, void, undefined> {
      yield Buffer.from("<testsuite>");
      throw new Error("disk on fire");
    }
    await expect(readReport(failing())).rejects.toThrow("disk on fire");
  });
});
