import type { WorkGraph, WorkNode } from "@holdpoint/core";
import { beforeEach, describe, expect, test } from "vitest";
import { createSystemRuntime } from "../system-runtime.ts";
import type { TaskView, WorkStore } from "../work/index.ts";
import { createMemoryWorkStore } from "../work/work.memory.ts";
import type { Settlement } from "./run.types.ts";
import { type Fleet, type WorkPlanEnd, workPlan } from "./work-plan.ts";

const PLAN = "00000000-0000-7000-8000-000000000001";
let nowMs = 0;
let work: WorkStore;
let told: string[];
let interruption: AbortController;
const runtime = { ...createSystemRuntime(), now: (): number => nowMs };

beforeEach(() => {
  nowMs = 1_000_000;
  told = [];
  interruption = new AbortController();
  work = createMemoryWorkStore(runtime, { retry: { baseMs: 100, capMs: 100 } });
});

function node(key: string, more: Partial<WorkNode> = {}): WorkNode {
  const base = {
    key,
    kind: "task" as const,
    title: key,
    item: key,
    line: 1,
    dependsOn: [],
    gates: [],
    judgeFirst: false,
  };
  return { ...base, capabilities: [], priority: 0, position: 0, ...more };
}

function graph(...nodes: readonly WorkNode[]): WorkGraph {
  return { nodes: nodes.map((one, position) => ({ ...one, position })), notes: [] };
}

/** An agent in this process that does what it is given at once. The clock goes on only while the loop idles. */
function fleet(more: Partial<Fleet> = {}, does: (taskId: string, attempt: number) => Promise<unknown> = report): Fleet {
  return {
    async offer() {
      const claims = await work.claim({
        planId: PLAN,
        agent: "a",
        capabilities: [],
        owner: "here:1",
        leaseTtlMs: 1000,
      });
      for (const { taskId, attempt } of claims) await does(taskId, attempt);
      return claims.length;
    },
    running: () => 0,
    canWork: (task) => task.capabilities.length === 0,
    idle: (ms) => {
      nowMs += ms;
      return Promise.resolve();
    },
    ...more,
  };
}

function report(taskId: string, attempt: number): Promise<unknown> {
  return work.report({ taskId, attempt });
}

type Settle = (task: TaskView) => Promise<Settlement>;

function settlement(task: TaskView, outcome: Settlement["outcome"], lookAgainMs: number | null = null): Settlement {
  const { taskId, key, title, attempt } = task;
  return { taskId, key, title, attempt, outcome, missing: [], verdicts: new Map(), lookAgainMs };
}

const accepting: Settle = async (task) => {
  await work.accept({ taskId: task.taskId, attempt: task.attempt });
  return settlement(task, "accepted");
};

function holding(lookAgainMs: number | null, opensAtMs: number): Settle {
  return async (task) => {
    if (nowMs >= opensAtMs) return accepting(task);
    if (task.state === "reported") await work.hold({ taskId: task.taskId, attempt: task.attempt, missing: [] });
    return settlement(task, "held", lookAgainMs);
  };
}

function go(parts: { fleet?: Fleet; settle?: Settle; waitMs?: number } = {}): Promise<WorkPlanEnd> {
  return workPlan({
    work,
    planId: PLAN,
    fleet: parts.fleet ?? fleet(),
    settle: parts.settle ?? accepting,
    runtime,
    waitMs: parts.waitMs ?? 0,
    signal: interruption.signal,
    listener: {
      settled: ({ key, outcome }) => void told.push(`${key} ${outcome}`),
      withoutAgent: ({ key }) => void told.push(`${key} has no agent`),
    },
  });
}

describe("working a plan", () => {
  test("judges and merges nothing of a task whose agent cannot go on", async () => {
    await work.importGraph({ planId: PLAN, graph: graph(node("a")) });
    const blocking = fleet({}, (taskId, attempt) => work.halt({ taskId, attempt, reason: "no access" }));
    expect(await go({ fleet: blocking, settle: () => Promise.reject(new Error("it was settled")) })).toBe(
      "nothing_can_move",
    );
    expect(await work.list({ planId: PLAN })).toMatchObject([{ state: "held", blocked: true }]);
  });

  test("ends when everything is accepted, in order", async () => {
    await work.importGraph({ planId: PLAN, graph: graph(node("a"), node("b", { dependsOn: ["a"] })) });
    expect(await go()).toBe("done");
    expect(told).toEqual(["a accepted", "b accepted"]);
  });

  test("tells once of what has no agent, and ends when nothing else can move", async () => {
    await work.importGraph({ planId: PLAN, graph: graph(node("a", { capabilities: ["dba"] }), node("b")) });
    expect(await go()).toBe("nothing_can_move");
    expect(told).toEqual(["b accepted", "a has no agent"]);
  });

  test("waits for a task that rests after a failure, until it is out of tries", async () => {
    await work.importGraph({ planId: PLAN, graph: graph(node("a")) });
    const failing = fleet({}, (taskId, attempt) => work.fail({ taskId, attempt, reason: "no" }));
    expect(await go({ fleet: failing })).toBe("done");
    expect((await work.list({ planId: PLAN }))[0]).toMatchObject({ state: "dead", tries: 3 });
  });

  test("takes back a lease that another process let run out", async () => {
    await work.importGraph({ planId: PLAN, graph: graph(node("a")) });
    await work.claim({ planId: PLAN, agent: "b", capabilities: [], owner: "away:1", leaseTtlMs: 5000 });
    expect(await go()).toBe("done");
    expect(nowMs).toBeGreaterThanOrEqual(1_005_000);
  });

  test("does not stay for what is held unless it is asked to", async () => {
    await work.importGraph({ planId: PLAN, graph: graph(node("a")) });
    expect(await go({ settle: holding(50, 1_010_000) })).toBe("nothing_can_move");
  });

  test("stays for a gate that only needs time, as long as it is asked to", async () => {
    await work.importGraph({ planId: PLAN, graph: graph(node("a")) });
    expect(await go({ settle: holding(50, 1_010_000), waitMs: 5_000 })).toBe("nothing_can_move");
    expect(nowMs).toBeLessThan(1_006_000);
    expect(await go({ settle: holding(50, 1_010_000), waitMs: 20_000 })).toBe("done");
  });

  test("does not stay for a person for a given time, but does without an end", async () => {
    await work.importGraph({ planId: PLAN, graph: graph(node("a")) });
    expect(await go({ settle: holding(null, 1_010_000), waitMs: 60_000 })).toBe("nothing_can_move");
    expect(nowMs).toBe(1_000_000);
    expect(await go({ settle: holding(null, 1_010_000), waitMs: Number.POSITIVE_INFINITY })).toBe("done");
  });

  test("ends at an interruption, and leaves what was not judged", async () => {
    await work.importGraph({ planId: PLAN, graph: graph(node("a"), node("b")) });
    const settle: Settle = (task) => {
      interruption.abort();
      return Promise.resolve(settlement(task, "interrupted"));
    };
    expect(await go({ settle })).toBe("interrupted");
    expect((await work.counts(PLAN)).reported).toBe(1);
    expect(told).toEqual([]);
  });

  test("waits while attempts run", async () => {
    await work.importGraph({ planId: PLAN, graph: graph(node("a")) });
    let idles = 0;
    const slow = fleet({
      running: () => (idles < 3 ? 1 : 0),
      offer: () => Promise.resolve(0),
      idle: async (ms) => {
        idles += 1;
        nowMs += ms;
        if (idles === 3) await fleet().offer();
      },
    });
    expect(await go({ fleet: slow })).toBe("done");
  });

  test("does not go on for ever when the fleet is broken", async () => {
    await work.importGraph({ planId: PLAN, graph: graph(node("a")) });
    const broken = fleet({ offer: () => Promise.reject(new Error("broken")) });
    await expect(go({ fleet: broken })).rejects.toThrow("broken");
  });

  test("finds what is ready behind a thousand tasks that wait", async () => {
    const waiting = Array.from({ length: 1100 }, (_, at) => node(`w${at}`, { dependsOn: ["stuck"] }));
    const nodes = [node("stuck", { capabilities: ["dba"] }), ...waiting, node("last")];
    await work.importGraph({ planId: PLAN, graph: graph(...nodes) });
    let offers = 0;
    const late = fleet({ offer: () => (offers++ < 3 ? Promise.resolve(0) : fleet().offer()) });
    expect(await go({ fleet: late })).toBe("nothing_can_move");
    expect(told).toContain("last accepted");
  });
});
