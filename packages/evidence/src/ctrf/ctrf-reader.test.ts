import { describe, expect, it } from "vitest";

import { metricsOf, readingOf } from "../testing/reading-of.ts";

interface Test {
  readonly name?: string;
  readonly status?: string;
  readonly [key: string]: unknown;
}

function report(tests: readonly Test[], summary: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    reportFormat: "CTRF",
    specVersion: "0.0.0",
    results: { tool: { name: "t" }, summary, tests },
  });
}

const PASSED: Test = { name: "a", status: "passed", duration: 1500 };

describe("a CTRF report", () => {
  it("counts its tests by status", async () => {
    const statuses = ["passed", "failed", "skipped", "pending", "other"];
    const tests = statuses.map((status, index) => ({ name: `t${index}`, status, duration: 100 }));
    const summary = { tests: 5, passed: 1, failed: 1, skipped: 1, pending: 1, other: 1, start: 1, stop: 2 };
    const reading = await readingOf(report(tests, summary));
    expect(reading).toMatchObject({ format: "ctrf", anomalies: [] });
    expect(reading.cases).toMatchObject({ total: 5, passed: 1, failed: 1, errored: 1, skipped: 2, flaky: 0 });
    expect(metricsOf(reading)).toMatchObject({ test_pass_rate: 20, test_duration: 0.3 });
  });

  it.each([{ flaky: true }, { retries: 1 }, { flaky: false, retries: 2 }, { retryAttempts: [{ status: "failed" }] }])(
    "takes a test that passed with %j for flaky",
    async (extra) => {
      const reading = await readingOf(report([{ ...PASSED, ...extra }]));
      expect(reading.anomalies).toEqual(["flaky"]);
      expect(reading.cases).toMatchObject({ flaky: 1 });
    },
  );

  it("tells tests of the same name in different files apart", async () => {
    const reading = await readingOf(
      report([
        { ...PASSED, filePath: "a", status: "failed" },
        { ...PASSED, filePath: "b" },
      ]),
    );
    expect(reading.anomalies).toEqual([]);
  });

  it.each([
    ["tests", { tests: 203 }],
    ["failed", { failed: 1 }],
    ["passed", { passed: "1" }],
  ])("whose summary disagrees in %s is a header mismatch", async (_what, summary) => {
    expect((await readingOf(report([PASSED], summary))).anomalies).toEqual(["header_mismatch"]);
  });

  it("compares a summary that stands after the tests", async () => {
    expect((await readingOf('{"results":{"tests":[],"summary":{"tests":3}}}', "ctrf")).anomalies).toEqual([
      "empty_report",
      "header_mismatch",
    ]);
  });

  it("without tests is empty", async () => {
    expect((await readingOf(report([]))).anomalies).toEqual(["empty_report"]);
  });

  it.each([
    ["an unknown status", report([{ name: "a", status: "ok" }])],
    ["no status", report([{ name: "a" }])],
    ["another format name", report([PASSED]).replace('"CTRF"', '"XTRF"')],
    ["no list of tests", '{"results":{"summary":{"tests":1,"passed":1}}}'],
    ["something else for the list", '{"results":{"tests":{}}}'],
    ["a list twice", '{"results":{"tests":[],"tests":[]}}'],
  ])("with %s is malformed", async (_what, text) => {
    expect((await readingOf(text, "ctrf")).anomalies).toContain("malformed");
  });

  it("that breaks off is truncated and has no rate", async () => {
    const reading = await readingOf(report([PASSED]).slice(0, -3), "ctrf");
    expect(reading.anomalies).toEqual(["truncated"]);
    expect(metricsOf(reading)).not.toHaveProperty("test_pass_rate");
  });
});
