import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";

import { readReports } from "../read-report.ts";
import { metricsOf, readingOf } from "../testing/reading-of.ts";
import { createJunitReader } from "./junit-reader.ts";

function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}.xml`, import.meta.url), "utf8");
}

function suite(attributes: string, cases: string): string {
  return `<testsuite name="s" ${attributes}>${cases}</testsuite>`;
}

const PASSED = '<testcase classname="c" name="a" time="1"/>';
const FAILED = '<testcase classname="c" name="b" time="1"><failure/></testcase>';

/** What is still held: garbage, and what test files before this one left in the process, is no part of a measurement. */
function heapUsed(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect !== "function") throw new Error("garbage cannot be collected here");
  collect();
  return process.memoryUsage().heapUsed;
}

describe("the dialects of JUnit", () => {
  // [dialect, total, passed, failed, errored, skipped, flaky]
  it.each([
    ["ant", 4, 2, 1, 1, 0, 0],
    ["jenkins", 3, 2, 1, 0, 0, 0],
    ["surefire-flaky", 3, 2, 1, 0, 0, 1],
    ["pytest", 6, 2, 1, 1, 2, 0],
    ["nextest", 3, 2, 1, 0, 0, 1],
    ["jest-junit", 3, 2, 0, 0, 1, 0],
    ["vitest", 2, 2, 0, 0, 0, 0],
    ["go-junit-report", 3, 1, 1, 0, 1, 0],
    ["nested", 3, 3, 0, 0, 0, 0],
    ["googletest", 3, 1, 0, 0, 2, 0],
    ["node-test", 6, 2, 2, 0, 2, 0],
  ])(
    "counts the cases of %s and finds its header to agree",
    async (name, total, passed, failed, errored, skipped, flaky) => {
      const reading = await readingOf(fixture(name));
      expect(reading.cases).toMatchObject({ total, passed, failed, errored, skipped, flaky });
      expect(reading.anomalies).toEqual(flaky > 0 ? ["flaky"] : []);
      expect(reading.reader).toEqual({ name: "junit", version: "1" });
    },
  );

  it.each([1, 2, 3, 7])("reads the same from pieces of %i bytes", async (pieceBytes) => {
    for (const name of ["ant", "surefire-flaky", "pytest", "nested"]) {
      expect(await readingOf(fixture(name), "junit", { pieceBytes })).toEqual(await readingOf(fixture(name)));
    }
  });

  it("sums the times of the cases, with thousands separators", async () => {
    expect(metricsOf(await readingOf(fixture("surefire-flaky")))).toMatchObject({ test_duration: 1002.5 });
  });

  it("says no duration when a case that ran does not say its time", async () => {
    const reading = await readingOf(suite("", `${PASSED}<testcase name="x"/>`));
    expect(metricsOf(reading)).not.toHaveProperty("test_duration");
  });

  it("does not take a skipped case for a passed one in the pass rate", async () => {
    const reading = await readingOf(suite("", `${PASSED}<testcase name="x"><skipped/></testcase>`));
    expect(metricsOf(reading)).toMatchObject({ test_pass_rate: 50, tests_total: 2, tests_skipped: 1 });
  });

  it("sees failure in a status that no child element repeats", async () => {
    const reading = await readingOf(
      suite("", '<testcase name="a" status="fail"/><testcase name="b" status="passed"/>'),
    );
    expect(reading.cases).toMatchObject({ failed: 1, passed: 1 });
  });

  it("takes a case with only a rerun failure for failed", async () => {
    expect((await readingOf(suite("", '<testcase name="a"><rerunFailure/></testcase>'))).cases).toMatchObject({
      failed: 1,
    });
  });

  it("counts an error of the suite itself", async () => {
    const reading = await readingOf(suite('tests="1" errors="1"', `${PASSED}<error message="set-up"/>`));
    expect(reading.cases).toMatchObject({ total: 2, passed: 1, errored: 1 });
    expect(reading.anomalies).toEqual([]);
  });

  it("reads a report in the encoding that it declares", async () => {
    const bytes = Buffer.from(
      `<?xml version="1.0" encoding="ISO-8859-1"?>${suite("", '<testcase name="größe"/>')}`,
      "latin1",
    );
    const reader = createJunitReader();
    await reader.read(bytes, "a.xml");
    expect(reader.finish()).toMatchObject({ anomalies: [], cases: { passed: 1 } });
  });

  it("reads UTF-16 by its byte order mark", async () => {
    const reader = createJunitReader();
    await reader.read(Buffer.from(`\ufeff${suite("", PASSED)}`, "utf16le"), "a.xml");
    expect(reader.finish()).toMatchObject({ anomalies: [], cases: { passed: 1 } });
  });
});

describe("a JUnit header", () => {
  it.each([
    ["tests", 'tests="203"', PASSED],
    ["failures that the body does not show", 'tests="1" failures="1"', PASSED],
    ["errors that the body does not show", 'tests="1" errors="2" failures="0"', PASSED],
    ["no failures where the body has one", 'tests="2" failures="0" errors="0"', PASSED + FAILED],
    ["fewer tests", 'tests="1"', PASSED + FAILED],
    ["skipped", 'tests="1" skipped="1"', PASSED],
    ["disabled", 'tests="1" disabled="1"', PASSED],
    ["words for a number", 'tests="many"', PASSED],
    ["a negative number", 'tests="-1"', PASSED],
  ])("that disagrees in %s is an anomaly", async (_what, attributes, cases) => {
    expect((await readingOf(suite(attributes, cases))).anomalies).toContain("header_mismatch");
  });

  it("never adds to the count", async () => {
    expect(metricsOf(await readingOf(suite('tests="203" failures="0"', PASSED)))).toMatchObject({ tests_total: 1 });
  });

  it("of the root is compared with the cases of all suites", async () => {
    const reading = await readingOf(`<testsuites tests="0">${suite("", PASSED)}</testsuites>`);
    expect(reading.anomalies).toEqual(["header_mismatch"]);
  });

  it("may count failures and errors together", async () => {
    const cases = `${FAILED}<testcase name="e"><error/></testcase>`;
    expect((await readingOf(suite('tests="2" failures="2"', cases))).anomalies).toEqual([]);
  });
});

describe("JUnit that proves nothing", () => {
  it.each([
    ["no case", '<testsuites tests="0"/>'],
    ["only skipped cases", suite("", '<testcase name="a"><skipped/></testcase>')],
  ])("with %s is empty", async (_what, text) => {
    const reading = await readingOf(text, "junit");
    expect(reading.anomalies).toEqual(["empty_report"]);
    expect(metricsOf(reading)["test_pass_rate"] ?? 0).toBe(0);
  });

  it.each([
    ["breaks off in a tag", `<testsuite>${PASSED}<testca`, "truncated"],
    ["breaks off between tags", `<testsuite>${PASSED}`, "truncated"],
    ["breaks off in CDATA", `<testsuite>${PASSED}<system-out><![CDATA[x`, "truncated"],
    ["breaks off in a comment", `<testsuite>${PASSED}<!-- x`, "truncated"],
    ["has crossed tags", `<testsuite>${PASSED}<a></b></testsuite>`, "malformed"],
    ["goes on after its root", `${suite("", PASSED)}<testsuite/>`, "malformed"],
    ["goes on with text after its root", `${suite("", PASSED)} done`, "malformed"],
    ["has CDATA after its root", `${suite("", PASSED)}<![CDATA[x]]>`, "malformed"],
    ["has another root", "<html><testcase name='a'/></html>", "malformed"],
    ["is no XML", "all tests passed", "malformed"],
    ["repeats an attribute", `<testsuite><testcase name="a" name="b"/></testsuite>`, "malformed"],
    ["nests a case in a case", `<testsuite><testcase name="a">${PASSED}</testcase></testsuite>`, "malformed"],
    ["hides a case in properties", `<testsuite><properties>${FAILED}</properties>${PASSED}</testsuite>`, "malformed"],
    ["uses an entity that nobody defined", `<testsuite>${PASSED}<testcase name="&who;"/></testsuite>`, "malformed"],
    ["has two document types", `<!DOCTYPE a><!DOCTYPE b><testsuite>${PASSED}</testsuite>`, "malformed"],
    ["has an endless document type", `<!DOCTYPE a "${"x".repeat(5000)}"><testsuite>${PASSED}</testsuite>`, "malformed"],
    ["breaks off in its document type", "<!DOCTYPE a", "truncated"],
    ["has an endless entity", `<testsuite>${PASSED}&${"a".repeat(100)}`, "malformed"],
    ["has declarations of its own", `<!DOCTYPE t [<!ENTITY a "b">]><testsuite>${PASSED}</testsuite>`, "malformed"],
    ["has a late document type", `<testsuite>${PASSED}</testsuite><!DOCTYPE t>`, "malformed"],
    [
      "is in an unknown encoding",
      `<?xml version="1.0" encoding="klingon"?><testsuite>${PASSED}</testsuite>`,
      "malformed",
    ],
    ["is empty text", " ", "malformed"],
  ])("and %s is odd", async (_what, text, anomaly) => {
    const reading = await readingOf(text, "junit");
    expect(reading.anomalies).toContain(anomaly);
    expect(metricsOf(reading)).not.toHaveProperty("test_pass_rate");
  });

  it("in an entity that ends in another piece is whole", async () => {
    const text = suite("", `${PASSED}<system-out>a &amp; b &lt; c</system-out>`);
    expect((await readingOf(text, "junit", { pieceBytes: 3 })).anomalies).toEqual([]);
  });

  it("with bytes that are no text is malformed", async () => {
    const reader = createJunitReader();
    await reader.read(
      Buffer.concat([Buffer.from("<testsuite>"), Buffer.from([0xff, 0xfe, 0xc0]), Buffer.from("</testsuite>")]),
      "a",
    );
    expect(reader.finish().anomalies).toContain("malformed");
  });

  it("with an outcome it does not know is unsupported", async () => {
    expect((await readingOf(suite("", '<testcase name="a"><exploded/></testcase>'))).anomalies).toEqual([
      "unsupported",
    ]);
  });

  it("with one case both failed and passed is flaky, and the failure still counts", async () => {
    const reading = await readingOf(suite("", '<testcase name="a"><failure/></testcase><testcase name="a"/>'));
    expect(reading.anomalies).toEqual(["flaky"]);
    expect(reading.cases).toMatchObject({ failed: 1, passed: 1 });
  });
});

describe("bounds of a JUnit reading", () => {
  it("end a document that nests too deep", async () => {
    const reading = await readingOf("<testsuite>".repeat(20) + "</testsuite>".repeat(20), "junit", {
      limits: { maxDepth: 10 },
    });
    expect(reading.notes[0]?.message).toContain("deeper than 10");
    expect(reading.anomalies).toContain("malformed");
  });

  it.each([1, 64 * 1024])("end a document with a huge attribute, in pieces of %i bytes", async (pieceBytes) => {
    const text = `<testsuite><testcase name="${"x".repeat(3000)}"/></testsuite>`;
    const reading = await readingOf(text, "junit", { limits: { maxValueChars: 2000 }, pieceBytes });
    expect(reading.notes[0]?.message).toContain("longer than 2000");
  });

  it("end a document that is too long", async () => {
    const reading = await readingOf(suite("", PASSED), "junit", { limits: { maxBytes: 20 } });
    expect(reading.anomalies).toContain("truncated");
  });

  it("keep memory flat over a stream of captured output and many cases", async () => {
    const sizeBytes = 48 * 1024 ** 2;
    const block = Buffer.from(
      `<testcase classname="c" name="n"><system-out><![CDATA[${"log line\n".repeat(20_000)}]]></system-out></testcase>` +
        PASSED.repeat(20),
    );
    let peak = 0;
    async function* stream(): AsyncGenerator<Uint8Array, void, undefined> {
      yield Buffer.from("<testsuite>");
      for (let sent = 0, looked = 0; sent < sizeBytes; sent += block.length) {
        if (sent - looked >= sizeBytes / 12) {
          looked = sent;
          peak = Math.max(peak, heapUsed());
        }
        yield block;
      }
      yield Buffer.from("</testsuite>");
    }
    const before = heapUsed();
    const reader = createJunitReader();
    await reader.read(stream(), "big.xml");
    expect(reader.finish().anomalies).toEqual([]);
    expect(peak).toBeGreaterThan(0);
    // A twelfth of what was read.
    expect(peak - before).toBeLessThan(4 * 1024 ** 2);
  });
});

describe("several JUnit files", () => {
  const source = (text: string, place: string): Parameters<typeof readReports>[0][number] => ({
    place,
    digest: text,
    open: () => Buffer.from(text),
  });

  it("are one suite", async () => {
    const [reading] = await readReports([source(suite("", PASSED), "a.xml"), source(suite("", FAILED), "b.xml")]);
    expect(reading?.cases).toMatchObject({ total: 2, passed: 1, failed: 1 });
  });

  it("of the same content are one report", async () => {
    const [reading] = await readReports([source(suite("", PASSED), "a.xml"), source(suite("", PASSED), "copy.xml")]);
    expect(reading?.cases).toMatchObject({ total: 1 });
  });

  it("have the same inventory in any order, and another one when a case is gone", async () => {
    const a = source(suite("", PASSED), "a.xml");
    const b = source(suite("", FAILED), "b.xml");
    const [[forth], [back], [less]] = await Promise.all([readReports([a, b]), readReports([b, a]), readReports([a])]);
    expect(forth?.inventoryDigest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(back?.inventoryDigest).toBe(forth?.inventoryDigest);
    expect(less?.inventoryDigest).not.toBe(forth?.inventoryDigest);
  });
});
