import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeRecord } from "../../../../test/silent-pass/make-record.ts";
import { canonicalJson } from "./canonical-json.ts";
import { createMetricLineReader, MOST_METRICS, parseMetricLine, parseMetricLines } from "./metric-lines.ts";
import { statementDigest } from "./statement-digest.ts";

// The same cases in every run: a failure can be looked at, and a pass means the same everywhere.
fc.configureGlobal({ seed: 1 });

describe("canonical JSON", () => {
  it("sorts keys, leaves undefined out and prints numbers as ECMAScript does", () => {
    expect(canonicalJson({ b: 1, a: [-0, 1e21, 1e-7, "é\n"], c: undefined, A: null, é: true })).toBe(
      '{"A":null,"a":[0,1e+21,1e-7,"é\\n"],"b":1,"é":true}',
    );
  });
  it("is JSON of the same value, whatever the order of the keys", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 10_000 },
    );
  });
  it.each([Number.NaN, Number.POSITIVE_INFINITY, [undefined], () => 1, Symbol("x"), 1n])("holds no %s", (value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });
  it("gives a statement its address", () => {
    const { statement, digest } = makeRecord({ metrics: { a: 1 } });
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(statementDigest(JSON.parse(JSON.stringify(statement)))).toBe(digest);
    expect(makeRecord({ metrics: { a: 2 } }).digest).not.toBe(digest);
  });
});

describe("a metric line", () => {
  it.each<[string, unknown]>([
    ["p95=412ms", { key: "p95", value: 412, unit: "ms", n: null }],
    ["p95=412 ms", { key: "p95", value: 412, unit: "ms", n: null }],
    ["p95=412ms\r", { key: "p95", value: 412, unit: "ms", n: null }],
    ["Response time p95=0.4s", { key: "response_time_p95", value: 0.4, unit: "s", n: null }],
    ["coverage=95.5%", { key: "coverage", value: 95.5, unit: "%", n: null }],
    ["rate=1e3 req/s", { key: "rate", value: 1000, unit: "/s", n: null }],
    ["delta=-2pp", { key: "delta", value: -2, unit: "pp", n: null }],
    ["agents=203/203", { key: "agents", value: 203, unit: null, n: 203 }],
    ["x=12parsec", { key: "x", value: 12, unit: "parsec", n: null }],
    ["x=NaN", { key: "x", value: "NaN", unit: null, n: null }],
    ["x=nan%", { key: "x", value: "NaN", unit: "%", n: null }],
    ["x=-inf", { key: "x", value: "-Infinity", unit: null, n: null }],
    ["x=Infinity", { key: "x", value: "Infinity", unit: null, n: null }],
    ["x=1e999", { key: "x", value: "Infinity", unit: null, n: null }],
    ["x=-1e999", { key: "x", value: "-Infinity", unit: null, n: null }],
    ["security=Clean", { key: "security", value: "clean", unit: null, n: null }],
    ["ok=true", { key: "ok", value: true, unit: null, n: null }],
    ["ok=False", { key: "ok", value: false, unit: null, n: null }],
  ])("%s", (line, expected) => {
    expect(parseMetricLine(line)).toEqual(expected);
  });
  it.each([
    "",
    "p95",
    "p95=",
    "=5",
    "p95 = 5",
    " p95=5",
    "p95=5 and more",
    "p95=5, q=6",
    "PATH=/usr/bin",
    "a=1,000",
    "a=.5",
    "a=5.",
    "a=b c",
    "+coverage=95%",
    "- coverage=95%",
    "coverage=>95%",
    "coverage: 95%",
    "a==5",
    "(=5",
    "_=5",
    `${"a".repeat(600)}=5`,
  ])("is not %j", (line) => {
    expect(parseMetricLine(line)).toBeNull();
  });
});

describe("metric lines in an output", () => {
  it("are taken out of any other text", () => {
    expect(parseMetricLines("starting\ncoverage=95%\nall good, coverage=12% was\r\nok=true").metrics).toEqual([
      { key: "coverage", value: 95, unit: "%", n: null },
      { key: "ok", value: true, unit: null, n: null },
    ]);
    expect(parseMetricLines("").metrics).toEqual([]);
    expect(parseMetricLines(`${"x".repeat(100_000)}\na=1`).metrics).toHaveLength(1);
  });
  it("may be told twice but not differently", () => {
    expect(parseMetricLines("a=1\na=1\n").anomalies).toEqual([]);
    expect(parseMetricLines("a=1\nA=2\n").anomalies).toEqual(["conflicting_metric"]);
    expect(parseMetricLines("a=1\na=1s\n").anomalies).toEqual(["conflicting_metric"]);
    expect(parseMetricLines("a=1/2\na=1/3\n").anomalies).toEqual(["conflicting_metric"]);
  });
  it("are kept up to a bound", () => {
    const reader = createMetricLineReader();
    for (let i = 0; i <= MOST_METRICS; i += 1) reader.push(`m${i}=1`);
    const { metrics, anomalies } = reader.finish();
    expect(metrics).toHaveLength(MOST_METRICS);
    expect(anomalies).toEqual(["truncated"]);
  });
  it("give back the number that was written", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const read = parseMetricLine(`m=${value}`);
        expect(read?.value).toBe(value === 0 && Object.is(value, -0) ? 0 : value);
      }),
      { numRuns: 10_000 },
    );
  });
});
