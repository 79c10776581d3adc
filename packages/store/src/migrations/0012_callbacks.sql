-- Where to tell that a task, or every task of a batch, is settled. `open` counts its tasks that are not, so that whoever
-- settles the last one knows it by the row that it has locked.
CREATE TABLE holdpoint.callback (
  tenant_id text NOT NULL,
  callback_id uuid NOT NULL,
  plan_id uuid NOT NULL,
  -- The one task that it is about; null for a batch.
  task_id uuid,
  url text NOT NULL CHECK (url <> ''),
  -- Notifications are signed with it, so it is kept as it is.
  secret text NOT NULL CHECK (secret <> ''),
  tasks integer NOT NULL CHECK (tasks >= 1),
  open integer NOT NULL CHECK (open BETWEEN 0 AND tasks),
  created_by text NOT NULL,
  created_at_ms bigint NOT NULL,
  PRIMARY KEY (tenant_id, callback_id),
  FOREIGN KEY (tenant_id, plan_id) REFERENCES holdpoint.plan ON DELETE CASCADE
);
SELECT holdpoint.isolate('holdpoint.callback', 'SELECT, INSERT, UPDATE, DELETE');

CREATE TABLE holdpoint.callback_task (
  tenant_id text NOT NULL,
  task_id uuid NOT NULL,
  callback_id uuid NOT NULL,
  settled boolean NOT NULL DEFAULT false,
  PRIMARY KEY (tenant_id, task_id, callback_id),
  FOREIGN KEY (tenant_id, task_id) REFERENCES holdpoint.task ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, callback_id) REFERENCES holdpoint.callback ON DELETE CASCADE
);
CREATE INDEX callback_task_of ON holdpoint.callback_task (tenant_id, callback_id);
SELECT holdpoint.isolate('holdpoint.callback_task', 'SELECT, INSERT, UPDATE, DELETE');

-- What is to be sent: written in the transaction that settles, and taken by whichever replica comes first. `due_at_ms` of
-- one that is being sent is when it may be taken again, should its replica be gone by then.
CREATE TABLE holdpoint.callback_delivery (
  tenant_id text NOT NULL,
  delivery_id uuid NOT NULL,
  callback_id uuid NOT NULL,
  body text NOT NULL,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'given_up')),
  -- Only grows: a try that ends after another one began is known by its number.
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  sending boolean NOT NULL DEFAULT false,
  settled_at_ms bigint NOT NULL,
  -- How long it may be tried counts from here.
  since_ms bigint NOT NULL,
  due_at_ms bigint NOT NULL,
  ended_at_ms bigint,
  last_error text,
  PRIMARY KEY (tenant_id, delivery_id),
  FOREIGN KEY (tenant_id, callback_id) REFERENCES holdpoint.callback ON DELETE CASCADE,
  CHECK ((state = 'pending') = (ended_at_ms IS NULL)),
  CHECK (NOT sending OR state = 'pending')
);
CREATE INDEX callback_delivery_due ON holdpoint.callback_delivery (tenant_id, due_at_ms, delivery_id)
  WHERE state = 'pending';
CREATE INDEX callback_delivery_of ON holdpoint.callback_delivery (tenant_id, callback_id, delivery_id);
SELECT holdpoint.isolate('holdpoint.callback_delivery', 'SELECT, INSERT, UPDATE, DELETE');
