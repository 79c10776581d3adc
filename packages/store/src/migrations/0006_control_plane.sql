-- A queue holds tasks that were created one by one; it has no document and so no revision.
ALTER TABLE holdpoint.plan
  ADD COLUMN kind text NOT NULL DEFAULT 'document' CHECK (kind IN ('document', 'queue'));

-- How the checks and gates of a document are bound, as its author wrote it.
ALTER TABLE holdpoint.plan_revision ADD COLUMN sidecar text;

-- Plans whose tasks are not offered. Few rows or none, so that claims can look at all of them.
CREATE TABLE holdpoint.plan_pause (
  tenant_id text NOT NULL,
  plan_id uuid NOT NULL,
  by text NOT NULL,
  reason text,
  paused_at_ms bigint NOT NULL,
  PRIMARY KEY (tenant_id, plan_id),
  FOREIGN KEY (tenant_id, plan_id) REFERENCES holdpoint.plan ON DELETE CASCADE
);

-- What a task was created with; wide, written once, read when it is claimed.
CREATE TABLE holdpoint.task_payload (
  tenant_id text NOT NULL,
  task_id uuid NOT NULL,
  payload jsonb NOT NULL,
  PRIMARY KEY (tenant_id, task_id),
  FOREIGN KEY (tenant_id, task_id) REFERENCES holdpoint.task ON DELETE CASCADE
);

-- Who runs the checks of a plan now: a process that has its folder. It settles what is reported; while there is none, the
-- server settles by the evidence that it has.
CREATE TABLE holdpoint.plan_host (
  tenant_id text NOT NULL,
  plan_id uuid NOT NULL,
  host text NOT NULL CHECK (host <> ''),
  expires_at_ms bigint NOT NULL,
  PRIMARY KEY (tenant_id, plan_id),
  FOREIGN KEY (tenant_id, plan_id) REFERENCES holdpoint.plan ON DELETE CASCADE
);

-- What waits to be settled, for the server's own settling of plans without a host.
CREATE INDEX task_reported ON holdpoint.task (tenant_id, plan_id, task_id) WHERE state = 'reported';
