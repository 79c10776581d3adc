import { type Statement, statement } from "@holdpoint/store";

export const ADD_EVIDENCE: Statement = statement(
  "evidence_add",
  `INSERT INTO holdpoint.evidence
     (tenant_id, digest, plan_id, kind, check_id, tier, task_id, attempt, ended_at_ms, recorded_at_ms, canonical)
   SELECT $1, n.*
   FROM unnest($2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::int[], $9::bigint[],
     $10::bigint[], $11::bytea[]) AS n
   ON CONFLICT (tenant_id, digest) DO NOTHING
   RETURNING digest`,
);

/** A record can only be bound to a gate that the plan has, or had. */
export const BIND_EVIDENCE: Statement = statement(
  "evidence_bind",
  `INSERT INTO holdpoint.evidence_gate (tenant_id, plan_id, gate_key, digest, ended_at_ms)
   SELECT $1, n.* FROM unnest($2::uuid[], $3::text[], $4::text[], $5::bigint[])
     AS n(plan_id, gate_key, digest, ended_at_ms)
   JOIN holdpoint.gate g ON g.tenant_id = $1 AND g.plan_id = n.plan_id AND g.gate_key = n.gate_key
   ON CONFLICT DO NOTHING`,
);

export const ADD_WITNESS: Statement = statement(
  "witness_add",
  `INSERT INTO holdpoint.witness_record
     (tenant_id, digest, plan_id, gate_key, kind, name, role, reason, signed_at_ms, expires_at_ms)
   SELECT $1, n.*
   FROM unnest($2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[],
     $10::bigint[]) AS n(digest, plan_id, gate_key, kind, name, role, reason, signed_at_ms, expires_at_ms)
   JOIN holdpoint.gate g ON g.tenant_id = $1 AND g.plan_id = n.plan_id AND g.gate_key = n.gate_key
   ON CONFLICT DO NOTHING`,
);

const EVIDENCE = `e.digest, e.canonical, e.kind, e.check_id, e.ended_at_ms, e.recorded_at_ms,
     ARRAY(SELECT g.gate_key FROM holdpoint.evidence_gate g
           WHERE g.tenant_id = e.tenant_id AND g.digest = e.digest ORDER BY g.gate_key) AS gates
   FROM holdpoint.evidence e`;

export const GET_EVIDENCE: Statement = statement(
  "evidence_get",
  `SELECT ${EVIDENCE} WHERE e.tenant_id = $1 AND e.digest = $2`,
);

export const LIST_EVIDENCE: Statement = statement(
  "evidence_list",
  `SELECT * FROM (
     SELECT ${EVIDENCE}
     WHERE e.tenant_id = $1 AND e.plan_id = $2 AND e.ended_at_ms >= $4 AND ($3::text IS NULL OR e.check_id = $3)
     ORDER BY e.ended_at_ms DESC, e.digest DESC LIMIT $5
   ) newest ORDER BY ended_at_ms, digest`,
);

export const LIST_EVIDENCE_OF_GATE: Statement = statement(
  "evidence_list_of_gate",
  `SELECT * FROM (
     SELECT ${EVIDENCE}
     JOIN holdpoint.evidence_gate b
       ON b.tenant_id = e.tenant_id AND b.digest = e.digest AND b.plan_id = $2 AND b.gate_key = $6
     WHERE e.tenant_id = $1 AND b.ended_at_ms >= $4 AND ($3::text IS NULL OR e.check_id = $3)
     ORDER BY b.ended_at_ms DESC, e.digest DESC LIMIT $5
   ) newest ORDER BY ended_at_ms, digest`,
);

export const LEDGER: Statement = statement(
  "evidence_ledger",
  `SELECT check_id, array_agg(digest ORDER BY ended_at_ms, digest) AS records,
     array_agg(digest ORDER BY digest) FILTER (WHERE ended_at_ms = newest_ms) AS newest
   FROM (
     SELECT check_id, digest, ended_at_ms, max(ended_at_ms) OVER (PARTITION BY check_id) AS newest_ms
     FROM holdpoint.evidence
     WHERE tenant_id = $1 AND plan_id = $2 AND check_id IS NOT NULL
       AND (task_id IS NULL OR kind <> 'check' OR (task_id = $3::uuid AND attempt = $4::integer))
   ) e
   GROUP BY check_id`,
);

/**
 * The gates' rows are locked, so that two judges that write at once get numbers of their own. Their newest verdicts are read
 * by another statement: one that had to wait for a lock sees the other tables as they were before it waited.
 */
export const LOCK_GATES: Statement = statement(
  "gate_lock",
  `SELECT gate_key FROM holdpoint.gate
   WHERE tenant_id = $1 AND plan_id = $2 AND gate_key = ANY($3::text[])
   ORDER BY gate_key
   FOR UPDATE`,
);

export const NEWEST_VERDICTS: Statement = statement(
  "verdict_newest",
  `SELECT v.*
   FROM unnest($3::text[]) AS g(gate_key)
   CROSS JOIN LATERAL (
     SELECT * FROM holdpoint.verdict v
     WHERE v.tenant_id = $1 AND v.plan_id = $2 AND v.gate_key = g.gate_key
     ORDER BY v.seq DESC LIMIT 1
   ) v`,
);

export const ADD_VERDICTS: Statement = statement(
  "verdict_add",
  `INSERT INTO holdpoint.verdict
     (tenant_id, plan_id, gate_key, seq, judged_at_ms, verdict, freshness, reason, tier, evidence, explanation,
      due_at_ms, hint)
   SELECT $1, $2, n.gate_key, n.seq, $3, n.verdict, n.freshness, n.reason, n.tier, n.evidence, n.explanation,
     n.due_at_ms, n.hint
   FROM json_to_recordset($4::json) AS n(gate_key text, seq int, verdict text, freshness text, reason text, tier text,
     evidence text[], explanation text, due_at_ms bigint, hint text)`,
);

const VERDICT = `v.gate_key, v.seq, v.judged_at_ms, v.verdict, v.freshness, v.reason, v.tier, v.evidence,
     v.explanation, v.due_at_ms, v.hint`;

export const CURRENT_VERDICTS: Statement = statement(
  "verdict_current",
  `SELECT ${VERDICT}
   FROM holdpoint.gate g
   CROSS JOIN LATERAL (
     SELECT * FROM holdpoint.verdict v
     WHERE v.tenant_id = g.tenant_id AND v.plan_id = g.plan_id AND v.gate_key = g.gate_key
     ORDER BY v.seq DESC LIMIT 1
   ) v
   WHERE g.tenant_id = $1 AND g.plan_id = $2 AND g.present
   ORDER BY g.position, g.gate_key`,
);

export const VERDICT_HISTORY: Statement = statement(
  "verdict_history",
  `SELECT ${VERDICT} FROM holdpoint.verdict v
   WHERE v.tenant_id = $1 AND v.plan_id = $2 AND v.gate_key = $3 ORDER BY v.seq`,
);

export const LIST_WITNESSES: Statement = statement(
  "witness_list",
  `SELECT digest, gate_key, kind, name, role, reason, signed_at_ms, expires_at_ms FROM holdpoint.witness_record
   WHERE tenant_id = $1 AND plan_id = $2 AND ($3::text IS NULL OR gate_key = $3)
   ORDER BY signed_at_ms, digest, gate_key`,
);

export const ADD_OBSERVATIONS: Statement = statement(
  "observation_add",
  `INSERT INTO holdpoint.observation
     (tenant_id, plan_id, gate_key, observed_at_ms, observation_id, subject_digest, verdict, evidence)
   SELECT $1, n.plan_id, n.gate_key, n.observed_at_ms, n.observation_id, n.subject_digest, n.verdict, n.evidence
   FROM json_to_recordset($2::json) AS n(plan_id uuid, gate_key text, observed_at_ms bigint, observation_id uuid,
     subject_digest text, verdict text, evidence text[])`,
);

export const LIST_OBSERVATIONS: Statement = statement(
  "observation_list",
  `SELECT plan_id, gate_key, observed_at_ms, subject_digest, verdict, evidence FROM holdpoint.observation
   WHERE tenant_id = $1 AND plan_id = $2 AND gate_key = $3 AND observed_at_ms >= $4
   ORDER BY observed_at_ms, observation_id`,
);
