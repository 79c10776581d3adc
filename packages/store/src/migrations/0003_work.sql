-- The state of each task: small rows that change often. What people read about it stands in `task_text`.
CREATE TABLE holdpoint.task (
  tenant_id text NOT NULL,
  task_id uuid NOT NULL,
  plan_id uuid NOT NULL,
  key text NOT NULL CHECK (key <> ''),
  kind text NOT NULL CHECK (kind IN ('task', 'checkpoint')),
  state text NOT NULL CHECK (
    state IN ('waiting', 'ready', 'leased', 'reported', 'held', 'accepted', 'dead', 'cancelled')
  ),
  unmet integer NOT NULL CHECK (unmet >= 0),
  attempt integer NOT NULL DEFAULT 0 CHECK (attempt >= 0),
  tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
  max_attempts integer NOT NULL CHECK (max_attempts >= 1),
  judge_first boolean NOT NULL,
  -- Cancelled because the document no longer holds it: it comes back when the document holds it again.
  removed boolean NOT NULL DEFAULT false,
  priority integer NOT NULL DEFAULT 0,
  position integer NOT NULL,
  capabilities text[] NOT NULL DEFAULT '{}',
  missing text[] NOT NULL DEFAULT '{}',
  reason text,
  updated_at_ms bigint NOT NULL,
  PRIMARY KEY (tenant_id, task_id),
  UNIQUE (tenant_id, plan_id, key),
  FOREIGN KEY (tenant_id, plan_id) REFERENCES holdpoint.plan ON DELETE CASCADE,
  CHECK (state NOT IN ('ready', 'leased', 'dead', 'accepted') OR unmet = 0)
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);

CREATE INDEX task_in_order ON holdpoint.task (tenant_id, plan_id, position);

CREATE TABLE holdpoint.task_text (
  tenant_id text NOT NULL,
  task_id uuid NOT NULL,
  title text NOT NULL,
  item_key text,
  line integer NOT NULL CHECK (line >= 0),
  gates text[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, task_id),
  FOREIGN KEY (tenant_id, task_id) REFERENCES holdpoint.task ON DELETE CASCADE
);

-- `parent` must be accepted before `child` may begin. Only edges that are counted in the child's `unmet`, or were.
CREATE TABLE holdpoint.task_edge (
  tenant_id text NOT NULL,
  parent_id uuid NOT NULL,
  child_id uuid NOT NULL CHECK (child_id <> parent_id),
  PRIMARY KEY (tenant_id, parent_id, child_id),
  FOREIGN KEY (tenant_id, parent_id) REFERENCES holdpoint.task ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, child_id) REFERENCES holdpoint.task ON DELETE CASCADE
);

CREATE INDEX task_edge_by_child ON holdpoint.task_edge (tenant_id, child_id);

-- What may be claimed, and nothing else: narrow rows that come and go, so that claims never wade through history.
-- No foreign key: a row is only ever written and removed in the transaction that moves its task, and the check would
-- lock that task's row once more for every claim.
CREATE TABLE holdpoint.task_ready (
  tenant_id text NOT NULL,
  task_id uuid NOT NULL,
  plan_id uuid NOT NULL,
  ready_at_ms bigint NOT NULL,
  priority integer NOT NULL,
  position integer NOT NULL,
  capabilities text[] NOT NULL,
  PRIMARY KEY (tenant_id, task_id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 100);

CREATE INDEX task_ready_in_order ON holdpoint.task_ready (tenant_id, priority DESC, position, task_id);

-- Who works on what until when. Without foreign key for the same reason.
CREATE TABLE holdpoint.task_lease (
  tenant_id text NOT NULL,
  task_id uuid NOT NULL,
  plan_id uuid NOT NULL,
  attempt integer NOT NULL,
  agent text NOT NULL,
  owner text NOT NULL,
  claimed_at_ms bigint NOT NULL,
  expires_at_ms bigint NOT NULL,
  PRIMARY KEY (tenant_id, task_id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 100);

CREATE INDEX task_lease_by_expiry ON holdpoint.task_lease (tenant_id, expires_at_ms);
CREATE INDEX task_lease_by_owner ON holdpoint.task_lease (tenant_id, owner);

-- What became of each attempt. Wide, written once when the lease ends and once when it is judged.
CREATE TABLE holdpoint.attempt (
  tenant_id text NOT NULL,
  task_id uuid NOT NULL,
  attempt integer NOT NULL CHECK (attempt >= 1),
  agent text NOT NULL,
  claimed_at_ms bigint NOT NULL,
  ended_at_ms bigint NOT NULL,
  outcome text NOT NULL CHECK (
    outcome IN ('reported', 'accepted', 'refused', 'held', 'failed', 'released', 'expired', 'cancelled')
  ),
  reason text,
  missing text[] NOT NULL DEFAULT '{}',
  result jsonb,
  evidence text[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, task_id, attempt),
  FOREIGN KEY (tenant_id, task_id) REFERENCES holdpoint.task ON DELETE CASCADE
) WITH (fillfactor = 80);
