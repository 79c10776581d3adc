import { type BodyOf, operations } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import { httpProblems, type Implementation, implement, Reply } from "../http/index.ts";
import type { TaskDesk } from "./task-desk.ts";
import { workRoomProblems } from "./work.problems.ts";
import type { CommandOutcome, NewTask, OperatorCommand, TaskView, WorkStore } from "./work.types.ts";

/** Largest payload of a task, bytes of JSON. */
const PAYLOAD_BYTES = 256 * 1024;
/** Dead tasks that are moved at one time by a bulk command. */
const BULK = 500;

/** What the routes of tasks need of a tenant. */
export interface TaskRoom {
  readonly work: WorkStore;
  readonly desk: TaskDesk;
  /** The problem of a command that changed nothing. */
  refused(taskId: string, outcome: Extract<CommandOutcome, { readonly ok: false }>): Error;
}

/** Routes of tasks: creating them, looking at them, and what operators decide. */
export function taskRoutes(room: (tenant: string) => Promise<TaskRoom>): readonly Implementation[] {
  return [
    implement(operations.createTask, async ({ body, principal }) => {
      const { queue, ...task } = body;
      const tasks = [toNewTask(task)];
      const [created] = await (await room(principal.tenant)).work.create({ queue, tasks, by: principal.name });
      if (created === undefined) throw new Error("a task was created without an answer");
      return new Reply({ id: created.taskId, created: created.created }, created.created ? 201 : 200);
    }),
    implement(operations.createTasks, async ({ body, principal }) => {
      const tasks = body.tasks.map(toNewTask);
      const { work } = await room(principal.tenant);
      const created = await work.create({ queue: body.queue, tasks, by: principal.name });
      return { tasks: created.map((task) => ({ id: task.taskId, created: task.created })) };
    }),
    implement(operations.listTasks, async ({ query, principal }) => {
      const { plan, state, cursor, limit } = query;
      const { desk } = await room(principal.tenant);
      const page = await desk.page({ limit, states: state, ...pageOf(plan, cursor) });
      return { items: page.items.map(toTask), next: page.next };
    }),
    implement(operations.getTask, async ({ params, principal }) =>
      toTask(await found(await room(principal.tenant), params.task)),
    ),
    implement(operations.listAttempts, async ({ params, principal }) => {
      const of = await room(principal.tenant);
      const attempts = await of.desk.attempts(params.task);
      if (attempts.length === 0) await found(of, params.task);
      return {
        attempts: attempts.map(({ claimedAt, endedAt, ...same }) => {
          return { ...same, claimedAt: momentOf(claimedAt), endedAt: momentOf(endedAt) };
        }),
      };
    }),
    implement(operations.cancelTask, async ({ params, body, principal }) => {
      const of = await room(principal.tenant);
      return told(of, params.task, await of.work.cancel(decision(params.task, principal.name, body.reason)));
    }),
    implement(operations.retryTask, async ({ params, body, principal }) => {
      const of = await room(principal.tenant);
      return told(of, params.task, await of.work.redrive(decision(params.task, principal.name, body.reason)));
    }),
    implement(operations.unblockTask, async ({ params, body, principal }) => {
      const of = await room(principal.tenant);
      return told(of, params.task, await of.work.reoffer(decision(params.task, principal.name, body.reason)));
    }),
    implement(operations.prioritiseTask, async ({ params, body, principal }) => {
      const of = await room(principal.tenant);
      const command = { taskId: params.task, by: principal.name, priority: body.priority };
      return told(of, params.task, await of.work.prioritise(command));
    }),
    implement(operations.assignTask, async ({ params, body, principal }) => {
      const of = await room(principal.tenant);
      const command = { taskId: params.task, by: principal.name, agent: body.agent };
      return told(of, params.task, await of.work.assign(command));
    }),
    implement(operations.listDeadLetters, async ({ query, principal }) => {
      const { desk } = await room(principal.tenant);
      const page = await desk.dead({ limit: query.limit, ...pageOf(query.plan, query.cursor) });
      return { items: page.items.map(toTask), next: page.next };
    }),
    implement(operations.redriveDeadLetters, async ({ body, principal }) => {
      const of = await room(principal.tenant);
      return await inBulk(of, body, (taskId) => of.work.redrive(decision(taskId, principal.name, body.reason)));
    }),
    implement(operations.purgeDeadLetters, async ({ body, principal }) => {
      const of = await room(principal.tenant);
      return await inBulk(of, body, (taskId) =>
        of.work.cancel({ ...decision(taskId, principal.name, body.reason), only: "dead" }),
      );
    }),
  ];
}

type Bulk = BodyOf<typeof operations.redriveDeadLetters>;

/** Moves dead tasks a bounded number at a time; those that were named and are not dead are told. */
async function inBulk(
  of: TaskRoom,
  selection: Bulk,
  move: (taskId: string) => Promise<CommandOutcome>,
): Promise<{ done: number; refused: { task: string; state: TaskView["state"] | null }[] }> {
  let done = 0;
  const refused: { task: string; state: TaskView["state"] | null }[] = [];
  const moveAll = async (taskIds: readonly string[], isNamed: boolean): Promise<void> => {
    const outcomes = await Promise.all(taskIds.map(move));
    outcomes.forEach((outcome, place) => {
      if (outcome.ok) done += 1;
      else if (isNamed) refused.push({ task: taskIds[place] ?? "", state: outcome.state });
    });
  };
  if (selection.tasks !== undefined) {
    const named = [...new Set(selection.tasks)];
    const ids = selection.plan === undefined ? named : await ofPlan(of, selection.plan, named, refused);
    for (let at = 0; at < ids.length; at += BULK) await moveAll(ids.slice(at, at + BULK), true);
    return { done, refused };
  }
  let cursor: string | undefined;
  do {
    const page = await of.desk.dead({ limit: BULK, ...pageOf(selection.plan, cursor) });
    await moveAll(
      page.items.map((task) => task.taskId),
      false,
    );
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return { done, refused };
}

/** Those of the named tasks that belong to a plan; the others are told as refused. */
async function ofPlan(
  of: TaskRoom,
  planId: string,
  taskIds: readonly string[],
  refused: { task: string; state: TaskView["state"] | null }[],
): Promise<readonly string[]> {
  const inPlan: string[] = [];
  for (const taskId of taskIds) {
    const task = await of.work.get(taskId);
    if (task?.planId === planId) inPlan.push(taskId);
    else refused.push({ task: taskId, state: task?.state ?? null });
  }
  return inPlan;
}

type TaskBody = Omit<BodyOf<typeof operations.createTask>, "queue">;

function toNewTask(body: TaskBody): NewTask {
  const { key, payload, runAt, concurrencyKey, ...same } = body;
  const name = key ?? body.title;
  if (payload !== undefined) {
    const bytes = Buffer.byteLength(JSON.stringify(payload));
    if (bytes > PAYLOAD_BYTES) throw problem(workRoomProblems, "HP5022", { task: name, bytes, bound: PAYLOAD_BYTES });
  }
  return {
    ...same,
    runAt: runAt === undefined ? null : Date.parse(runAt),
    concurrencyKey: concurrencyKey ?? null,
    ...(key === undefined ? {} : { key }),
    ...(payload === undefined ? {} : { payload }),
  };
}

function decision(taskId: string, by: string, reason: string): OperatorCommand {
  return { taskId, by, reason };
}

function pageOf(planId: string | undefined, cursor: string | undefined): { planId?: string; cursor?: string } {
  return { ...(planId === undefined ? {} : { planId }), ...(cursor === undefined ? {} : { cursor }) };
}

async function found(of: TaskRoom, taskId: string): Promise<TaskView> {
  const task = await of.work.get(taskId);
  if (task === null) throw problem(httpProblems, "HP9105", { kind: "task", id: taskId });
  return task;
}

type Moved = Extract<CommandOutcome, { readonly ok: true }>;

function told(of: TaskRoom, taskId: string, outcome: CommandOutcome): Omit<Moved, "ok"> {
  if (!outcome.ok) throw of.refused(taskId, outcome);
  const { state, attempt, tries } = outcome;
  return { state, attempt, tries };
}

type TaskAnswer = Omit<TaskView, "taskId" | "planId" | "lease" | "readyAt" | "position"> & {
  readonly id: string;
  readonly plan: string;
  readonly lease: { readonly agent: string; readonly expiresAt: string } | null;
  readonly readyAt: string | null;
};

function toTask({ taskId, planId, lease, readyAt, position: _position, ...same }: TaskView): TaskAnswer {
  return {
    ...same,
    id: taskId,
    plan: planId,
    lease: lease === null ? null : { agent: lease.agent, expiresAt: momentOf(lease.expiresAt) },
    readyAt: readyAt === null ? null : momentOf(readyAt),
  };
}

function momentOf(ms: number): string {
  return new Date(ms).toISOString();
}
