import { createApp, createMemoryWorkStore, type WorkStore } from "@holdpoint/server";
import { TEST_SERVERS, type TestServer } from "@holdpoint/store/testing";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emptyDocument } from "../../bench/layered-plan.ts";
import { graphs } from "./graphs.ts";
import { VirtualRuntime } from "./virtual-runtime.ts";
import { RETRY, WorkModel } from "./work-model.ts";
import { agree, type Harness, STEPS } from "./work-steps.ts";

const scenarios = fc.record({
  graph: graphs,
  maxAttempts: fc.integer({ min: 1, max: 3 }),
  steps: fc.commands([...STEPS], { maxCommands: 60, size: "max" }),
});

interface Subject {
  readonly name: string;
  readonly runs: number;
  open(): Promise<{
    make(runtime: VirtualRuntime): Promise<{ work: WorkStore; planId: string }>;
    close(): Promise<void>;
  }>;
}

const memory: Subject = {
  name: "the store in memory",
  runs: 400,
  open: async () => ({
    make: async (runtime) =>
      await Promise.resolve({ work: createMemoryWorkStore(runtime, { retry: RETRY }), planId: runtime.newId() }),
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
    const result = await fc.check(
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
    expect(result.failed ? fc.defaultReportMessage(result) : "").toBe("");
  }, 120_000);
});
