import { type Statement, statement } from "@holdpoint/store";

/** A statement of its own: one that waits for a lock sees the other tables as they were before it waited. */
export const LOCK_PLAN: Statement = statement(
  "plan_lock",
  "SELECT plan_id FROM holdpoint.plan WHERE tenant_id = $1 AND source = $2 FOR UPDATE",
);

/** Two imports of a new source at once: the second waits for the first and then finds the plan. */
export const ADD_PLAN: Statement = statement(
  "plan_add",
  `INSERT INTO holdpoint.plan (tenant_id, plan_id, source, title, revision, created_at_ms, updated_at_ms)
   VALUES ($1, $2, $3, $4, 1, $5, $5) ON CONFLICT (tenant_id, source) DO NOTHING RETURNING plan_id`,
);

export const CHANGE_PLAN: Statement = statement(
  "plan_change",
  `UPDATE holdpoint.plan SET title = $3, revision = $4, updated_at_ms = $5 WHERE tenant_id = $1 AND plan_id = $2`,
);

export const ADD_REVISION: Statement = statement(
  "plan_add_revision",
  `INSERT INTO holdpoint.plan_revision
     (tenant_id, plan_id, revision, digest, format, title, document, imported_at_ms, sidecar)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
);

/** A sidecar may change while the document stays: it says how the same demands are bound. */
export const SET_SIDECAR: Statement = statement(
  "plan_set_sidecar",
  `UPDATE holdpoint.plan_revision SET sidecar = $4
   WHERE tenant_id = $1 AND plan_id = $2 AND revision = $3 AND sidecar IS DISTINCT FROM $4
   RETURNING revision`,
);

export const PUT_ITEMS: Statement = statement(
  "plan_put_items",
  `INSERT INTO holdpoint.plan_item
     (tenant_id, plan_id, item_key, present, revision, position, kind, title, line, parent_key, claimed, item)
   SELECT $1, $2, n.key, true, $3, n.position, n.item->>'kind', n.item->>'title', (n.item->>'line')::int,
     n.item->>'parent', n.item->>'claimed', n.item
   FROM json_to_recordset($4::json) AS n(key text, position int, item jsonb)
   ON CONFLICT (tenant_id, plan_id, item_key) DO UPDATE SET present = true, revision = excluded.revision,
     position = excluded.position, kind = excluded.kind, title = excluded.title, line = excluded.line,
     parent_key = excluded.parent_key, claimed = excluded.claimed, item = excluded.item`,
);

export const PUT_GATES: Statement = statement(
  "plan_put_gates",
  `INSERT INTO holdpoint.gate (tenant_id, plan_id, gate_key, present, revision, position, line, item_key, severity, gate)
   SELECT $1, $2, n.key, true, $3, n.position, (n.gate->>'line')::int, n.gate->>'item', n.gate->>'severity', n.gate
   FROM json_to_recordset($4::json) AS n(key text, position int, gate jsonb)
   ON CONFLICT (tenant_id, plan_id, gate_key) DO UPDATE SET present = true, revision = excluded.revision,
     position = excluded.position, line = excluded.line, item_key = excluded.item_key, severity = excluded.severity,
     gate = excluded.gate`,
);

export const RETIRE_ITEMS: Statement = statement(
  "plan_retire_items",
  `UPDATE holdpoint.plan_item SET present = false
   WHERE tenant_id = $1 AND plan_id = $2 AND present AND revision < $3`,
);

export const RETIRE_GATES: Statement = statement(
  "plan_retire_gates",
  `UPDATE holdpoint.gate SET present = false WHERE tenant_id = $1 AND plan_id = $2 AND present AND revision < $3`,
);

const VIEW = `SELECT p.plan_id, p.source, p.title, p.revision, r.digest, r.imported_at_ms,
     (z.plan_id IS NOT NULL) AS paused
   FROM holdpoint.plan p
   JOIN holdpoint.plan_revision r ON r.tenant_id = p.tenant_id AND r.plan_id = p.plan_id AND r.revision = p.revision
   LEFT JOIN holdpoint.plan_pause z ON z.tenant_id = p.tenant_id AND z.plan_id = p.plan_id
   WHERE p.tenant_id = $1`;

export const GET_PLAN: Statement = statement("plan_get", `${VIEW} AND p.plan_id = $2`);
export const FIND_PLAN: Statement = statement("plan_find", `${VIEW} AND p.source = $2`);
export const LIST_PLANS: Statement = statement("plan_list", `${VIEW} ORDER BY p.source`);

export const GET_REVISION: Statement = statement(
  "plan_get_revision",
  `SELECT r.revision, r.digest, r.format, r.title, r.document, r.imported_at_ms, r.sidecar
   FROM holdpoint.plan p
   JOIN holdpoint.plan_revision r ON r.tenant_id = p.tenant_id AND r.plan_id = p.plan_id
   WHERE p.tenant_id = $1 AND p.plan_id = $2 AND r.revision = coalesce($3::int, p.revision)`,
);

/** Newest first, without the documents. */
export const LIST_REVISIONS: Statement = statement(
  "plan_list_revisions",
  `SELECT revision, digest, format, title, imported_at_ms FROM holdpoint.plan_revision
   WHERE tenant_id = $1 AND plan_id = $2 AND revision < $3 ORDER BY revision DESC LIMIT $4`,
);

export const LIST_ITEMS: Statement = statement(
  "plan_list_items",
  `SELECT item, present, revision FROM holdpoint.plan_item
   WHERE tenant_id = $1 AND plan_id = $2 AND (present OR $3) ORDER BY present DESC, position, item_key`,
);

export const LIST_GATES: Statement = statement(
  "plan_list_gates",
  `SELECT gate, present, revision FROM holdpoint.gate
   WHERE tenant_id = $1 AND plan_id = $2 AND (present OR $3) ORDER BY present DESC, position, gate_key`,
);
