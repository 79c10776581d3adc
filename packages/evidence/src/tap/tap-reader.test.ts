import { describe, expect, it } from "vitest";

import { metricsOf, readingOf } from "../testing/reading-of.ts";

describe("a TAP document", () => {
  it("counts its test points, with SKIP and TODO as skipped", async () => {
    const reading = await readingOf(
      "TAP version 13\n1..6\nok 1 - a\nnot ok 2 - b\nok 3 # SKIP no gpu\nnot ok 4 - d # TODO later\nok - e\nok 6 f \\# g\n",
    );
    expect(reading.cases).toMatchObject({ total: 6, passed: 3, failed: 1, skipped: 2 });
    expect(reading.anomalies).toEqual([]);
    expect(metricsOf(reading)).toMatchObject({ tests_total: 6, tests_failed: 1, test_pass_rate: 50 });
  });

  it("may have its plan at the end, no version, and other lines in between", async () => {
    const reading = await readingOf("ok 1\n# comment\nhello\npragma +strict\nok 2\n1..2\n");
    expect(reading).toMatchObject({ format: "tap", anomalies: [], cases: { passed: 2 } });
  });

  it("takes a skipped point that is not ok for failed", async () => {
    expect((await readingOf("1..1\nnot ok 1 # SKIP\n")).cases).toMatchObject({ failed: 1 });
  });

  it("passes over YAML blocks, whatever stands in them", async () => {
    const text = "TAP version 14\n1..2\nnot ok 1 - a\n  ---\n  message: |\n    ok 7\n    1..9\n  ...\nok 2 - b\n";
    expect(await readingOf(text)).toMatchObject({ anomalies: [], cases: { total: 2, failed: 1 } });
  });

  it("counts the cases within subtests, and not the points that sum them up", async () => {
    const text = [
      "TAP version 14",
      "# Subtest: cart",
      "    # Subtest: adding",
      "        ok 1 - one",
      "        not ok 2 - two",
      "        1..2",
      "    not ok 1 - adding",
      "    ok 2 - removing",
      "    1..2",
      "not ok 1 - cart",
      "ok 2 - alone",
      "1..2",
      "# tests 4",
      "# fail 1",
    ].join("\n");
    const reading = await readingOf(text);
    expect(reading.anomalies).toEqual([]);
    expect(reading.cases).toMatchObject({ total: 4, passed: 3, failed: 1, examples: ["cart > adding > two"] });
  });

  it("does not let failures within a TODO fail", async () => {
    const text = "1..1\n    1..2\n    ok 1\n    not ok 2\nnot ok 1 - later # TODO\n";
    expect(await readingOf(text)).toMatchObject({ anomalies: [], cases: { passed: 1, failed: 0, skipped: 1 } });
  });

  it("counts a parent that failed by itself", async () => {
    const text = "1..1\n    1..1\n    ok 1\nnot ok 1 - after hook\n";
    expect((await readingOf(text)).cases).toMatchObject({ passed: 1, failed: 1 });
  });

  it("takes the skipped parent of an empty subtest for one skipped case", async () => {
    expect((await readingOf("1..2\n    1..0 # SKIP\nok 1 - x # SKIP\nok 2\n")).cases).toMatchObject({
      total: 2,
      skipped: 1,
    });
  });

  it("may number its points in any order", async () => {
    expect(await readingOf("1..3\nok 2\nok 3\nok 1\n")).toMatchObject({ anomalies: [], cases: { passed: 3 } });
  });

  it.each([1, 3])("reads the same from pieces of %i bytes", async (pieceBytes) => {
    const text = "TAP version 13\r\n1..2\r\nok 1 - a\r\nnot ok 2 - b\r\n";
    expect(await readingOf(text, undefined, { pieceBytes })).toEqual(await readingOf(text));
  });
});

describe("odd TAP", () => {
  it.each([
    ["no plan", "TAP version 13\nok 1\n", "truncated"],
    ["fewer points than planned", "1..203\nok 1\n", "header_mismatch"],
    ["more points than planned", "1..1\nok 1\nok 2\n", "header_mismatch"],
    ["a number beyond the plan", "1..1\nok 5\n", "header_mismatch"],
    ["a number twice", "1..2\nok 1\nok 1\n", "malformed"],
    ["a later number twice", "1..3\nok 3\nok 3\nok 1\n", "malformed"],
    ["two plans", "1..1\n1..1\nok 1\n", "malformed"],
    ["two documents", "TAP version 13\n1..1\nok 1\nTAP version 13\n1..1\nok 1\n", "malformed"],
    ["a bail-out", "1..2\nok 1\nBail out! no database\n", "truncated"],
    ["a bail-out after all points", "1..1\nok 1\nBail out!\n", "truncated"],
    ["an unknown version", "TAP version 99\n1..1\nok 1\n", "unsupported"],
    ["a YAML block without end", "1..1\nok 1\n  ---\n  a: 1\n", "truncated"],
    ["a subtest without its point", "1..1\nok 1\n    1..1\n    ok 1\n", "truncated"],
    ["a subtest without its point before the next", "1..1\n        ok 1\nok 1\n", "malformed"],
    ["a subtest without a plan", "1..1\n    ok 1\nok 1\n", "truncated"],
    ["a subtest with a wrong plan", "1..1\n    1..5\n    ok 1\nok 1\n", "header_mismatch"],
    ["a parent that hides a failure", "1..1\n    1..1\n    not ok 1\nok 1\n", "header_mismatch"],
    ["a comment that counts failures which no point shows", "1..1\nok 1\n# fail 2\n", "header_mismatch"],
    ["nothing planned", "1..0 # SKIP nothing here\n", "empty_report"],
    ["only skipped points", "1..1\nok 1 # SKIP\n", "empty_report"],
  ])("with %s has an anomaly", async (_what, text, anomaly) => {
    expect((await readingOf(text, "tap")).anomalies).toContain(anomaly);
  });

  it("counts failures of a subtest that the document breaks off in", async () => {
    const reading = await readingOf("1..2\n    1..2\n    not ok 1\nBail out!\n", "tap");
    expect(reading.cases).toMatchObject({ failed: 1 });
    expect(metricsOf(reading)).not.toHaveProperty("test_pass_rate");
  });

  it("with subtests too deep is malformed", async () => {
    const text = Array.from({ length: 12 }, (_, depth) => `${" ".repeat(depth * 4)}1..1`).join("\n");
    expect((await readingOf(text, "tap", { limits: { maxDepth: 5 } })).anomalies).toContain("malformed");
  });

  it("with an overlong line leaves that line alone", async () => {
    const text = `1..2\nok 1\nok 2 - ${"x".repeat(200)}\n`;
    expect((await readingOf(text, "tap", { limits: { maxLineChars: 100 } })).anomalies).toContain("header_mismatch");
  });

  it("that numbers its points in great disorder is malformed", async () => {
    const points = Array.from({ length: 10_002 }, (_, index) => `ok ${index + 2}`).join("\n");
    expect((await readingOf(points, "tap")).anomalies).toContain("malformed");
  });
});
