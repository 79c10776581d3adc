-- Tables of 0006 came without the isolation of 0005.
DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['plan_pause', 'task_payload', 'plan_host'] LOOP
    IF NOT EXISTS (SELECT FROM pg_policies WHERE schemaname = 'holdpoint' AND tablename = wanted) THEN
      PERFORM holdpoint.isolate(format('holdpoint.%I', wanted)::regclass, 'SELECT, INSERT, UPDATE, DELETE');
    END IF;
  END LOOP;
END
$$;

-- A tenant that is disabled keeps its rows and is let in by no token. Only the system changes a tenant.
ALTER TABLE holdpoint.tenant ADD COLUMN disabled_at_ms bigint;
REVOKE UPDATE ON holdpoint.tenant FROM holdpoint_app;

-- Tokens. The token itself is nowhere: `hash` is SHA-256 of it, which 256 bits of chance make as good as a slow hash.
CREATE TABLE holdpoint.access_token (
  tenant_id text NOT NULL REFERENCES holdpoint.tenant,
  token_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind ~ '^[a-z]{3}$'),
  name text NOT NULL CHECK (name <> ''),
  scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
  hash bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
  -- Requests a second; null for the limit of everyone, 0 for none.
  rate_limit integer CHECK (rate_limit >= 0),
  created_by text NOT NULL,
  created_at_ms bigint NOT NULL,
  expires_at_ms bigint NOT NULL CHECK (expires_at_ms > created_at_ms),
  revoked_at_ms bigint,
  last_used_at_ms bigint,
  replaces uuid,
  PRIMARY KEY (tenant_id, token_id)
);
SELECT holdpoint.isolate('holdpoint.access_token', 'SELECT, INSERT, UPDATE');

-- Grows whenever somebody loses access, so that each replica learns by one read of one row when to forget what it knows.
CREATE TABLE holdpoint.access_version (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  version bigint NOT NULL
);
INSERT INTO holdpoint.access_version (version) VALUES (0);
GRANT SELECT, UPDATE ON holdpoint.access_version TO holdpoint_app, holdpoint_system;

-- Answers to writes that carried an Idempotency-Key. `status` is null while the first request runs; `holder` is that request.
CREATE TABLE holdpoint.kept_answer (
  tenant_id text NOT NULL,
  token text NOT NULL,
  operation text NOT NULL,
  key text NOT NULL,
  request_digest text NOT NULL,
  holder uuid NOT NULL,
  status integer,
  headers jsonb,
  body text,
  expires_at_ms bigint NOT NULL,
  PRIMARY KEY (tenant_id, token, operation, key)
);
CREATE INDEX kept_answer_expired ON holdpoint.kept_answer (expires_at_ms);
SELECT holdpoint.isolate('holdpoint.kept_answer', 'SELECT, INSERT, UPDATE, DELETE');

-- Who did what. Each entry's hash covers the hash before it; `entry` is the canonical JSON that was hashed, byte for byte.
CREATE TABLE holdpoint.audit_entry (
  tenant_id text NOT NULL REFERENCES holdpoint.tenant,
  seq bigint NOT NULL CHECK (seq > 0),
  entry text NOT NULL,
  hash text NOT NULL,
  PRIMARY KEY (tenant_id, seq)
);
SELECT holdpoint.isolate('holdpoint.audit_entry', 'SELECT, INSERT');

-- The end of each tenant's chain; locked while entries are added, so that replicas take turns.
CREATE TABLE holdpoint.audit_head (
  tenant_id text PRIMARY KEY REFERENCES holdpoint.tenant,
  seq bigint NOT NULL CHECK (seq >= 0),
  hash text NOT NULL
);
SELECT holdpoint.isolate('holdpoint.audit_head', 'SELECT, INSERT, UPDATE');

-- Signed statements of how far a chain was; the copies that matter are outside of the database.
CREATE TABLE holdpoint.audit_checkpoint (
  tenant_id text NOT NULL REFERENCES holdpoint.tenant,
  seq bigint NOT NULL CHECK (seq > 0),
  key_id text NOT NULL,
  checkpoint text NOT NULL,
  PRIMARY KEY (tenant_id, seq, key_id)
);
SELECT holdpoint.isolate('holdpoint.audit_checkpoint', 'SELECT, INSERT');
