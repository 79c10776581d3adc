import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PlanGate, PlanItem, Severity } from "../plan/inspection.ts";
import { findCycle } from "./cycle.ts";
import type { WorkGraph } from "./graph.ts";
import { scheduleWork } from "./schedule.ts";

type Draft = Partial<PlanItem> & { readonly key: string };

function plan(
  drafts: readonly Draft[],
  gates: readonly PlanGate[] = [],
): { items: PlanItem[]; gates: readonly PlanGate[] } {
  const items = drafts.map(
    (draft, at): PlanItem => ({
      id: null,
      kind: "task",
      title: draft.key,
      line: at + 1,
      parent: null,
      claimed: "pending",
      owners: [],
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
      reason: "test",
      ...draft,
    }),
  );
  return { items, gates };
}

function gate(key: string, item: string | null, severity: Severity = "critical"): PlanGate {
  return { key, line: 1, metric: "coverage", text: ">=90%", criterion: null, item, severity, block: null };
}

function order(graph: WorkGraph): Record<string, readonly string[]> {
  return Object.fromEntries(graph.nodes.map((node) => [node.key, node.dependsOn]));
}

function scheduled(drafts: readonly Draft[], gates: readonly PlanGate[] = []): Record<string, readonly string[]> {
  return order(scheduleWork(plan(drafts, gates)));
}

describe("the order of a plan", () => {
  test("is the order of the document where nothing else is said", () => {
    expect(scheduled([{ key: "a" }, { key: "b" }, { key: "c" }])).toEqual({ a: [], b: ["a"], c: ["b"] });
  });

  test("lets neighbours that are marked parallel run together", () => {
    const drafts: Draft[] = [
      { key: "a" },
      { key: "b", mode: "parallel" },
      { key: "c", mode: "parallel" },
      { key: "d" },
    ];
    expect(scheduled(drafts)).toEqual({ a: [], b: ["a"], c: ["a"], d: ["b", "c"] });
  });

  test("keeps a lone parallel mark in its place", () => {
    expect(scheduled([{ key: "a" }, { key: "b", mode: "parallel" }, { key: "c" }])).toEqual({
      a: [],
      b: ["a"],
      c: ["b"],
    });
  });

  test("lets the children of a parallel phase run together, after the phase before", () => {
    const drafts: Draft[] = [
      { key: "P1", kind: "phase" },
      { key: "a", parent: "P1" },
      { key: "P2", kind: "phase", mode: "parallel" },
      { key: "b", parent: "P2" },
      { key: "c", parent: "P2" },
      { key: "P3", kind: "phase" },
      { key: "d", parent: "P3" },
    ];
    expect(scheduled(drafts)).toEqual({ a: [], b: ["a"], c: ["a"], d: ["b", "c"] });
  });

  test("lets neighbouring phases that are marked parallel run together, each in its own order", () => {
    const drafts: Draft[] = [
      { key: "P1", kind: "phase", mode: "parallel" },
      { key: "P2", kind: "phase", mode: "parallel" },
      { key: "a", parent: "P1", mode: "sequential" },
      { key: "b", parent: "P2" },
      { key: "after" },
    ];
    expect(scheduled(drafts)).toEqual({ a: [], b: [], after: ["a", "b"] });
  });

  test("keeps phases with several parts in order, whatever their parallel marks", () => {
    const drafts: Draft[] = [
      { key: "P1", kind: "phase", mode: "parallel" },
      { key: "a", parent: "P1" },
      { key: "b", parent: "P1" },
      { key: "P2", kind: "phase", mode: "parallel" },
      { key: "c", parent: "P2" },
      { key: "d", parent: "P2" },
    ];
    expect(scheduled(drafts)).toEqual({ a: [], b: [], c: ["a", "b"], d: ["a", "b"] });
  });

  test("follows what an item says it depends on instead of the document", () => {
    const drafts: Draft[] = [{ key: "a" }, { key: "b" }, { key: "c", dependsOn: ["a"] }, { key: "d" }];
    expect(scheduled(drafts)).toEqual({ a: [], b: ["a"], c: ["a"], d: ["b", "c"] });
  });

  test("takes a dependency on a phase as one on its end", () => {
    const drafts: Draft[] = [
      { key: "P1", kind: "phase", mode: "parallel" },
      { key: "a", parent: "P1" },
      { key: "b", parent: "P1" },
      { key: "x", dependsOn: ["P1"] },
    ];
    expect(scheduled(drafts)["x"]).toEqual(["a", "b"]);
  });

  test("lets a phase with a dependency wait as a whole", () => {
    const drafts: Draft[] = [
      { key: "z" },
      { key: "y" },
      { key: "P1", kind: "phase", dependsOn: ["z"] },
      { key: "a", parent: "P1" },
      { key: "b", parent: "P1" },
      { key: "x", dependsOn: ["P1"] },
    ];
    expect(scheduled(drafts)).toMatchObject({ y: ["z"], a: ["z"], b: ["a"], x: ["b"] });
  });

  test("works the leaves alone, and no criterion", () => {
    const drafts: Draft[] = [
      { key: "S", kind: "step" },
      { key: "a", parent: "S" },
      { key: "criterion", kind: "criterion", parent: "a" },
      { key: "T", kind: "step" },
    ];
    expect(scheduled(drafts)).toEqual({ a: [], T: ["a"] });
  });
});

describe("what the plan claims", () => {
  test("an item claimed done without a critical gate is not worked, and what follows waits for what stands before", () => {
    const gates = [gate("g", "b", "important")];
    expect(scheduled([{ key: "a" }, { key: "b", claimed: "done" }, { key: "c" }], gates)).toEqual({ a: [], c: ["a"] });
  });

  test("an item claimed done with a critical gate is judged before anyone works on it", () => {
    const graph = scheduleWork(plan([{ key: "a", claimed: "done" }], [gate("g", "a")]));
    expect(graph.nodes).toMatchObject([{ key: "a", kind: "task", judgeFirst: true, gates: ["g"] }]);
  });

  test("a cancelled or deferred item is never worked, nor anything inside it", () => {
    const drafts: Draft[] = [
      { key: "P1", kind: "phase", claimed: "deferred" },
      { key: "a", parent: "P1" },
      { key: "b", claimed: "cancelled" },
      { key: "c" },
    ];
    expect(scheduled(drafts, [gate("g", "P1")])).toEqual({ c: [] });
  });

  test("a dependency on a deferred item is told and not waited for", () => {
    const graph = scheduleWork(
      plan([
        { key: "a", claimed: "deferred" },
        { key: "b", dependsOn: ["a"] },
      ]),
    );
    expect([order(graph), graph.notes]).toEqual([
      { b: [] },
      [{ line: 2, message: "“b” depends on “a”, which the plan says is deferred; it does not wait for it." }],
    ]);
  });

  test("nothing waits for an optional item by order alone", () => {
    const drafts: Draft[] = [{ key: "a" }, { key: "b", optional: true }, { key: "c" }, { key: "d", dependsOn: ["b"] }];
    expect(scheduled(drafts)).toEqual({ a: [], b: ["a"], c: ["a"], d: ["b"] });
  });
});

describe("a checkpoint", () => {
  const drafts: Draft[] = [
    { key: "P1", kind: "phase", mode: "parallel" },
    { key: "a", parent: "P1" },
    { key: "b", parent: "P1" },
    { key: "P2", kind: "phase" },
    { key: "c", parent: "P2" },
  ];

  test("stands at the end of a phase with critical gates, before everything that follows", () => {
    expect(scheduled(drafts, [gate("g", "P1")])).toEqual({
      a: [],
      b: [],
      "@checkpoint:P1": ["a", "b"],
      c: ["@checkpoint:P1"],
    });
  });

  test("does not stand where the gates are not critical", () => {
    expect(Object.keys(scheduled(drafts, [gate("g", "P1", "important")]))).toEqual(["a", "b", "c"]);
  });

  test("judges the gates of the phase and of its criteria, and a task its own", () => {
    const criteria: Draft[] = [
      { key: "exit", kind: "criterion", parent: "P1" },
      { key: "own", kind: "criterion", parent: "a" },
    ];
    const gates = [gate("g1", "P1"), gate("g2", "exit"), gate("g3", "own")];
    const graph = scheduleWork(plan([...drafts, ...criteria], gates));
    expect(graph.nodes.filter((node) => node.gates.length > 0)).toMatchObject([
      { key: "a", gates: ["g3"] },
      { key: "@checkpoint:P1", kind: "checkpoint", gates: ["g1", "g2"], judgeFirst: true },
    ]);
  });

  test("of the whole plan comes last", () => {
    expect(scheduled([{ key: "a" }, { key: "b", mode: "parallel" }], [gate("g", null)])).toEqual({
      a: [],
      b: ["a"],
      "@checkpoint": ["b"],
    });
  });

  test("stands alone where everything before it is claimed done", () => {
    const done: Draft[] = [{ key: "P1", kind: "phase" }, { key: "a", parent: "P1", claimed: "done" }, { key: "b" }];
    expect(scheduled(done, [gate("g", "P1")])).toEqual({ "@checkpoint:P1": [], b: ["@checkpoint:P1"] });
  });

  test("stands for a phase without work inside", () => {
    expect(scheduled([{ key: "P1", kind: "phase" }], [gate("g", "P1")])).toEqual({ "@checkpoint:P1": [] });
  });

  test("does not lose its name to an item that has it", () => {
    expect(Object.keys(scheduled([{ key: "@checkpoint" }], [gate("g", null)]))).toEqual([
      "@checkpoint",
      "@@checkpoint",
    ]);
  });
});

describe("a plan that cannot be worked", () => {
  test("is refused when its dependencies form a circle", () => {
    const circle = plan([
      { key: "a", dependsOn: ["b"] },
      { key: "b", dependsOn: ["a"] },
    ]);
    expect(() => scheduleWork(circle)).toThrow("wait for each other, so none of them can begin: a → b → a");
  });

  test("is refused when an item waits for itself, or for what it stands in", () => {
    expect(() => scheduleWork(plan([{ key: "a", dependsOn: ["a"] }]))).toThrow("wait for each other");
    const inside = plan([
      { key: "P", kind: "phase" },
      { key: "a", parent: "P", dependsOn: ["P"] },
    ]);
    expect(() => scheduleWork(inside)).toThrow("wait for each other");
  });

  test("shows a long circle by its ends", () => {
    const ring = Array.from({ length: 20 }, (_, at) => ({ key: `n${at}`, dependsOn: [`n${(at + 1) % 20}`] }));
    expect(() => scheduleWork(plan(ring))).toThrow("n5 → n6 → … → n0");
  });

  test("is refused when a dependency names no item", () => {
    expect(() => scheduleWork(plan([{ key: "a", dependsOn: ["nowhere"] }]))).toThrow(
      "“a” depends on nowhere, and the plan has no such item",
    );
  });
});

test("what the caller says of an item reaches its task", () => {
  const options = { capabilitiesOf: () => ["python"], priorityOf: () => 7 };
  const { nodes } = scheduleWork(plan([{ key: "a" }]), options);
  expect(nodes).toMatchObject([{ capabilities: ["python"], priority: 7, position: 0 }]);
});

test("two wide parallel phases meet in a join, so that edges grow with the plan", () => {
  const phase = (name: string): Draft[] => [
    { key: name, kind: "phase", mode: "parallel" },
    ...Array.from({ length: 2_000 }, (_, at) => ({ key: `${name}-${at}`, parent: name })),
  ];
  const { nodes } = scheduleWork(plan([...phase("P1"), { key: "between", claimed: "done" }, ...phase("P2")]));
  expect(nodes.length).toBe(4_001);
  expect(nodes.reduce((edges, node) => edges + node.dependsOn.length, 0)).toBe(4_000);
  expect(nodes.find((node) => node.key === "@join:1")).toMatchObject({ kind: "checkpoint", gates: [] });
});

describe("whatever the plan", () => {
  const drafts = fc.array(
    fc.record({
      parent: fc.nat(),
      kind: fc.constantFrom("phase" as const, "step" as const, "task" as const, "criterion" as const),
      claimed: fc.constantFrom("pending" as const, "done" as const, "cancelled" as const),
      mode: fc.constantFrom("parallel" as const, "sequential" as const, null),
      optional: fc.boolean(),
      after: fc.option(fc.nat(), { nil: null }),
      gated: fc.boolean(),
    }),
    { maxLength: 30 },
  );

  test("the graph names only its own nodes, has no circle, and keeps every task that is open", () => {
    const property = fc.property(drafts, (all) => {
      const items = all.map(({ parent, after, gated: _gated, ...draft }, at) => ({
        ...draft,
        key: `i${at}`,
        parent: at === 0 || parent % 3 === 0 ? null : `i${parent % at}`,
        dependsOn: after === null || at === 0 || after % 4 !== 0 ? [] : [`i${after % at}`],
      }));
      const gates = all.flatMap((draft, at) => (draft.gated ? [gate(`g${at}`, `i${at}`)] : []));
      let graph: WorkGraph;
      try {
        graph = scheduleWork(plan(items, gates));
      } catch {
        return true; // A dependency on what an item stands in is a circle, and refused.
      }
      const keys = new Set(graph.nodes.map((node) => node.key));
      const dead = (key: string | null): boolean => {
        const item = items.find((candidate) => candidate.key === key);
        if (item === undefined) return false;
        return (item.claimed === "cancelled" && item.kind !== "criterion") || dead(item.parent);
      };
      const isLeaf = (key: string): boolean => !items.some((item) => item.parent === key);
      const open = items.filter(
        (item) =>
          (item.kind === "task" || item.kind === "step") &&
          item.claimed === "pending" &&
          isLeaf(item.key) &&
          !dead(item.key),
      );
      return (
        keys.size === graph.nodes.length &&
        graph.nodes.every((node) => node.dependsOn.every((key) => keys.has(key) && key !== node.key)) &&
        findCycle(graph.nodes) === null &&
        open.every((item) => keys.has(item.key))
      );
    });
    const result = fc.check(property, { numRuns: 1_000 });
    expect(result.failed ? fc.defaultReportMessage(result) : "").toBe("");
  });
});
