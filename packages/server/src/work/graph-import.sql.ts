import { type Statement, statement } from "@holdpoint/store";

export const STORED_TASKS: Statement = statement(
  "work_stored_tasks",
  `SELECT t.task_id, t.key, t.kind, t.state, t.unmet, t.attempt, t.tries, t.max_attempts, t.judge_first, t.removed,
     t.priority, t.position, t.capabilities, (t.priority_by IS NOT NULL) AS pinned, t.blocked,
     x.title, x.item_key, x.line, x.gates
   FROM holdpoint.task t
   JOIN holdpoint.task_text x ON x.tenant_id = t.tenant_id AND x.task_id = t.task_id
   WHERE t.tenant_id = $1 AND t.plan_id = $2
   ORDER BY t.position, t.task_id
   FOR UPDATE OF t`,
);

export const STORED_EDGES: Statement = statement(
  "work_stored_edges",
  `SELECT e.parent_id, e.child_id FROM holdpoint.task_edge e
   JOIN holdpoint.task t ON t.tenant_id = e.tenant_id AND t.task_id = e.child_id
   WHERE e.tenant_id = $1 AND t.plan_id = $2`,
);

const ROWS = `json_to_recordset($4::json) AS n(
     task_id uuid, key text, kind text, state text, unmet int, attempt int, tries int, max_attempts int,
     judge_first boolean, removed boolean, priority int, position int, capabilities text[], title text, item_key text,
     line int, gates text[])`;

export const ADD_TASKS: Statement = statement(
  "work_add_tasks",
  `WITH n AS (SELECT * FROM ${ROWS}), task AS (
     INSERT INTO holdpoint.task
       (tenant_id, task_id, plan_id, key, kind, state, unmet, max_attempts, judge_first, priority, position,
        capabilities, updated_at_ms)
     SELECT $1, task_id, $3, key, kind, state, unmet, max_attempts, judge_first, priority, position, capabilities, $2
     FROM n
   )
   INSERT INTO holdpoint.task_text (tenant_id, task_id, title, item_key, line, gates)
   SELECT $1, task_id, title, item_key, line, gates FROM n`,
);

export const CHANGE_TASKS: Statement = statement(
  "work_change_tasks",
  `WITH n AS (SELECT * FROM ${ROWS}), task AS (
     UPDATE holdpoint.task t SET
       kind = n.kind, state = n.state, unmet = n.unmet, tries = n.tries, max_attempts = n.max_attempts,
       judge_first = n.judge_first, removed = n.removed, priority = n.priority, position = n.position,
       capabilities = n.capabilities, updated_at_ms = $2
     FROM n WHERE t.tenant_id = $1 AND t.plan_id = $3 AND t.task_id = n.task_id
   )
   UPDATE holdpoint.task_text x SET title = n.title, item_key = n.item_key, line = n.line, gates = n.gates
   FROM n WHERE x.tenant_id = $1 AND x.task_id = n.task_id`,
);

/** Offers what is ready among the rows, keeping the rest that a retried task still has to take. */
export const OFFER_TASKS: Statement = statement(
  "work_offer_tasks",
  `WITH n AS (SELECT * FROM ${ROWS}), withdrawn AS (
     DELETE FROM holdpoint.task_ready r USING n
     WHERE r.tenant_id = $1 AND r.task_id = n.task_id AND n.state <> 'ready'
   )
   INSERT INTO holdpoint.task_ready
     (tenant_id, task_id, plan_id, ready_at_ms, priority, position, capabilities, assigned, limit_key)
   SELECT $1, task_id, $3, $2, n.priority, n.position, n.capabilities, t.assigned, t.limit_key
   FROM n JOIN holdpoint.task t USING (task_id) WHERE t.tenant_id = $1 AND n.state = 'ready'
   ON CONFLICT (tenant_id, task_id) DO UPDATE
     SET priority = excluded.priority, position = excluded.position, capabilities = excluded.capabilities`,
);

export const DROP_EDGES: Statement = statement(
  "work_drop_edges",
  `DELETE FROM holdpoint.task_edge e USING holdpoint.task t
   WHERE e.tenant_id = $1 AND t.tenant_id = $1 AND t.plan_id = $2 AND t.task_id = e.child_id`,
);

export const ADD_EDGES: Statement = statement(
  "work_add_edges",
  `INSERT INTO holdpoint.task_edge (tenant_id, parent_id, child_id)
   SELECT $1, parent_id, child_id FROM unnest($2::uuid[], $3::uuid[]) AS e(parent_id, child_id)`,
);

/** A bulk load makes old statistics wrong by orders of magnitude, and the plans of the hot statements with them. */
export const ANALYZE: readonly Statement[] = ["task", "task_text", "task_edge", "task_ready"].map((table) =>
  statement(`work_analyze_${table}`, `ANALYZE holdpoint.${table}`),
);
