import { describe, expect, it } from "vitest";
import type { Claimed, PlanGate, PlanItem, Severity } from "../plan/inspection.ts";
import { exitCodeOf } from "./exit-code.ts";
import { rollUp } from "./rollup.ts";
import type { Freshness, Verdict, VerdictValue } from "./verdict.ts";

function item(key: string, parent: string | null, claimed: Claimed = "done", optional = false): PlanItem {
  return {
    key,
    parent,
    claimed,
    optional,
    id: null,
    kind: "task",
    title: key,
    line: 1,
    owners: [],
    team: null,
    mode: null,
    dependsOn: [],
    blockers: [],
    priority: null,
    complexity: null,
    effort: null,
    window: null,
    confidence: 1,
    reason: "",
  };
}

function gate(key: string, on: string | null, severity: Severity = "critical"): PlanGate {
  return { key, line: 1, metric: null, text: "", criterion: null, item: on, severity, block: null };
}

function verdict(value: VerdictValue, freshness: Freshness = "fresh"): Verdict {
  return {
    verdict: value,
    freshness,
    reason: "met",
    tier: null,
    evidence: [],
    explanation: "",
    dueAt: null,
    hint: null,
  };
}

describe("rolling verdicts up", () => {
  const items = [item("phase", null), item("a", "phase"), item("b", "phase", "pending"), item("c", null)];
  it("verifies an item by its own gates, else by those of the nearest gated item above it", () => {
    const plan = { items, gates: [gate("p", "phase"), gate("g", "a")] };
    const verdicts = new Map([
      ["p", verdict("fail")],
      ["g", verdict("pass")],
    ]);
    const rollup = rollUp(plan, verdicts);
    expect(Object.fromEntries(rollup.items)).toEqual({ phase: "failed", a: "verified", b: "failed", c: "open" });
    expect(rollup.leaves.size).toBe(3);
    expect(rollup).toMatchObject({ claimed: 2 / 3, verified: 1 / 3 });
  });
  it("never verifies a tick without a gate", () => {
    expect(rollUp({ items, gates: [] }, new Map())).toMatchObject({ claimed: 2 / 3, verified: 0 });
    expect(rollUp({ items, gates: [gate("w", null)] }, new Map([["w", verdict("pass")]])).verified).toBe(0);
  });
  it("takes the worst of several gates, and only critical ones", () => {
    const plan = { items, gates: [gate("1", "a"), gate("2", "a"), gate("3", "a", "important")] };
    const of = (...values: Verdict[]): unknown =>
      rollUp(plan, new Map(values.map((v, i) => [String(i + 1), v]))).items.get("a");
    expect(of(verdict("pass"), verdict("pass"), verdict("fail"))).toBe("verified");
    expect(of(verdict("pass"), verdict("inconclusive"), verdict("pass"))).toBe("inconclusive");
    expect(of(verdict("inconclusive"), verdict("fail"))).toBe("failed");
    expect(of(verdict("pass"))).toBe("inconclusive");
    expect(of(verdict("pass"), verdict("pass", "stale"))).toBe("inconclusive");
    const severities = new Map<string, Severity>([["2", "enhancement"]]);
    const verdicts = new Map([
      ["1", verdict("pass")],
      ["2", verdict("fail")],
    ]);
    expect(rollUp(plan, verdicts, severities).items.get("a")).toBe("verified");
  });
  it("counts no items that are cancelled, deferred or optional", () => {
    const some = [
      item("a", null),
      item("b", null, "cancelled"),
      item("c", null, "deferred"),
      item("d", null, "done", true),
    ];
    expect(rollUp({ items: some, gates: [] }, new Map())).toMatchObject({ leaves: new Set(["a"]), claimed: 1 });
    expect(rollUp({ items: [], gates: [] }, new Map())).toMatchObject({ leaves: new Set(), claimed: 0, verified: 0 });
  });
  it("ends although items stand above each other, or above nothing", () => {
    const round = [item("a", "b"), item("b", "a"), item("c", "gone")];
    expect(Object.fromEntries(rollUp({ items: round, gates: [] }, new Map()).items)).toEqual({
      a: "open",
      b: "open",
      c: "open",
    });
  });
});

describe("the exit code", () => {
  const nothing = { deadTasks: 0, nothingAllowed: false };
  const one = (
    severity: Severity,
    value: VerdictValue,
    freshness: Freshness = "fresh",
  ): Parameters<typeof exitCodeOf>[0][number] => ({
    severity,
    verdict: { verdict: value, freshness },
  });
  it("is 1 for a critical fail or a dead task", () => {
    expect(exitCodeOf([one("critical", "fail"), one("critical", "inconclusive")], nothing)).toBe(1);
    expect(exitCodeOf([one("critical", "pass")], { ...nothing, deadTasks: 1 })).toBe(1);
  });
  it("is 2 while a critical gate is not pass and fresh, or there is nothing to go by", () => {
    expect(exitCodeOf([one("critical", "inconclusive")], nothing)).toBe(2);
    expect(exitCodeOf([one("critical", "pass", "stale")], nothing)).toBe(2);
    expect(exitCodeOf([], nothing)).toBe(2);
    expect(exitCodeOf([one("critical", "pass")], { ...nothing, nothingAllowed: true })).toBe(2);
  });
  it("is 0 otherwise, whatever the other gates say", () => {
    expect(
      exitCodeOf([one("critical", "pass"), one("important", "fail"), one("enhancement", "inconclusive")], nothing),
    ).toBe(0);
    expect(exitCodeOf([one("important", "fail")], nothing)).toBe(0);
  });
});
