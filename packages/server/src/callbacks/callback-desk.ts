import { problem, type Runtime } from "@holdpoint/core";
import type { StoreScope } from "@holdpoint/store";
import { appendEvents } from "../events/index.ts";
import { httpProblems } from "../http/index.ts";
import * as SQL from "./callback.sql.ts";
import type { CallbackBrief, CallbackView, Delivery, DeliveryEnd } from "./callback.types.ts";
import { callbackProblems } from "./callbacks.problems.ts";

/** Which page of callbacks. */
export interface CallbackPageQuery {
  /** Every state when empty. */
  readonly states: readonly CallbackView["state"][];
  /** The last id that was read; null for the first page. */
  readonly after: string | null;
  readonly limit: number;
}

/** Callbacks of one tenant. */
export interface CallbackDesk {
  /** How the callbacks of tasks stand, by task; tasks without one are left out. */
  ofTasks(taskIds: readonly string[]): Promise<ReadonlyMap<string, CallbackBrief>>;
  list(query: CallbackPageQuery): Promise<readonly CallbackView[]>;
  get(callbackId: string): Promise<CallbackView | null>;
  /**
   * Lets the newest notification be sent again, as the same message, for as long as a new one would be.
   *
   * @throws HP9105 when there is no such callback, HP5031 when there is nothing to send yet
   */
  resend(callbackId: string): Promise<void>;
  /** Takes notifications that are due, for `leaseMs`: by then they are done, or due again. */
  take(limit: number, leaseMs: number): Promise<readonly Delivery[]>;
  /** Notes how a try went; false when another one has begun since, or is due because it was asked for meanwhile. */
  end(delivery: Delivery, end: DeliveryEnd): Promise<boolean>;
}

interface BriefRow {
  readonly callback_id: string;
  readonly task_id: string | null;
  readonly state: CallbackView["state"];
  readonly attempts: number;
  readonly last_error: string | null;
}

interface Row extends BriefRow {
  readonly plan_id: string;
  readonly tasks: number;
  readonly open: number;
  readonly url: string;
  readonly created_by: string;
  readonly created_at_ms: number;
  readonly settled_at_ms: number | null;
  readonly due_at_ms: number | null;
  readonly ended_at_ms: number | null;
}

interface DeliveryRow {
  readonly delivery_id: string;
  readonly callback_id: string;
  readonly plan_id: string;
  readonly task_id: string | null;
  readonly url: string;
  readonly secret: string;
  readonly body: string;
  readonly attempts: number;
  readonly since_ms: number;
}

/** The desk of one tenant. @param changed is told of each commit that wrote an event */
export function createCallbackDesk(
  store: StoreScope,
  runtime: Pick<Runtime, "now">,
  tenant: string,
  changed: () => void,
): CallbackDesk {
  return {
    async ofTasks(taskIds) {
      if (taskIds.length === 0) return new Map();
      const rows = await store.run<BriefRow>(SQL.OF_TASKS, [tenant, taskIds]);
      return new Map(rows.map((row) => [row.task_id ?? "", toBrief(row)]));
    },
    list: async ({ states, after, limit }) =>
      (await store.run<Row>(SQL.LIST, [tenant, after, states.length === 0 ? null : states, limit])).map(toView),
    async get(callbackId) {
      const [row] = await store.run<Row>(SQL.GET, [tenant, callbackId]);
      return row === undefined ? null : toView(row);
    },
    async resend(callbackId) {
      const [sent] = await store.run(SQL.RESEND, [tenant, callbackId, runtime.now()]);
      if (sent !== undefined) return;
      const [row] = await store.run<Row>(SQL.GET, [tenant, callbackId]);
      if (row === undefined) throw problem(httpProblems, "HP9105", { kind: "callback", id: callbackId });
      throw problem(callbackProblems, "HP5031", { callback: callbackId, open: row.open });
    },
    async take(limit, leaseMs) {
      const now = runtime.now();
      const rows = await store.run<DeliveryRow>(SQL.TAKE, [tenant, now, now + leaseMs, limit]);
      return rows.map(toDelivery);
    },
    async end(delivery, end) {
      const now = runtime.now();
      const isNoted = await endTry(store, now, tenant, delivery, end);
      if (isNoted) changed();
      else if ("error" in end) {
        await store.run(SQL.PUT_BACK, [tenant, delivery.deliveryId, delivery.attempts, end.error, now]);
      }
      return isNoted;
    },
  };
}

async function endTry(
  store: StoreScope,
  now: number,
  tenant: string,
  delivery: Delivery,
  end: DeliveryEnd,
): Promise<boolean> {
  const { deliveryId, callbackId, planId, taskId, attempts } = delivery;
  const isOver = end.outcome === "delivered" || end.outcome === "given_up";
  const error = "error" in end ? end.error : null;
  const values = [
    tenant,
    deliveryId,
    attempts,
    isOver ? end.outcome : "pending",
    error,
    end.outcome === "failed" ? end.nextAt : now,
    isOver ? now : null,
    end.outcome === "put_back" ? attempts - 1 : attempts,
    "error" in end ? delivery.since : null,
  ];
  if (!isOver) return (await store.run(SQL.END_TRY, values)).length > 0;
  return await store.transaction(async (tx) => {
    if ((await tx.run(SQL.END_TRY, values)).length === 0) return false;
    const data = { callback: callbackId, message: deliveryId, origin: originOf(delivery.url), attempts };
    const more = "status" in end ? { status: end.status } : { error };
    const kind = `callback.${end.outcome}`;
    await appendEvents(tx, tenant, now, [{ kind, planId, subject: taskId ?? callbackId, data: { ...data, ...more } }]);
    return true;
  });
}

/** Scheme, host and port: the rest of an address may be a secret of its receiver. */
export function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : "";
}

function toBrief({ callback_id: id, state, attempts, last_error: lastError }: BriefRow): CallbackBrief {
  return { id, state, attempts, lastError };
}

function toView(row: Row): CallbackView {
  return {
    ...toBrief(row),
    about: row.task_id === null ? "batch" : "task",
    plan: row.plan_id,
    task: row.task_id,
    tasks: row.tasks,
    open: row.open,
    origin: originOf(row.url),
    createdBy: row.created_by,
    createdAt: row.created_at_ms,
    settledAt: row.settled_at_ms,
    nextAt: row.state === "pending" ? row.due_at_ms : null,
    endedAt: row.ended_at_ms,
  };
}

function toDelivery(row: DeliveryRow): Delivery {
  const { url, secret, body, attempts } = row;
  return {
    deliveryId: row.delivery_id,
    callbackId: row.callback_id,
    planId: row.plan_id,
    taskId: row.task_id,
    url,
    secret,
    body,
    attempts,
    since: row.since_ms,
  };
}
