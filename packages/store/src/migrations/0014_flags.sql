-- What is set of the flags that the code declares: for all tenants, and for one.
CREATE TABLE holdpoint.global_flag (
  name text PRIMARY KEY CHECK (name <> ''),
  value jsonb NOT NULL,
  set_by text NOT NULL,
  set_at_ms bigint NOT NULL
);
GRANT SELECT ON holdpoint.global_flag TO holdpoint_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON holdpoint.global_flag TO holdpoint_system;

CREATE TABLE holdpoint.flag (
  tenant_id text NOT NULL REFERENCES holdpoint.tenant,
  name text NOT NULL CHECK (name <> ''),
  value jsonb NOT NULL,
  set_by text NOT NULL,
  set_at_ms bigint NOT NULL,
  PRIMARY KEY (tenant_id, name)
);
SELECT holdpoint.isolate('holdpoint.flag', 'SELECT, INSERT, UPDATE, DELETE');
