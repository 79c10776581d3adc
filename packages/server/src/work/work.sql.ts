import { type Statement, statement } from "@holdpoint/store";

/*
 * Every command is one statement over a whole batch. `$1` is the tenant, `$2` the time in milliseconds. Inputs are
 * arrays; `place` ties each answer to its input. A command that no longer fits its task answers no row and changes
 * nothing: the fence (`attempt`) and the state are part of the WHERE.
 *
 * Two inputs for one task in one batch: UPDATE ... FROM moves the task once and answers for one of them.
 */

const MOVED = "t.task_id, t.plan_id, t.key, t.state, t.attempt, t.tries";

/** Ends the lease of what moved and keeps its history. Needs a CTE `moved` with reason, missing and result. */
const END_LEASE = `lease AS (
     DELETE FROM holdpoint.task_lease l USING moved m
     WHERE l.tenant_id = $1 AND l.task_id = m.task_id
     RETURNING l.task_id, l.agent, l.claimed_at_ms, l.attempt
   ), history AS (
     INSERT INTO holdpoint.attempt (tenant_id, task_id, attempt, agent, claimed_at_ms, ended_at_ms, outcome, reason, result)
     SELECT $1, m.task_id, lease.attempt, lease.agent, lease.claimed_at_ms, $2, m.outcome, m.reason, m.result
     FROM moved m JOIN lease USING (task_id)
   )`;

/** Offers what moved to `ready`. Needs a CTE `moved` with priority, position, capabilities and ready_at_ms. */
const OFFER = `offer AS (
     INSERT INTO holdpoint.task_ready (tenant_id, task_id, plan_id, ready_at_ms, priority, position, capabilities)
     SELECT $1, task_id, plan_id, ready_at_ms, priority, position, capabilities FROM moved WHERE state = 'ready'
   )`;

/** Back-off of `retryDelayMs` in core; `t.tries` is the count before this try. `$b` base, `$c` cap. */
function restMs(base: string, cap: string): string {
  return `floor(least(${cap}::float8, ${base}::float8 * power(2::float8, least(t.tries, 20))) * (0.5 + i.chance / 2))::bigint`;
}

/**
 * Batches share the work of a tenant; an import has it alone. A statement that waited for a row would see the edges as
 * they were before it waited, and count down by those of the old document.
 */
export const SHARE_WORK: Statement = statement(
  "work_share",
  "SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 5005))",
);

export const LOCK_WORK: Statement = statement("work_lock", "SELECT pg_advisory_xact_lock(hashtextextended($1, 5005))");

export const CLAIM: Statement = statement(
  "work_claim",
  `WITH slot AS (
     SELECT * FROM unnest($3::text[], $4::text[], $5::bigint[]) WITH ORDINALITY AS s(agent, owner, expires_at_ms, place)
   ), picked AS MATERIALIZED (
     SELECT task_id, priority, position FROM holdpoint.task_ready
     WHERE tenant_id = $1 AND ready_at_ms <= $2 AND capabilities <@ $6::text[] AND ($7::uuid IS NULL OR plan_id = $7)
     ORDER BY priority DESC, position, task_id
     LIMIT cardinality($3::text[])
     FOR UPDATE SKIP LOCKED
   ), numbered AS (
     SELECT task_id, row_number() OVER (ORDER BY priority DESC, position, task_id) AS place FROM picked
   ), taken AS (
     DELETE FROM holdpoint.task_ready r USING picked p WHERE r.tenant_id = $1 AND r.task_id = p.task_id
   ), moved AS (
     UPDATE holdpoint.task t SET state = 'leased', attempt = t.attempt + 1, updated_at_ms = $2
     FROM numbered n JOIN slot s USING (place)
     WHERE t.tenant_id = $1 AND t.task_id = n.task_id AND t.state = 'ready'
     RETURNING s.place, s.agent, s.owner, s.expires_at_ms, ${MOVED}, t.max_attempts, t.missing
   ), lease AS (
     INSERT INTO holdpoint.task_lease
       (tenant_id, task_id, plan_id, attempt, agent, owner, claimed_at_ms, expires_at_ms)
     SELECT $1, task_id, plan_id, attempt, agent, owner, $2, expires_at_ms FROM moved
   )
   SELECT m.*, x.title, x.gates
   FROM moved m JOIN holdpoint.task_text x ON x.tenant_id = $1 AND x.task_id = m.task_id
   ORDER BY m.place`,
);

export const RENEW: Statement = statement(
  "work_renew",
  `UPDATE holdpoint.task_lease l SET expires_at_ms = $2 + i.ttl_ms
   FROM unnest($3::uuid[], $4::int[], $5::bigint[]) WITH ORDINALITY AS i(task_id, attempt, ttl_ms, place),
     holdpoint.task t
   WHERE l.tenant_id = $1 AND l.task_id = i.task_id AND l.attempt = i.attempt
     AND t.tenant_id = $1 AND t.task_id = i.task_id AND t.state = 'leased'
   RETURNING i.place, ${MOVED}`,
);

export const REPORT: Statement = statement(
  "work_report",
  `WITH moved AS (
     UPDATE holdpoint.task t SET state = 'reported', reason = NULL, updated_at_ms = $2
     FROM unnest($3::uuid[], $4::int[], $5::jsonb[]) WITH ORDINALITY AS i(task_id, attempt, result, place)
     WHERE t.tenant_id = $1 AND t.task_id = i.task_id AND t.attempt = i.attempt AND t.state = 'leased'
     RETURNING i.place, ${MOVED}, 'reported' AS outcome, NULL::text AS reason, i.result
   ), ${END_LEASE}
   SELECT m.place, m.task_id, m.plan_id, m.key, m.state, m.attempt, m.tries FROM moved m`,
);

export const RELEASE: Statement = statement(
  "work_release",
  `WITH moved AS (
     UPDATE holdpoint.task t SET state = 'ready', reason = i.reason, updated_at_ms = $2
     FROM unnest($3::uuid[], $4::int[], $5::text[]) WITH ORDINALITY AS i(task_id, attempt, reason, place)
     WHERE t.tenant_id = $1 AND t.task_id = i.task_id AND t.attempt = i.attempt AND t.state = 'leased'
     RETURNING i.place, ${MOVED}, t.priority, t.position, t.capabilities, $2::bigint AS ready_at_ms,
       'released' AS outcome, i.reason, NULL::jsonb AS result
   ), ${END_LEASE}, ${OFFER}
   SELECT m.place, m.task_id, m.plan_id, m.key, m.state, m.attempt, m.tries, m.reason FROM moved m`,
);

/** `$6` is a number in [0, 1) for each input, `$7` and `$8` the retry policy, `$9` what the attempt's end is called. */
export const FAIL: Statement = statement(
  "work_fail",
  `WITH moved AS (
     UPDATE holdpoint.task t SET
       state = CASE WHEN t.tries + 1 < t.max_attempts THEN 'ready' ELSE 'dead' END,
       tries = t.tries + 1, reason = i.reason, updated_at_ms = $2
     FROM (
       SELECT i.*, $2::bigint + ${restMs("$7", "$8")} AS ready_at_ms
       FROM unnest($3::uuid[], $4::int[], $5::text[], $6::float8[]) WITH ORDINALITY
         AS i(task_id, attempt, reason, chance, place)
       JOIN holdpoint.task t ON t.tenant_id = $1 AND t.task_id = i.task_id
     ) i
     WHERE t.tenant_id = $1 AND t.task_id = i.task_id AND t.attempt = i.attempt AND t.state = 'leased'
     RETURNING i.place, ${MOVED}, t.priority, t.position, t.capabilities, i.ready_at_ms,
       $9::text AS outcome, i.reason, NULL::jsonb AS result
   ), ${END_LEASE}, ${OFFER}
   SELECT m.place, m.task_id, m.plan_id, m.key, m.state, m.attempt, m.tries, m.reason FROM moved m`,
);

export const EXPIRED: Statement = statement(
  "work_expired",
  `SELECT task_id, attempt FROM holdpoint.task_lease
   WHERE tenant_id = $1 AND expires_at_ms <= $2
   ORDER BY expires_at_ms, task_id LIMIT $3
   FOR UPDATE SKIP LOCKED`,
);

export const LEASES_OF_OWNER: Statement = statement(
  "work_leases_of_owner",
  `SELECT task_id, attempt FROM holdpoint.task_lease
   WHERE tenant_id = $1 AND owner = $2
   ORDER BY expires_at_ms, task_id LIMIT $3
   FOR UPDATE SKIP LOCKED`,
);

/** The counters of the children fall in the statement that accepts the parents; those that reach zero may begin. */
export const ACCEPT: Statement = statement(
  "work_accept",
  `WITH moved AS (
     UPDATE holdpoint.task t SET state = 'accepted', missing = '{}', reason = NULL, updated_at_ms = $2
     FROM unnest($3::uuid[], $4::int[], $5::jsonb[]) WITH ORDINALITY AS i(task_id, attempt, evidence, place)
     WHERE t.tenant_id = $1 AND t.task_id = i.task_id AND t.attempt = i.attempt AND t.state IN ('reported', 'held')
     RETURNING i.place, i.evidence, ${MOVED}
   ), history AS (
     UPDATE holdpoint.attempt a SET outcome = 'accepted',
       evidence = ARRAY(SELECT jsonb_array_elements_text(m.evidence)), missing = '{}'
     FROM moved m WHERE a.tenant_id = $1 AND a.task_id = m.task_id AND a.attempt = m.attempt
   ), fewer AS (
     SELECT e.child_id, count(*)::int AS met
     FROM moved m JOIN holdpoint.task_edge e ON e.tenant_id = $1 AND e.parent_id = m.task_id
     GROUP BY e.child_id
   ), child AS (
     UPDATE holdpoint.task c SET unmet = c.unmet - f.met, updated_at_ms = $2,
       state = CASE
         WHEN c.state <> 'waiting' OR c.unmet > f.met THEN c.state
         WHEN c.judge_first THEN 'reported'
         ELSE 'ready'
       END
     FROM fewer f
     WHERE c.tenant_id = $1 AND c.task_id = f.child_id
     RETURNING c.*
   ), freed AS (
     SELECT * FROM child WHERE unmet = 0 AND state IN ('ready', 'reported')
   ), offer AS (
     INSERT INTO holdpoint.task_ready (tenant_id, task_id, plan_id, ready_at_ms, priority, position, capabilities)
     SELECT $1, task_id, plan_id, $2, priority, position, capabilities FROM freed WHERE state = 'ready'
   )
   SELECT place, task_id, plan_id, key, state, attempt, tries FROM moved
   UNION ALL
   SELECT NULL, task_id, plan_id, key, state, attempt, tries FROM freed`,
);

export const REFUSE: Statement = statement(
  "work_refuse",
  `WITH moved AS (
     UPDATE holdpoint.task t SET
       state = CASE WHEN t.attempt = 0 OR t.tries + 1 < t.max_attempts THEN 'ready' ELSE 'dead' END,
       tries = CASE WHEN t.attempt = 0 THEN t.tries ELSE t.tries + 1 END,
       missing = ARRAY(SELECT jsonb_array_elements_text(i.missing)), reason = NULL, updated_at_ms = $2
     FROM (
       SELECT i.*, $2::bigint + CASE WHEN t.attempt = 0 THEN 0 ELSE ${restMs("$7", "$8")} END AS ready_at_ms
       FROM unnest($3::uuid[], $4::int[], $5::jsonb[], $6::float8[]) WITH ORDINALITY
         AS i(task_id, attempt, missing, chance, place)
       JOIN holdpoint.task t ON t.tenant_id = $1 AND t.task_id = i.task_id
     ) i
     WHERE t.tenant_id = $1 AND t.task_id = i.task_id AND t.attempt = i.attempt
       AND t.state IN ('reported', 'held') AND t.kind = 'task'
     RETURNING i.place, ${MOVED}, t.priority, t.position, t.capabilities, i.ready_at_ms, t.missing
   ), history AS (
     UPDATE holdpoint.attempt a SET outcome = 'refused', missing = m.missing
     FROM moved m WHERE a.tenant_id = $1 AND a.task_id = m.task_id AND a.attempt = m.attempt
   ), ${OFFER}
   SELECT m.place, m.task_id, m.plan_id, m.key, m.state, m.attempt, m.tries, m.missing FROM moved m`,
);

/** History calls it released; that something was missing tells it from work that was given back before its end. */
export const HAND_BACK: Statement = statement(
  "work_hand_back",
  `WITH moved AS (
     UPDATE holdpoint.task t SET state = 'ready', reason = NULL, updated_at_ms = $2,
       missing = ARRAY(SELECT jsonb_array_elements_text(i.missing))
     FROM unnest($3::uuid[], $4::int[], $5::jsonb[]) WITH ORDINALITY AS i(task_id, attempt, missing, place)
     WHERE t.tenant_id = $1 AND t.task_id = i.task_id AND t.attempt = i.attempt AND t.attempt > 0
       AND t.state IN ('reported', 'held') AND t.kind = 'task'
     RETURNING i.place, ${MOVED}, t.priority, t.position, t.capabilities, $2::bigint AS ready_at_ms, t.missing
   ), history AS (
     UPDATE holdpoint.attempt a SET outcome = 'released', missing = m.missing
     FROM moved m WHERE a.tenant_id = $1 AND a.task_id = m.task_id AND a.attempt = m.attempt
   ), ${OFFER}
   SELECT m.place, m.task_id, m.plan_id, m.key, m.state, m.attempt, m.tries, m.missing FROM moved m`,
);

export const HOLD: Statement = statement(
  "work_hold",
  `WITH moved AS (
     UPDATE holdpoint.task t SET state = 'held', updated_at_ms = $2,
       missing = ARRAY(SELECT jsonb_array_elements_text(i.missing))
     FROM unnest($3::uuid[], $4::int[], $5::jsonb[]) WITH ORDINALITY AS i(task_id, attempt, missing, place)
     WHERE t.tenant_id = $1 AND t.task_id = i.task_id AND t.attempt = i.attempt AND t.state = 'reported'
     RETURNING i.place, ${MOVED}, t.missing
   ), history AS (
     UPDATE holdpoint.attempt a SET outcome = 'held', missing = m.missing
     FROM moved m WHERE a.tenant_id = $1 AND a.task_id = m.task_id AND a.attempt = m.attempt
   )
   SELECT m.place, m.task_id, m.plan_id, m.key, m.state, m.attempt, m.tries, m.missing FROM moved m`,
);

export const CANCEL: Statement = statement(
  "work_cancel",
  `WITH moved AS (
     UPDATE holdpoint.task t SET state = 'cancelled', reason = i.reason, removed = $6, updated_at_ms = $2
     FROM unnest($3::uuid[], $4::text[], $5::text[]) WITH ORDINALITY AS i(task_id, reason, by, place)
     WHERE t.tenant_id = $1 AND t.task_id = i.task_id AND t.state NOT IN ('accepted', 'cancelled')
     RETURNING i.place, i.by, ${MOVED}, 'cancelled' AS outcome, i.reason, NULL::jsonb AS result
   ), ${END_LEASE}, withdrawn AS (
     DELETE FROM holdpoint.task_ready r USING moved m WHERE r.tenant_id = $1 AND r.task_id = m.task_id
   )
   SELECT m.place, m.task_id, m.plan_id, m.key, m.state, m.attempt, m.tries, m.reason, m.by FROM moved m`,
);

export const REDRIVE: Statement = statement(
  "work_redrive",
  `WITH moved AS (
     UPDATE holdpoint.task t SET state = 'ready', tries = 0, reason = i.reason, updated_at_ms = $2
     FROM unnest($3::uuid[], $4::text[], $5::text[]) WITH ORDINALITY AS i(task_id, reason, by, place)
     WHERE t.tenant_id = $1 AND t.task_id = i.task_id AND t.state IN ('dead', 'held') AND t.kind = 'task'
     RETURNING i.place, i.by, ${MOVED}, t.priority, t.position, t.capabilities, $2::bigint AS ready_at_ms, i.reason
   ), ${OFFER}
   SELECT m.place, m.task_id, m.plan_id, m.key, m.state, m.attempt, m.tries, m.reason, m.by FROM moved m`,
);
