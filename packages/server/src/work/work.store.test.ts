import type { WorkGraph, WorkNode } from "@holdpoint/core";
import type { Store } from "@holdpoint/store";
import { TEST_SERVERS, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type App, createApp } from "../app.ts";
import { createSystemRuntime } from "../system-runtime.ts";
import type { Claim, WorkStore } from "./work.types.ts";

type Draft = Partial<WorkNode> & { readonly key: string };

function graph(...nodes: readonly Draft[]): WorkGraph {
  const plain = {
    kind: "task" as const,
    line: 1,
    dependsOn: [],
    gates: [],
    judgeFirst: false,
    capabilities: [],
    priority: 0,
  };
  return {
    notes: [],
    nodes: nodes.map((node, position) => ({ ...plain, title: node.key, item: node.key, position, ...node })),
  };
}

describe.each(TEST_SERVERS)("the work store on $name", (testServer) => {
  let server: TestServer;
  let store: Store;
  let tenants = 0;
  let app: App;
  let work: WorkStore;
  let planId: string;
  let nowMs = 1_000;

  beforeAll(async () => {
    server = await testServer.start();
    store = await server.openStore(() => 0);
  });

  afterAll(async () => {
    await server.stop();
  });

  beforeEach(async () => {
    tenants += 1;
    nowMs = 1_000;
    app = await open();
    work = app.work;
    const empty = { items: [], restated: [], gates: [], checks: [], problems: [], notUnderstood: [] };
    const digest = `sha256:${"0".repeat(64)}`;
    const document = {
      title: "Plan",
      format: "markdown" as const,
      digest,
      source: new Uint8Array(),
      statusTokens: new Map(),
    };
    planId = (await app.plans.importPlan({ source: "PLAN.md", document: { ...document, ...empty } })).planId;
  });

  async function open(): Promise<App> {
    const runtime = { ...createSystemRuntime(), now: () => nowMs, random: () => 0.5 };
    return await createApp({ store, runtime, tenant: `tenant-${tenants}`, retry: { baseMs: 100, capMs: 1_000 } });
  }

  async function load(...nodes: readonly Draft[]): Promise<void> {
    await work.importGraph({ planId, graph: graph(...nodes) });
  }

  async function claim(
    on: WorkStore = work,
    changes: Partial<Parameters<WorkStore["claim"]>[0]> = {},
  ): Promise<readonly Claim[]> {
    return await on.claim({ planId, agent: "ada", capabilities: [], owner: "me", leaseTtlMs: 1_000, ...changes });
  }

  async function claimOne(): Promise<Claim> {
    const [only] = await claim();
    if (only === undefined) throw new Error("nothing could be claimed");
    return only;
  }

  async function states(): Promise<Record<string, string>> {
    return Object.fromEntries((await work.list({ planId })).map((task) => [task.key, task.state]));
  }

  test("hands work back without counting the try, and counts how often in a row", async () => {
    await load({ key: "a" });
    const row: number[] = [];
    const toldBefore: string[] = [];
    for (const end of ["back", "back", "release", "back", "refuse", "back"]) {
      nowMs += 1_000;
      const { taskId, attempt, missing } = await claimOne();
      row.push(await work.handedBackBefore({ taskId, attempt }));
      if (end === "release") {
        await work.release({ taskId, attempt, reason: "drained" });
        continue;
      }
      await work.report({ taskId, attempt });
      const told = { taskId, attempt, missing: [`${end} ${attempt}`] };
      const outcome = end === "back" ? await work.handBack(told) : await work.refuse(told);
      expect(outcome).toEqual({ ok: true, state: "ready", attempt, tries: attempt > 4 ? 1 : 0 });
      toldBefore.push(missing.join(" "));
    }
    expect(row).toEqual([0, 1, 2, 2, 3, 0]);
    expect(toldBefore).toEqual(["", "back 1", "back 2", "back 4", "refuse 5"]);
    expect((await app.events.read()).filter(({ kind }) => kind === "task.handed_back").length).toBe(4);
  });

  test("hands nothing back that no attempt has made", async () => {
    await load({ key: "a", judgeFirst: true });
    const [task] = await work.list({ planId });
    const taskId = task?.taskId ?? "";
    expect(await work.handBack({ taskId, attempt: 0, missing: [] })).toMatchObject({ ok: false, reason: "guard" });
  });

  test("puts a held task back when a person says so, and never a checkpoint", async () => {
    await load({ key: "a" }, { key: "end", kind: "checkpoint", judgeFirst: true });
    const { taskId, attempt } = await claimOne();
    await work.report({ taskId, attempt });
    await work.hold({ taskId, attempt, missing: ["a signature"] });
    expect(await work.redrive({ taskId, by: "kim", reason: "anew" })).toMatchObject({ ok: true, state: "ready" });
    const checkpoint = (await work.list({ planId })).find(({ key }) => key === "end");
    await work.hold({ taskId: checkpoint?.taskId ?? "", attempt: 0, missing: [] });
    const refused = await work.redrive({ taskId: checkpoint?.taskId ?? "", by: "kim", reason: "anew" });
    expect(refused).toMatchObject({ ok: false, reason: "guard" });
  });

  test("writes an event for every change, in the order of the changes", async () => {
    await load({ key: "a" }, { key: "b", dependsOn: ["a"] });
    const { taskId } = await claimOne();
    await work.report({ taskId, attempt: 1, result: { files: 3 } });
    await work.refuse({ taskId, attempt: 1, missing: ["coverage is 70 %"] });
    nowMs += 75;
    await claimOne();
    await work.report({ taskId, attempt: 2 });
    await work.accept({ taskId, attempt: 2, evidence: ["sha256:e"] });
    const events = await app.events.read();
    expect(events.map(({ kind, attempt, data }) => [kind, attempt, data["key"] ?? null, data["to"] ?? null])).toEqual([
      ["plan.imported", null, null, null],
      ["task.added", 0, "a", "ready"],
      ["task.added", 0, "b", "waiting"],
      ["work.imported", null, null, null],
      ["task.claimed", 1, "a", "leased"],
      ["task.reported", 1, "a", "reported"],
      ["task.refused", 1, "a", "ready"],
      ["task.claimed", 2, "a", "leased"],
      ["task.reported", 2, "a", "reported"],
      ["task.accepted", 2, "a", "accepted"],
      ["task.unblocked", 0, "b", "ready"],
    ]);
    expect(events[6]?.data).toMatchObject({ missing: ["coverage is 70 %"], tries: 1 });
  });

  test("gives the next attempt what was missing", async () => {
    await load({ key: "a" });
    const { taskId } = await claimOne();
    await work.report({ taskId, attempt: 1 });
    await work.refuse({ taskId, attempt: 1, missing: ["a test", "a signature"] });
    expect(await claim()).toEqual([]);
    expect(await work.nextDueAt(planId)).toBe(1_075);
    nowMs = 1_075;
    expect(await claimOne()).toMatchObject({ attempt: 2, tries: 1, missing: ["a test", "a signature"] });
  });

  test("offers each task once, however many replicas ask at the same time", async () => {
    await load(...Array.from({ length: 60 }, (_, at) => ({ key: `t${at}` })));
    const replicas = await Promise.all([open(), open(), open()]);
    const claims = await Promise.all(
      replicas.flatMap((replica) => Array.from({ length: 10 }, () => claim(replica.work, { limit: 4 }))),
    );
    const keys = claims.flat().map((one) => one.key);
    expect([keys.length, new Set(keys).size]).toEqual([60, 60]);
  });

  test("accepts an attempt once, however many replicas say so at the same time", async () => {
    await load({ key: "a" }, { key: "b", dependsOn: ["a"] });
    const { taskId } = await claimOne();
    await work.report({ taskId, attempt: 1 });
    const replicas = await Promise.all([open(), open(), open()]);
    const outcomes = await Promise.all(replicas.map((replica) => replica.work.accept({ taskId, attempt: 1 })));
    expect(outcomes.filter((outcome) => outcome.ok).length).toBe(1);
    expect(await states()).toEqual({ a: "accepted", b: "ready" });
  });

  test("counts down a child of many parents right when replicas accept them at the same time", async () => {
    const parents = Array.from({ length: 30 }, (_, at) => `p${at}`);
    await load(...parents.map((key) => ({ key })), { key: "child", dependsOn: parents });
    const claims = await claim(work, { limit: 30 });
    const replicas = await Promise.all([open(), open(), open()]);
    await Promise.all(
      claims.map(async ({ taskId, attempt }, at) => {
        const replica = replicas[at % 3] ?? app;
        await replica.work.report({ taskId, attempt });
        await replica.work.accept({ taskId, attempt });
      }),
    );
    expect((await states())["child"]).toBe("ready");
  });

  test("hands requests of one moment their own shares, by priority and then by place", async () => {
    await load(
      { key: "low" },
      { key: "mid", priority: 1 },
      { key: "high", priority: 2 },
      { key: "gpu", capabilities: ["gpu"] },
    );
    const [first, second, gpu] = await Promise.all([
      claim(work, { limit: 2 }),
      claim(work, { agent: "bob" }),
      claim(work, { capabilities: ["gpu"] }),
    ]);
    expect([first, second, gpu].map((claims) => claims?.map((one) => one.key))).toEqual([
      ["high", "mid"],
      ["low"],
      ["gpu"],
    ]);
  });

  test("tells a late answer who holds the task now", async () => {
    await load({ key: "a" });
    const { taskId } = await claimOne();
    nowMs += 2_000;
    expect(await work.expire()).toEqual([{ taskId, attempt: 1 }]);
    nowMs += 2_000;
    await claim(work, { agent: "bob" });
    expect(await work.report({ taskId, attempt: 1 })).toEqual({
      ok: false,
      reason: "fenced",
      state: "leased",
      attempt: 2,
      holder: "bob",
    });
  });

  test("says so when there is no such task", async () => {
    const taskId = "00000000-0000-7000-8000-000000000000";
    expect(await work.accept({ taskId, attempt: 1 })).toMatchObject({ ok: false, reason: "not_found" });
    expect(await work.get(taskId)).toBeNull();
  });

  test("does not let a command that the database cannot take fail its neighbours", async () => {
    await load({ key: "a" });
    const { taskId } = await claimOne();
    const [bad, good] = await Promise.allSettled([
      work.report({ taskId: "no uuid", attempt: 1 }),
      work.report({ taskId, attempt: 1 }),
    ]);
    expect([bad?.status, good?.status]).toEqual(["rejected", "fulfilled"]);
    expect(await states()).toEqual({ a: "reported" });
  });

  test("frees every lease of a dead process at once", async () => {
    await load({ key: "a" }, { key: "b" }, { key: "c" });
    await claim(work, { limit: 2, owner: "dead" });
    await claim(work, { owner: "alive" });
    expect((await work.expire({ owner: "dead" })).length).toBe(2);
    expect(await states()).toEqual({ a: "ready", b: "ready", c: "leased" });
    expect(await work.get((await work.list({ planId }))[0]?.taskId ?? "")).toMatchObject({
      reason: "the process that held the lease is gone",
      tries: 1,
    });
  });

  test("frees no more leases than it was asked for", async () => {
    await load({ key: "a" }, { key: "b" });
    await claim(work, { limit: 2 });
    nowMs += 5_000;
    expect((await work.expire({ limit: 1 })).length).toBe(1);
  });

  test("lists by state and page", async () => {
    await load({ key: "a" }, { key: "b" }, { key: "c", dependsOn: ["a"] });
    const ready = await work.list({ planId, states: ["ready"], limit: 1 });
    const rest = await work.list({ planId, states: ["ready"], afterPosition: ready[0]?.position ?? 0 });
    expect([ready, rest].map((page) => page.map((task) => task.key))).toEqual([["a"], ["b"]]);
    expect(await work.counts()).toMatchObject({ ready: 2, waiting: 1 });
  });

  test("takes a lease away when its task is cancelled, and takes nothing from it any more", async () => {
    await load({ key: "a" });
    const { taskId } = await claimOne();
    expect(await work.cancel({ taskId, by: "kim", reason: "not needed" })).toMatchObject({
      ok: true,
      state: "cancelled",
    });
    expect(await work.renew({ taskId, attempt: 1, leaseTtlMs: 1_000 })).toMatchObject({
      ok: false,
      reason: "wrong_state",
    });
    expect(await work.get(taskId)).toMatchObject({ lease: null, reason: "not needed" });
  });

  test("follows a changed document: new work is ready, gone work is cancelled, finished work stays", async () => {
    await load({ key: "a" }, { key: "b", dependsOn: ["a"] }, { key: "c", dependsOn: ["b"] });
    const { taskId } = await claimOne();
    await work.report({ taskId, attempt: 1 });
    await work.accept({ taskId, attempt: 1 });
    const imported = await work.importGraph({
      planId,
      graph: graph({ key: "a" }, { key: "n" }, { key: "c", dependsOn: ["n"] }),
    });
    expect(imported).toEqual({ added: 1, changed: 0, removed: 1, restored: 0, kept: 1 });
    expect(await states()).toEqual({ a: "accepted", b: "cancelled", n: "ready", c: "waiting" });
    const back = await work.importGraph({
      planId,
      graph: graph({ key: "a" }, { key: "b", dependsOn: ["a"] }, { key: "c", dependsOn: ["b"] }),
    });
    expect(back).toMatchObject({ restored: 1, removed: 1 });
    expect(await states()).toEqual({ a: "accepted", b: "ready", n: "cancelled", c: "waiting" });
  });

  test("judges an accepted task again when a gate is put on it, and holds back what has not begun", async () => {
    await load({ key: "a" }, { key: "b", dependsOn: ["a"] });
    const { taskId } = await claimOne();
    await work.report({ taskId, attempt: 1 });
    await work.accept({ taskId, attempt: 1 });
    await load({ key: "a", gates: ["g"] }, { key: "b", dependsOn: ["a"] });
    expect(await states()).toEqual({ a: "reported", b: "waiting" });
    await work.accept({ taskId, attempt: 1 });
    expect(await states()).toEqual({ a: "accepted", b: "ready" });
  });

  test("stays whole when documents are imported while replicas accept", async () => {
    const keys = Array.from({ length: 40 }, (_, at) => `t${at}`);
    const chain = keys.map((key, at) => ({ key, dependsOn: at < 4 ? [] : [`t${at - 4}`, `t${at - 3}`] }));
    const other = keys.map((key, at) => ({ key, dependsOn: at < 4 ? [] : [`t${at - 4}`] }));
    await load(...chain);
    const replicas = await Promise.all([open(), open()]);
    const work40 = async (replica: App): Promise<void> => {
      for (let left = 200; left > 0; left -= 1) {
        const claims = await claim(replica.work, { limit: 2 });
        for (const { taskId, attempt } of claims) {
          await replica.work.report({ taskId, attempt });
          await replica.work.accept({ taskId, attempt });
        }
        if (claims.length === 0 && (await replica.work.counts(planId)).accepted === 40) return;
      }
    };
    const importing = async (): Promise<void> => {
      for (let round = 0; round < 20; round += 1) {
        await work.importGraph({ planId, graph: graph(...(round % 2 === 0 ? other : chain)) });
      }
    };
    await Promise.all([...replicas.map(work40), importing()]);
    for (const replica of replicas) await work40(replica);
    expect(await work.counts(planId)).toMatchObject({ accepted: 40 });
  });

  test("makes one graph of two imports at the same time", async () => {
    const replicas = await Promise.all([open(), open()]);
    const request = { planId, graph: graph({ key: "a" }, { key: "b", dependsOn: ["a"] }) };
    const imported = await Promise.all(replicas.map((replica) => replica.work.importGraph(request)));
    expect(imported.map((one) => one.added).sort((a, b) => a - b)).toEqual([0, 2]);
  });

  test("keeps tenants apart", async () => {
    await load({ key: "a" });
    tenants += 1;
    const other = await open();
    expect(await claim(other.work)).toEqual([]);
    expect(await other.work.list({ planId })).toEqual([]);
    const [task] = await work.list({ planId });
    expect(await other.work.get(task?.taskId ?? "")).toBeNull();
  });
});
