import { type Statement, statement } from "@holdpoint/store";

const VIEW = `t.task_id, t.plan_id, t.key, t.kind, x.title, x.item_key, t.state, t.unmet, t.attempt, t.tries,
     t.max_attempts, t.position, t.priority, x.gates, t.capabilities, t.missing, t.reason,
     l.agent, l.owner, l.expires_at_ms, r.ready_at_ms, t.blocked, t.assigned, t.limit_key
   FROM holdpoint.task t
   JOIN holdpoint.task_text x ON x.tenant_id = t.tenant_id AND x.task_id = t.task_id
   LEFT JOIN holdpoint.task_lease l ON l.tenant_id = t.tenant_id AND l.task_id = t.task_id
   LEFT JOIN holdpoint.task_ready r ON r.tenant_id = t.tenant_id AND r.task_id = t.task_id`;

export const GET: Statement = statement("work_get", `SELECT ${VIEW} WHERE t.tenant_id = $1 AND t.task_id = $2`);

export const LIST: Statement = statement(
  "work_list",
  `SELECT ${VIEW}
   WHERE t.tenant_id = $1 AND ($2::uuid IS NULL OR t.plan_id = $2) AND t.position > $3
     AND ($4::text[] IS NULL OR t.state = ANY($4))
   ORDER BY t.position, t.task_id LIMIT $5`,
);

export const COUNTS: Statement = statement(
  "work_counts",
  `SELECT state, count(*) AS n FROM holdpoint.task
   WHERE tenant_id = $1 AND ($2::uuid IS NULL OR plan_id = $2) GROUP BY state`,
);

export const NEXT_DUE: Statement = statement(
  "work_next_due",
  `SELECT least(
     (SELECT min(ready_at_ms) FROM holdpoint.task_ready
      WHERE tenant_id = $1 AND ($2::uuid IS NULL OR plan_id = $2) AND ready_at_ms > $3),
     (SELECT min(expires_at_ms) FROM holdpoint.task_lease
      WHERE tenant_id = $1 AND ($2::uuid IS NULL OR plan_id = $2)),
     (SELECT min(s.at + w.per_ms) FROM holdpoint.work_limit w, unnest(w.start_at_ms) AS s(at)
      WHERE w.tenant_id = $1 AND s.at + w.per_ms > $3)
   ) AS due_at_ms`,
);

/** An attempt that was handed back is one that was released with something to be told about it. */
export const HANDED_BACK_BEFORE: Statement = statement(
  "work_handed_back_before",
  `SELECT count(*)::int AS n FROM holdpoint.attempt
   WHERE tenant_id = $1 AND task_id = $2 AND attempt < $3 AND outcome = 'released' AND missing <> '{}'
     AND attempt > coalesce(
       (SELECT max(attempt) FROM holdpoint.attempt
        WHERE tenant_id = $1 AND task_id = $2 AND attempt < $3
          AND outcome NOT IN ('released', 'reported', 'cancelled')), 0)`,
);

export const RESERVED_AGENTS: Statement = statement(
  "work_reserved_agents",
  `SELECT DISTINCT assigned FROM holdpoint.task_ready
   WHERE tenant_id = $1 AND assigned IS NOT NULL AND ready_at_ms <= $2 LIMIT 1000`,
);

/** What a command met that changed nothing: where its task is now, and who holds it. */
export const STANDING: Statement = statement(
  "work_standing",
  `SELECT t.task_id, t.kind, t.state, t.unmet, t.attempt, t.tries, t.max_attempts, t.judge_first, t.blocked, l.agent
   FROM unnest($2::uuid[]) AS i(task_id)
   JOIN holdpoint.task t ON t.tenant_id = $1 AND t.task_id = i.task_id
   LEFT JOIN holdpoint.task_lease l ON l.tenant_id = $1 AND l.task_id = i.task_id`,
);

const AFTER = `($2::uuid IS NULL OR t.plan_id = $2)
     AND ($3::uuid IS NULL OR (t.plan_id, t.position, t.task_id) > ($3, $4::int, $5::uuid))`;
const IN_PAGES = "ORDER BY t.plan_id, t.position, t.task_id LIMIT $6";

/** Goes on after plan `$3`, position `$4` and task `$5`. */
export const PAGE: Statement = statement(
  "work_page",
  `SELECT ${VIEW} WHERE t.tenant_id = $1 AND ${AFTER} AND ($7::text[] IS NULL OR t.state = ANY($7)) ${IN_PAGES}`,
);

/** The state stands in the text, so that the index of dead tasks is used. */
export const DEAD_PAGE: Statement = statement(
  "work_dead_page",
  `SELECT ${VIEW} WHERE t.tenant_id = $1 AND t.state = 'dead' AND ${AFTER} ${IN_PAGES}`,
);

export const ATTEMPTS: Statement = statement(
  "work_attempts",
  `SELECT attempt, agent, claimed_at_ms, ended_at_ms, outcome, reason, missing, result, evidence
   FROM holdpoint.attempt WHERE tenant_id = $1 AND task_id = $2 ORDER BY attempt`,
);
