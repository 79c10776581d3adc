-- What operators and agents say about a task besides its state.
ALTER TABLE holdpoint.task
  -- Held because its agent cannot go on, not because of a gate: it was never reported, so it cannot be accepted.
  ADD COLUMN blocked boolean NOT NULL DEFAULT false,
  -- The only agent that is offered it.
  ADD COLUMN assigned text CHECK (assigned <> ''),
  -- Who set the priority; a changed document then leaves it alone.
  ADD COLUMN priority_by text,
  ADD COLUMN run_at_ms bigint,
  ADD COLUMN limit_key text CHECK (limit_key <> ''),
  ADD CONSTRAINT task_blocked_is_held CHECK (NOT blocked OR state = 'held');

ALTER TABLE holdpoint.task_ready ADD COLUMN assigned text, ADD COLUMN limit_key text;
ALTER TABLE holdpoint.task_lease ADD COLUMN limit_key text;

CREATE INDEX task_ready_assigned ON holdpoint.task_ready (tenant_id, assigned) WHERE assigned IS NOT NULL;
CREATE INDEX task_lease_by_limit ON holdpoint.task_lease (tenant_id, limit_key) WHERE limit_key IS NOT NULL;

-- Pages go on after a task, and all tasks of a queue have the same position.
CREATE INDEX task_in_page ON holdpoint.task (tenant_id, plan_id, position, task_id);
DROP INDEX holdpoint.task_in_order;
CREATE INDEX task_dead ON holdpoint.task (tenant_id, plan_id, position, task_id) WHERE state = 'dead';

ALTER TABLE holdpoint.attempt DROP CONSTRAINT attempt_outcome_check;
ALTER TABLE holdpoint.attempt ADD CONSTRAINT attempt_outcome_check CHECK (
  outcome IN ('reported', 'accepted', 'refused', 'held', 'failed', 'released', 'expired', 'cancelled', 'blocked')
);

-- Tenants whose tasks are not offered at all.
CREATE TABLE holdpoint.tenant_pause (
  tenant_id text PRIMARY KEY REFERENCES holdpoint.tenant,
  by text NOT NULL,
  reason text,
  paused_at_ms bigint NOT NULL
);

-- One row per concurrency key that has a limit. `running` is the number of leases with the key, kept by the statements
-- that make and end leases; `start_*` are the starts of the last `per_ms`, in slots, each under the end of its slot.
CREATE TABLE holdpoint.work_limit (
  tenant_id text NOT NULL REFERENCES holdpoint.tenant,
  key text NOT NULL CHECK (key <> ''),
  max_running integer CHECK (max_running >= 0),
  max_starts integer CHECK (max_starts >= 1),
  per_ms bigint CHECK (per_ms >= 1),
  running integer NOT NULL DEFAULT 0 CHECK (running >= 0),
  start_at_ms bigint[] NOT NULL DEFAULT '{}',
  start_count integer[] NOT NULL DEFAULT '{}',
  updated_at_ms bigint NOT NULL,
  PRIMARY KEY (tenant_id, key),
  CHECK (max_running IS NOT NULL OR max_starts IS NOT NULL),
  CHECK ((max_starts IS NULL) = (per_ms IS NULL)),
  CHECK (cardinality(start_at_ms) = cardinality(start_count))
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 50);
