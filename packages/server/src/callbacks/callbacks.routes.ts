import { operations, type ResponseOf } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import { httpProblems, type Implementation, implement } from "../http/index.ts";
import { toMoment } from "../moment.ts";
import type { CallbackView } from "./callback.types.ts";
import type { CallbackDesk } from "./callback-desk.ts";

/** What the routes of callbacks need of a tenant. */
export interface CallbackRoom {
  readonly callbacks: CallbackDesk;
}

/** Routes of looking at callbacks, and sending again. */
export function callbackRoutes(
  room: (tenant: string) => Promise<CallbackRoom>,
  wake: () => void,
): readonly Implementation[] {
  return [
    implement(operations.listCallbacks, async ({ query, principal }) => {
      const { callbacks } = await room(principal.tenant);
      const { state: states, cursor, limit } = query;
      const rows = await callbacks.list({ states, after: cursor ?? null, limit: limit + 1 });
      const page = rows.slice(0, limit);
      return { items: page.map(toAnswer), next: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
    }),
    implement(operations.getCallback, async ({ params, principal }) => {
      const { callbacks } = await room(principal.tenant);
      const found = await callbacks.get(params.callback);
      if (found === null) throw problem(httpProblems, "HP9105", { kind: "callback", id: params.callback });
      return toAnswer(found);
    }),
    implement(operations.resendCallback, async ({ params, principal }) => {
      const { callbacks } = await room(principal.tenant);
      await callbacks.resend(params.callback);
      wake();
      return null;
    }),
  ];
}

function toAnswer(view: CallbackView): ResponseOf<typeof operations.getCallback> {
  const { createdAt, settledAt, nextAt, endedAt } = view;
  return {
    ...view,
    createdAt: toMoment(createdAt),
    settledAt: toMoment(settledAt),
    nextAt: toMoment(nextAt),
    endedAt: toMoment(endedAt),
  };
}
