import { type Statement, statement } from "@holdpoint/store";
import { END_LEASE, MOVED, OFFERED, offer } from "./work.fragments.sql.ts";

/* What operators decide, and an agent that asks for one; the shape of the statements is that of `work.sql.ts`. */

export const CANCEL: Statement = statement(
  "work_cancel",
  `WITH moved AS (
     UPDATE holdpoint.task t SET state = 'cancelled', reason = i.reason, removed = $7, blocked = false, updated_at_ms = $2
     FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[]) WITH ORDINALITY AS i(task_id, reason, by, from_state, place)
     WHERE t.tenant_id = $1 AND t.task_id = i.task_id AND t.state NOT IN ('accepted', 'cancelled')
       AND (i.from_state IS NULL OR t.state = i.from_state)
     RETURNING i.place, i.by, ${MOVED}, 'cancelled' AS outcome, i.reason, NULL::jsonb AS result
   ), ${END_LEASE}, withdrawn AS (
     DELETE FROM holdpoint.task_ready r USING moved m WHERE r.tenant_id = $1 AND r.task_id = m.task_id
   )
   SELECT m.place, m.task_id, m.plan_id, m.key, m.state, m.attempt, m.tries, m.reason, m.by FROM moved m`,
);

export const REDRIVE: Statement = statement(
  "work_redrive",
  `WITH moved AS (
     UPDATE holdpoint.task t SET state = 'ready', tries = 0, blocked = false, reason = i.reason, updated_at_ms = $2
     FROM unnest($3::uuid[], $4::text[], $5::text[]) WITH ORDINALITY AS i(task_id, reason, by, place)
     WHERE t.tenant_id = $1 AND t.task_id = i.task_id AND t.state IN ('dead', 'held') AND t.kind = 'task'
     RETURNING i.place, i.by, ${MOVED}, ${OFFERED}, $2::bigint AS ready_at_ms, i.reason
   ), ${offer("moved")}
   SELECT m.place, m.task_id, m.plan_id, m.key, m.state, m.attempt, m.tries, m.reason, m.by FROM moved m`,
);

/** The agent cannot go on. What it says stands with the task and with the attempt. */
export const HALT: Statement = statement(
  "work_halt",
  `WITH moved AS (
     UPDATE holdpoint.task t SET state = 'held', blocked = true, reason = i.reason, updated_at_ms = $2
     FROM unnest($3::uuid[], $4::int[], $5::text[]) WITH ORDINALITY AS i(task_id, attempt, reason, place)
     WHERE t.tenant_id = $1 AND t.task_id = i.task_id AND t.attempt = i.attempt AND t.state = 'leased'
     RETURNING i.place, ${MOVED}, 'blocked' AS outcome, i.reason, NULL::jsonb AS result
   ), ${END_LEASE}
   SELECT m.place, m.task_id, m.plan_id, m.key, m.state, m.attempt, m.tries, m.reason FROM moved m`,
);

export const REOFFER: Statement = statement(
  "work_reoffer",
  `WITH moved AS (
     UPDATE holdpoint.task t SET state = 'ready', blocked = false, reason = i.reason, updated_at_ms = $2
     FROM unnest($3::uuid[], $4::text[], $5::text[]) WITH ORDINALITY AS i(task_id, reason, by, place)
     WHERE t.tenant_id = $1 AND t.task_id = i.task_id AND t.state = 'held' AND t.blocked AND t.kind = 'task'
     RETURNING i.place, i.by, ${MOVED}, ${OFFERED}, $2::bigint AS ready_at_ms, i.reason
   ), ${offer("moved")}
   SELECT m.place, m.task_id, m.plan_id, m.key, m.state, m.attempt, m.tries, m.reason, m.by FROM moved m`,
);

/** The offer is changed before its task, in the order in which claims lock them. */
export const PRIORITISE: Statement = statement(
  "work_prioritise",
  `WITH i AS (
     SELECT * FROM unnest($3::uuid[], $4::int[], $5::text[]) WITH ORDINALITY AS i(task_id, priority, by, place)
   ), offer AS (
     UPDATE holdpoint.task_ready r SET priority = i.priority FROM i WHERE r.tenant_id = $1 AND r.task_id = i.task_id
     RETURNING r.task_id
   )
   UPDATE holdpoint.task t SET priority = i.priority, priority_by = i.by, updated_at_ms = $2
   FROM i, (SELECT count(*) FROM offer) AS first
   WHERE t.tenant_id = $1 AND t.task_id = i.task_id AND t.kind = 'task' AND t.state NOT IN ('accepted', 'cancelled')
   RETURNING i.place, i.by, t.priority, ${MOVED}`,
);

export const ASSIGN: Statement = statement(
  "work_assign",
  `WITH i AS (
     SELECT * FROM unnest($3::uuid[], $4::text[], $5::text[]) WITH ORDINALITY AS i(task_id, agent, by, place)
   ), offer AS (
     UPDATE holdpoint.task_ready r SET assigned = i.agent FROM i WHERE r.tenant_id = $1 AND r.task_id = i.task_id
     RETURNING r.task_id
   )
   UPDATE holdpoint.task t SET assigned = i.agent, updated_at_ms = $2
   FROM i, (SELECT count(*) FROM offer) AS first
   WHERE t.tenant_id = $1 AND t.task_id = i.task_id AND t.kind = 'task' AND t.state NOT IN ('accepted', 'cancelled')
   RETURNING i.place, i.by, t.assigned, ${MOVED}`,
);
