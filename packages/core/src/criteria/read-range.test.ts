import { describe, expect, it } from "vitest";
import { findThresholds } from "./find-thresholds.ts";
import { parseCriterion } from "./parse-criterion.ts";

/** `metric >=low unit <=high unit` of each range. */
function ranges(text: string, states = false): string[] {
  return findThresholds(text, { states }).map(({ metric, criterion }) => {
    const ends = criterion.kind === "composite" ? criterion.of : [criterion];
    return `${metric} ${ends.map(({ op, value, ...rest }) => `${op}${String(value)}${rest.unit ?? ""}`).join(" ")}`;
  });
}

describe("a range", () => {
  it.each([
    ["Latency between 5 and 10 ms", ["latency >=5ms <=10ms"]],
    ["Latency between 500ms and 1s", ["latency >=500ms <=1s"]],
    ["Cool-down between 100s and 300s", ["cool_down >=100s <=300s"]],
    ["CPU use: 80-90 %", ["cpu_use >=80% <=90%"]],
    ["Cache hits 80% – 90%", ["cache_hits >=80% <=90%"]],
    ["Response of 5 to 10 ms", ["response >=5ms <=10ms"]],
  ])("asks for both its ends: %s", (text, expected) => {
    expect(ranges(text)).toEqual(expected);
  });

  it.each([
    "takes 2-3 days",
    "between 5 and 10 users",
    "versions 1.2-1.4",
    "from 90-80%",
    "2024-05-01 to 2024-06-01",
    "grew $5-10",
    "not between 5 and 10 ms",
    "roll back if latency is between 5 and 10 ms",
    "5 to 10 users",
    "between 5 ms and 10 MB",
  ])("is none in prose that names, estimates or refuses: %s", (text) => {
    expect(ranges(text)).toEqual([]);
  });

  it("needs no unit between two words in a list of gates", () => {
    expect(ranges("Replicas between 3 and 5", true)).toEqual(["replicas >=3 <=5"]);
  });

  it("holds through a time as a whole", () => {
    expect(parseCriterion("80-90 % for 24 hours").criterion).toMatchObject({
      kind: "window",
      holds: [{ kind: "composite", op: "all", of: [{ op: ">=" }, { op: "<=" }] }],
    });
  });
});

describe("two thresholds of one name", () => {
  it("are told apart by the brackets behind them", () => {
    expect(ranges("coverage >= 80% (lines) and >= 70% (branches)")).toEqual([
      "coverage_lines >=80%",
      "coverage_branches >=70%",
    ]);
    expect(parseCriterion(">= 80% (lines) and >= 70% (branches)", { metric: "Coverage" }).criterion).toMatchObject({
      op: "all",
      of: [
        { value: 80, metric: "coverage_lines" },
        { value: 70, metric: "coverage_branches" },
      ],
    });
  });

  it("each keep the name that their own words give beside a window or a witness", () => {
    expect(parseCriterion("99.9% uptime for 30 days and 0 critical findings").criterion).toMatchObject({
      of: [
        { kind: "window", holds: [{ value: 99.9, metric: "uptime" }] },
        { value: 0, metric: "critical_findings" },
      ],
    });
  });
});
