import type { WorkGraph, WorkNode } from "@holdpoint/core";
import { createApp, createMemoryWorkStore, type WorkStore } from "@holdpoint/server";
import { TEST_SERVERS, type TestServer } from "@holdpoint/store/testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emptyDocument } from "../../bench/layered-plan.ts";
import { VirtualRuntime } from "./virtual-runtime.ts";
import { outcomeOf, RETRY, WorkModel } from "./work-model.ts";

interface Harness {
  readonly work: WorkStore;
  readonly runtime: VirtualRuntime;
  readonly planId: string;
  readonly graph: WorkGraph;
  readonly maxAttempts: number;
  readonly idOf: Map<string, string>;
  readonly keyOf: Map<string, string>;
  /** Every fencing token that was ever handed out, and the untried tasks that are judged first. */
  readonly refs: { readonly taskId: string; readonly attempt: number }[];
  /** Deadlines are compared to the model's only where they matter. */
}

type Step = fc.AsyncCommand<WorkModel, Harness>;

/** Compares every task with the model after each step, whatever the step was. */
async function agree(model: WorkModel, real: Harness): Promise<void> {
  const seen = await real.work.list({ planId: real.planId });
  expect(seen.map((task) => [task.key, task.state, task.attempt, task.tries, task.unmet, task.lease?.agent ?? null])).toEqual(
    [...model.tasks.values()].map((task) => [
      task.node.key,
      task.state,
      task.attempt,
      task.tries,
      model.unmet(task),
      task.agent,
    ]),
  );
  for (const task of seen) {
    const expected = model.task(task.key);
    expect(task.readyAt).toBe(expected.state === "ready" ? expected.readyAt : null);
    expect(task.lease?.expiresAt ?? null).toBe(expected.state === "leased" ? expected.expiresAt : null);
    expect(expected.accepted).toBeLessThanOrEqual(1);
  }
  const counts = await real.work.counts(real.planId);
  expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(model.tasks.size);
}

function step(name: string, run: (model: WorkModel, real: Harness) => Promise<void>): Step {
  return {
    check: () => true,
    run: async (model, real) => {
      await run(model, real);
      await agree(model, real);
    },
    toString: () => name,
  };
}

const AGENTS = ["ada", "bob"] as const;

const claimStep = fc
  .record({ agent: fc.constantFrom(...AGENTS), limit: fc.integer({ min: 1, max: 4 }), able: fc.boolean() })
  .map(({ agent, limit, able }) =>
    step(`claim(${agent}, ${limit}, ${able ? "able" : "unable"})`, async (model, real) => {
      const request = { planId: real.planId, agent, capabilities: able ? ["x"] : [], owner: `process of ${agent}`, limit };
      const asked = { ...request, leaseTtlMs: 5_000 };
      const expected = model.claim(asked, real.runtime.now());
      const claims = await real.work.claim(asked);
      expect(claims.map((claim) => claim.key)).toEqual(expected);
      for (const { taskId, attempt, key } of claims) {
        expect(attempt).toBe(model.task(key).attempt);
        real.refs.push({ taskId, attempt });
      }
    }),
  );

const KINDS = ["report", "report", "accept", "accept", "refuse", "hold", "fail", "release", "renew"] as const;

async function send(real: Harness, kind: (typeof KINDS)[number], ref: { taskId: string; attempt: number }) {
  switch (kind) {
    case "report":
      return await real.work.report(ref);
    case "accept":
      return await real.work.accept({ ...ref, evidence: ["sha256:e"] });
    case "refuse":
      return await real.work.refuse({ ...ref, missing: ["coverage is 70 %"] });
    case "hold":
      return await real.work.hold({ ...ref, missing: ["a signature"] });
    case "fail":
      return await real.work.fail({ ...ref, reason: "crashed" });
    case "release":
      return await real.work.release({ ...ref, reason: "drained" });
    case "renew":
      return await real.work.renew({ ...ref, leaseTtlMs: 5_000 });
  }
}

const actStep = fc
  .record({ kind: fc.constantFrom(...KINDS), which: fc.nat(), late: fc.boolean(), times: fc.constantFrom(1, 1, 1, 2, 3) })
  .map(({ kind, which, late, times }) =>
    step(`${kind}(#${which}${late ? ", any" : ""}${times > 1 ? `, ${times} at once` : ""})`, async (model, real) => {
      // Mostly the newest token of a task, sometimes any that was ever handed out.
      const ref = late ? real.refs[which % real.refs.length] : real.refs.at(-1 - (which % Math.min(3, real.refs.length)));
      if (ref === undefined) return;
      const key = real.keyOf.get(ref.taskId) ?? "";
      const wasHeldBy = model.task(key).agent;
      const moved = model.act(key, ref.attempt, kind, real.runtime.now());
      const outcomes = await Promise.all(Array.from({ length: times }, () => send(real, kind, ref)));
      const good = outcomes.filter((outcome) => outcome.ok);
      if (moved === null) {
        expect(good).toEqual([]);
        const standing = model.task(key);
        expect(outcomes[0]).toMatchObject({ attempt: standing.attempt, state: standing.state, holder: wasHeldBy });
        if (standing.attempt !== ref.attempt) expect(outcomes[0]).toMatchObject({ reason: "fenced" });
      } else if (kind === "renew") expect(good.length).toBeGreaterThanOrEqual(1);
      else expect(good).toEqual([outcomeOf(moved)]);
    }),
  );

const clockStep = fc
  .constantFrom(1, 700, 1_600, 6_000)
  .map((ms) => step(`wait(${ms} ms)`, async (_model, real) => void (await Promise.resolve((real.runtime.nowMs += ms)))));

const expireStep = fc.option(fc.constantFrom(...AGENTS), { nil: undefined }).map((agent) =>
  step(`expire(${agent ?? "by time"})`, async (model, real) => {
    const owner = agent === undefined ? undefined : `process of ${agent}`;
    const expected = model.expire(real.runtime.now(), owner);
    const freed = await real.work.expire(owner === undefined ? {} : { owner });
    expect(freed.map(({ taskId }) => real.keyOf.get(taskId)).sort()).toEqual([...expected].sort());
  }),
);

const operatorStep = fc
  .record({ which: fc.nat(), kind: fc.constantFrom("cancel" as const, "redrive" as const, "redrive" as const) })
  .map(({ which, kind }) =>
    step(`${kind}(#${which})`, async (model, real) => {
      const node = real.graph.nodes[which % real.graph.nodes.length];
      if (node === undefined) return;
      const command = { taskId: real.idOf.get(node.key) ?? "", by: "kim", reason: "because" };
      const expected = kind === "cancel" ? model.cancel(node.key) : model.redrive(node.key, real.runtime.now());
      expect((await real.work[kind](command)).ok).toBe(expected);
    }),
  );

const importStep = fc.constant(
  step("import the same graph again", async (_model, real) => {
    const { graph, planId, maxAttempts } = real;
    const imported = await real.work.importGraph({ planId, graph, maxAttempts });
    expect(imported).toMatchObject({ added: 0, changed: 0, removed: 0, restored: 0 });
  }),
);

const graphs: fc.Arbitrary<WorkGraph> = fc
  .array(
    fc.record({
      checkpoint: fc.boolean(),
      judged: fc.integer({ min: 0, max: 5 }),
      able: fc.integer({ min: 0, max: 3 }),
      priority: fc.integer({ min: 0, max: 2 }),
      after: fc.array(fc.nat(), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 7 },
  )
  .map((drafts) => ({
    notes: [],
    nodes: drafts.map((draft, position): WorkNode => {
      const checkpoint = draft.checkpoint && draft.judged > 2;
      return {
        key: `T${position}`,
        kind: checkpoint ? "checkpoint" : "task",
        title: `Task ${position}`,
        item: `T${position}`,
        line: position + 1,
        dependsOn: position === 0 ? [] : [...new Set(draft.after.map((step) => `T${step % position}`))],
        gates: [],
        judgeFirst: checkpoint || draft.judged === 0,
        capabilities: draft.able === 0 ? ["x"] : [],
        priority: draft.priority,
        position,
      };
    }),
  }));

const scenarios = fc.record({
  graph: graphs,
  maxAttempts: fc.integer({ min: 1, max: 3 }),
  steps: fc.commands(
    [claimStep, claimStep, actStep, actStep, actStep, actStep, clockStep, expireStep, operatorStep, importStep],
    { maxCommands: 60, size: "max" },
  ),
});

interface Subject {
  readonly name: string;
  readonly runs: number;
  open(): Promise<{ make(runtime: VirtualRuntime): Promise<{ work: WorkStore; planId: string }>; close(): Promise<void> }>;
}

const memory: Subject = {
  name: "the store in memory",
  runs: 400,
  open: async () => ({
    make: async (runtime) => await Promise.resolve({ work: createMemoryWorkStore(runtime, { retry: RETRY }), planId: runtime.newId() }),
    close: async () => await Promise.resolve(),
  }),
};

const servers: readonly Subject[] = TEST_SERVERS.map((kind) => ({
  name: `the SQL store on ${kind.name}`,
  runs: 60,
  open: async () => {
    const server: TestServer = await kind.start();
    const store = await server.openStore(() => 0);
    let tenants = 0;
    return {
      make: async (runtime) => {
        tenants += 1;
        const app = await createApp({ store, runtime, tenant: `run-${tenants}`, retry: RETRY });
        const { planId } = await app.plans.importPlan({ source: "model", document: emptyDocument("Model") });
        return { work: app.work, planId };
      },
      close: () => server.stop(),
    };
  },
}));

describe.each([memory, ...servers])("$name", (subject) => {
  let opened: Awaited<ReturnType<Subject["open"]>>;

  beforeAll(async () => {
    opened = await subject.open();
  });

  afterAll(async () => {
    await opened.close();
  });

  test("does what the specification says, whatever is asked in whatever order", async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, async ({ graph, maxAttempts, steps }) => {
        const runtime = new VirtualRuntime();
        const { work, planId } = await opened.make(runtime);
        await work.importGraph({ planId, graph, maxAttempts });
        const tasks = await work.list({ planId });
        const idOf = new Map(tasks.map((task) => [task.key, task.taskId]));
        const keyOf = new Map(tasks.map((task) => [task.taskId, task.key]));
        const refs = tasks.map(({ taskId }) => ({ taskId, attempt: 0 }));
        const model = new WorkModel(graph, maxAttempts, runtime.now());
        const real: Harness = { work, runtime, planId, graph, maxAttempts, idOf, keyOf, refs };
        await agree(model, real);
        await fc.asyncModelRun(() => ({ model, real }), steps);
      }),
      { numRuns: subject.runs, seed: 5005 },
    );
  }, 120_000);
});
