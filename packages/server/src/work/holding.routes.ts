import { operations } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import { httpProblems, type Implementation, implement } from "../http/index.ts";
import type { Limits } from "./limits.ts";
import type { Pauses, PauseWord } from "./pauses.ts";
import type { TaskDesk } from "./task-desk.ts";

/** What the routes that hold work back need of a tenant. */
export interface HoldingRoom {
  readonly desk: TaskDesk;
  readonly pauses: Pauses;
  readonly limits: Limits;
}

/** Routes of pauses, queues and limits. */
export function holdingRoutes(room: (tenant: string) => Promise<HoldingRoom>): readonly Implementation[] {
  const queueId = async (of: HoldingRoom, name: string): Promise<string> => {
    const planId = await of.pauses.queueId(name);
    if (planId === null) throw problem(httpProblems, "HP9105", { kind: "queue", id: name });
    return planId;
  };
  return [
    implement(operations.pausePlan, async ({ params, body, principal }) => {
      const { pauses } = await room(principal.tenant);
      const found = await pauses.pausePlan(params.plan, wordOf(principal.name, body));
      if (!found) throw problem(httpProblems, "HP9105", { kind: "plan", id: params.plan });
      return { paused: true };
    }),
    implement(operations.resumePlan, async ({ params, body, principal }) => {
      const { pauses } = await room(principal.tenant);
      const found = await pauses.resumePlan(params.plan, wordOf(principal.name, body));
      if (!found) throw problem(httpProblems, "HP9105", { kind: "plan", id: params.plan });
      return { paused: false };
    }),
    implement(operations.listQueues, async ({ query, principal }) => {
      const { cursor, limit } = query;
      const { desk } = await room(principal.tenant);
      const page = await desk.queues({ limit, ...(cursor === undefined ? {} : { cursor }) });
      const items = page.items.map(({ planId, name, createdAt, paused }) => {
        return { id: planId, name, createdAt: new Date(createdAt).toISOString(), paused };
      });
      return { items, next: page.next };
    }),
    implement(operations.pauseQueue, async ({ params, body, principal }) => {
      const of = await room(principal.tenant);
      await of.pauses.pausePlan(await queueId(of, params.queue), wordOf(principal.name, body));
      return { paused: true };
    }),
    implement(operations.resumeQueue, async ({ params, body, principal }) => {
      const of = await room(principal.tenant);
      await of.pauses.resumePlan(await queueId(of, params.queue), wordOf(principal.name, body));
      return { paused: false };
    }),
    implement(operations.getPause, async ({ principal }) => {
      const pause = await (await room(principal.tenant)).pauses.ofAll();
      if (pause === null) return { paused: false, by: null, reason: null, since: null };
      return { paused: true, by: pause.by, reason: pause.reason, since: new Date(pause.since).toISOString() };
    }),
    implement(operations.pauseAll, async ({ body, principal }) => {
      await (await room(principal.tenant)).pauses.pauseAll(wordOf(principal.name, body));
      return { paused: true };
    }),
    implement(operations.resumeAll, async ({ body, principal }) => {
      await (await room(principal.tenant)).pauses.resumeAll(wordOf(principal.name, body));
      return { paused: false };
    }),
    implement(operations.listLimits, async ({ query, principal }) => {
      const { cursor, limit } = query;
      const { limits } = await room(principal.tenant);
      return await limits.list({ limit, ...(cursor === undefined ? {} : { cursor }) });
    }),
    implement(operations.getLimit, async ({ params, principal }) => {
      const limit = await (await room(principal.tenant)).limits.get(params.key);
      if (limit === null) throw problem(httpProblems, "HP9105", { kind: "limit", id: params.key });
      return limit;
    }),
    implement(operations.putLimit, async ({ params, body, principal }) => {
      const { limits } = await room(principal.tenant);
      const terms = { maxRunning: body.maxRunning ?? null, rate: body.rate ?? null };
      return await limits.put(params.key, terms, principal.name);
    }),
    implement(operations.deleteLimit, async ({ params, principal }) => {
      const removed = await (await room(principal.tenant)).limits.remove(params.key, principal.name);
      if (!removed) throw problem(httpProblems, "HP9105", { kind: "limit", id: params.key });
      return null;
    }),
  ];
}

function wordOf(by: string, body: { readonly reason?: string | undefined } | undefined): PauseWord {
  return { by, reason: body?.reason ?? null };
}
