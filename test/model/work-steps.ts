import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { WorkGraph } from "@holdpoint/core";
import type { CommandOutcome, WorkStore } from "@holdpoint/server";
import * as fc from "fast-check";
import type { VirtualRuntime } from "./virtual-runtime.ts";
import { outcomeOf, type WorkModel } from "./work-model.ts";

/** The store under test with what a step needs to know of it. */
export interface Harness {
  readonly work: WorkStore;
  readonly runtime: VirtualRuntime;
  readonly planId: string;
  readonly graph: WorkGraph;
  readonly maxAttempts: number;
  readonly idOf: Map<string, string>;
  readonly keyOf: Map<string, string>;
  /** Every fencing token that was ever handed out, and the untried tasks that are judged first. */
  readonly refs: { readonly taskId: string; readonly attempt: number }[];
}

type Step = fc.AsyncCommand<WorkModel, Harness>;

/** Compares every task with the model after each step, whatever the step was. */
export async function agree(model: WorkModel, real: Harness): Promise<void> {
  const seen = await real.work.list({ planId: real.planId });
  deepStrictEqual(
    seen.map((task) => {
      const { key, state, attempt, tries, unmet, lease, blocked, priority, assigned } = task;
      return { key, state, attempt, tries, unmet, agent: lease?.agent ?? null, blocked, priority, assigned };
    }),
    [...model.tasks.values()].map((task) => {
      const { node, state, attempt, tries, agent, blocked, priority, assigned } = task;
      return { key: node.key, state, attempt, tries, unmet: model.unmet(task), agent, blocked, priority, assigned };
    }),
  );
  for (const task of seen) {
    const expected = model.task(task.key);
    strictEqual(task.readyAt, expected.state === "ready" ? expected.readyAt : null);
    strictEqual(task.lease?.expiresAt ?? null, expected.state === "leased" ? expected.expiresAt : null);
    ok(expected.accepted <= 1);
    const next = { taskId: task.taskId, attempt: task.attempt + 1 };
    strictEqual(await real.work.handedBackBefore(next), model.handedBackBefore(task.key, next.attempt));
  }
  const counts = await real.work.counts(real.planId);
  strictEqual(
    Object.values(counts).reduce((sum, count) => sum + count, 0),
    model.tasks.size,
  );
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
      const request = {
        planId: real.planId,
        agent,
        capabilities: able ? ["x"] : [],
        owner: `process of ${agent}`,
        limit,
      };
      const asked = { ...request, leaseTtlMs: 5_000 };
      const expected = model.claim(asked, real.runtime.now());
      const claims = await real.work.claim(asked);
      deepStrictEqual(
        claims.map((claim) => claim.key),
        expected,
      );
      for (const { taskId, attempt, key } of claims) {
        strictEqual(attempt, model.task(key).attempt);
        real.refs.push({ taskId, attempt });
      }
    }),
  );

const KINDS = [
  "report",
  "report",
  "accept",
  "accept",
  "refuse",
  "handBack",
  "handBack",
  "hold",
  "halt",
  "fail",
  "release",
  "renew",
] as const;

type Ref = Harness["refs"][number];

const SEND: Record<(typeof KINDS)[number], (work: WorkStore, ref: Ref) => Promise<CommandOutcome>> = {
  report: (work, ref) => work.report(ref),
  accept: (work, ref) => work.accept({ ...ref, evidence: ["sha256:e"] }),
  refuse: (work, ref) => work.refuse({ ...ref, missing: ["coverage is 70 %"] }),
  handBack: (work, ref) => work.handBack({ ...ref, missing: ["a.ts has changed"] }),
  hold: (work, ref) => work.hold({ ...ref, missing: ["a signature"] }),
  halt: (work, ref) => work.halt({ ...ref, reason: "the key is missing" }),
  fail: (work, ref) => work.fail({ ...ref, reason: "crashed" }),
  release: (work, ref) => work.release({ ...ref, reason: "drained" }),
  renew: (work, ref) => work.renew({ ...ref, leaseTtlMs: 5_000 }),
};

const actStep = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    which: fc.nat(),
    late: fc.boolean(),
    times: fc.constantFrom(1, 1, 1, 2, 3),
  })
  .map(({ kind, which, late, times }) =>
    step(`${kind}(#${which}${late ? ", any" : ""}${times > 1 ? `, ${times} at once` : ""})`, async (model, real) => {
      // Mostly the newest token of a task, sometimes any that was ever handed out.
      const ref = late
        ? real.refs[which % real.refs.length]
        : real.refs.at(-1 - (which % Math.min(3, real.refs.length)));
      if (ref === undefined) return;
      const key = real.keyOf.get(ref.taskId) ?? "";
      const wasHeldBy = model.task(key).agent;
      const moved = model.act(key, ref.attempt, kind, real.runtime.now());
      const outcomes = await Promise.all(Array.from({ length: times }, () => SEND[kind](real.work, ref)));
      const good = outcomes.filter((outcome) => outcome.ok);
      if (moved === null) {
        deepStrictEqual(good, []);
        const standing = model.task(key);
        const [refused] = outcomes;
        if (refused === undefined || refused.ok) throw new Error("nothing was refused");
        const { state, attempt, holder, reason } = refused;
        deepStrictEqual(
          { state, attempt, holder },
          { state: standing.state, attempt: standing.attempt, holder: wasHeldBy },
        );
        if (standing.attempt !== ref.attempt) strictEqual(reason, "fenced");
      } else if (kind === "renew") ok(good.length >= 1);
      else deepStrictEqual(good, [outcomeOf(moved)]);
    }),
  );

const clockStep = fc
  .constantFrom(1, 700, 1_600, 6_000)
  .map((ms) =>
    step(`wait(${ms} ms)`, async (_model, real) => void (await Promise.resolve((real.runtime.nowMs += ms)))),
  );

const expireStep = fc.option(fc.constantFrom(...AGENTS), { nil: undefined }).map((agent) =>
  step(`expire(${agent ?? "by time"})`, async (model, real) => {
    const owner = agent === undefined ? undefined : `process of ${agent}`;
    const expected = model.expire(real.runtime.now(), owner);
    const freed = await real.work.expire(owner === undefined ? {} : { owner });
    deepStrictEqual(new Set(freed.map(({ taskId }) => real.keyOf.get(taskId))), new Set(expected));
    strictEqual(freed.length, expected.length);
  }),
);

const operatorStep = fc
  .record({
    which: fc.nat(),
    kind: fc.constantFrom(...(["cancel", "purge", "redrive", "redrive", "reoffer", "reoffer"] as const)),
  })
  .map(({ which, kind }) =>
    step(`${kind}(#${which})`, async (model, real) => {
      const node = real.graph.nodes[which % real.graph.nodes.length];
      if (node === undefined) return;
      const command = { taskId: real.idOf.get(node.key) ?? "", by: "kim", reason: "because" };
      if (kind === "cancel" || kind === "purge") {
        const only = kind === "purge" ? "dead" : null;
        const outcome = await real.work.cancel({ ...command, ...(only === null ? {} : { only }) });
        strictEqual(outcome.ok, model.cancel(node.key, only));
        return;
      }
      const expected = model[kind](node.key, real.runtime.now());
      strictEqual((await real.work[kind](command)).ok, expected);
    }),
  );

const arrangeStep = fc
  .record({ which: fc.nat(), change: fc.constantFrom(...([-1, 0, 1, 3, "ada", "bob", null] as const)) })
  .map(({ which, change }) =>
    step(`${typeof change === "number" ? "prioritise" : "assign"}(#${which}, ${change})`, async (model, real) => {
      const node = real.graph.nodes[which % real.graph.nodes.length];
      if (node === undefined) return;
      const who = { taskId: real.idOf.get(node.key) ?? "", by: "kim" };
      const isPriority = typeof change === "number";
      const expected = model.arrange(node.key, isPriority ? { priority: change } : { assigned: change });
      const outcome = isPriority
        ? await real.work.prioritise({ ...who, priority: change })
        : await real.work.assign({ ...who, agent: change });
      strictEqual(outcome.ok, expected);
    }),
  );

const importStep = fc.constant(
  step("import the same graph again", async (_model, real) => {
    const { graph, planId, maxAttempts } = real;
    const imported = await real.work.importGraph({ planId, graph, maxAttempts });
    const { added, changed, removed, restored } = imported;
    deepStrictEqual({ added, changed, removed, restored }, { added: 0, changed: 0, removed: 0, restored: 0 });
  }),
);

/** Everything that can be asked of a store, in about the proportions of a run. */
export const STEPS: readonly fc.Arbitrary<Step>[] = [
  claimStep,
  claimStep,
  actStep,
  actStep,
  actStep,
  actStep,
  clockStep,
  expireStep,
  operatorStep,
  arrangeStep,
  importStep,
];
