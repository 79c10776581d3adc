import { operations } from "@holdpoint/contract";
import { type Implementation, implement, StreamReply } from "../http/index.ts";
import type { EventLog, EventRow } from "./event.types.ts";
import type { EventFeed } from "./event-feed.ts";

/** What the routes of events need of a tenant. */
export interface EventRoom {
  readonly events: EventLog;
  readonly feed: EventFeed;
}

/** A comment keeps proxies from closing a quiet stream, milliseconds. */
const KEEP_ALIVE_MS = 15_000;
/** How long a client should wait before it connects again, milliseconds. */
const RETRY_MS = 1_000;

/** Routes of the log of state changes. */
export function eventRoutes(room: (tenant: string) => Promise<EventRoom>): readonly Implementation[] {
  return [
    implement(operations.listEvents, async ({ query, principal, request }) => {
      const { events, feed } = await room(principal.tenant);
      const plan = query.plan === undefined ? {} : { planId: query.plan };
      if (!(request.header("accept") ?? "").includes("text/event-stream")) {
        const after = query.cursor ?? 0;
        const rows = await events.read({ after, limit: query.limit, ...plan });
        const last = rows.at(-1);
        return { items: rows.map(toView), next: last === undefined ? null : String(last.seq) };
      }
      const after = cursorOf(request.header("last-event-id")) ?? query.cursor ?? null;
      // Told before the stream begins: what began cannot be refused any more.
      if (after !== null) await events.requireKept(after);
      return new StreamReply(stream(feed, { after, ...plan }, request.signal), "text/event-stream; charset=utf-8");
    }),
  ];
}

function cursorOf(header: string | null): number | null {
  return header !== null && /^\d{1,15}$/.test(header) ? Number(header) : null;
}

async function* stream(
  feed: EventFeed,
  where: { readonly after: number | null; readonly planId?: string },
  signal: AbortSignal,
): AsyncGenerator<string> {
  yield `retry: ${RETRY_MS}\n: following\n\n`;
  const ended = new AbortController();
  signal.addEventListener("abort", () => ended.abort(), { once: true });
  const rows = feed.follow({ ...where, signal: ended.signal })[Symbol.asyncIterator]();
  try {
    let next = rows.next();
    for (;;) {
      const { quiet, stop } = quietFor(KEEP_ALIVE_MS);
      const got = await Promise.race([next, quiet]);
      stop();
      if (got === null) {
        yield ": still here\n\n";
        continue;
      }
      if (got.done === true) return;
      yield got.value.map(toChunk).join("");
      next = rows.next();
    }
  } finally {
    ended.abort();
    await rows.return(undefined);
  }
}

function quietFor(ms: number): { readonly quiet: Promise<null>; readonly stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const quiet = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  return { quiet, stop: () => clearTimeout(timer) };
}

function toChunk(row: EventRow): string {
  return `id: ${row.seq}\nevent: ${row.kind}\ndata: ${JSON.stringify(toView(row))}\n\n`;
}

function toView({ seq, at, kind, planId, subject, attempt, data, trace }: EventRow): {
  seq: number;
  at: string;
  kind: string;
  plan: string | null;
  subject: string | null;
  attempt: number | null;
  data: Record<string, unknown>;
  trace: string | null;
} {
  return { seq, at: new Date(at).toISOString(), kind, plan: planId, subject, attempt, data: { ...data }, trace };
}
