import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import { readReports } from "../read-report.ts";
import { metricsOf, readingOf } from "../testing/reading-of.ts";

function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}.info`, import.meta.url), "utf8");
}

const RECORD = "SF:a.ts\nDA:1,1\nDA:2,0\nend_of_record\n";

describe("an LCOV tracefile", () => {
  it("gives line, branch and function coverage", async () => {
    const reading = await readingOf(fixture("classic"));
    expect(reading.anomalies).toEqual([]);
    expect(metricsOf(reading)).toEqual({
      files_covered: 1,
      lines_total: 4,
      lines_covered: 2,
      line_coverage: 50,
      functions_total: 2,
      functions_covered: 1,
      function_coverage: 50,
      branches_total: 4,
      branches_covered: 1,
      branch_coverage: 25,
    });
  });

  it("of version 2 gives aliases of one function as one, with branch expressions and exceptions", async () => {
    const reading = await readingOf(fixture("version-2"));
    expect(reading.anomalies).toEqual([]);
    expect(metricsOf(reading)).toMatchObject({
      functions_total: 2,
      functions_covered: 1,
      branches_total: 2,
      branches_covered: 1,
      lines_total: 3,
    });
  });

  it.each([1, 5])("reads the same from pieces of %i bytes, with CRLF too", async (pieceBytes) => {
    const expected = metricsOf(await readingOf(fixture("classic")));
    const crlf = fixture("classic").replaceAll("\n", "\r\n");
    expect(metricsOf(await readingOf(crlf, undefined, { pieceBytes }))).toEqual(expected);
  });

  it("merges records of one source file, so that a line counts once", async () => {
    const reading = await readingOf(`${RECORD}SF:a.ts\nDA:2,1\nDA:3,0\nend_of_record\n`);
    expect(metricsOf(reading)).toMatchObject({ files_covered: 1, lines_total: 3, lines_covered: 2 });
  });

  it("merges several files", async () => {
    const sources = [RECORD, "SF:a.ts\nDA:2,1\nend_of_record\n"].map((text, index) => ({
      place: `${index}.info`,
      digest: text,
      open: () => Buffer.from(text),
    }));
    const [reading] = await readReports(sources);
    expect(metricsOf(reading ?? (await readingOf("")))).toMatchObject({
      lines_total: 2,
      lines_covered: 2,
      line_coverage: 100,
    });
  });

  it("says nothing of branches and functions when it has none", async () => {
    const metrics = metricsOf(await readingOf(RECORD));
    expect(metrics).not.toHaveProperty("branch_coverage");
    expect(metrics).not.toHaveProperty("function_coverage");
  });

  it("takes instances of one function for one, when the record claims it so", async () => {
    const functions = "FN:1,f<int>\nFN:1,f<long>\nFNDA:0,f<int>\nFNDA:2,f<long>\nFNF:1\nFNH:1\n";
    expect((await readingOf(RECORD.replace("DA:1", `${functions}DA:1`))).anomalies).toEqual([]);
  });

  it("never rounds a coverage up", async () => {
    const lines = Array.from({ length: 2000 }, (_, index) => `DA:${index + 1},${index < 1999 ? 1 : 0}`).join("\n");
    expect(metricsOf(await readingOf(`SF:a\n${lines}\nend_of_record`))["line_coverage"]).toBeLessThan(100);
  });

  it.each([
    ["lines", "LF:3\nLH:1"],
    ["lines hit", "LF:2\nLH:2"],
    ["functions", "FNF:1\nFNH:1"],
    ["branches", "BRF:2\nBRH:2"],
  ])("whose sum of %s disagrees is a header mismatch", async (_what, sums) => {
    const reading = await readingOf(RECORD.replace("end_of_record", `${sums}\nend_of_record`));
    expect(reading.anomalies).toEqual(["header_mismatch"]);
    expect(metricsOf(reading)).toMatchObject({ lines_total: 2, lines_covered: 1 });
  });

  it.each([
    ["a record without end", "SF:a\nDA:1,1\n"],
    ["a record within a record", `SF:a\nDA:1,1\n${RECORD}`],
    ["an end without a record", "end_of_record\n"],
    ["lines outside of a record", `TN:\nDA:1,1\n${RECORD}`],
    ["no path", "SF:\nend_of_record\n"],
    ["a negative count", "SF:a\nDA:1,-5\nend_of_record\n"],
    ["a line without a count", "SF:a\nDA:1\nend_of_record\n"],
    ["a word for a line", "SF:a\nDA:one,1\nend_of_record\n"],
    ["a line that no file has", "SF:a\nDA:4000000000,1\nend_of_record\n"],
    ["a branch that is cut short", "SF:a\nBRDA:1,0\nend_of_record\n"],
    ["a branch without a block", "SF:a\nBRDA:1,x,0,1\nend_of_record\n"],
    ["a function that is cut short", "SF:a\nFN:1\nend_of_record\n"],
    ["an unknown entry", "SF:a\nXX:1\nend_of_record\n"],
    ["other text", `${RECORD}coverage: 100%\n`],
  ])("with %s is malformed and has no rate", async (_what, text) => {
    const reading = await readingOf(text, "lcov");
    expect(reading.anomalies).toContain("malformed");
    expect(metricsOf(reading)).not.toHaveProperty("line_coverage");
  });

  it("without lines is empty, not fully covered", async () => {
    const reading = await readingOf("SF:a\nLF:0\nLH:0\nend_of_record\n");
    expect(reading.anomalies).toEqual(["empty_report"]);
    expect(metricsOf(reading)).not.toHaveProperty("line_coverage");
  });

  it("with an overlong line is malformed", async () => {
    const reading = await readingOf(`SF:${"x".repeat(500)}\n${RECORD}`, "lcov", { limits: { maxLineChars: 100 } });
    expect(reading.anomalies).toContain("malformed");
  });

  it("with more entries than are kept is unsupported", async () => {
    const records = Array.from({ length: 6 }, (_, index) => RECORD.replace("a.ts", `${index}.ts`)).join("");
    expect((await readingOf(records, "lcov", { limits: { maxEntries: 5 } })).anomalies).toContain("unsupported");
    const branches = Array.from({ length: 20 }, (_, index) => `BRDA:1,0,${index},1`).join("\n");
    const reading = await readingOf(`SF:a\n${branches}\nend_of_record`, "lcov", { limits: { maxEntries: 5 } });
    expect(reading.anomalies).toContain("unsupported");
  });
});
