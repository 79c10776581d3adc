import { isFinal, TASK_STATES, type TaskState } from "@holdpoint/core";
import type { Session } from "@holdpoint/store";
import type { NewEvent } from "../events/index.ts";
import * as SQL from "./callback.sql.ts";
import type { Registration } from "./callback.types.ts";

/** What the outbox is written with, inside the transaction that settles. */
export interface OutboxContext {
  readonly tenant: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly newId: () => string;
}

interface Told {
  readonly callback_id: string;
  readonly task_id: string | null;
  readonly tasks: number;
  readonly queue: string;
  readonly key: string | null;
  readonly title: string | null;
  readonly state: TaskState | null;
  readonly attempt: number | null;
  readonly tries: number | null;
  readonly reason: string | null;
  readonly missing: readonly string[] | null;
  readonly accepted: number;
  readonly dead: number;
  readonly cancelled: number;
}

/** Stores callbacks beside the tasks that they are about. */
export async function registerCallbacks(
  tx: Session,
  { tenant, now }: Pick<OutboxContext, "tenant" | "now">,
  registrations: readonly Registration[],
): Promise<void> {
  if (registrations.length === 0) return;
  const rows = registrations.map(({ callbackId, planId, about, taskIds, url, secret, by }) => ({
    callback_id: callbackId,
    plan_id: planId,
    task_id: about === "task" ? taskIds[0] : null,
    url,
    secret,
    tasks: taskIds.length,
    by,
  }));
  await tx.run(SQL.ADD_CALLBACKS, [tenant, now, JSON.stringify(rows)]);
  const members = registrations.flatMap(({ callbackId, taskIds }) => taskIds.map((taskId) => ({ callbackId, taskId })));
  await tx.run(SQL.ADD_MEMBERS, [
    tenant,
    members.map(({ callbackId }) => callbackId),
    members.map(({ taskId }) => taskId),
  ]);
}

/**
 * Writes the notifications of what a transaction settled, into the same transaction. A task that is put back opens its
 * callbacks again; they are told once more when it is settled anew.
 *
 * @param events the events of the transaction, in their order
 * @returns how many notifications there are to send
 */
export async function queueSettled(tx: Session, context: OutboxContext, events: readonly NewEvent[]): Promise<number> {
  const { tenant, now, newId } = context;
  const turns = turnsOf(events);
  if (turns.size === 0) return 0;
  const values = [tenant, [...turns.keys()], [...turns.values()]];
  const turned = await tx.run<{ callback_id: string; open: number }>(SQL.TURN_TASKS, values);
  const done = turned.filter(({ open }) => open === 0).map((row) => row.callback_id);
  if (done.length === 0) return 0;
  const told = await tx.run<Told>(SQL.TELL, [tenant, done]);
  await tx.run(SQL.ADD_DELIVERIES, [
    tenant,
    now,
    told.map(() => newId()),
    told.map((row) => row.callback_id),
    told.map((row) => JSON.stringify(notificationOf(row, now))),
  ]);
  return told.length;
}

/** Whether each task that was settled, or put back from there, is settled at the end of the transaction. */
function turnsOf(events: readonly NewEvent[]): ReadonlyMap<string, boolean> {
  const turns = new Map<string, boolean>();
  for (const { kind, subject, data } of events) {
    const to = data?.["to"];
    if (typeof subject !== "string" || typeof to !== "string") continue;
    if (TASK_STATES.some((state) => state === to && isFinal(state))) turns.set(subject, true);
    else if (kind === "task.redriven" || turns.has(subject)) turns.set(subject, false);
  }
  return turns;
}

/** The body of a notification: small, since whoever wants more asks for the task. */
function notificationOf(row: Told, now: number): Readonly<Record<string, unknown>> {
  const timestamp = new Date(now).toISOString();
  const { queue, accepted, dead, cancelled } = row;
  if (row.task_id === null) {
    const data = { callback: row.callback_id, queue, tasks: row.tasks, accepted, dead, cancelled };
    return { type: "batch.settled", timestamp, data };
  }
  const { key, title, state, attempt, tries, reason, missing } = row;
  const task = { id: row.task_id, queue, key, title, state, attempt, tries, reason, missing };
  return { type: `task.${state}`, timestamp, data: { callback: row.callback_id, task } };
}
