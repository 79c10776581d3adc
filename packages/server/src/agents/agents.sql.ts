import { type Statement, statement } from "@holdpoint/store";

export const REGISTER: Statement = statement(
  "agent_register",
  `INSERT INTO holdpoint.agent (tenant_id, name, runner, capabilities, labels, capacity, version, registered_at_ms)
   SELECT $1, i.name, $2, ARRAY(SELECT jsonb_array_elements_text(i.capabilities)), i.labels, i.capacity, i.version, $3
   FROM unnest($4::text[], $5::jsonb[], $6::jsonb[], $7::int[], $8::text[])
     AS i(name, capabilities, labels, capacity, version)
   ORDER BY i.name
   ON CONFLICT (tenant_id, name) DO UPDATE SET runner = excluded.runner, capabilities = excluded.capabilities,
     labels = excluded.labels, capacity = excluded.capacity, version = excluded.version`,
);

/** All of a tenant, or those that are named in `$2`. */
export const AGENTS: Statement = statement(
  "agent_all",
  `SELECT a.name, a.runner, a.capabilities, a.labels, a.capacity, a.version, a.wanted, a.registered_at_ms,
     s.seen_at_ms, s.answered_at_ms
   FROM holdpoint.agent a LEFT JOIN holdpoint.agent_seen s ON s.tenant_id = a.tenant_id AND s.name = a.name
   WHERE a.tenant_id = $1 AND ($2::text[] IS NULL OR a.name = ANY ($2))`,
);

export const LEASES_BY_AGENT: Statement = statement(
  "agent_leases",
  "SELECT agent, count(*)::int AS n FROM holdpoint.task_lease WHERE tenant_id = $1 GROUP BY agent",
);

/** Who is to do something else than work: few, so that it can be asked often. */
export const WANTED: Statement = statement(
  "agent_wanted",
  "SELECT name, wanted FROM holdpoint.agent WHERE tenant_id = $1 AND wanted <> 'active'",
);

export const SET_WANTED: Statement = statement(
  "agent_want",
  "UPDATE holdpoint.agent SET wanted = $3 WHERE tenant_id = $1 AND name = $2 RETURNING name",
);

export const FORGET: Statement = statement(
  "agent_forget",
  `WITH seen AS (DELETE FROM holdpoint.agent_seen WHERE tenant_id = $1 AND name = $2)
   DELETE FROM holdpoint.agent WHERE tenant_id = $1 AND name = $2 RETURNING name`,
);

/** The one write of an interval: agents of all tenants that were heard of since the last. */
export const SEEN: Statement = statement(
  "agent_seen_write",
  `INSERT INTO holdpoint.agent_seen AS s (tenant_id, name, seen_at_ms, answered_at_ms)
   SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) AS i(tenant_id, name, seen, answered)
   ORDER BY 1, 2
   ON CONFLICT (tenant_id, name) DO UPDATE SET seen_at_ms = greatest(s.seen_at_ms, excluded.seen_at_ms),
     answered_at_ms = greatest(s.answered_at_ms, excluded.answered_at_ms)`,
);

export const REPLICA_SERVES: Statement = statement(
  "replica_serves",
  `INSERT INTO holdpoint.replica (replica, seen_at_ms) VALUES ($1, $2)
   ON CONFLICT (replica) DO UPDATE SET seen_at_ms = excluded.seen_at_ms`,
);

/** Leases that ran out, or were about to, while no replica served; those that ran out before are not touched. */
export const RESTORE_LEASES: Statement = statement(
  "lease_restore",
  `WITH last AS (SELECT max(seen_at_ms) AS seen_at_ms FROM holdpoint.replica)
   UPDATE holdpoint.task_lease l SET expires_at_ms = $1::bigint + $2::bigint FROM last
   WHERE last.seen_at_ms < $1::bigint - $3::bigint AND l.expires_at_ms >= last.seen_at_ms
     AND l.expires_at_ms < $1::bigint + $2::bigint
   RETURNING l.task_id`,
);

/** The leases of a runner whose connection dropped. */
export const SHORTEN: Statement = statement(
  "lease_shorten",
  `UPDATE holdpoint.task_lease SET expires_at_ms = $3
   WHERE tenant_id = $1 AND owner = $2 AND expires_at_ms > $3 RETURNING task_id`,
);

/** What is ready, by need and reservation, of the rows that would be claimed first; no more than those are looked at. */
export const DEMAND: Statement = statement(
  "agent_demand",
  `SELECT capabilities, assigned, count(*)::int AS n, (SELECT count(*)::int FROM (
       SELECT FROM holdpoint.task_ready WHERE tenant_id = $1 AND ready_at_ms <= $2 LIMIT $3) x) AS looked
   FROM (
     SELECT capabilities, assigned FROM holdpoint.task_ready WHERE tenant_id = $1 AND ready_at_ms <= $2
     ORDER BY priority DESC, position, task_id LIMIT $3
   ) r GROUP BY capabilities, assigned`,
);

export const ADD_CONTROLLER: Statement = statement(
  "controller_add",
  `INSERT INTO holdpoint.controller (tenant_id, name, kind, version, labels, registered_at_ms, seen_at_ms)
   VALUES ($1, $2, $3, $4, $5, $6, $6)
   ON CONFLICT (tenant_id, name) DO UPDATE SET kind = excluded.kind, version = excluded.version,
     labels = excluded.labels, seen_at_ms = excluded.seen_at_ms
   RETURNING name, kind, version, labels, registered_at_ms, seen_at_ms`,
);

export const CONTROLLERS: Statement = statement(
  "controller_list",
  `SELECT name, kind, version, labels, registered_at_ms, seen_at_ms FROM holdpoint.controller
   WHERE tenant_id = $1 AND name > $2 ORDER BY name LIMIT $3`,
);
