import type { PlanDocument, PlanGate, PlanItem } from "@holdpoint/core";
import type { Store } from "@holdpoint/store";
import { TEST_SERVERS, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type App, createApp } from "../app.ts";
import { createSystemRuntime } from "../system-runtime.ts";

const PLAIN_ITEM = {
  id: null,
  kind: "task" as const,
  line: 1,
  parent: null,
  claimed: "pending" as const,
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
};

function item(key: string): PlanItem {
  return { ...PLAIN_ITEM, key, title: `Item ${key}` };
}

function gate(key: string): PlanGate {
  return {
    key,
    line: 2,
    metric: "coverage",
    text: ">=90%",
    criterion: null,
    item: "a",
    severity: "critical",
    block: null,
  };
}

function document(digit: string, items: readonly string[], gates: readonly string[]): PlanDocument {
  return {
    title: `Plan ${digit}`,
    format: "markdown",
    digest: `sha256:${digit.repeat(64)}`,
    items: items.map(item),
    gates: gates.map(gate),
    restated: [],
    checks: [],
    problems: [],
    notUnderstood: [],
    source: new TextEncoder().encode(`# Plan ${digit}\r\n`),
    statusTokens: new Map(),
  };
}

describe.each(TEST_SERVERS)("the plan store on $name", (kind) => {
  let server: TestServer;
  let store: Store;
  let app: App;
  let tenants = 0;

  beforeAll(async () => {
    server = await kind.start();
    store = await server.openStore(() => 0);
  });

  afterAll(async () => {
    await server.stop();
  });

  beforeEach(async () => {
    tenants += 1;
    app = await createApp({ store, runtime: { ...createSystemRuntime(), now: () => 42 }, tenant: `tenant-${tenants}` });
  });

  test("keeps a document byte for byte, with its items and gates in order", async () => {
    const { planId, revision, changed } = await app.plans.importPlan({
      source: "PLAN.md",
      document: document("1", ["b", "a"], ["g"]),
    });
    expect([revision, changed]).toEqual([1, true]);
    const kept = await app.plans.revision(planId);
    expect(new TextDecoder().decode(kept?.document)).toBe("# Plan 1\r\n");
    expect((await app.plans.items(planId)).map((stored) => stored.item)).toEqual([item("b"), item("a")]);
    expect((await app.plans.gates(planId)).map((stored) => stored.gate)).toEqual([gate("g")]);
  });

  test("writes nothing when the same document comes again", async () => {
    const request = { source: "PLAN.md", document: document("1", ["a"], []) };
    const first = await app.plans.importPlan(request);
    const before = await app.events.read();
    expect(await app.plans.importPlan(request)).toEqual({ planId: first.planId, revision: 1, changed: false });
    expect(await app.events.read()).toEqual(before);
  });

  test("makes a revision of a changed document and retires what it no longer holds", async () => {
    const { planId } = await app.plans.importPlan({
      source: "PLAN.md",
      document: document("1", ["a", "b"], ["g", "h"]),
    });
    const next = await app.plans.importPlan({ source: "PLAN.md", document: document("2", ["b", "c"], ["h"]) });
    expect(next).toEqual({ planId, revision: 2, changed: true });
    expect((await app.plans.items(planId)).map((stored) => stored.item.key)).toEqual(["b", "c"]);
    const all = await app.plans.items(planId, { all: true });
    expect(all.find((stored) => stored.item.key === "a")).toMatchObject({ present: false, revision: 1 });
    expect((await app.plans.gates(planId, { all: true })).map((stored) => [stored.gate.key, stored.present])).toEqual([
      ["h", true],
      ["g", false],
    ]);
    expect((await app.plans.revision(planId, 1))?.title).toBe("Plan 1");
  });

  test("takes a document that is as it was before for a new revision", async () => {
    const versions = ["1", "2", "1"].map((digit) => document(digit, ["a"], []));
    const revisions: number[] = [];
    for (const version of versions) {
      revisions.push((await app.plans.importPlan({ source: "PLAN.md", document: version })).revision);
    }
    expect(revisions).toEqual([1, 2, 3]);
  });

  test("makes one plan of two imports at the same time", async () => {
    const request = { source: "PLAN.md", document: document("1", ["a"], []) };
    const [one, two] = await Promise.all([app.plans.importPlan(request), app.plans.importPlan(request)]);
    expect(one.planId).toBe(two.planId);
    expect([one.changed, two.changed].filter(Boolean).length).toBe(1);
  });

  test("makes revisions of two changed documents that come at the same time", async () => {
    await app.plans.importPlan({ source: "PLAN.md", document: document("1", ["a"], []) });
    const both = await Promise.all(
      ["2", "3"].map((digit) => app.plans.importPlan({ source: "PLAN.md", document: document(digit, ["a"], []) })),
    );
    expect(both.map((one) => one.revision).sort((a, b) => a - b)).toEqual([2, 3]);
  });

  test("finds plans by id and by source, and lists them", async () => {
    const { planId } = await app.plans.importPlan({ source: "b/PLAN.md", document: document("1", [], []) });
    await app.plans.importPlan({ source: "a/PLAN.md", document: document("2", [], []) });
    const view = {
      planId,
      source: "b/PLAN.md",
      title: "Plan 1",
      revision: 1,
      digest: `sha256:${"1".repeat(64)}`,
      importedAt: 42,
      paused: false,
    };
    expect(await app.plans.get(planId)).toEqual(view);
    expect(await app.plans.findBySource("b/PLAN.md")).toEqual(view);
    expect((await app.plans.list()).map((plan) => plan.source)).toEqual(["a/PLAN.md", "b/PLAN.md"]);
    expect(await app.plans.findBySource("nowhere")).toBeNull();
    expect(await app.plans.revision(planId, 9)).toBeNull();
  });

  test("is imported together with its work, or not at all", async () => {
    const broken = { key: "x", kind: "task" as const, title: "", item: "x", line: 1, dependsOn: ["nowhere"] };
    const graph = {
      notes: [],
      nodes: [{ ...broken, gates: [], judgeFirst: false, capabilities: [], priority: 0, position: 0 }],
    };
    const importing = app.importPlan({ source: "PLAN.md", document: document("1", ["x"], []), graph });
    await expect(importing).rejects.toThrow("names a task");
    expect(await app.plans.list()).toEqual([]);
    const fine = { notes: [], nodes: graph.nodes.map((node) => ({ ...node, dependsOn: [] })) };
    const { work } = await app.importPlan({
      source: "PLAN.md",
      document: document("1", ["x"], []),
      graph: fine,
      maxAttempts: 2,
    });
    expect(work).toEqual({ added: 1, changed: 0, removed: 0, restored: 0, kept: 0 });
  });
});
