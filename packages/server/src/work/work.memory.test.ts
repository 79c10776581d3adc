import type { WorkGraph, WorkNode } from "@holdpoint/core";
import { describe, expect, test } from "vitest";
import { createMemoryWorkStore } from "./work.memory.ts";
import type { WorkStore } from "./work.types.ts";

function graph(...keys: readonly string[]): WorkGraph {
  const plain = { kind: "task" as const, line: 1, gates: [], judgeFirst: false, capabilities: [], priority: 0 };
  const nodes = keys.map((key, position): WorkNode => {
    return { ...plain, key, title: key, item: key, dependsOn: keys.slice(0, position).slice(-1), position };
  });
  return { nodes, notes: [] };
}

function open(): { work: WorkStore; clock: { nowMs: number } } {
  const clock = { nowMs: 1_000 };
  let ids = 0;
  const newId = (): string => `id-${(ids += 1)}`;
  return { work: createMemoryWorkStore({ now: () => clock.nowMs, newId, random: () => 0.5 }), clock };
}

const CLAIM = { agent: "ada", capabilities: [], owner: "me", leaseTtlMs: 500 };

describe("the work store in memory", () => {
  test("works a chain to its end", async () => {
    const { work } = open();
    await work.importGraph({ planId: "plan", graph: graph("a", "b", "c") });
    for (const key of ["a", "b", "c"]) {
      const [claim] = await work.claim(CLAIM);
      expect(claim?.key).toBe(key);
      const ref = { taskId: claim?.taskId ?? "", attempt: 1 };
      await work.report(ref);
      await work.accept(ref);
    }
    expect(await work.counts("plan")).toMatchObject({ accepted: 3, waiting: 0 });
  });

  test("follows a changed document", async () => {
    const { work } = open();
    await work.importGraph({ planId: "plan", graph: graph("a", "b") });
    expect(await work.importGraph({ planId: "plan", graph: graph("b") })).toMatchObject({ removed: 1, changed: 1 });
    expect((await work.list()).map((task) => [task.key, task.state])).toEqual([
      ["a", "cancelled"],
      ["b", "ready"],
    ]);
  });

  test("knows when something changes by itself: a lease that runs out, a rest that ends", async () => {
    const { work, clock } = open();
    await work.importGraph({ planId: "plan", graph: graph("a") });
    expect(await work.nextDueAt()).toBeNull();
    await work.claim(CLAIM);
    expect(await work.nextDueAt("plan")).toBe(1_500);
    clock.nowMs = 1_500;
    expect((await work.expire()).length).toBe(1);
    expect(await work.nextDueAt()).toBe(1_500 + 750);
    expect(await work.claim(CLAIM)).toEqual([]);
  });

  test("says so when there is no such task", async () => {
    const { work } = open();
    expect(await work.renew({ taskId: "none", attempt: 1, leaseTtlMs: 1 })).toMatchObject({ reason: "not_found" });
    expect(await work.get("none")).toBeNull();
  });
});
