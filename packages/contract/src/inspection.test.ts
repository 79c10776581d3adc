import type { Criterion, PlanDocument, PlanItem } from "@holdpoint/core";
import { describe, expect, test } from "vitest";
import { criterionSchema } from "./criterion-shape.ts";
import { inspectionJson } from "./inspection.ts";
import { inspectionSchema } from "./inspection-shape.ts";

const CRITERIA: readonly Criterion[] = [
  { kind: "absolute", op: "<", value: 500, unit: "ms", qualifier: "p95" },
  { kind: "count", op: "=", value: 203, unit: null, total: 203, noun: "agents" },
  { kind: "state", op: "=", value: "operational", unit: null },
  { kind: "relative", op: ">=", value: -2, unit: "pp", baseline: "last_pass" },
  { kind: "window", op: ">=", value: 24, unit: "h", label: "canary", coverage: 0.95, holds: [] },
  { kind: "witness", op: ">=", value: 1, unit: null, role: "editor", notProducer: true, withinMs: null },
  { kind: "expression", op: "cel", value: "errors < 0.01", unit: null },
  { kind: "exit", op: "=", value: 0, unit: null },
];

const ITEM: PlanItem = {
  key: "T1",
  id: "T1",
  kind: "task",
  title: "Write it",
  line: 3,
  parent: null,
  claimed: "done",
  owners: ["build"],
  team: null,
  mode: null,
  dependsOn: [],
  blockers: [],
  optional: false,
  priority: null,
  complexity: null,
  effort: null,
  window: null,
  confidence: 1,
  reason: "checkbox",
};

const PLAN: PlanDocument = {
  title: "A plan",
  format: "markdown",
  digest: `sha256:${"0".repeat(64)}`,
  items: [ITEM, { ...ITEM, key: "c", id: null, kind: "criterion" }],
  restated: [{ line: 9, of: "T1", claimed: "pending" }],
  gates: CRITERIA.map((criterion, index) => ({
    key: `g${index}`,
    line: 4,
    metric: null,
    text: "as written",
    criterion,
    item: "c",
    severity: "critical",
    block: "b1",
  })),
  checks: [{ line: 5, command: "npm test", item: null, block: "b1" }],
  problems: [],
  notUnderstood: [{ line: 7, text: "Fast", reason: "no number" }],
  source: new TextEncoder().encode("# A plan\n"),
  statusTokens: new Map(),
};

describe("inspectionJson", () => {
  const json = inspectionJson(PLAN);

  test("has the shape of the contract", () => {
    expect(inspectionSchema.safeParse(JSON.parse(JSON.stringify(json))).error).toBeUndefined();
  });

  test("has the keys of the contract in its order, and nothing of the reader's own", () => {
    expect(Object.keys(json)).toEqual(
      "schema title format digest counts items restated gates checks problems notUnderstood".split(" "),
    );
    expect(Object.keys(json.items[0] ?? {})).toEqual(
      "key id kind title line parent claimed owners team mode dependsOn blockers optional priority complexity effort window confidence reason".split(
        " ",
      ),
    );
    expect(Object.keys(json.gates[0] ?? {})).toEqual("key line metric text criterion item severity".split(" "));
    expect(Object.keys(json.checks[0] ?? {})).toEqual(["line", "command", "item"]);
  });

  test("counts each kind", () => {
    expect(json.counts).toEqual({ phases: 0, steps: 0, tasks: 1, criteria: 1, gates: CRITERIA.length, checks: 1 });
  });
});

describe("criterionSchema", () => {
  test.each(CRITERIA)("accepts the kind $kind", (criterion) => {
    expect(criterionSchema.parse(criterion)).toEqual(criterion);
  });

  test("accepts criteria within criteria", () => {
    const all: Criterion = { kind: "composite", op: "all", value: null, unit: null, of: CRITERIA };
    const soak: Criterion = { kind: "window", op: ">=", value: 7, unit: "d", label: null, coverage: 1, holds: [all] };
    expect(criterionSchema.parse(soak)).toEqual(soak);
  });

  test.each([
    { kind: "absolute", op: "~", value: 1, unit: null },
    { kind: "absolute", op: "<", value: Number.NaN, unit: null },
    { kind: "nothing", op: "=", value: 1, unit: null },
  ])("refuses $kind $op $value", (criterion) => {
    expect(criterionSchema.safeParse(criterion).success).toBe(false);
  });
});
