import { operations, type Scope } from "@holdpoint/contract";
import { HoldpointError } from "@holdpoint/core";
import { beforeEach, describe, expect, test } from "vitest";
import { type Implementation, implement, Reply } from "../http/index.ts";
import { refusedCommand } from "../run/index.ts";
import { createSystemRuntime } from "../system-runtime.ts";
import { type CommandOutcome, createMemoryWorkStore, type WorkStore } from "../work/index.ts";
import { createOperationCaller, type OperationCaller } from "./operation-caller.ts";
import { refusalOf } from "./refusal.ts";
import type { ToolContext } from "./tool.ts";
import { TOOLS } from "./tools.ts";

const PLAN = "00000000-0000-7000-8000-000000000001";
const NOBODY = "00000000-0000-7000-8000-000000000009";
const NODE = {
  kind: "task",
  item: null,
  line: 1,
  dependsOn: [],
  gates: [],
  judgeFirst: false,
  capabilities: [],
} as const;

let work: WorkStore;
let paused: boolean;
let caller: OperationCaller;

beforeEach(async () => {
  work = createMemoryWorkStore(createSystemRuntime());
  paused = false;
  caller = createOperationCaller(implementations());
  const nodes = [{ ...NODE, key: "a", title: "Paint", priority: 0, position: 0 }];
  await work.importGraph({ planId: PLAN, graph: { nodes, notes: [] }, maxAttempts: 1 });
});

/** Operations as another room implements them, on a store in memory. */
function implementations(): readonly Implementation[] {
  const moved = (id: string, outcome: CommandOutcome): { state: "ready"; attempt: number; tries: number } => {
    if (!outcome.ok) throw refusedCommand(id, null, "move", outcome);
    const { state, attempt, tries } = outcome;
    return { state: state === "ready" ? state : "ready", attempt, tries };
  };
  return [
    implement(operations.retryTask, async ({ params, body, principal }) =>
      moved(params.task, await work.redrive({ taskId: params.task, by: principal.name, reason: body.reason })),
    ),
    implement(operations.pausePlan, () => {
      paused = true;
      return Promise.resolve({ paused });
    }),
    implement(operations.resumePlan, () => {
      paused = false;
      return Promise.resolve({ paused });
    }),
    implement(operations.createTask, ({ body }) => {
      expect(body).toMatchObject({ title: "Dig", queue: "garden", dependsOn: ["seed"], maxAttempts: 2 });
      return Promise.resolve(new Reply({ id: PLAN, created: true, callback: null }, 201));
    }),
  ];
}

async function run(name: string, input: unknown): Promise<{ data: unknown; text: string }> {
  const tool = TOOLS.find((one) => one.name === name);
  if (tool === undefined) throw new Error(`no tool ${name}`);
  const principal = { tenant: "t", name: "op", tokenId: null, scopes: new Set<Scope>(["operate"]) };
  const request = { traceId: "0", signal: new AbortController().signal, header: () => null };
  const context: ToolContext = {
    principal,
    now: () => Date.now(),
    room: {
      plans: () => Promise.resolve([]),
      planOf: () => Promise.resolve(null),
      bound: () => Promise.resolve(new Map()),
      verdicts: () => Promise.resolve([]),
      task: (id) => work.get(id),
      counts: (planId) => work.counts(planId),
      payload: () => Promise.resolve(null),
    },
    call: (operation, given) => caller.call(operation, given, { principal, request, tool: name }),
  };
  return await tool.run(tool.input.parse(input), context);
}

async function deadTask(): Promise<string> {
  const [claim] = await work.claim({ agent: "a", capabilities: [], owner: "o", leaseTtlMs: 1_000 });
  await work.fail({ taskId: claim?.taskId ?? "", attempt: 1, reason: "no paint" });
  return claim?.taskId ?? "";
}

describe("tools of operators and planners", () => {
  test("put a dead task back", async () => {
    const task = await deadTask();
    expect(await run("queue_status", {})).toMatchObject({ data: { tasks: { dead: 1 } }, text: "1 dead" });
    expect((await run("task_retry", { task, reason: "there is paint" })).data).toEqual({ state: "ready", tries: 0 });
    expect((await work.get(task))?.state).toBe("ready");
  });

  test("say in which state a task is that cannot be put back", async () => {
    const [task] = await work.list();
    const failed = await run("task_retry", { task: task?.taskId, reason: "why not" }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(HoldpointError);
    expect(refusalOf(failed)).toMatchObject({ code: "HP5012", task: { state: "ready" }, retry_after_ms: null });
  });

  test("pause and resume a plan by the operation that is meant", async () => {
    expect((await run("plan_pause", { plan: PLAN })).data).toEqual({ paused: true });
    expect(paused).toBe(true);
    expect((await run("plan_pause", { plan: PLAN, paused: false })).data).toEqual({ paused: false });
    expect(paused).toBe(false);
  });

  test("create a task with what the operation calls otherwise", async () => {
    const input = { title: "Dig", queue: "garden", depends_on: ["seed"], max_attempts: 2 };
    expect((await run("task_create", input)).data).toEqual({ task: PLAN, created: true });
  });
});

describe("calling an operation", () => {
  test("is refused when the server does not implement it", async () => {
    expect(caller.offers(operations.cancelTask)).toBe(false);
    await expect(run("task_cancel", { task: NOBODY, reason: "x" })).rejects.toMatchObject({ code: "HP9102" });
  });

  test("is refused when the input does not fit the operation", async () => {
    await expect(run("task_create", { title: "Dig", queue: "no spaces here" })).rejects.toMatchObject({
      code: "HP9101",
    });
  });
});

describe("a refusal", () => {
  test("tells nothing of a fault but that it was one", () => {
    const refusal = refusalOf(new Error("password hunter2 in /etc"));
    expect(refusal.code).toBe("HP9100");
    expect(JSON.stringify(refusal)).not.toContain("hunter2");
    expect(refusal.retry_after_ms).toBe(1_000);
  });
});
