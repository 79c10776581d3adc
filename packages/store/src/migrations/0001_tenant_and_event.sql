-- Every key begins with the tenant, so that spreading tenants over servers stays a matter of deployment.
CREATE TABLE holdpoint.tenant (
  tenant_id text PRIMARY KEY CHECK (tenant_id ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
  created_at_ms bigint NOT NULL
);

-- The append-only log. `xid` is the transaction that wrote the row: a reader takes only rows whose transaction is older
-- than every transaction still open, so that no row can appear behind its cursor. After a copy to another server `xid`
-- has to be set to '0', because the numbers there begin anew.
CREATE TABLE holdpoint.event (
  tenant_id text NOT NULL REFERENCES holdpoint.tenant,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  xid xid8 NOT NULL,
  at_ms bigint NOT NULL,
  kind text NOT NULL CHECK (kind ~ '^[a-z]+\.[a-z_]+$'),
  plan_id uuid,
  subject text,
  attempt integer,
  data jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, seq)
);

CREATE INDEX event_of_plan ON holdpoint.event (tenant_id, plan_id, seq) WHERE plan_id IS NOT NULL;
