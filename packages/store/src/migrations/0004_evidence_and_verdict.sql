-- The canonical bytes of each evidence statement, under their own digest. Never changed.
CREATE TABLE holdpoint.evidence (
  tenant_id text NOT NULL REFERENCES holdpoint.tenant,
  digest text NOT NULL CHECK (digest ~ '^sha256:[0-9a-f]{64}$'),
  plan_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('check', 'artifact', 'claim', 'witness', 'waiver', 'observation')),
  check_id text,
  tier text NOT NULL CHECK (tier IN ('E0', 'E1', 'E2', 'E3', 'E4')),
  task_id uuid,
  attempt integer,
  ended_at_ms bigint NOT NULL,
  recorded_at_ms bigint NOT NULL,
  canonical bytea NOT NULL,
  PRIMARY KEY (tenant_id, digest),
  FOREIGN KEY (tenant_id, plan_id) REFERENCES holdpoint.plan ON DELETE CASCADE,
  CHECK (digest = 'sha256:' || encode(sha256(canonical), 'hex'))
);

CREATE INDEX evidence_of_plan ON holdpoint.evidence (tenant_id, plan_id, ended_at_ms, digest);
CREATE INDEX evidence_of_check ON holdpoint.evidence (tenant_id, plan_id, check_id, ended_at_ms)
  WHERE check_id IS NOT NULL;

-- For which gates a record speaks. A gate of a later revision may be bound to earlier evidence.
CREATE TABLE holdpoint.evidence_gate (
  tenant_id text NOT NULL,
  plan_id uuid NOT NULL,
  gate_key text NOT NULL,
  digest text NOT NULL,
  ended_at_ms bigint NOT NULL,
  PRIMARY KEY (tenant_id, plan_id, gate_key, digest),
  FOREIGN KEY (tenant_id, digest) REFERENCES holdpoint.evidence ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, plan_id, gate_key) REFERENCES holdpoint.gate ON DELETE CASCADE
);

CREATE INDEX evidence_gate_by_age ON holdpoint.evidence_gate (tenant_id, plan_id, gate_key, ended_at_ms DESC);
CREATE INDEX evidence_gate_by_digest ON holdpoint.evidence_gate (tenant_id, digest);

-- Signatures and waivers of people; each is also a record in `evidence`.
CREATE TABLE holdpoint.witness_record (
  tenant_id text NOT NULL,
  digest text NOT NULL,
  plan_id uuid NOT NULL,
  gate_key text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('witness', 'waiver')),
  name text NOT NULL CHECK (name <> ''),
  role text,
  reason text NOT NULL,
  signed_at_ms bigint NOT NULL,
  expires_at_ms bigint,
  PRIMARY KEY (tenant_id, plan_id, gate_key, digest),
  FOREIGN KEY (tenant_id, digest) REFERENCES holdpoint.evidence ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, plan_id, gate_key) REFERENCES holdpoint.gate ON DELETE CASCADE,
  CHECK (kind <> 'waiver' OR (reason <> '' AND expires_at_ms IS NOT NULL AND expires_at_ms > signed_at_ms))
);

-- Every judgement that differed from the one before, newest last. Never changed.
CREATE TABLE holdpoint.verdict (
  tenant_id text NOT NULL,
  plan_id uuid NOT NULL,
  gate_key text NOT NULL,
  seq integer NOT NULL CHECK (seq >= 1),
  judged_at_ms bigint NOT NULL,
  verdict text NOT NULL CHECK (verdict IN ('pass', 'fail', 'inconclusive')),
  freshness text NOT NULL CHECK (freshness IN ('fresh', 'stale', 'expired')),
  reason text NOT NULL,
  tier text CHECK (tier IN ('E0', 'E1', 'E2', 'E3', 'E4')),
  evidence text[] NOT NULL,
  explanation text NOT NULL,
  due_at_ms bigint,
  hint text,
  PRIMARY KEY (tenant_id, plan_id, gate_key, seq),
  FOREIGN KEY (tenant_id, plan_id, gate_key) REFERENCES holdpoint.gate ON DELETE CASCADE,
  -- Nothing that rests on nothing is ever a pass.
  CHECK (verdict <> 'pass' OR (cardinality(evidence) > 0 AND tier IS NOT NULL))
);

-- What each verify or run saw of a gate with a window: only observed time counts.
CREATE TABLE holdpoint.observation (
  tenant_id text NOT NULL,
  plan_id uuid NOT NULL,
  gate_key text NOT NULL,
  observed_at_ms bigint NOT NULL,
  observation_id uuid NOT NULL,
  subject_digest text NOT NULL,
  verdict text NOT NULL CHECK (verdict IN ('pass', 'fail', 'inconclusive')),
  evidence text[] NOT NULL,
  PRIMARY KEY (tenant_id, plan_id, gate_key, observed_at_ms, observation_id),
  FOREIGN KEY (tenant_id, plan_id, gate_key) REFERENCES holdpoint.gate ON DELETE CASCADE
);
