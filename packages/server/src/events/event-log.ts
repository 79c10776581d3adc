import { problem } from "@holdpoint/core";
import { type Session, statement } from "@holdpoint/store";
import { currentTrace } from "../trace-scope.ts";
import type { EventData, EventLog, EventQuery, EventRow, NewEvent } from "./event.types.ts";
import { eventProblems } from "./events.problems.ts";

/** `mark` comes first, so that the transaction has its number before any row takes one from the sequence. */
const APPEND = statement(
  "event_append",
  `WITH mark AS MATERIALIZED (SELECT pg_current_xact_id() AS xid)
   INSERT INTO holdpoint.event (tenant_id, xid, at_ms, kind, plan_id, subject, attempt, data, trace)
   SELECT $1, mark.xid, $2, e.kind, e.plan_id, e.subject, e.attempt, e.data, e.trace
   FROM mark,
     unnest($3::text[], $4::uuid[], $5::text[], $6::int[], $7::jsonb[], $8::text[]) WITH ORDINALITY
       AS e(kind, plan_id, subject, attempt, data, trace, place)
   ORDER BY e.place`,
);

/** Rows and how far the log was dropped, of one moment: `dropped` stands in each row, and in one without an event when there is none. */
function read(where: string): string {
  return `SELECT d.dropped, e.* FROM (
     SELECT coalesce((SELECT seq FROM holdpoint.event_floor WHERE tenant_id = $1), 0) AS dropped
   ) d LEFT JOIN (
     SELECT seq, at_ms, kind, plan_id, subject, attempt, data, trace
     FROM holdpoint.event
     WHERE tenant_id = $1${where} AND seq > $2 AND xid < pg_snapshot_xmin(pg_current_snapshot())
     ORDER BY seq LIMIT $3
   ) e ON true ORDER BY e.seq`;
}

const READ = statement("event_read", read(""));

const READ_OF_PLAN = statement("event_read_of_plan", read(" AND plan_id = $4"));

const FLOOR = statement("event_floor", "SELECT seq FROM holdpoint.event_floor WHERE tenant_id = $1");

const LAST = statement(
  "event_last",
  `SELECT seq FROM holdpoint.event
   WHERE tenant_id = $1 AND xid < pg_snapshot_xmin(pg_current_snapshot())
   ORDER BY seq DESC LIMIT 1`,
);

const DEFAULT_LIMIT = 1_000;

interface Row {
  /** The newest event that was dropped; 0 when none was. */
  readonly dropped: number;
  /** Null in the one row that there is when there is no event. */
  readonly seq: number | null;
  readonly at_ms: number;
  readonly kind: string;
  readonly plan_id: string | null;
  readonly subject: string | null;
  readonly attempt: number | null;
  readonly data: EventData;
  readonly trace: string | null;
}

/**
 * Writes event rows in the transaction of the change they tell of. Call it after the change's own statements.
 *
 * @param at milliseconds since the epoch
 */
export async function appendEvents(
  tx: Session,
  tenant: string,
  at: number,
  events: readonly NewEvent[],
): Promise<void> {
  if (events.length === 0) return;
  await tx.run(APPEND, [
    tenant,
    at,
    events.map((event) => event.kind),
    events.map((event) => event.planId ?? null),
    events.map((event) => event.subject ?? null),
    events.map((event) => event.attempt ?? null),
    events.map((event) => JSON.stringify(event.data ?? {})),
    events.map((event) => (event.trace === undefined ? currentTrace() : event.trace)),
  ]);
}

/** The log of one tenant. */
export function createEventLog(store: Session, tenant: string): EventLog {
  return {
    async read(query: EventQuery = {}) {
      const { after = 0, limit = DEFAULT_LIMIT, planId } = query;
      const rows =
        planId === undefined
          ? await store.run<Row>(READ, [tenant, after, limit])
          : await store.run<Row>(READ_OF_PLAN, [tenant, after, limit, planId]);
      requireKept(after, rows[0]?.dropped ?? 0);
      return rows.flatMap(toEvent);
    },
    requireKept: async (after) => {
      requireKept(after, (await store.run<{ seq: number }>(FLOOR, [tenant]))[0]?.seq ?? 0);
    },
    last: async () => (await store.run<{ seq: number }>(LAST, [tenant]))[0]?.seq ?? 0,
  };
}

/** 0 is no place in the log: it asks for all that is kept. */
function requireKept(after: number, dropped: number): void {
  if (after === 0 || after >= dropped) return;
  const error = problem(eventProblems, "HP9110", { after, from: dropped });
  throw Object.assign(error, { cursor: String(dropped) });
}

function toEvent(row: Row): readonly EventRow[] {
  const { seq, kind, subject, attempt, data, trace } = row;
  if (seq === null) return [];
  return [{ seq, at: row.at_ms, kind, planId: row.plan_id, subject, attempt, data, trace }];
}
