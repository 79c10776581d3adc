import { describe, expect, it } from "vitest";

import { metricsOf, readingOf } from "../testing/reading-of.ts";

const LINES =
  '<line number="1" hits="2"/><line number="2" hits="0" branch="true" condition-coverage="50% (1/2)"/>' +
  '<line number="3" hits="1" branch="false"/>';
const HEADER =
  'lines-valid="3" lines-covered="2" line-rate="0.6667" branches-valid="2" branches-covered="1" branch-rate="0.5"';

function report(attributes: string, classes: string): string {
  return (
    '<?xml version="1.0" ?>\n<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">\n' +
    `<coverage ${attributes} version="1"><sources><source>.</source></sources><packages><package name="p"><classes>` +
    `${classes}</classes></package></packages></coverage>`
  );
}

function classOf(file: string, lines: string, methods = ""): string {
  return `<class name="c" filename="${file}"><methods>${methods}</methods><lines>${lines}</lines></class>`;
}

describe("a Cobertura report", () => {
  it("gives line and branch coverage", async () => {
    const reading = await readingOf(report(HEADER, classOf("a.py", LINES)));
    expect(reading).toMatchObject({ format: "cobertura", anomalies: [] });
    expect(metricsOf(reading)).toEqual({
      files_covered: 1,
      lines_total: 3,
      lines_covered: 2,
      line_coverage: (2 / 3) * 100,
      branches_total: 2,
      branches_covered: 1,
      branch_coverage: 50,
    });
  });

  it("counts a line once that methods and other classes name too", async () => {
    const method = `<method name="m"><lines>${LINES}</lines></method>`;
    const classes = classOf("a.py", LINES, method) + classOf("a.py", LINES);
    const reading = await readingOf(report('lines-valid="6" lines-covered="4"', classes));
    expect(reading.anomalies).toEqual([]);
    expect(metricsOf(reading)).toMatchObject({ lines_total: 3, lines_covered: 2 });
  });

  it("counts the lines of methods where the class lists none, and else leaves them aside", async () => {
    const method = `<method name="m"><lines>${LINES}</lines></method>`;
    const only = await readingOf(report('lines-valid="3"', classOf("a.py", "", method)));
    expect(metricsOf(only)).toMatchObject({ lines_total: 3, lines_covered: 2 });
    const both = await readingOf(report('lines-valid="1"', classOf("a.py", '<line number="9" hits="1"/>', method)));
    expect(metricsOf(both)).toMatchObject({ lines_total: 1, lines_covered: 1 });
    expect([...only.anomalies, ...both.anomalies]).toEqual([]);
  });

  it("may claim branches beside those on its lines, as far as that explains the difference", async () => {
    const claim = (valid: number, covered: number): string =>
      report(`line-rate="0.6667" branches-valid="${valid}" branches-covered="${covered}"`, classOf("a.py", LINES));
    expect((await readingOf(claim(4, 2))).anomalies).toEqual([]);
    expect((await readingOf(claim(3, 3))).anomalies).toEqual(["header_mismatch"]);
    expect((await readingOf(claim(1, 1))).anomalies).toEqual(["header_mismatch"]);
    expect((await readingOf(claim(4, 0))).anomalies).toEqual(["header_mismatch"]);
  });

  it("may write its rate with the noise of binary fractions", async () => {
    const reading = await readingOf(report('line-rate="0.66660000000000003"', classOf("a.py", LINES)));
    expect(reading.anomalies).toEqual([]);
  });

  it("whose class has more lines of methods than are kept is unsupported", async () => {
    const method = `<method name="m"><lines>${LINES}</lines></method>`;
    const reading = await readingOf(report('line-rate="1"', classOf("a.py", "", method)), "cobertura", {
      limits: { maxEntries: 2 },
    });
    expect(reading.anomalies).toContain("unsupported");
  });

  it.each([
    ["lines-valid", 'lines-valid="4" lines-covered="2"'],
    ["lines-covered", 'lines-valid="3" lines-covered="3"'],
    ["line-rate", 'line-rate="1"'],
    ["a line-rate that is no number", 'line-rate="all"'],
    ["branch-rate", 'line-rate="0.67" branch-rate="0.9"'],
    ["branches-covered", 'line-rate="0.67" branches-covered="2"'],
  ])("whose %s disagrees is a header mismatch", async (_what, attributes) => {
    const reading = await readingOf(report(attributes, classOf("a.py", LINES)), "cobertura");
    expect(reading.anomalies).toEqual(["header_mismatch"]);
    expect(metricsOf(reading)).toMatchObject({ lines_total: 3, lines_covered: 2 });
  });

  it("without lines is empty, whatever its rate says", async () => {
    const reading = await readingOf(report('line-rate="1"', classOf("a.py", "")));
    expect(reading.anomalies).toEqual(["empty_report"]);
    expect(metricsOf(reading)).not.toHaveProperty("line_coverage");
  });

  it.each([
    ["another root", '<project line-rate="1"/>'],
    ["a line outside of a class", report("", '<line number="1" hits="1"/>')],
    ["a line without hits", report("", classOf("a", '<line number="1"/>'))],
    ["a class without a file", report("", classOf("", LINES))],
    ["a class in a class", report("", `<class filename="a">${classOf("b", LINES)}</class>`)],
    ["a condition without a count", report("", classOf("a", '<line number="1" hits="1" condition-coverage="all"/>'))],
    [
      "more conditions met than there are",
      report("", classOf("a", '<line number="1" hits="1" condition-coverage="(3/2)"/>')),
    ],
    ["a line number that no file has", report("", classOf("a", '<line number="99999999" hits="1"/>'))],
  ])("with %s is malformed", async (_what, text) => {
    const reading = await readingOf(text, "cobertura");
    expect(reading.anomalies).toContain("malformed");
    expect(metricsOf(reading)).not.toHaveProperty("line_coverage");
  });

  it("that breaks off is truncated", async () => {
    const text = report("", classOf("a", LINES));
    expect((await readingOf(text.slice(0, -20), "cobertura")).anomalies).toContain("truncated");
  });
});
