import { type Statement, statement } from "@holdpoint/store";
import { MOVED } from "./work.fragments.sql.ts";

/**
 * Batches share the work of a tenant; an import has it alone. A statement that waited for a row would see the edges as
 * they were before it waited, and count down by those of the old document.
 */
export const SHARE_WORK: Statement = statement(
  "work_share",
  `SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 5005)),
     EXISTS (SELECT FROM holdpoint.task_ready WHERE tenant_id = $1 AND assigned IS NOT NULL) AS assigned,
     EXISTS (SELECT FROM holdpoint.work_limit WHERE tenant_id = $1) AS limited,
     EXISTS (SELECT FROM holdpoint.callback WHERE tenant_id = $1) AS callbacks`,
);

export const LOCK_WORK: Statement = statement("work_lock", "SELECT pg_advisory_xact_lock(hashtextextended($1, 5005))");

/**
 * Batches of a tenant that has limits come one after the other: they would lock the rows of several keys in any order.
 * What a limit allows is decided by its locked row; without this lock batches would only run into deadlocks.
 */
export const LOCK_LIMITS: Statement = statement(
  "work_lock_limits",
  "SELECT pg_advisory_xact_lock(hashtextextended($1, 5006))",
);

/** How many more tasks a limit `w` lets begin at `$2`. Starts count until the end of their slot is `per_ms` past. */
export const ROOM = `least(
       coalesce(w.max_running - w.running, 2147483647),
       coalesce(w.max_starts - (
         SELECT coalesce(sum(s.n), 0)::int FROM unnest(w.start_at_ms, w.start_count) AS s(at, n)
         WHERE s.at + w.per_ms > $2
       ), 2147483647)
     )`;

/** Slots in which the starts of a window are counted: at most this share of it is counted too long. */
const SLOTS = 20;

/** End of the slot of `$2`. */
const SLOT = `(($2::bigint / greatest(w.per_ms / ${SLOTS}, 1) + 1) * greatest(w.per_ms / ${SLOTS}, 1))`;

/**
 * Leases in order of priority and position. `$8` is the agent when tasks may be reserved for it, else null.
 *
 * Paused plans and keys without room are left out by sub-selects that are run once. What rows must fulfil stands in a
 * CASE, because the planner takes each part of it for far more selective than it is, and would then sort everything that
 * is ready for each claim instead of reading the index in order: 25 ms instead of 0.2 ms to pick 100 of 20,000.
 * Of what is picked, each key keeps as many as its locked row has room for; `dropped` says how many it did not keep, and
 * the caller asks again for the slots that are left: by then those keys are full and left out.
 */
export const CLAIM: Statement = statement(
  "work_claim",
  `WITH slot AS (
     SELECT * FROM unnest($3::text[], $4::text[], $5::bigint[]) WITH ORDINALITY AS s(agent, owner, expires_at_ms, place)
   ), picked AS MATERIALIZED (
     SELECT task_id, priority, position, limit_key FROM holdpoint.task_ready
     WHERE tenant_id = $1 AND ready_at_ms <= $2 AND ($7::uuid IS NULL OR plan_id = $7)
       AND NOT EXISTS (SELECT FROM holdpoint.tenant_pause z WHERE z.tenant_id = $1)
       AND CASE
         WHEN NOT capabilities <@ $6::text[] THEN false
         WHEN assigned IS NOT NULL AND assigned IS DISTINCT FROM $8 THEN false
         WHEN plan_id = ANY (ARRAY(SELECT z.plan_id FROM holdpoint.plan_pause z WHERE z.tenant_id = $1)) THEN false
         WHEN limit_key IS NULL THEN true
         ELSE limit_key <> ALL (
           ARRAY(SELECT w.key FROM holdpoint.work_limit w WHERE w.tenant_id = $1 AND ${ROOM} <= 0)
         )
       END
     ORDER BY priority DESC, position, task_id
     LIMIT cardinality($3::text[])
     FOR UPDATE SKIP LOCKED
   ), room AS MATERIALIZED (
     SELECT w.key, ${ROOM} AS room FROM holdpoint.work_limit w
     WHERE w.tenant_id = $1 AND w.key = ANY (ARRAY(SELECT limit_key FROM picked WHERE limit_key IS NOT NULL))
     ORDER BY w.key
     FOR UPDATE
   ), numbered AS (
     SELECT p.task_id, row_number() OVER (ORDER BY p.priority DESC, p.position, p.task_id) AS place
     FROM (
       SELECT *, row_number() OVER (PARTITION BY limit_key ORDER BY priority DESC, position, task_id) AS of_key FROM picked
     ) p
     LEFT JOIN room ON room.key = p.limit_key
     WHERE room.key IS NULL OR p.of_key <= room.room
   ), taken AS (
     DELETE FROM holdpoint.task_ready r USING numbered n WHERE r.tenant_id = $1 AND r.task_id = n.task_id
   ), moved AS (
     UPDATE holdpoint.task t SET state = 'leased', attempt = t.attempt + 1, updated_at_ms = $2
     FROM numbered n JOIN slot s USING (place)
     WHERE t.tenant_id = $1 AND t.task_id = n.task_id AND t.state = 'ready'
     RETURNING s.place, s.agent, s.owner, s.expires_at_ms, ${MOVED}, t.max_attempts, t.missing, t.limit_key
   ), lease AS (
     INSERT INTO holdpoint.task_lease
       (tenant_id, task_id, plan_id, attempt, agent, owner, claimed_at_ms, expires_at_ms, limit_key)
     SELECT $1, task_id, plan_id, attempt, agent, owner, $2, expires_at_ms, limit_key FROM moved
   ), token AS (
     UPDATE holdpoint.work_limit w SET running = w.running + begun.n, updated_at_ms = $2,
       start_at_ms = CASE WHEN w.max_starts IS NULL THEN '{}' ELSE ARRAY(
         SELECT s.at FROM unnest(w.start_at_ms, w.start_count) AS s(at, n)
         WHERE s.at + w.per_ms > $2 AND s.at <> ${SLOT} ORDER BY s.at
       ) || ${SLOT} END,
       start_count = CASE WHEN w.max_starts IS NULL THEN '{}' ELSE ARRAY(
         SELECT s.n FROM unnest(w.start_at_ms, w.start_count) AS s(at, n)
         WHERE s.at + w.per_ms > $2 AND s.at <> ${SLOT} ORDER BY s.at
       ) || (begun.n + coalesce((
         SELECT s.n FROM unnest(w.start_at_ms, w.start_count) AS s(at, n) WHERE s.at = ${SLOT}
       ), 0)) END
     FROM (SELECT limit_key, count(*)::int AS n FROM moved WHERE limit_key IS NOT NULL GROUP BY limit_key) begun
     WHERE w.tenant_id = $1 AND w.key = begun.limit_key
   )
   SELECT d.dropped, m.*, x.title, x.gates
   FROM (SELECT (SELECT count(*) FROM picked) - (SELECT count(*) FROM numbered) AS dropped) d
   LEFT JOIN moved m ON true
   LEFT JOIN holdpoint.task_text x ON x.tenant_id = $1 AND x.task_id = m.task_id
   ORDER BY m.place`,
);
