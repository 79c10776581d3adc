-- A plan is known by its source (the path or address it is imported from); the documents it was are its revisions.
CREATE TABLE holdpoint.plan (
  tenant_id text NOT NULL REFERENCES holdpoint.tenant,
  plan_id uuid NOT NULL,
  source text NOT NULL CHECK (source <> ''),
  title text NOT NULL,
  revision integer NOT NULL CHECK (revision >= 1),
  created_at_ms bigint NOT NULL,
  updated_at_ms bigint NOT NULL,
  PRIMARY KEY (tenant_id, plan_id),
  UNIQUE (tenant_id, source)
);

CREATE TABLE holdpoint.plan_revision (
  tenant_id text NOT NULL,
  plan_id uuid NOT NULL,
  revision integer NOT NULL CHECK (revision >= 1),
  digest text NOT NULL CHECK (digest ~ '^sha256:[0-9a-f]{64}$'),
  format text NOT NULL CHECK (format IN ('markdown', 'yaml')),
  title text NOT NULL,
  document bytea NOT NULL,
  imported_at_ms bigint NOT NULL,
  PRIMARY KEY (tenant_id, plan_id, revision),
  FOREIGN KEY (tenant_id, plan_id) REFERENCES holdpoint.plan ON DELETE CASCADE
);

-- Items of the current revision and, with `present` false, those that an earlier one held.
CREATE TABLE holdpoint.plan_item (
  tenant_id text NOT NULL,
  plan_id uuid NOT NULL,
  item_key text NOT NULL,
  present boolean NOT NULL,
  revision integer NOT NULL,
  position integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('phase', 'step', 'task', 'criterion')),
  title text NOT NULL,
  line integer NOT NULL CHECK (line >= 0),
  parent_key text,
  claimed text NOT NULL,
  item jsonb NOT NULL,
  PRIMARY KEY (tenant_id, plan_id, item_key),
  FOREIGN KEY (tenant_id, plan_id) REFERENCES holdpoint.plan ON DELETE CASCADE
);

CREATE INDEX plan_item_in_order ON holdpoint.plan_item (tenant_id, plan_id, position) WHERE present;

CREATE TABLE holdpoint.gate (
  tenant_id text NOT NULL,
  plan_id uuid NOT NULL,
  gate_key text NOT NULL,
  present boolean NOT NULL,
  revision integer NOT NULL,
  position integer NOT NULL,
  line integer NOT NULL CHECK (line >= 0),
  item_key text,
  severity text NOT NULL CHECK (severity IN ('critical', 'important', 'enhancement')),
  gate jsonb NOT NULL,
  PRIMARY KEY (tenant_id, plan_id, gate_key),
  FOREIGN KEY (tenant_id, plan_id) REFERENCES holdpoint.plan ON DELETE CASCADE
);

CREATE INDEX gate_in_order ON holdpoint.gate (tenant_id, plan_id, position) WHERE present;
