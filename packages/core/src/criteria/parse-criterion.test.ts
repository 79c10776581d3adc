import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findThresholds } from "./find-thresholds.ts";
import { parseCriterion } from "./parse-criterion.ts";
import { OPERATOR_PHRASES, OPERATOR_SIGNS } from "./words.ts";

// The same cases in every run: a failure can be looked at, and a pass means the same everywhere.
fc.configureGlobal({ seed: 1 });

function short(text: string, metric: string | null = null): string {
  const { criterion } = parseCriterion(text, { metric });
  if (criterion === null) return "null";
  return `${criterion.kind} ${criterion.op} ${String(criterion.value)} ${String(criterion.unit)}`;
}

describe("a threshold text", () => {
  it.each([
    ["<500ms", "absolute < 500 ms"],
    ["&lt;500ms", "absolute < 500 ms"],
    ["`<500ms`", "absolute < 500 ms"],
    ['"<500ms"', "absolute < 500 ms"],
    ["**<500ms**", "absolute < 500 ms"],
    ["500ms", "absolute = 500 ms"],
    [">=95%", "absolute >= 95 %"],
    ["≥ 80 %", "absolute >= 80 %"],
    ["> 85%", "absolute > 85 %"],
    ["≤ 3", "absolute <= 3 null"],
    ["!= 3", "absolute != 3 null"],
    ["99.9%+", "absolute >= 99.9 %"],
    ["1000+", "absolute >= 1000 null"],
    ["10k", "absolute = 10000 null"],
    ["2M", "absolute = 2000000 null"],
    ["66,972", "absolute = 66972 null"],
    ["1,000 req/s", "absolute = 1000 /s"],
    ["1000rps", "absolute = 1000 rps"],
    ["1000 requests per second", "absolute = 1000 /s"],
    ["1000 requests / s", "absolute = 1000 /s"],
    ["2,500 parcels/sec", "absolute = 2500 /s"],
    [">= 40 parcels per minute", "absolute >= 40 /min"],
    ["±5 %", "absolute <= 5 %"],
    ["within ±2 mm", "absolute <= 2 null"],
    ["1/week", "absolute = 1 /w"],
    ["3 per day", "absolute = 3 /d"],
    ["5 percentage points", "absolute = 5 pp"],
    ["5% rel", "absolute = 5 %rel"],
    ["1.5x", "absolute = 1.5 x"],
    ["10 MiB", "absolute = 10 MiB"],
    ["<10min parallel", "absolute < 10 min"],
    ["<4hr", "absolute < 4 h"],
    ["< 1day", "absolute < 1 d"],
    [">=90 days", "absolute >= 90 d"],
    ["within two business days", "absolute <= 2 d"],
    ["under 2 seconds", "absolute < 2 s"],
    ["at least 80%", "absolute >= 80 %"],
    ["no more than 3", "absolute <= 3 null"],
    ["15 or more", "absolute >= 15 null"],
    ["80%以上", "absolute >= 80 %"],
    ["30秒以内", "absolute <= 30 s"],
    [">=80% of 66,972", "absolute >= 80 %"],
    [">=4.5/5", "absolute >= 4.5 null"],
    ["within 10% of target", "absolute <= 10 %"],
    ["-20%", "absolute = -20 %"],
    ["+5%", "absolute = 5 %"],
    ["0 broken", "absolute = 0 null"],
    ["zero", "absolute = 0 null"],
    ["100% pass", "absolute = 100 %"],
    ["100% (Python, Go)", "absolute = 100 %"],
    ["3+ plugins available", "absolute >= 3 null"],
    ["203/203 passing", "count = 203 null"],
    ["203/203", "count = 203 null"],
    ["true", "state = true null"],
    ["False", "state = false null"],
    ["operational", "state = operational null"],
    ["encrypted", "state = encrypted null"],
    ["completed (all of them)", "state = completed null"],
    ["24hr canary", "window >= 24 h"],
    ["48hr production validation", "window >= 48 h"],
    ["7-day validation", "window >= 7 d"],
    ["2w bake", "window >= 2 w"],
    ["exit code 0", "exit = 0 null"],
    ["exit: 3", "exit = 3 null"],
    ["no worse than -2pp", "relative >= -2 pp"],
    ["no worse than +5%rel vs best", "relative <= 5 %rel"],
    ["no worse than +100ms", "relative <= 100 ms"],
    ["no worse than -3", "relative >= -3 null"],
    ["no worse than -3 zz", "null"],
    ["ratchet", "relative >= 0 null"],
    ["ratchet down", "relative <= 0 null"],
    ["1 of release-manager not producer within 48h", "witness >= 1 null"],
    ["2 of lead", "witness >= 2 null"],
    ["0 of lead", "absolute = 0 null"],
    ["1 of lead within 48MB", "null"],
    ["cel: a < 1", "expression cel a < 1 null"],
    ["cel:", "null"],
    ["all of: <5; >1", "composite all null null"],
    ["any of: <5; >9", "composite any null null"],
    ["2 of: <5; >1; <9", "composite atLeast 2 null"],
    ["4 of: <5; >1", "null"],
    ["all of: <5; soon", "null"],
    ["not: <5", "composite not null null"],
    ["All checks pass + 24hr canary", "composite all null null"],
    ["coverage >=80%", "absolute >= 80 %"],
    ["24hr canary coverage >= 90%: error_rate <1%; p95 <5ms", "window >= 24 h"],
    ["24hr canary: soon", "null"],
    ["24hr canary coverage 0%", "composite all null null"],
    ["TBD", "null"],
    ["foo", "null"],
    ["", "null"],
    ["v2.3", "null"],
    ["2-3 days", "null"],
    ["$500", "null"],
    ["500 USD", "null"],
    ["contract validation + docs review", "null"],
    ["99.9% uptime + fast", "null"],
    [`<${"9".repeat(3000)}`, "null"],
  ])("%s is %s", (text, expected) => {
    expect(short(text)).toBe(expected);
  });

  it.each([
    ["must not exceed 1%", "absolute <= 1 %"],
    ["not lower than 95%", "absolute >= 95 %"],
    ["no higher than 3", "absolute <= 3 null"],
    ["never below 95%", "absolute >= 95 %"],
    ["without exceeding 500ms", "absolute <= 500 ms"],
    ["doesn't fall under 80%", "absolute >= 80 %"],
    ["cannot be less than 80%", "absolute >= 80 %"],
    ["not > 1%", "absolute <= 1 %"],
    ["!> 1%", "null"],
    ["not 95%", "null"],
    ["not at least 80%", "null"],
    ["< 10^6", "null"],
    ["< 5 x 10^3", "null"],
    ["< 5 million", "absolute < 5000000 null"],
    ["> 10 K", "absolute > 10000 null"],
    ["< 3 m", "null"],
    ["< 10 000", "null"],
    ["< 5 per 1000", "null"],
    ["1 in 1000", "null"],
    ["< 5 errors/day", "null"],
    ["< 3/month", "null"],
    ["< 1% for 24 hours", "window >= 24 h"],
    [">= 99% for 7 consecutive days", "window >= 7 d"],
    ["p95 < 300ms sustained for 30 min", "window >= 30 min"],
    ["< 1% for 3 months", "null"],
    ["soon for 24 hours", "null"],
    ["no worse than -2pp for 24 hours", "null"],
    [">= 80% (lines) and >= 70% (branches)", "composite all null null"],
    [">= 80% (lines) and >= 70% (branches) soon", "null"],
    [">= 80% AND no critical vulnerabilities", "null"],
    [">= 80%, signed off by QA", "composite all null null"],
    [">= 80%, signed off by QA or somebody", "null"],
    ["203 of 203 tests passing", "count = 203 null"],
    ["2 of 3 reviewers", "witness >= 2 null"],
    ["4 of 3 reviewers", "null"],
    [">= 2 of 3 reviewers", "witness >= 2 null"],
    ["90-95%", "composite all null null"],
    ["95-90%", "null"],
    ["not between 90% and 95%", "null"],
    ["between 90% and 95%", "composite all null null"],
    ["90% - 95%", "composite all null null"],
    ["=> 90%", "null"],
    ["> = 90%", "null"],
    ["<> 90%", "null"],
    ["below > 5", "null"],
    ["min >= 80% max", "null"],
    ["5 min max", "absolute <= 5 min"],
    ["<1,5s", "absolute < 1.5 s"],
    ["< 1,2345", "null"],
    ["< 10'000", "null"],
  ])("whole or not at all: %s is %s", (text, expected) => {
    expect(short(text)).toBe(expected);
  });

  it("reads what a key says of the value", () => {
    expect(short("72 hours", "soak")).toBe("window >= 72 h");
    expect(short("24h", "Canary")).toBe("window >= 24 h");
    expect(short("<5min", "validation")).toBe("absolute < 5 min");
    for (const key of ["rollback_if", "fail when coverage", "must_not_exceed", "abort_threshold"]) {
      expect(short("> 5%", key)).toBe("null");
    }
  });

  it("never types a negated phrase as the phrase itself", () => {
    const phrases = OPERATOR_PHRASES.map(([words, op]) => [words.join(" "), op] as const);
    const signs = [...OPERATOR_SIGNS];
    const negators = ["not", "must not", "never", "cannot", "without", "does not", "isn't", "shouldn’t be", "!"];
    fc.assert(
      fc.property(
        fc.constantFrom(...phrases, ...signs),
        fc.constantFrom(...negators),
        fc.integer({ min: 0, max: 100 }),
        fc.constantFrom("", "%", "ms", " users"),
        ([phrase, op], negator, value, unit) => {
          const { criterion } = parseCriterion(`${negator} ${phrase} ${value}${unit}`);
          expect(criterion?.kind === "absolute" && criterion.op === op).toBe(false);
          expect(findThresholds(`x ${negator} ${phrase} ${value}${unit}`).some((one) => one.criterion.op === op)).toBe(
            false,
          );
        },
      ),
      { numRuns: 5000 },
    );
  });

  it("keeps base, qualifier, noun and coverage", () => {
    expect(parseCriterion(">=80% of 66,972").criterion).toMatchObject({ base: 66972 });
    expect(parseCriterion("<100ms during burst").criterion).toMatchObject({ qualifier: "during burst" });
    expect(parseCriterion("203/205 passing").criterion).toMatchObject({ value: 203, total: 205, noun: "passing" });
    expect(parseCriterion("24hr soak coverage 90%: error_rate <1%").criterion).toMatchObject({
      coverage: 0.9,
      label: "soak",
      holds: [{ op: "<", value: 1, unit: "%", metric: "error_rate" }],
    });
    expect(parseCriterion("1 of lead not producer within 48h").criterion).toMatchObject({
      role: "lead",
      notProducer: true,
      withinMs: 172_800_000,
    });
    expect(parseCriterion("no worse than -2pp vs best").criterion).toMatchObject({ baseline: "best" });
    expect(short("ratchet", "p95_latency")).toBe("relative <= 0 null");
  });

  it("keeps the parts of a sum with a metric each", () => {
    expect(parseCriterion("99.9% uptime + 203/203 agents passing + 24hr canary").criterion).toMatchObject({
      of: [
        { kind: "absolute", value: 99.9, metric: "uptime" },
        { kind: "count", value: 203, metric: "agents" },
        { kind: "window", value: 24 },
      ],
    });
  });

  it("knows zero findings by its words or by its metric", () => {
    expect(parseCriterion("0 critical issues").criterion).toMatchObject({ counts: "findings" });
    expect(parseCriterion("0", { metric: "Open-Vulnerabilities" }).criterion).toMatchObject({ counts: "findings" });
    expect(parseCriterion("0", { metric: "downtime" }).criterion).not.toHaveProperty("counts");
    expect(parseCriterion("zero critical issues + 24hr canary").criterion).toMatchObject({
      of: [{ counts: "findings" }, { kind: "window" }],
    });
  });

  it.each([
    ["95%", null, ["bare_number"]],
    [">=95%", null, []],
    ["zero", null, []],
    ["-20%", null, ["bare_number", "signed_number"]],
    [">=80% of 66,972", null, ["base_unconfirmed"]],
    ["no worse than -2%", "coverage", ["relative_percent"]],
    ["no worse than -2%", "p95", []],
    ["all of: 95%; 24hr canary", null, ["bare_number"]],
    ["soon", null, ["not_understood"]],
    ["x".repeat(2001), null, ["too_long"]],
    [`${"not: ".repeat(12)}<5`, null, ["not_understood"]],
  ])("%s on %s has the notes %j", (text, metric, codes) => {
    expect(parseCriterion(text, { metric }).notes.map((note) => note.code)).toEqual(codes);
  });

  it("never throws and never types a text with more demands than it understood", () => {
    const piece = fc.constantFrom(
      "<5",
      "95%",
      " + ",
      " and ",
      "soon",
      "24hr canary",
      "(",
      ")",
      ";",
      "of",
      "/",
      "-",
      "7",
      "no worse than ",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 80 }),
          fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(" ")),
        ),
        (text) => {
          const { criterion, notes } = parseCriterion(text);
          const parts = criterion?.kind === "composite" ? criterion.of.length : 1;
          expect([parts > 0, criterion === null ? notes.length : 1]).toEqual([true, 1]);
        },
      ),
      { numRuns: 10_000 },
    );
  });

  it("reads what it wrote", () => {
    const op = fc.constantFrom("<", "<=", "=", "!=", ">=", ">");
    const unit = fc.constantFrom(null, "ms", "s", "min", "h", "d", "%", "MB", "GiB", "rps", "x", "pp");
    fc.assert(
      fc.property(op, fc.integer({ min: 0, max: 1e9 }), unit, (sign, value, of) => {
        expect(parseCriterion(`${sign}${value}${of ?? ""}`).criterion).toMatchObject({
          kind: "absolute",
          op: sign,
          value,
          unit: of,
        });
      }),
      { numRuns: 10_000 },
    );
  });
});
