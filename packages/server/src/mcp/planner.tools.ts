import { operations } from "@holdpoint/contract";
import { z } from "zod";
import { READS, type Tool, tool, WRITES_ONCE } from "./tool.ts";

const page = {
  cursor: z.string().optional(),
  limit: z.int().min(1).max(100).default(20),
} as const;

const planImport = tool({
  name: "plan_import",
  description:
    "Import a Markdown or YAML plan, or its next revision. The source tells plans apart; the same bytes change nothing; what was accepted stays so.",
  scopes: ["plan"],
  calls: [operations.importPlan],
  hints: WRITES_ONCE,
  input: z.strictObject({
    source: z.string().min(1).max(1_000).describe("Path or address, such as docs/PLAN.md."),
    document: z.string().min(1).describe("The text."),
    sidecar: z.string().optional().describe("Text of PLAN.holdpoint.yaml: which check or metric speaks for a gate."),
    max_attempts: z.int().min(1).max(100).optional(),
  }),
  output: z.object({
    plan: z.string(),
    revision: z.int(),
    changed: z.boolean(),
    tasks_added: z.int(),
    tasks_changed: z.int(),
    tasks_removed: z.int(),
    notes: z.array(z.string()),
  }),
  async run({ source, document, sidecar, max_attempts: maxAttempts }, { call }) {
    const body = { source, document, sidecar, maxAttempts };
    const { plan, changed, work, notes } = await call(operations.importPlan, { body });
    const data = {
      plan: plan.id,
      revision: plan.revision,
      changed,
      tasks_added: work.added,
      tasks_changed: work.changed,
      tasks_removed: work.removed,
      notes: notes.slice(0, 20),
    };
    const text = changed
      ? `Revision ${plan.revision} of ${plan.title}: ${work.added} task(s) added, ${work.changed} changed, ${work.removed} removed.`
      : `${plan.title} is as it was (revision ${plan.revision}).`;
    return { data, text: [text, ...data.notes].join("\n") };
  },
});

const planList = tool({
  name: "plan_list",
  description: "List the plans.",
  scopes: ["plan", "read", "operate"],
  calls: [operations.listPlans],
  hints: READS,
  input: z.strictObject(page),
  output: z.object({
    plans: z.array(z.object({ plan: z.string(), title: z.string(), source: z.string(), paused: z.boolean() })),
    next_cursor: z.string().nullable(),
  }),
  async run(query, { call }) {
    const { items, next } = await call(operations.listPlans, { query });
    const plans = items.map(({ id, title, source, paused }) => ({ plan: id, title, source, paused }));
    return {
      data: { plans, next_cursor: next },
      text: plans.map(({ plan, title, source }) => `${plan} ${title} (${source})`).join("\n") || "No plans.",
    };
  },
});

const planItems = tool({
  name: "plan_items",
  description: "List phases, steps, tasks and criteria of a plan: claimed beside verified.",
  scopes: ["plan", "read", "operate"],
  calls: [operations.listItems],
  hints: READS,
  input: z.strictObject({ plan: z.uuid(), ...page }),
  output: z.object({
    items: z.array(
      z.object({
        key: z.string(),
        kind: z.string(),
        title: z.string(),
        line: z.int(),
        claimed: z.string(),
        verified: z.string(),
      }),
    ),
    next_cursor: z.string().nullable(),
  }),
  async run({ plan, ...query }, { call }) {
    const answer = await call(operations.listItems, { params: { plan }, query });
    const items = answer.items.map(({ key, kind, title, line, claimed, verified }) => ({
      key,
      kind,
      title: title.slice(0, 200),
      line,
      claimed,
      verified,
    }));
    const more = answer.next === null ? "" : ` More with cursor ${answer.next}.`;
    return { data: { items, next_cursor: answer.next }, text: `${items.length} item(s).${more}` };
  },
});

const taskCreate = tool({
  name: "task_create",
  description: "Create a task in a queue, outside of a document. A key that is there already is left as it is.",
  scopes: ["plan"],
  calls: [operations.createTask],
  hints: WRITES_ONCE,
  input: z.strictObject({
    title: z.string().min(1).max(500),
    queue: z.string().default("default"),
    key: z.string().optional(),
    payload: z.json().optional().describe("Given to the agent as it comes."),
    capabilities: z.array(z.string()).default([]),
    priority: z.int().default(0),
    depends_on: z.array(z.string()).default([]).describe("Keys of tasks of the queue."),
    max_attempts: z.int().min(1).max(100).default(3),
  }),
  output: z.object({ task: z.string(), created: z.boolean() }),
  async run({ depends_on: dependsOn, max_attempts: maxAttempts, ...rest }, { call }) {
    const { id, created } = await call(operations.createTask, { body: { ...rest, dependsOn, maxAttempts } });
    return { data: { task: id, created }, text: created ? `Created task ${id}.` : `Task ${id} was there already.` };
  },
});

/** Tools of those who make plans. */
export const PLANNER_TOOLS: readonly Tool[] = [planImport, planList, planItems, taskCreate];
