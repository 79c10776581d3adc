-- Who works, as it was registered, and what an operator wants of it.
CREATE TABLE holdpoint.agent (
  tenant_id text NOT NULL REFERENCES holdpoint.tenant,
  name text NOT NULL CHECK (name <> ''),
  runner text,
  capabilities text[] NOT NULL DEFAULT '{}',
  labels jsonb NOT NULL DEFAULT '{}',
  capacity integer NOT NULL CHECK (capacity >= 1),
  version text,
  wanted text NOT NULL DEFAULT 'active' CHECK (wanted IN ('active', 'paused', 'draining')),
  registered_at_ms bigint NOT NULL,
  PRIMARY KEY (tenant_id, name)
);

-- When each was last heard of. Narrow, and apart from the rest, because each replica writes all of its agents together
-- every few seconds. Without foreign key: an agent that is forgotten at that moment must not fail the others.
CREATE TABLE holdpoint.agent_seen (
  tenant_id text NOT NULL,
  name text NOT NULL,
  seen_at_ms bigint NOT NULL,
  answered_at_ms bigint,
  PRIMARY KEY (tenant_id, name)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.1);

-- Clients that watch or steer.
CREATE TABLE holdpoint.controller (
  tenant_id text NOT NULL REFERENCES holdpoint.tenant,
  name text NOT NULL CHECK (name <> ''),
  kind text NOT NULL,
  version text,
  labels jsonb NOT NULL DEFAULT '{}',
  registered_at_ms bigint NOT NULL,
  seen_at_ms bigint NOT NULL,
  PRIMARY KEY (tenant_id, name)
);

-- When each process of the control plane last said that it serves, so that leases which ran out while none did are not
-- held against their agents.
CREATE TABLE holdpoint.replica (
  replica text PRIMARY KEY CHECK (replica <> ''),
  seen_at_ms bigint NOT NULL
);

-- Live output, piece by piece; only the newest of each attempt is kept.
CREATE TABLE holdpoint.attempt_output (
  tenant_id text NOT NULL,
  task_id uuid NOT NULL,
  attempt integer NOT NULL CHECK (attempt >= 1),
  seq integer NOT NULL CHECK (seq >= 1),
  stream text NOT NULL CHECK (stream IN ('stdout', 'stderr', 'log')),
  text text NOT NULL,
  at_ms bigint NOT NULL,
  PRIMARY KEY (tenant_id, task_id, attempt, seq),
  FOREIGN KEY (tenant_id, task_id) REFERENCES holdpoint.task ON DELETE CASCADE
);
