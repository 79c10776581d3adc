import { type Statement, statement } from "@holdpoint/store";
import { END_LEASE, MOVED, OFFERED, offer } from "./work.fragments.sql.ts";

/*
 * Every command is one statement over a whole batch. `$1` is the tenant, `$2` the time in milliseconds. Inputs are
 * arrays; `place` ties each answer to its input. A command that no longer fits its task answers no row and changes
 * nothing: the fence (`attempt`) and the state are part of the WHERE.
 *
 * Two inputs for one task in one batch: UPDATE ... FROM moves the task once and answers for one of them.
 */

/** Back-off of `retryDelayMs` in core; `t.tries` is the count before this try. `$b` base, `$c` cap. */
function restMs(base: string, cap: string): string {
  return `floor(least(${cap}::float8, ${base}::float8 * power(2::float8, least(t.tries, 20))) * (0.5 + i.chance / 2))::bigint`;
}

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
     RETURNING i.place, ${MOVED}, ${OFFERED}, $2::bigint AS ready_at_ms,
       'released' AS outcome, i.reason, NULL::jsonb AS result
   ), ${END_LEASE}, ${offer("moved")}
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
     RETURNING i.place, ${MOVED}, ${OFFERED}, i.ready_at_ms,
       $9::text AS outcome, i.reason, NULL::jsonb AS result
   ), ${END_LEASE}, ${offer("moved")}
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
       AND NOT t.blocked
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
   ), ${offer("freed", "greatest($2, coalesce(run_at_ms, 0))")}
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
       AND t.state IN ('reported', 'held') AND t.kind = 'task' AND NOT t.blocked
     RETURNING i.place, ${MOVED}, ${OFFERED}, i.ready_at_ms, t.missing
   ), history AS (
     UPDATE holdpoint.attempt a SET outcome = 'refused', missing = m.missing
     FROM moved m WHERE a.tenant_id = $1 AND a.task_id = m.task_id AND a.attempt = m.attempt
   ), ${offer("moved")}
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
       AND t.state IN ('reported', 'held') AND t.kind = 'task' AND NOT t.blocked
     RETURNING i.place, ${MOVED}, ${OFFERED}, $2::bigint AS ready_at_ms, t.missing
   ), history AS (
     UPDATE holdpoint.attempt a SET outcome = 'released', missing = m.missing
     FROM moved m WHERE a.tenant_id = $1 AND a.task_id = m.task_id AND a.attempt = m.attempt
   ), ${offer("moved")}
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
