import { describe, expect, it } from "vitest";
import type { RecordFixture } from "../../../../test/silent-pass/make-record.ts";
import { makeInput, makeRecord } from "../../../../test/silent-pass/make-record.ts";
import { judgeGate } from "./judge.ts";

function judge(expression: string, metrics: RecordFixture["metrics"], rest: RecordFixture = {}): string {
  const record = makeRecord({ ...(metrics === undefined ? {} : { metrics }), ...rest });
  const verdict = judgeGate(makeInput(`cel: ${expression}`, [record]));
  return `${verdict.verdict} ${verdict.reason}`;
}

describe("an expression", () => {
  it.each<[string, RecordFixture["metrics"], string]>([
    ["a < 1.0 && b > 2.0", { a: 0.5, b: 3 }, "pass met"],
    ["a < 1.0 && b > 2.0", { a: 0.5, b: 1 }, "fail violated"],
    ["a < 1 && b > 2", { a: 0, b: 3 }, "pass met"],
    ["p95.ms < 500.0", { p95: "0.4s" }, "pass met"],
    ["p95.ms < 500.0", { p95: "600ms" }, "fail violated"],
    ["coverage.pct >= 80.0", { coverage: "81%" }, "pass met"],
    ["err.rate < 0.01", { err_rate: 0.001 }, "pass met"],
    ['state == "clean"', { state: "clean" }, "pass met"],
    ["ok", { ok: true }, "pass met"],
    ["!ok", { ok: true }, "fail violated"],
    ["p95 < 500.0", { p95: "400ms" }, "inconclusive unit_mismatch"],
    ["coverage > 0.8", { coverage: "5%" }, "inconclusive unit_mismatch"],
    ["p95.ms < 500.0", { p95: 400 }, "inconclusive unit_mismatch"],
    ["p95.ms < 500.0", { p95: "NaN" }, "inconclusive nan"],
    ["p95.ms < 500.0", {}, "inconclusive no_evidence"],
    ["p95.parsecs < 500.0", { p95: 1 }, "inconclusive no_evidence"],
    ["a < 1.0", { a: "NaN" }, "inconclusive nan"],
    ["!(a >= 1.0)", { a: "NaN" }, "inconclusive nan"],
    ["a < 1.0 || unknown > 2.0", { a: 0 }, "inconclusive no_evidence"],
    ["size(results) == 0 || results[0] >= 0.95", {}, "inconclusive no_evidence"],
    ["true", { a: 1 }, "inconclusive no_evidence"],
    ["a + 1.0", { a: 1 }, "inconclusive unparsed"],
    ["a <", { a: 1 }, "inconclusive unparsed"],
    ['a < "x"', { a: 1 }, "inconclusive source_error"],
    ["a < 1.0 && a.b < 2.0", { a: 0, a_b: 1 }, "inconclusive ambiguous"],
    ["a.b < 2.0 && a < 1.0", { a: 0, a_b: 1 }, "inconclusive ambiguous"],
    ["a.b < 2.0 && a.c < 1.0", { a_c: 0, a_b: 1 }, "pass met"],
  ])("%s over %j is %s", (expression, metrics, expected) => {
    expect(judge(expression, metrics)).toBe(expected);
  });
  it("does not pass on odd evidence", () => {
    expect(judge("a < 1.0", { a: 0 }, { anomalies: ["truncated"] })).toBe("inconclusive source_error");
    expect(judge("a < 1.0", { a: 0 }, { anomalies: ["empty_report"] })).toBe("inconclusive no_evidence");
    const verdict = judgeGate(makeInput("cel: a < 1.0", []));
    expect(verdict.reason).toBe("not_run");
  });
  it("says where it cannot be read", () => {
    const verdict = judgeGate(makeInput("cel: a < < 2", [makeRecord({ metrics: { a: 1 } })]));
    expect(verdict.explanation).toMatch(/at 5/);
  });
  it("is bounded in size", () => {
    const verdict = judgeGate(makeInput(`cel: ${"a + ".repeat(400)}a > 1.0`, [makeRecord({ metrics: { a: 1 } })]));
    expect(verdict.reason).toBe("unparsed");
  });
});
