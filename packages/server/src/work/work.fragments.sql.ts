/** What every moved task answers. */
export const MOVED = "t.task_id, t.plan_id, t.key, t.state, t.attempt, t.tries";

/** What an offer carries of its task. */
export const OFFERED = "t.priority, t.position, t.capabilities, t.assigned, t.limit_key";

/**
 * Ends the lease of what moved, keeps its history and gives the token of its concurrency key back: the one place where
 * leases end. Needs a CTE `moved` with outcome, reason and result.
 */
export const END_LEASE = `lease AS (
     DELETE FROM holdpoint.task_lease l USING moved m
     WHERE l.tenant_id = $1 AND l.task_id = m.task_id
     RETURNING l.task_id, l.agent, l.claimed_at_ms, l.attempt, l.limit_key
   ), history AS (
     INSERT INTO holdpoint.attempt (tenant_id, task_id, attempt, agent, claimed_at_ms, ended_at_ms, outcome, reason, result)
     SELECT $1, m.task_id, lease.attempt, lease.agent, lease.claimed_at_ms, $2, m.outcome, m.reason, m.result
     FROM moved m JOIN lease USING (task_id)
   ), token AS (
     UPDATE holdpoint.work_limit w SET running = w.running - ended.n, updated_at_ms = $2
     FROM (SELECT limit_key, count(*)::int AS n FROM lease WHERE limit_key IS NOT NULL GROUP BY limit_key) ended
     WHERE w.tenant_id = $1 AND w.key = ended.limit_key
   )`;

/** Offers rows of `from` that are ready. They need {@link OFFERED} and ready_at_ms. */
export function offer(from: string, readyAtMs = "ready_at_ms"): string {
  return `offer AS (
     INSERT INTO holdpoint.task_ready
       (tenant_id, task_id, plan_id, ready_at_ms, priority, position, capabilities, assigned, limit_key)
     SELECT $1, task_id, plan_id, ${readyAtMs}, priority, position, capabilities, assigned, limit_key
     FROM ${from} WHERE state = 'ready'
   )`;
}
