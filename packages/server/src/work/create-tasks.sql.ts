import { type Statement, statement } from "@holdpoint/store";

export const FIND_QUEUES: Statement = statement(
  "queue_find",
  "SELECT source, plan_id FROM holdpoint.plan WHERE tenant_id = $1 AND kind = 'queue' AND source = ANY($2::text[])",
);

/** In the order of their names, so that two replicas that make the same queues wait for each other and no more. */
export const ADD_QUEUES: Statement = statement(
  "queue_add",
  `INSERT INTO holdpoint.plan (tenant_id, plan_id, source, title, revision, kind, created_at_ms, updated_at_ms)
   SELECT $1, q.plan_id, q.source, q.title, 1, 'queue', $2, $2
   FROM unnest($3::uuid[], $4::text[], $5::text[]) AS q(plan_id, source, title) ORDER BY q.source
   ON CONFLICT (tenant_id, source) DO NOTHING`,
);

export const FIND_TASKS: Statement = statement(
  "queue_find_tasks",
  `SELECT t.plan_id, t.key, t.task_id, t.state
   FROM unnest($2::uuid[], $3::text[]) AS i(plan_id, key)
   JOIN holdpoint.task t ON t.tenant_id = $1 AND t.plan_id = i.plan_id AND t.key = i.key`,
);

/**
 * All tasks of a batch in one statement. Tasks of a queue share position 0: their ids, which grow with time, order them.
 * A key that another replica created meanwhile is left out of the answer.
 */
export const ADD_QUEUE_TASKS: Statement = statement(
  "queue_add_tasks",
  `WITH n AS (
     SELECT * FROM json_to_recordset($3::json) AS n(
       task_id uuid, plan_id uuid, key text, state text, unmet int, max_attempts int, priority int,
       capabilities text[], run_at_ms bigint, limit_key text, title text, payload jsonb)
   ), made AS (
     INSERT INTO holdpoint.task
       (tenant_id, task_id, plan_id, key, kind, state, unmet, max_attempts, judge_first, priority, position,
        capabilities, run_at_ms, limit_key, updated_at_ms)
     SELECT $1, task_id, plan_id, key, 'task', state, unmet, max_attempts, false, priority, 0, capabilities, run_at_ms,
       limit_key, $2
     FROM n ORDER BY plan_id, key
     ON CONFLICT (tenant_id, plan_id, key) DO NOTHING
     RETURNING task_id
   ), words AS (
     INSERT INTO holdpoint.task_text (tenant_id, task_id, title, item_key, line, gates)
     SELECT $1, task_id, title, NULL, 0, '{}' FROM n JOIN made USING (task_id)
   ), payload AS (
     INSERT INTO holdpoint.task_payload (tenant_id, task_id, payload)
     SELECT $1, task_id, payload FROM n JOIN made USING (task_id) WHERE payload IS NOT NULL
   ), offer AS (
     INSERT INTO holdpoint.task_ready
       (tenant_id, task_id, plan_id, ready_at_ms, priority, position, capabilities, limit_key)
     SELECT $1, task_id, plan_id, greatest($2, coalesce(run_at_ms, 0)), priority, 0, capabilities, limit_key
     FROM n JOIN made USING (task_id) WHERE state = 'ready'
   )
   SELECT task_id FROM made`,
);
