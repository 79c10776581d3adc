-- The schema after every migration. Written by `npx tsx packages/store/src/testing/write-schema.ts`; not to be edited.

CREATE TABLE holdpoint.access_token (
  tenant_id text NOT NULL,
  token_id uuid NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  scopes text[] NOT NULL,
  hash bytea NOT NULL,
  rate_limit integer,
  created_by text NOT NULL,
  created_at_ms bigint NOT NULL,
  expires_at_ms bigint NOT NULL,
  revoked_at_ms bigint,
  last_used_at_ms bigint,
  replaces uuid,
  CONSTRAINT access_token_hash_key UNIQUE (hash),
  CONSTRAINT access_token_pkey PRIMARY KEY (tenant_id, token_id),
  CONSTRAINT access_token_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(tenant_id),
  CONSTRAINT access_token_check CHECK ((expires_at_ms > created_at_ms)),
  CONSTRAINT access_token_hash_check CHECK ((length(hash) = 32)),
  CONSTRAINT access_token_kind_check CHECK ((kind ~ '^[a-z]{3}$'::text)),
  CONSTRAINT access_token_name_check CHECK ((name <> ''::text)),
  CONSTRAINT access_token_rate_limit_check CHECK ((rate_limit >= 0)),
  CONSTRAINT access_token_scopes_check CHECK ((cardinality(scopes) > 0))
);

ALTER TABLE holdpoint.access_token ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.access_token FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.access_token TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.access_token TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT INSERT, SELECT, UPDATE ON holdpoint.access_token TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.access_token TO holdpoint_system;

CREATE TABLE holdpoint.access_version (
  one boolean NOT NULL DEFAULT true,
  version bigint NOT NULL,
  CONSTRAINT access_version_pkey PRIMARY KEY (one),
  CONSTRAINT access_version_one_check CHECK (one)
);

GRANT SELECT, UPDATE ON holdpoint.access_version TO holdpoint_app;
GRANT SELECT, UPDATE ON holdpoint.access_version TO holdpoint_system;

CREATE TABLE holdpoint.agent (
  tenant_id text NOT NULL,
  name text NOT NULL,
  runner text,
  capabilities text[] NOT NULL DEFAULT '{}'::text[],
  labels jsonb NOT NULL DEFAULT '{}'::jsonb,
  capacity integer NOT NULL,
  version text,
  wanted text NOT NULL DEFAULT 'active'::text,
  registered_at_ms bigint NOT NULL,
  CONSTRAINT agent_pkey PRIMARY KEY (tenant_id, name),
  CONSTRAINT agent_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(tenant_id),
  CONSTRAINT agent_capacity_check CHECK ((capacity >= 1)),
  CONSTRAINT agent_name_check CHECK ((name <> ''::text)),
  CONSTRAINT agent_wanted_check CHECK ((wanted = ANY (ARRAY['active'::text, 'paused'::text, 'draining'::text])))
);

ALTER TABLE holdpoint.agent ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.agent FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.agent TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.agent TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.agent TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.agent TO holdpoint_system;

CREATE TABLE holdpoint.agent_seen (
  tenant_id text NOT NULL,
  name text NOT NULL,
  seen_at_ms bigint NOT NULL,
  answered_at_ms bigint,
  CONSTRAINT agent_seen_pkey PRIMARY KEY (tenant_id, name)
) WITH (fillfactor=50, autovacuum_vacuum_scale_factor=0.1);

ALTER TABLE holdpoint.agent_seen ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.agent_seen FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.agent_seen TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.agent_seen TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.agent_seen TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.agent_seen TO holdpoint_system;

CREATE TABLE holdpoint.attempt (
  tenant_id text NOT NULL,
  task_id uuid NOT NULL,
  attempt integer NOT NULL,
  agent text NOT NULL,
  claimed_at_ms bigint NOT NULL,
  ended_at_ms bigint NOT NULL,
  outcome text NOT NULL,
  reason text,
  missing text[] NOT NULL DEFAULT '{}'::text[],
  result jsonb,
  evidence text[] NOT NULL DEFAULT '{}'::text[],
  CONSTRAINT attempt_pkey PRIMARY KEY (tenant_id, task_id, attempt),
  CONSTRAINT attempt_tenant_id_task_id_fkey FOREIGN KEY (tenant_id, task_id) REFERENCES task(tenant_id, task_id) ON DELETE CASCADE,
  CONSTRAINT attempt_attempt_check CHECK ((attempt >= 1)),
  CONSTRAINT attempt_outcome_check CHECK ((outcome = ANY (ARRAY['reported'::text, 'accepted'::text, 'refused'::text, 'held'::text, 'failed'::text, 'released'::text, 'expired'::text, 'cancelled'::text, 'blocked'::text])))
) WITH (fillfactor=80);

ALTER TABLE holdpoint.attempt ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.attempt FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.attempt TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.attempt TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT INSERT, SELECT, UPDATE ON holdpoint.attempt TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.attempt TO holdpoint_system;

CREATE TABLE holdpoint.attempt_output (
  tenant_id text NOT NULL,
  task_id uuid NOT NULL,
  attempt integer NOT NULL,
  seq integer NOT NULL,
  stream text NOT NULL,
  text text NOT NULL,
  at_ms bigint NOT NULL,
  day integer NOT NULL DEFAULT history_day(),
  CONSTRAINT attempt_output_pkey PRIMARY KEY (tenant_id, task_id, attempt, seq, day),
  CONSTRAINT attempt_output_attempt_check CHECK ((attempt >= 1)),
  CONSTRAINT attempt_output_seq_check CHECK ((seq >= 1)),
  CONSTRAINT attempt_output_stream_check CHECK ((stream = ANY (ARRAY['stdout'::text, 'stderr'::text, 'log'::text])))
) PARTITION BY RANGE (day);

CREATE INDEX attempt_output_by_time ON ONLY holdpoint.attempt_output USING brin (at_ms);

ALTER TABLE holdpoint.attempt_output ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.attempt_output FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.attempt_output TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.attempt_output TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.attempt_output TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.attempt_output TO holdpoint_system;

CREATE TABLE holdpoint.attempt_output_d0 PARTITION OF holdpoint.attempt_output FOR VALUES FROM (0) TO (1);

ALTER TABLE holdpoint.attempt_output_d0 ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.attempt_output_d0 FORCE ROW LEVEL SECURITY;

CREATE TABLE holdpoint.audit_checkpoint (
  tenant_id text NOT NULL,
  seq bigint NOT NULL,
  key_id text NOT NULL,
  checkpoint text NOT NULL,
  CONSTRAINT audit_checkpoint_pkey PRIMARY KEY (tenant_id, seq, key_id),
  CONSTRAINT audit_checkpoint_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(tenant_id),
  CONSTRAINT audit_checkpoint_seq_check CHECK ((seq > 0))
);

ALTER TABLE holdpoint.audit_checkpoint ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.audit_checkpoint FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.audit_checkpoint TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.audit_checkpoint TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT INSERT, SELECT ON holdpoint.audit_checkpoint TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.audit_checkpoint TO holdpoint_system;

CREATE TABLE holdpoint.audit_entry (
  tenant_id text NOT NULL,
  seq bigint NOT NULL,
  entry text NOT NULL,
  hash text NOT NULL,
  CONSTRAINT audit_entry_pkey PRIMARY KEY (tenant_id, seq),
  CONSTRAINT audit_entry_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(tenant_id),
  CONSTRAINT audit_entry_seq_check CHECK ((seq > 0))
);

ALTER TABLE holdpoint.audit_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.audit_entry FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.audit_entry TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.audit_entry TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT INSERT, SELECT ON holdpoint.audit_entry TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.audit_entry TO holdpoint_system;

CREATE TABLE holdpoint.audit_head (
  tenant_id text NOT NULL,
  seq bigint NOT NULL,
  hash text NOT NULL,
  CONSTRAINT audit_head_pkey PRIMARY KEY (tenant_id),
  CONSTRAINT audit_head_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(tenant_id),
  CONSTRAINT audit_head_seq_check CHECK ((seq >= 0))
);

ALTER TABLE holdpoint.audit_head ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.audit_head FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.audit_head TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.audit_head TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT INSERT, SELECT, UPDATE ON holdpoint.audit_head TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.audit_head TO holdpoint_system;

CREATE TABLE holdpoint.callback (
  tenant_id text NOT NULL,
  callback_id uuid NOT NULL,
  plan_id uuid NOT NULL,
  task_id uuid,
  url text NOT NULL,
  secret text NOT NULL,
  tasks integer NOT NULL,
  open integer NOT NULL,
  created_by text NOT NULL,
  created_at_ms bigint NOT NULL,
  CONSTRAINT callback_pkey PRIMARY KEY (tenant_id, callback_id),
  CONSTRAINT callback_tenant_id_plan_id_fkey FOREIGN KEY (tenant_id, plan_id) REFERENCES plan(tenant_id, plan_id) ON DELETE CASCADE,
  CONSTRAINT callback_check CHECK (((open >= 0) AND (open <= tasks))),
  CONSTRAINT callback_secret_check CHECK ((secret <> ''::text)),
  CONSTRAINT callback_tasks_check CHECK ((tasks >= 1)),
  CONSTRAINT callback_url_check CHECK ((url <> ''::text))
);

ALTER TABLE holdpoint.callback ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.callback FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.callback TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.callback TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.callback TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.callback TO holdpoint_system;

CREATE TABLE holdpoint.callback_delivery (
  tenant_id text NOT NULL,
  delivery_id uuid NOT NULL,
  callback_id uuid NOT NULL,
  body text NOT NULL,
  state text NOT NULL DEFAULT 'pending'::text,
  attempts integer NOT NULL DEFAULT 0,
  sending boolean NOT NULL DEFAULT false,
  settled_at_ms bigint NOT NULL,
  since_ms bigint NOT NULL,
  due_at_ms bigint NOT NULL,
  ended_at_ms bigint,
  last_error text,
  CONSTRAINT callback_delivery_pkey PRIMARY KEY (tenant_id, delivery_id),
  CONSTRAINT callback_delivery_tenant_id_callback_id_fkey FOREIGN KEY (tenant_id, callback_id) REFERENCES callback(tenant_id, callback_id) ON DELETE CASCADE,
  CONSTRAINT callback_delivery_attempts_check CHECK ((attempts >= 0)),
  CONSTRAINT callback_delivery_check CHECK (((state = 'pending'::text) = (ended_at_ms IS NULL))),
  CONSTRAINT callback_delivery_check1 CHECK (((NOT sending) OR (state = 'pending'::text))),
  CONSTRAINT callback_delivery_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'delivered'::text, 'given_up'::text])))
);

CREATE INDEX callback_delivery_due ON holdpoint.callback_delivery USING btree (tenant_id, due_at_ms, delivery_id) WHERE (state = 'pending'::text);

CREATE INDEX callback_delivery_of ON holdpoint.callback_delivery USING btree (tenant_id, callback_id, delivery_id);

ALTER TABLE holdpoint.callback_delivery ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.callback_delivery FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.callback_delivery TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.callback_delivery TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.callback_delivery TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.callback_delivery TO holdpoint_system;

CREATE TABLE holdpoint.callback_task (
  tenant_id text NOT NULL,
  task_id uuid NOT NULL,
  callback_id uuid NOT NULL,
  settled boolean NOT NULL DEFAULT false,
  CONSTRAINT callback_task_pkey PRIMARY KEY (tenant_id, task_id, callback_id),
  CONSTRAINT callback_task_tenant_id_callback_id_fkey FOREIGN KEY (tenant_id, callback_id) REFERENCES callback(tenant_id, callback_id) ON DELETE CASCADE,
  CONSTRAINT callback_task_tenant_id_task_id_fkey FOREIGN KEY (tenant_id, task_id) REFERENCES task(tenant_id, task_id) ON DELETE CASCADE
);

CREATE INDEX callback_task_of ON holdpoint.callback_task USING btree (tenant_id, callback_id);

ALTER TABLE holdpoint.callback_task ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.callback_task FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.callback_task TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.callback_task TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.callback_task TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.callback_task TO holdpoint_system;

CREATE TABLE holdpoint.controller (
  tenant_id text NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,
  version text,
  labels jsonb NOT NULL DEFAULT '{}'::jsonb,
  registered_at_ms bigint NOT NULL,
  seen_at_ms bigint NOT NULL,
  CONSTRAINT controller_pkey PRIMARY KEY (tenant_id, name),
  CONSTRAINT controller_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(tenant_id),
  CONSTRAINT controller_name_check CHECK ((name <> ''::text))
);

ALTER TABLE holdpoint.controller ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.controller FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.controller TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.controller TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.controller TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.controller TO holdpoint_system;

CREATE TABLE holdpoint.event (
  tenant_id text NOT NULL,
  seq bigint NOT NULL DEFAULT nextval('event_number'::regclass),
  xid xid8 NOT NULL,
  at_ms bigint NOT NULL,
  kind text NOT NULL,
  plan_id uuid,
  subject text,
  attempt integer,
  data jsonb NOT NULL DEFAULT '{}'::jsonb,
  trace text,
  CONSTRAINT event_pkey PRIMARY KEY (tenant_id, seq),
  CONSTRAINT event_kind_check CHECK ((kind ~ '^[a-z]+\.[a-z_]+$'::text)),
  CONSTRAINT event_trace_check CHECK ((trace ~ '^[0-9a-f]{32}$'::text))
) PARTITION BY RANGE (seq);

CREATE INDEX event_of_plan ON ONLY holdpoint.event USING btree (tenant_id, plan_id, seq) WHERE (plan_id IS NOT NULL);

ALTER TABLE holdpoint.event ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.event FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.event TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.event TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT INSERT, SELECT ON holdpoint.event TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.event TO holdpoint_system;

CREATE TABLE holdpoint.event_d0 PARTITION OF holdpoint.event FOR VALUES FROM ('0') TO ('10000000000');

ALTER TABLE holdpoint.event_d0 ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.event_d0 FORCE ROW LEVEL SECURITY;

CREATE TABLE holdpoint.event_floor (
  tenant_id text NOT NULL,
  seq bigint NOT NULL,
  dropped_at_ms bigint NOT NULL,
  CONSTRAINT event_floor_pkey PRIMARY KEY (tenant_id),
  CONSTRAINT event_floor_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(tenant_id),
  CONSTRAINT event_floor_seq_check CHECK ((seq > 0))
);

ALTER TABLE holdpoint.event_floor ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.event_floor FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.event_floor TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.event_floor TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT SELECT ON holdpoint.event_floor TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.event_floor TO holdpoint_system;

CREATE TABLE holdpoint.evidence (
  tenant_id text NOT NULL,
  digest text NOT NULL,
  plan_id uuid NOT NULL,
  kind text NOT NULL,
  check_id text,
  tier text NOT NULL,
  task_id uuid,
  attempt integer,
  ended_at_ms bigint NOT NULL,
  recorded_at_ms bigint NOT NULL,
  canonical bytea NOT NULL,
  CONSTRAINT evidence_pkey PRIMARY KEY (tenant_id, digest),
  CONSTRAINT evidence_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(tenant_id),
  CONSTRAINT evidence_tenant_id_plan_id_fkey FOREIGN KEY (tenant_id, plan_id) REFERENCES plan(tenant_id, plan_id) ON DELETE CASCADE,
  CONSTRAINT evidence_check CHECK ((digest = ('sha256:'::text || encode(sha256(canonical), 'hex'::text)))),
  CONSTRAINT evidence_digest_check CHECK ((digest ~ '^sha256:[0-9a-f]{64}$'::text)),
  CONSTRAINT evidence_kind_check CHECK ((kind = ANY (ARRAY['check'::text, 'artifact'::text, 'claim'::text, 'witness'::text, 'waiver'::text, 'observation'::text]))),
  CONSTRAINT evidence_tier_check CHECK ((tier = ANY (ARRAY['E0'::text, 'E1'::text, 'E2'::text, 'E3'::text, 'E4'::text])))
);

CREATE INDEX evidence_digest_prefix ON holdpoint.evidence USING btree (tenant_id, digest text_pattern_ops);

CREATE INDEX evidence_of_check ON holdpoint.evidence USING btree (tenant_id, plan_id, check_id, ended_at_ms) WHERE (check_id IS NOT NULL);

CREATE INDEX evidence_of_plan ON holdpoint.evidence USING btree (tenant_id, plan_id, ended_at_ms, digest);

CREATE INDEX evidence_words ON holdpoint.evidence USING gin (words(tenant_id, kind, check_id)) WHERE (check_id IS NOT NULL);

ALTER TABLE holdpoint.evidence ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.evidence FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.evidence TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.evidence TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT INSERT, SELECT ON holdpoint.evidence TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.evidence TO holdpoint_system;

CREATE TABLE holdpoint.evidence_gate (
  tenant_id text NOT NULL,
  plan_id uuid NOT NULL,
  gate_key text NOT NULL,
  digest text NOT NULL,
  ended_at_ms bigint NOT NULL,
  CONSTRAINT evidence_gate_pkey PRIMARY KEY (tenant_id, plan_id, gate_key, digest),
  CONSTRAINT evidence_gate_tenant_id_digest_fkey FOREIGN KEY (tenant_id, digest) REFERENCES evidence(tenant_id, digest) ON DELETE CASCADE,
  CONSTRAINT evidence_gate_tenant_id_plan_id_gate_key_fkey FOREIGN KEY (tenant_id, plan_id, gate_key) REFERENCES gate(tenant_id, plan_id, gate_key) ON DELETE CASCADE
);

CREATE INDEX evidence_gate_by_age ON holdpoint.evidence_gate USING btree (tenant_id, plan_id, gate_key, ended_at_ms DESC);

CREATE INDEX evidence_gate_by_digest ON holdpoint.evidence_gate USING btree (tenant_id, digest);

ALTER TABLE holdpoint.evidence_gate ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.evidence_gate FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.evidence_gate TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.evidence_gate TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT INSERT, SELECT ON holdpoint.evidence_gate TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.evidence_gate TO holdpoint_system;

CREATE TABLE holdpoint.flag (
  tenant_id text NOT NULL,
  name text NOT NULL,
  value jsonb NOT NULL,
  set_by text NOT NULL,
  set_at_ms bigint NOT NULL,
  CONSTRAINT flag_pkey PRIMARY KEY (tenant_id, name),
  CONSTRAINT flag_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(tenant_id),
  CONSTRAINT flag_name_check CHECK ((name <> ''::text))
);

ALTER TABLE holdpoint.flag ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.flag FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.flag TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.flag TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.flag TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.flag TO holdpoint_system;

CREATE TABLE holdpoint.gate (
  tenant_id text NOT NULL,
  plan_id uuid NOT NULL,
  gate_key text NOT NULL,
  present boolean NOT NULL,
  revision integer NOT NULL,
  position integer NOT NULL,
  line integer NOT NULL,
  item_key text,
  severity text NOT NULL,
  gate jsonb NOT NULL,
  CONSTRAINT gate_pkey PRIMARY KEY (tenant_id, plan_id, gate_key),
  CONSTRAINT gate_tenant_id_plan_id_fkey FOREIGN KEY (tenant_id, plan_id) REFERENCES plan(tenant_id, plan_id) ON DELETE CASCADE,
  CONSTRAINT gate_line_check CHECK ((line >= 0)),
  CONSTRAINT gate_severity_check CHECK ((severity = ANY (ARRAY['critical'::text, 'important'::text, 'enhancement'::text])))
);

CREATE INDEX gate_in_order ON holdpoint.gate USING btree (tenant_id, plan_id, "position") WHERE present;

CREATE INDEX gate_words ON holdpoint.gate USING gin (words(tenant_id, gate_key, ((COALESCE((gate ->> 'metric'::text), ''::text) || ' '::text) || (gate ->> 'text'::text)))) WHERE present;

ALTER TABLE holdpoint.gate ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.gate FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.gate TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.gate TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.gate TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.gate TO holdpoint_system;

CREATE TABLE holdpoint.global_flag (
  name text NOT NULL,
  value jsonb NOT NULL,
  set_by text NOT NULL,
  set_at_ms bigint NOT NULL,
  CONSTRAINT global_flag_pkey PRIMARY KEY (name),
  CONSTRAINT global_flag_name_check CHECK ((name <> ''::text))
);

GRANT SELECT ON holdpoint.global_flag TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.global_flag TO holdpoint_system;

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
  CONSTRAINT kept_answer_pkey PRIMARY KEY (tenant_id, token, operation, key)
);

CREATE INDEX kept_answer_expired ON holdpoint.kept_answer USING btree (expires_at_ms);

ALTER TABLE holdpoint.kept_answer ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.kept_answer FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.kept_answer TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.kept_answer TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.kept_answer TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.kept_answer TO holdpoint_system;

CREATE TABLE holdpoint.migration (
  name text NOT NULL,
  checksum text NOT NULL,
  applied_at_ms bigint NOT NULL,
  CONSTRAINT migration_pkey PRIMARY KEY (name)
);

GRANT SELECT ON holdpoint.migration TO holdpoint_app;
GRANT SELECT ON holdpoint.migration TO holdpoint_system;

CREATE TABLE holdpoint.observation (
  tenant_id text NOT NULL,
  plan_id uuid NOT NULL,
  gate_key text NOT NULL,
  observed_at_ms bigint NOT NULL,
  observation_id uuid NOT NULL,
  subject_digest text NOT NULL,
  verdict text NOT NULL,
  evidence text[] NOT NULL,
  CONSTRAINT observation_pkey PRIMARY KEY (tenant_id, plan_id, gate_key, observed_at_ms, observation_id),
  CONSTRAINT observation_tenant_id_plan_id_gate_key_fkey FOREIGN KEY (tenant_id, plan_id, gate_key) REFERENCES gate(tenant_id, plan_id, gate_key) ON DELETE CASCADE,
  CONSTRAINT observation_verdict_check CHECK ((verdict = ANY (ARRAY['pass'::text, 'fail'::text, 'inconclusive'::text])))
);

ALTER TABLE holdpoint.observation ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.observation FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.observation TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.observation TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT INSERT, SELECT ON holdpoint.observation TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.observation TO holdpoint_system;

CREATE TABLE holdpoint.plan (
  tenant_id text NOT NULL,
  plan_id uuid NOT NULL,
  source text NOT NULL,
  title text NOT NULL,
  revision integer NOT NULL,
  created_at_ms bigint NOT NULL,
  updated_at_ms bigint NOT NULL,
  kind text NOT NULL DEFAULT 'document'::text,
  exposed_at_ms bigint,
  CONSTRAINT plan_tenant_id_source_key UNIQUE (tenant_id, source),
  CONSTRAINT plan_pkey PRIMARY KEY (tenant_id, plan_id),
  CONSTRAINT plan_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(tenant_id),
  CONSTRAINT plan_kind_check CHECK ((kind = ANY (ARRAY['document'::text, 'queue'::text]))),
  CONSTRAINT plan_revision_check CHECK ((revision >= 1)),
  CONSTRAINT plan_source_check CHECK ((source <> ''::text))
);

CREATE INDEX plan_words ON holdpoint.plan USING gin (words(tenant_id, source, title)) WHERE (kind = 'document'::text);

ALTER TABLE holdpoint.plan ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.plan FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.plan TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.plan TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.plan TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.plan TO holdpoint_system;

CREATE TABLE holdpoint.plan_host (
  tenant_id text NOT NULL,
  plan_id uuid NOT NULL,
  host text NOT NULL,
  expires_at_ms bigint NOT NULL,
  CONSTRAINT plan_host_pkey PRIMARY KEY (tenant_id, plan_id),
  CONSTRAINT plan_host_tenant_id_plan_id_fkey FOREIGN KEY (tenant_id, plan_id) REFERENCES plan(tenant_id, plan_id) ON DELETE CASCADE,
  CONSTRAINT plan_host_host_check CHECK ((host <> ''::text))
);

ALTER TABLE holdpoint.plan_host ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.plan_host FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.plan_host TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.plan_host TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.plan_host TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.plan_host TO holdpoint_system;

CREATE TABLE holdpoint.plan_item (
  tenant_id text NOT NULL,
  plan_id uuid NOT NULL,
  item_key text NOT NULL,
  present boolean NOT NULL,
  revision integer NOT NULL,
  position integer NOT NULL,
  kind text NOT NULL,
  title text NOT NULL,
  line integer NOT NULL,
  parent_key text,
  claimed text NOT NULL,
  item jsonb NOT NULL,
  CONSTRAINT plan_item_pkey PRIMARY KEY (tenant_id, plan_id, item_key),
  CONSTRAINT plan_item_tenant_id_plan_id_fkey FOREIGN KEY (tenant_id, plan_id) REFERENCES plan(tenant_id, plan_id) ON DELETE CASCADE,
  CONSTRAINT plan_item_kind_check CHECK ((kind = ANY (ARRAY['phase'::text, 'step'::text, 'task'::text, 'criterion'::text]))),
  CONSTRAINT plan_item_line_check CHECK ((line >= 0))
);

CREATE INDEX plan_item_in_order ON holdpoint.plan_item USING btree (tenant_id, plan_id, "position") WHERE present;

CREATE INDEX plan_item_words ON holdpoint.plan_item USING gin (words(tenant_id, item_key, title)) WHERE present;

ALTER TABLE holdpoint.plan_item ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.plan_item FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.plan_item TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.plan_item TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.plan_item TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.plan_item TO holdpoint_system;

CREATE TABLE holdpoint.plan_pause (
  tenant_id text NOT NULL,
  plan_id uuid NOT NULL,
  by text NOT NULL,
  reason text,
  paused_at_ms bigint NOT NULL,
  CONSTRAINT plan_pause_pkey PRIMARY KEY (tenant_id, plan_id),
  CONSTRAINT plan_pause_tenant_id_plan_id_fkey FOREIGN KEY (tenant_id, plan_id) REFERENCES plan(tenant_id, plan_id) ON DELETE CASCADE
);

ALTER TABLE holdpoint.plan_pause ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.plan_pause FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.plan_pause TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.plan_pause TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.plan_pause TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.plan_pause TO holdpoint_system;

CREATE TABLE holdpoint.plan_revision (
  tenant_id text NOT NULL,
  plan_id uuid NOT NULL,
  revision integer NOT NULL,
  digest text NOT NULL,
  format text NOT NULL,
  title text NOT NULL,
  document bytea NOT NULL,
  imported_at_ms bigint NOT NULL,
  sidecar text,
  CONSTRAINT plan_revision_pkey PRIMARY KEY (tenant_id, plan_id, revision),
  CONSTRAINT plan_revision_tenant_id_plan_id_fkey FOREIGN KEY (tenant_id, plan_id) REFERENCES plan(tenant_id, plan_id) ON DELETE CASCADE,
  CONSTRAINT plan_revision_digest_check CHECK ((digest ~ '^sha256:[0-9a-f]{64}$'::text)),
  CONSTRAINT plan_revision_format_check CHECK ((format = ANY (ARRAY['markdown'::text, 'yaml'::text]))),
  CONSTRAINT plan_revision_revision_check CHECK ((revision >= 1))
);

ALTER TABLE holdpoint.plan_revision ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.plan_revision FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.plan_revision TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.plan_revision TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT INSERT, SELECT ON holdpoint.plan_revision TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.plan_revision TO holdpoint_system;

CREATE TABLE holdpoint.replica (
  replica text NOT NULL,
  seen_at_ms bigint NOT NULL,
  CONSTRAINT replica_pkey PRIMARY KEY (replica),
  CONSTRAINT replica_replica_check CHECK ((replica <> ''::text))
);

CREATE TABLE holdpoint.task (
  tenant_id text NOT NULL,
  task_id uuid NOT NULL,
  plan_id uuid NOT NULL,
  key text NOT NULL,
  kind text NOT NULL,
  state text NOT NULL,
  unmet integer NOT NULL,
  attempt integer NOT NULL DEFAULT 0,
  tries integer NOT NULL DEFAULT 0,
  max_attempts integer NOT NULL,
  judge_first boolean NOT NULL,
  removed boolean NOT NULL DEFAULT false,
  priority integer NOT NULL DEFAULT 0,
  position integer NOT NULL,
  capabilities text[] NOT NULL DEFAULT '{}'::text[],
  missing text[] NOT NULL DEFAULT '{}'::text[],
  reason text,
  updated_at_ms bigint NOT NULL,
  blocked boolean NOT NULL DEFAULT false,
  assigned text,
  priority_by text,
  run_at_ms bigint,
  limit_key text,
  CONSTRAINT task_tenant_id_plan_id_key_key UNIQUE (tenant_id, plan_id, key),
  CONSTRAINT task_pkey PRIMARY KEY (tenant_id, task_id),
  CONSTRAINT task_tenant_id_plan_id_fkey FOREIGN KEY (tenant_id, plan_id) REFERENCES plan(tenant_id, plan_id) ON DELETE CASCADE,
  CONSTRAINT task_assigned_check CHECK ((assigned <> ''::text)),
  CONSTRAINT task_attempt_check CHECK ((attempt >= 0)),
  CONSTRAINT task_blocked_is_held CHECK (((NOT blocked) OR (state = 'held'::text))),
  CONSTRAINT task_check CHECK (((state <> ALL (ARRAY['ready'::text, 'leased'::text, 'dead'::text, 'accepted'::text])) OR (unmet = 0))),
  CONSTRAINT task_key_check CHECK ((key <> ''::text)),
  CONSTRAINT task_kind_check CHECK ((kind = ANY (ARRAY['task'::text, 'checkpoint'::text]))),
  CONSTRAINT task_limit_key_check CHECK ((limit_key <> ''::text)),
  CONSTRAINT task_max_attempts_check CHECK ((max_attempts >= 1)),
  CONSTRAINT task_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'ready'::text, 'leased'::text, 'reported'::text, 'held'::text, 'accepted'::text, 'dead'::text, 'cancelled'::text]))),
  CONSTRAINT task_tries_check CHECK ((tries >= 0)),
  CONSTRAINT task_unmet_check CHECK ((unmet >= 0))
) WITH (fillfactor=60, autovacuum_vacuum_scale_factor=0.05);

CREATE INDEX task_dead ON holdpoint.task USING btree (tenant_id, plan_id, "position", task_id) WHERE (state = 'dead'::text);

CREATE INDEX task_in_page ON holdpoint.task USING btree (tenant_id, plan_id, "position", task_id);

CREATE INDEX task_reported ON holdpoint.task USING btree (tenant_id, plan_id, task_id) WHERE (state = 'reported'::text);

ALTER TABLE holdpoint.task ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.task FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.task TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.task TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.task TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.task TO holdpoint_system;

CREATE TABLE holdpoint.task_edge (
  tenant_id text NOT NULL,
  parent_id uuid NOT NULL,
  child_id uuid NOT NULL,
  CONSTRAINT task_edge_pkey PRIMARY KEY (tenant_id, parent_id, child_id),
  CONSTRAINT task_edge_tenant_id_child_id_fkey FOREIGN KEY (tenant_id, child_id) REFERENCES task(tenant_id, task_id) ON DELETE CASCADE,
  CONSTRAINT task_edge_tenant_id_parent_id_fkey FOREIGN KEY (tenant_id, parent_id) REFERENCES task(tenant_id, task_id) ON DELETE CASCADE,
  CONSTRAINT task_edge_check CHECK ((child_id <> parent_id))
);

CREATE INDEX task_edge_by_child ON holdpoint.task_edge USING btree (tenant_id, child_id);

ALTER TABLE holdpoint.task_edge ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.task_edge FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.task_edge TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.task_edge TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.task_edge TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.task_edge TO holdpoint_system;

CREATE TABLE holdpoint.task_lease (
  tenant_id text NOT NULL,
  task_id uuid NOT NULL,
  plan_id uuid NOT NULL,
  attempt integer NOT NULL,
  agent text NOT NULL,
  owner text NOT NULL,
  claimed_at_ms bigint NOT NULL,
  expires_at_ms bigint NOT NULL,
  limit_key text,
  CONSTRAINT task_lease_pkey PRIMARY KEY (tenant_id, task_id)
) WITH (autovacuum_vacuum_scale_factor=0.02, autovacuum_vacuum_threshold=100);

CREATE INDEX task_lease_by_expiry ON holdpoint.task_lease USING btree (tenant_id, expires_at_ms);

CREATE INDEX task_lease_by_limit ON holdpoint.task_lease USING btree (tenant_id, limit_key) WHERE (limit_key IS NOT NULL);

CREATE INDEX task_lease_by_owner ON holdpoint.task_lease USING btree (tenant_id, owner);

ALTER TABLE holdpoint.task_lease ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.task_lease FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.task_lease TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.task_lease TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.task_lease TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.task_lease TO holdpoint_system;

CREATE TABLE holdpoint.task_payload (
  tenant_id text NOT NULL,
  task_id uuid NOT NULL,
  payload jsonb NOT NULL,
  CONSTRAINT task_payload_pkey PRIMARY KEY (tenant_id, task_id),
  CONSTRAINT task_payload_tenant_id_task_id_fkey FOREIGN KEY (tenant_id, task_id) REFERENCES task(tenant_id, task_id) ON DELETE CASCADE
);

ALTER TABLE holdpoint.task_payload ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.task_payload FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.task_payload TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.task_payload TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.task_payload TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.task_payload TO holdpoint_system;

CREATE TABLE holdpoint.task_ready (
  tenant_id text NOT NULL,
  task_id uuid NOT NULL,
  plan_id uuid NOT NULL,
  ready_at_ms bigint NOT NULL,
  priority integer NOT NULL,
  position integer NOT NULL,
  capabilities text[] NOT NULL,
  assigned text,
  limit_key text,
  CONSTRAINT task_ready_pkey PRIMARY KEY (tenant_id, task_id)
) WITH (autovacuum_vacuum_scale_factor=0.02, autovacuum_vacuum_threshold=100);

CREATE INDEX task_ready_assigned ON holdpoint.task_ready USING btree (tenant_id, assigned) WHERE (assigned IS NOT NULL);

CREATE INDEX task_ready_in_order ON holdpoint.task_ready USING btree (tenant_id, priority DESC, "position", task_id);

ALTER TABLE holdpoint.task_ready ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.task_ready FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.task_ready TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.task_ready TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.task_ready TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.task_ready TO holdpoint_system;

CREATE TABLE holdpoint.task_text (
  tenant_id text NOT NULL,
  task_id uuid NOT NULL,
  title text NOT NULL,
  item_key text,
  line integer NOT NULL,
  gates text[] NOT NULL DEFAULT '{}'::text[],
  CONSTRAINT task_text_pkey PRIMARY KEY (tenant_id, task_id),
  CONSTRAINT task_text_tenant_id_task_id_fkey FOREIGN KEY (tenant_id, task_id) REFERENCES task(tenant_id, task_id) ON DELETE CASCADE,
  CONSTRAINT task_text_line_check CHECK ((line >= 0))
);

CREATE INDEX task_text_words ON holdpoint.task_text USING gin (words(tenant_id, ''::text, title));

ALTER TABLE holdpoint.task_text ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.task_text FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.task_text TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.task_text TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.task_text TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.task_text TO holdpoint_system;

CREATE TABLE holdpoint.tenant (
  tenant_id text NOT NULL,
  created_at_ms bigint NOT NULL,
  disabled_at_ms bigint,
  CONSTRAINT tenant_pkey PRIMARY KEY (tenant_id),
  CONSTRAINT tenant_tenant_id_check CHECK ((tenant_id ~ '^[a-z0-9][a-z0-9_-]{0,62}$'::text))
);

ALTER TABLE holdpoint.tenant ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.tenant FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.tenant TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.tenant TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT INSERT, SELECT ON holdpoint.tenant TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.tenant TO holdpoint_system;

CREATE TABLE holdpoint.tenant_pause (
  tenant_id text NOT NULL,
  by text NOT NULL,
  reason text,
  paused_at_ms bigint NOT NULL,
  CONSTRAINT tenant_pause_pkey PRIMARY KEY (tenant_id),
  CONSTRAINT tenant_pause_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(tenant_id)
);

ALTER TABLE holdpoint.tenant_pause ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.tenant_pause FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.tenant_pause TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.tenant_pause TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.tenant_pause TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.tenant_pause TO holdpoint_system;

CREATE TABLE holdpoint.verdict (
  tenant_id text NOT NULL,
  plan_id uuid NOT NULL,
  gate_key text NOT NULL,
  seq integer NOT NULL,
  judged_at_ms bigint NOT NULL,
  verdict text NOT NULL,
  freshness text NOT NULL,
  reason text NOT NULL,
  tier text,
  evidence text[] NOT NULL,
  explanation text NOT NULL,
  due_at_ms bigint,
  hint text,
  CONSTRAINT verdict_pkey PRIMARY KEY (tenant_id, plan_id, gate_key, seq),
  CONSTRAINT verdict_tenant_id_plan_id_gate_key_fkey FOREIGN KEY (tenant_id, plan_id, gate_key) REFERENCES gate(tenant_id, plan_id, gate_key) ON DELETE CASCADE,
  CONSTRAINT verdict_check CHECK (((verdict <> 'pass'::text) OR ((cardinality(evidence) > 0) AND (tier IS NOT NULL)))),
  CONSTRAINT verdict_freshness_check CHECK ((freshness = ANY (ARRAY['fresh'::text, 'stale'::text, 'expired'::text]))),
  CONSTRAINT verdict_seq_check CHECK ((seq >= 1)),
  CONSTRAINT verdict_tier_check CHECK ((tier = ANY (ARRAY['E0'::text, 'E1'::text, 'E2'::text, 'E3'::text, 'E4'::text]))),
  CONSTRAINT verdict_verdict_check CHECK ((verdict = ANY (ARRAY['pass'::text, 'fail'::text, 'inconclusive'::text])))
);

ALTER TABLE holdpoint.verdict ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.verdict FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.verdict TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.verdict TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT INSERT, SELECT ON holdpoint.verdict TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.verdict TO holdpoint_system;

CREATE TABLE holdpoint.witness_record (
  tenant_id text NOT NULL,
  digest text NOT NULL,
  plan_id uuid NOT NULL,
  gate_key text NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  role text,
  reason text NOT NULL,
  signed_at_ms bigint NOT NULL,
  expires_at_ms bigint,
  CONSTRAINT witness_record_pkey PRIMARY KEY (tenant_id, plan_id, gate_key, digest),
  CONSTRAINT witness_record_tenant_id_digest_fkey FOREIGN KEY (tenant_id, digest) REFERENCES evidence(tenant_id, digest) ON DELETE CASCADE,
  CONSTRAINT witness_record_tenant_id_plan_id_gate_key_fkey FOREIGN KEY (tenant_id, plan_id, gate_key) REFERENCES gate(tenant_id, plan_id, gate_key) ON DELETE CASCADE,
  CONSTRAINT witness_record_check CHECK (((kind <> 'waiver'::text) OR ((reason <> ''::text) AND (expires_at_ms IS NOT NULL) AND (expires_at_ms > signed_at_ms)))),
  CONSTRAINT witness_record_kind_check CHECK ((kind = ANY (ARRAY['witness'::text, 'waiver'::text]))),
  CONSTRAINT witness_record_name_check CHECK ((name <> ''::text))
);

ALTER TABLE holdpoint.witness_record ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.witness_record FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.witness_record TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.witness_record TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT INSERT, SELECT ON holdpoint.witness_record TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.witness_record TO holdpoint_system;

CREATE TABLE holdpoint.work_limit (
  tenant_id text NOT NULL,
  key text NOT NULL,
  max_running integer,
  max_starts integer,
  per_ms bigint,
  running integer NOT NULL DEFAULT 0,
  start_at_ms bigint[] NOT NULL DEFAULT '{}'::bigint[],
  start_count integer[] NOT NULL DEFAULT '{}'::integer[],
  updated_at_ms bigint NOT NULL,
  CONSTRAINT work_limit_pkey PRIMARY KEY (tenant_id, key),
  CONSTRAINT work_limit_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(tenant_id),
  CONSTRAINT work_limit_check CHECK (((max_running IS NOT NULL) OR (max_starts IS NOT NULL))),
  CONSTRAINT work_limit_check1 CHECK (((max_starts IS NULL) = (per_ms IS NULL))),
  CONSTRAINT work_limit_check2 CHECK ((cardinality(start_at_ms) = cardinality(start_count))),
  CONSTRAINT work_limit_key_check CHECK ((key <> ''::text)),
  CONSTRAINT work_limit_max_running_check CHECK ((max_running >= 0)),
  CONSTRAINT work_limit_max_starts_check CHECK ((max_starts >= 1)),
  CONSTRAINT work_limit_per_ms_check CHECK ((per_ms >= 1)),
  CONSTRAINT work_limit_running_check CHECK ((running >= 0))
) WITH (fillfactor=50, autovacuum_vacuum_scale_factor=0.02, autovacuum_vacuum_threshold=50);

ALTER TABLE holdpoint.work_limit ENABLE ROW LEVEL SECURITY;
ALTER TABLE holdpoint.work_limit FORCE ROW LEVEL SECURITY;
CREATE POLICY every_row ON holdpoint.work_limit TO holdpoint_system USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON holdpoint.work_limit TO holdpoint_app USING ((tenant_id = current_setting('holdpoint.tenant'::text, true))) WITH CHECK ((tenant_id = current_setting('holdpoint.tenant'::text, true)));
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.work_limit TO holdpoint_app;
GRANT DELETE, INSERT, SELECT, UPDATE ON holdpoint.work_limit TO holdpoint_system;
