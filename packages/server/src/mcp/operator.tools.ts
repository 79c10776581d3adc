import { operations } from "@holdpoint/contract";
import { z } from "zod";
import { READS, TAKES_AWAY, type Tool, tool, WRITES_ONCE } from "./tool.ts";

const task = z.uuid();
const reason = z.string().min(1).max(2_000).describe("Why; kept with the task.");
const outcome = z.object({ state: z.string(), tries: z.int() });

const queueStatus = tool({
  name: "queue_status",
  description: "How many tasks are in each state, over all plans and queues or in one.",
  scopes: ["operate", "read"],
  calls: [],
  hints: READS,
  input: z.strictObject({ plan: z.uuid().optional() }),
  output: z.object({ tasks: z.record(z.string(), z.int()), plans: z.int(), paused: z.array(z.string()) }),
  async run(input, { room }) {
    const [counts, plans] = [await room.counts(input.plan), await room.plans()];
    const paused = plans.filter((plan) => plan.paused).map(({ planId }) => planId);
    const data = { tasks: { ...counts }, plans: plans.length, paused };
    const told = Object.entries(counts).filter(([, count]) => count > 0);
    return { data, text: told.map(([state, count]) => `${count} ${state}`).join(", ") || "No tasks." };
  },
});

const deadLetters = tool({
  name: "dead_letters",
  description: "List tasks that ran out of tries, with why.",
  scopes: ["operate", "read"],
  calls: [operations.listDeadLetters],
  hints: READS,
  input: z.strictObject({
    plan: z.uuid().optional(),
    cursor: z.string().optional(),
    limit: z.int().min(1).max(100).default(20),
  }),
  output: z.object({
    tasks: z.array(z.object({ task: z.string(), title: z.string(), why: z.string().nullable() })),
    next_cursor: z.string().nullable(),
  }),
  async run(query, { call }) {
    const { items, next } = await call(operations.listDeadLetters, { query });
    const tasks = items.map(({ id, title, missing, reason: why }) => ({
      task: id,
      title: title.slice(0, 200),
      why: (missing[0] ?? why)?.slice(0, 300) ?? null,
    }));
    const text = tasks.map(({ task: id, title, why }) => `${id} ${title}: ${why ?? "unknown"}`).join("\n");
    return { data: { tasks, next_cursor: next }, text: text || "No dead letters." };
  },
});

const taskRetry = tool({
  name: "task_retry",
  description: "Put a dead task back, with its tries at zero.",
  scopes: ["operate"],
  calls: [operations.retryTask],
  hints: WRITES_ONCE,
  input: z.strictObject({ task, reason }),
  output: outcome,
  async run({ task: id, reason: why }, { call }) {
    const { state, tries } = await call(operations.retryTask, { params: { task: id }, body: { reason: why } });
    return { data: { state, tries }, text: `Task ${id} is ${state}.` };
  },
});

const taskCancel = tool({
  name: "task_cancel",
  description: "Take a task out of the work.",
  scopes: ["operate"],
  calls: [operations.cancelTask],
  hints: TAKES_AWAY,
  input: z.strictObject({ task, reason }),
  output: outcome,
  async run({ task: id, reason: why }, { call }) {
    const { state, tries } = await call(operations.cancelTask, { params: { task: id }, body: { reason: why } });
    return { data: { state, tries }, text: `Task ${id} is ${state}.` };
  },
});

const planPause = tool({
  name: "plan_pause",
  description: "Offer no task of a plan until it is resumed; paused: false resumes it.",
  scopes: ["operate"],
  calls: [operations.pausePlan, operations.resumePlan],
  hints: WRITES_ONCE,
  input: z.strictObject({
    plan: z.uuid(),
    paused: z.boolean().default(true),
    reason: z.string().max(2_000).optional(),
  }),
  output: z.object({ paused: z.boolean() }),
  async run({ plan, paused: wanted, reason: why }, { call }) {
    const given = { params: { plan }, body: { reason: why } };
    const { paused } = await (wanted ? call(operations.pausePlan, given) : call(operations.resumePlan, given));
    return { data: { paused }, text: paused ? `Plan ${plan} is paused.` : `Plan ${plan} goes on.` };
  },
});

/** Tools of those who look after the work. */
export const OPERATOR_TOOLS: readonly Tool[] = [queueStatus, deadLetters, taskRetry, taskCancel, planPause];
