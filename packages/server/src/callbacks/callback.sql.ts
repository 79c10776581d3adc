import { type Statement, statement } from "@holdpoint/store";

export const ADD_CALLBACKS: Statement = statement(
  "callback_add",
  `INSERT INTO holdpoint.callback
     (tenant_id, callback_id, plan_id, task_id, url, secret, tasks, open, created_by, created_at_ms)
   SELECT $1, n.callback_id, n.plan_id, n.task_id, n.url, n.secret, n.tasks, n.tasks, n.by, $2
   FROM json_to_recordset($3::json) AS n(callback_id uuid, plan_id uuid, task_id uuid, url text, secret text, tasks int,
     by text)`,
);

export const ADD_MEMBERS: Statement = statement(
  "callback_add_tasks",
  `INSERT INTO holdpoint.callback_task (tenant_id, callback_id, task_id)
   SELECT $1, callback_id, task_id FROM unnest($2::uuid[], $3::uuid[]) AS m(callback_id, task_id)`,
);

/** Callbacks whose tasks turned from open to settled, or back; each row is locked, and its count is right. */
export const TURN_TASKS: Statement = statement(
  "callback_turn",
  `WITH turned AS (
     UPDATE holdpoint.callback_task m SET settled = i.settled
     FROM unnest($2::uuid[], $3::boolean[]) AS i(task_id, settled)
     WHERE m.tenant_id = $1 AND m.task_id = i.task_id AND m.settled <> i.settled
     RETURNING m.callback_id, m.settled
   ), change AS (
     SELECT callback_id, sum(CASE WHEN settled THEN -1 ELSE 1 END)::int AS by FROM turned GROUP BY callback_id
   )
   UPDATE holdpoint.callback c SET open = c.open + change.by FROM change
   WHERE c.tenant_id = $1 AND c.callback_id = change.callback_id
   RETURNING c.callback_id, c.open`,
);

/** What notifications tell of: the task of each callback, or how many tasks of a batch ended in which state. */
export const TELL: Statement = statement(
  "callback_tell",
  `SELECT c.callback_id, c.task_id, c.tasks, p.title AS queue, t.key, x.title, t.state, t.attempt, t.tries,
     t.reason, t.missing, n.accepted, n.dead, n.cancelled
   FROM holdpoint.callback c
   JOIN holdpoint.plan p ON p.tenant_id = $1 AND p.plan_id = c.plan_id
   LEFT JOIN holdpoint.task t ON t.tenant_id = $1 AND t.task_id = c.task_id
   LEFT JOIN holdpoint.task_text x ON x.tenant_id = $1 AND x.task_id = c.task_id
   LEFT JOIN LATERAL (
     SELECT count(*) FILTER (WHERE b.state = 'accepted')::int AS accepted,
       count(*) FILTER (WHERE b.state = 'dead')::int AS dead,
       count(*) FILTER (WHERE b.state = 'cancelled')::int AS cancelled
     FROM holdpoint.callback_task m
     JOIN holdpoint.task b ON b.tenant_id = $1 AND b.task_id = m.task_id
     WHERE c.task_id IS NULL AND m.tenant_id = $1 AND m.callback_id = c.callback_id
   ) n ON true
   WHERE c.tenant_id = $1 AND c.callback_id = ANY ($2::uuid[])
   ORDER BY c.callback_id`,
);

export const ADD_DELIVERIES: Statement = statement(
  "callback_deliver",
  `INSERT INTO holdpoint.callback_delivery
     (tenant_id, delivery_id, callback_id, body, settled_at_ms, since_ms, due_at_ms)
   SELECT $1, delivery_id, callback_id, body, $2, $2, $2
   FROM unnest($3::uuid[], $4::uuid[], $5::text[]) AS d(delivery_id, callback_id, body)`,
);

/**
 * Tenants with something to send, the one that waits longest first: one question for all of them. Those whose flag `$2` is
 * off (by default `$3`) are left out here, since they would stand at the head for as long as it is off. What is set and is
 * neither true nor false counts as not set, as it does wherever flags are read.
 */
export const DUE: Statement = statement(
  "callback_due",
  `SELECT d.tenant_id FROM holdpoint.callback_delivery d
   JOIN holdpoint.tenant t ON t.tenant_id = d.tenant_id AND t.disabled_at_ms IS NULL
   LEFT JOIN holdpoint.flag f
     ON f.tenant_id = d.tenant_id AND f.name = $2 AND jsonb_typeof(f.value) = 'boolean'
   LEFT JOIN holdpoint.global_flag g ON g.name = $2 AND jsonb_typeof(g.value) = 'boolean'
   WHERE d.state = 'pending' AND d.due_at_ms <= $1 AND coalesce(f.value, g.value, to_jsonb($3::boolean)) = 'true'
   GROUP BY d.tenant_id ORDER BY min(d.due_at_ms), d.tenant_id LIMIT 1000`,
);

/** Takes what is due for as long as `$3` says; what another replica is taking at the moment is passed over. */
export const TAKE: Statement = statement(
  "callback_take",
  `WITH picked AS (
     SELECT delivery_id FROM holdpoint.callback_delivery
     WHERE tenant_id = $1 AND state = 'pending' AND due_at_ms <= $2
     ORDER BY due_at_ms, delivery_id LIMIT $4
     FOR UPDATE SKIP LOCKED
   )
   UPDATE holdpoint.callback_delivery d SET attempts = d.attempts + 1, sending = true, due_at_ms = $3
   FROM picked, holdpoint.callback c
   WHERE d.tenant_id = $1 AND d.delivery_id = picked.delivery_id
     AND c.tenant_id = $1 AND c.callback_id = d.callback_id
   RETURNING d.delivery_id, d.callback_id, c.plan_id, c.task_id, c.url, c.secret, d.body, d.attempts, d.since_ms`,
);

/**
 * Notes how a try went. The number of the try is the fence: one that was overtaken changes nothing. (It grows, and is
 * given a second time only after its try put itself back, and is over.) So is, unless `$9` is
 * null, since when it may be tried: what was to be sent again meanwhile is neither put off nor given up by the time before.
 */
export const END_TRY: Statement = statement(
  "callback_end_try",
  `UPDATE holdpoint.callback_delivery
   SET state = $4, last_error = coalesce($5, last_error), due_at_ms = $6, ended_at_ms = $7, attempts = $8,
     sending = false
   WHERE tenant_id = $1 AND delivery_id = $2 AND attempts = $3 AND state = 'pending'
     AND ($9::bigint IS NULL OR since_ms = $9)
   RETURNING delivery_id`,
);

/** Puts back, as due, what was to be sent again during a try that failed. */
export const PUT_BACK: Statement = statement(
  "callback_put_back",
  `UPDATE holdpoint.callback_delivery SET last_error = $4, due_at_ms = $5, sending = false
   WHERE tenant_id = $1 AND delivery_id = $2 AND attempts = $3 AND state = 'pending'`,
);

const NEWEST = `LEFT JOIN LATERAL (
     SELECT * FROM holdpoint.callback_delivery d
     WHERE d.tenant_id = c.tenant_id AND d.callback_id = c.callback_id AND c.open = 0
     ORDER BY d.settled_at_ms DESC, d.delivery_id DESC LIMIT 1
   ) d ON true`;
const STATE = "CASE WHEN c.open > 0 THEN 'waiting' ELSE coalesce(d.state, 'pending') END";
const BRIEF = `c.callback_id, c.task_id, ${STATE} AS state, coalesce(d.attempts, 0) AS attempts, d.last_error`;
const VIEW = `SELECT ${BRIEF}, c.plan_id, c.tasks, c.open, c.url, c.created_by, c.created_at_ms, d.settled_at_ms,
     d.due_at_ms, d.ended_at_ms
   FROM holdpoint.callback c ${NEWEST}`;

export const OF_TASKS: Statement = statement(
  "callback_of_tasks",
  `SELECT ${BRIEF}
   FROM holdpoint.callback_task m
   JOIN holdpoint.callback c ON c.tenant_id = $1 AND c.callback_id = m.callback_id AND c.task_id = m.task_id
   ${NEWEST}
   WHERE m.tenant_id = $1 AND m.task_id = ANY ($2::uuid[])`,
);

export const LIST: Statement = statement(
  "callback_list",
  `${VIEW}
   WHERE c.tenant_id = $1 AND ($2::uuid IS NULL OR c.callback_id > $2) AND ($3::text[] IS NULL OR ${STATE} = ANY ($3))
   ORDER BY c.callback_id LIMIT $4`,
);

export const GET: Statement = statement("callback_get", `${VIEW} WHERE c.tenant_id = $1 AND c.callback_id = $2`);

/** One that is being sent at this moment is on its way, and is not sent a second time beside that. */
export const RESEND: Statement = statement(
  "callback_resend",
  `UPDATE holdpoint.callback_delivery
   SET state = 'pending', ended_at_ms = NULL, since_ms = $3, due_at_ms = CASE WHEN sending THEN due_at_ms ELSE $3 END
   WHERE tenant_id = $1 AND delivery_id = (
     SELECT d.delivery_id FROM holdpoint.callback_delivery d
     JOIN holdpoint.callback c ON c.tenant_id = $1 AND c.callback_id = d.callback_id AND c.open = 0
     WHERE d.tenant_id = $1 AND d.callback_id = $2
     ORDER BY d.settled_at_ms DESC, d.delivery_id DESC LIMIT 1
   )
   RETURNING delivery_id`,
);
