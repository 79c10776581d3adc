import { type BodyOf, operations } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import type { CallbackBrief, CallbackDesk, MadeCallback, WantedCallback } from "../callbacks/index.ts";
import { httpProblems, type Implementation, implement, Reply } from "../http/index.ts";
import { toMoment } from "../moment.ts";
import { SharedReads } from "../shared-read.ts";
import type { PageOf, TaskDesk } from "./task-desk.ts";
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
  readonly callbacks: Pick<CallbackDesk, "ofTasks">;
  /** @throws HP5030 for an address that callbacks may not go to, HP9333 when they are switched off */
  makeCallback(wanted: WantedCallback): Promise<MadeCallback>;
  /** The problem of a command that changed nothing. */
  refused(taskId: string, outcome: Extract<CommandOutcome, { readonly ok: false }>): Error;
}

/** Routes of tasks: creating them, looking at them, and what operators decide. */
export function taskRoutes(room: (tenant: string) => Promise<TaskRoom>): readonly Implementation[] {
  const pages = new SharedReads<PageOf<TaskAnswer>>();
  return [
    implement(operations.createTask, async ({ body, principal }) => {
      const of = await room(principal.tenant);
      const { queue, ...wanted } = body;
      const { task, made } = await toNewTask(of, wanted);
      const [created] = await of.work.create({ queue, tasks: [task], by: principal.name });
      if (created === undefined) throw new Error("a task was created without an answer");
      return new Reply(toCreated(created, made), created.created ? 201 : 200);
    }),
    implement(operations.createTasks, async ({ body, principal }) => {
      const of = await room(principal.tenant);
      const wanted = await Promise.all(body.tasks.map((task) => toNewTask(of, task)));
      const made = body.callback === undefined ? null : await of.makeCallback(body.callback);
      const tasks = wanted.map(({ task }) => task);
      const request = { queue: body.queue, tasks, by: principal.name };
      const created = await of.work.create(made === null ? request : { ...request, callback: made.callback });
      const isAny = created.some((task) => task.created);
      return {
        tasks: created.map((task, at) => toCreated(task, wanted[at]?.made ?? null)),
        callback: isAny ? (made?.told ?? null) : null,
      };
    }),
    implement(operations.listTasks, async ({ query, principal }) => {
      const { plan, state, cursor, limit } = query;
      const of = await room(principal.tenant);
      return await pages.get(JSON.stringify([principal.tenant, query]), async () =>
        toPage(of, await of.desk.page({ limit, states: state, ...pageOf(plan, cursor) })),
      );
    }),
    implement(operations.getTask, async ({ params, principal }) => {
      const of = await room(principal.tenant);
      const task = await found(of, params.task);
      return toTask(task, (await of.callbacks.ofTasks([task.taskId])).get(task.taskId));
    }),
    implement(operations.listAttempts, async ({ params, principal }) => {
      const of = await room(principal.tenant);
      const attempts = await of.desk.attempts(params.task);
      if (attempts.length === 0) await found(of, params.task);
      return {
        attempts: attempts.map(({ claimedAt, endedAt, ...same }) => {
          return { ...same, claimedAt: toMoment(claimedAt), endedAt: toMoment(endedAt) };
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
      const of = await room(principal.tenant);
      return await toPage(of, await of.desk.dead({ limit: query.limit, ...pageOf(query.plan, query.cursor) }));
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

/** A task as it is to be created, and its own callback. */
interface WantedTask {
  readonly task: NewTask;
  readonly made: MadeCallback | null;
}

async function toNewTask(of: Pick<TaskRoom, "makeCallback">, body: TaskBody): Promise<WantedTask> {
  const { key, payload, runAt, concurrencyKey, callback, ...same } = body;
  const name = key ?? body.title;
  if (payload !== undefined) {
    const bytes = Buffer.byteLength(JSON.stringify(payload));
    if (bytes > PAYLOAD_BYTES) throw problem(workRoomProblems, "HP5022", { task: name, bytes, bound: PAYLOAD_BYTES });
  }
  const made = callback === undefined ? null : await of.makeCallback(callback);
  const task = {
    ...same,
    runAt: runAt === undefined ? null : Date.parse(runAt),
    concurrencyKey: concurrencyKey ?? null,
    ...(key === undefined ? {} : { key }),
    ...(payload === undefined ? {} : { payload }),
    ...(made === null ? {} : { callback: made.callback }),
  };
  return { task, made };
}

/** A callback is told of when it was stored: with a task that was there already, it was not. */
function toCreated(
  { taskId, created }: { readonly taskId: string; readonly created: boolean },
  made: MadeCallback | null,
): { id: string; created: boolean; callback: MadeCallback["told"] | null } {
  return { id: taskId, created, callback: created ? (made?.told ?? null) : null };
}

async function toPage(
  { callbacks }: Pick<TaskRoom, "callbacks">,
  { items, next }: PageOf<TaskView>,
): Promise<PageOf<TaskAnswer>> {
  const briefs = await callbacks.ofTasks(items.map(({ taskId }) => taskId));
  return { items: items.map((task) => toTask(task, briefs.get(task.taskId))), next };
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
  readonly callback: CallbackBrief | null;
};

function toTask(
  { taskId, planId, lease, readyAt, position: _position, ...same }: TaskView,
  callback: CallbackBrief | undefined,
): TaskAnswer {
  return {
    ...same,
    id: taskId,
    plan: planId,
    lease: lease === null ? null : { agent: lease.agent, expiresAt: toMoment(lease.expiresAt) },
    readyAt: toMoment(readyAt),
    callback: callback ?? null,
  };
}
