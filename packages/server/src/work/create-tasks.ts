import type { TaskState } from "@holdpoint/core";
import type { Session } from "@holdpoint/store";
import { type Registration, registerCallbacks } from "../callbacks/index.ts";
import type { NewEvent } from "../events/index.ts";
import * as SQL from "./create-tasks.sql.ts";
import { ADD_EDGES } from "./graph-import.sql.ts";
import { type KnownTask, keysOf, nameIn, resolveCreation, type TaskDraft } from "./task-creation.ts";
import type { CreateOutcome, CreateRequest } from "./work.types.ts";

/** What creation is run with. */
export interface CreationContext {
  readonly tenant: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly newId: () => string;
}

/** Source of the plan row of a queue. */
export function queueSource(queue: string): string {
  return `queue:${queue}`;
}

/** Creations that were answered, with the events they make. */
export interface Creation {
  readonly outcomes: readonly CreateOutcome[];
  readonly events: readonly NewEvent[];
}

/**
 * Creates the tasks of many requests with one statement for all, inside a transaction. Requests with dependencies need
 * the work of the tenant alone: a task that is accepted meanwhile would not count its new children down.
 */
export async function createTasks(
  tx: Session,
  context: CreationContext,
  requests: readonly CreateRequest[],
): Promise<Creation> {
  const planOf = await queuePlans(tx, context, requests);
  const stored = await storedTasks(tx, context.tenant, planOf, keysOf(requests));
  const { outcomes, drafts } = resolveCreation(requests, stored, () => context.newId());
  if (drafts.length === 0) return { outcomes, events: [] };
  const creation = await addDrafts(tx, context, planOf, drafts, outcomes);
  await registerCallbacks(tx, context, registrationsOf(requests, creation.outcomes, planOf));
  return creation;
}

async function addDrafts(
  tx: Session,
  context: CreationContext,
  planOf: ReadonlyMap<string, string>,
  drafts: readonly TaskDraft[],
  outcomes: readonly CreateOutcome[],
): Promise<Creation> {
  const rows = drafts.map((draft) => toRow(draft, planOf.get(draft.queue) ?? ""));
  const { tenant, now } = context;
  const made = await tx.run<{ task_id: string }>(SQL.ADD_QUEUE_TASKS, [tenant, now, JSON.stringify(rows)]);
  const edges = drafts.flatMap(({ taskId, after }) => after.map((parent) => ({ parent, child: taskId })));
  if (edges.length > 0) await tx.run(ADD_EDGES, [tenant, edges.map((e) => e.parent), edges.map((e) => e.child)]);
  const ids = new Set(made.map((row) => row.task_id));
  const events = drafts.filter(({ taskId }) => ids.has(taskId)).map((draft) => eventOf(draft, planOf));
  const lost = drafts.filter(({ taskId }) => !ids.has(taskId));
  if (lost.length === 0) return { outcomes, events };
  return { outcomes: await foundInstead(tx, tenant, planOf, lost, outcomes), events };
}

/** Ids of the plans of the queues that requests name; those that are not there yet are made. */
async function queuePlans(
  tx: Session,
  { tenant, now, newId }: CreationContext,
  requests: readonly CreateRequest[],
): Promise<ReadonlyMap<string, string>> {
  const names = [...new Set(requests.map(({ queue }) => queue))].sort();
  const find = async (): Promise<Map<string, string>> => {
    const rows = await tx.run<{ source: string; plan_id: string }>(SQL.FIND_QUEUES, [tenant, names.map(queueSource)]);
    return new Map(rows.map((row) => [row.source.slice(queueSource("").length), row.plan_id]));
  };
  const found = await find();
  const missing = names.filter((name) => !found.has(name));
  if (missing.length === 0) return found;
  await tx.run(SQL.ADD_QUEUES, [tenant, now, missing.map(() => newId()), missing.map(queueSource), missing]);
  return await find();
}

async function storedTasks(
  tx: Session,
  tenant: string,
  planOf: ReadonlyMap<string, string>,
  keys: readonly { readonly queue: string; readonly key: string }[],
): Promise<ReadonlyMap<string, KnownTask>> {
  if (keys.length === 0) return new Map();
  const queueOf = new Map([...planOf].map(([queue, planId]) => [planId, queue]));
  const values = [tenant, keys.map(({ queue }) => planOf.get(queue)), keys.map(({ key }) => key)];
  const rows = await tx.run<{ plan_id: string; key: string; task_id: string; state: TaskState }>(
    SQL.FIND_TASKS,
    values,
  );
  return new Map(
    rows.map((row) => [nameIn(queueOf.get(row.plan_id) ?? "", row.key), { taskId: row.task_id, state: row.state }]),
  );
}

/** Another replica created some keys between the look-up and the writing: they are theirs. */
async function foundInstead(
  tx: Session,
  tenant: string,
  planOf: ReadonlyMap<string, string>,
  lost: readonly TaskDraft[],
  outcomes: readonly CreateOutcome[],
): Promise<readonly CreateOutcome[]> {
  const stored = await storedTasks(tx, tenant, planOf, lost);
  const instead = new Map(lost.map((draft) => [draft.taskId, stored.get(nameIn(draft.queue, draft.key))?.taskId]));
  return outcomes.map((outcome) => {
    if (!outcome.ok) return outcome;
    const tasks = outcome.tasks.map((task) => {
      const taskId = instead.get(task.taskId);
      return taskId === undefined ? task : { taskId, created: false };
    });
    return { ok: true, tasks };
  });
}

/** Callbacks of what was created: a task that was there already is left as it is, and so are its callbacks. */
function registrationsOf(
  requests: readonly CreateRequest[],
  outcomes: readonly CreateOutcome[],
  planOf: ReadonlyMap<string, string>,
): readonly Registration[] {
  return requests.flatMap(({ queue, tasks, by, callback }, at): readonly Registration[] => {
    const outcome = outcomes[at];
    if (outcome?.ok !== true) return [];
    const shared = { planId: planOf.get(queue) ?? "", by };
    const created = outcome.tasks.flatMap((made, place) => (made.created ? [{ ...made, task: tasks[place] }] : []));
    const own = created.flatMap(({ taskId, task }): readonly Registration[] =>
      task?.callback === undefined ? [] : [{ ...task.callback, ...shared, about: "task", taskIds: [taskId] }],
    );
    if (callback === undefined || created.length === 0) return own;
    return [...own, { ...callback, ...shared, about: "batch", taskIds: created.map(({ taskId }) => taskId) }];
  });
}

function toRow({ taskId, key, state, after, task }: TaskDraft, planId: string): Record<string, unknown> {
  return {
    task_id: taskId,
    plan_id: planId,
    key,
    state,
    unmet: after.length,
    max_attempts: task.maxAttempts,
    priority: task.priority,
    capabilities: task.capabilities,
    run_at_ms: task.runAt,
    limit_key: task.concurrencyKey,
    title: task.title,
    payload: task.payload,
  };
}

function eventOf({ taskId, queue, key, state, by }: TaskDraft, planOf: ReadonlyMap<string, string>): NewEvent {
  const planId = planOf.get(queue) ?? null;
  return { kind: "task.created", planId, subject: taskId, attempt: 0, data: { key, to: state, tries: 0, queue, by } };
}
