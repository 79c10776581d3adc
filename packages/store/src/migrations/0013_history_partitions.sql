-- History lives in partitions by time, which are dropped whole when they are older than what is kept (docs/adr/0013).
--
-- The number of an event is the day on which its number was drawn (days since 1970, UTC) times 10^10, and a count. So a range of
-- numbers is a range of days: the key and the cursor stay what they were, and readers that go on after a cursor touch no
-- older partition. Whoever keeps history moves the sequence on to each new day, once the partition of that day is there:
-- no insert can ever meet a day without a partition, also when nobody keeps history.

-- Judging needs for ever what so far only the log told: that something of the plan ran without isolation.
ALTER TABLE holdpoint.plan ADD COLUMN exposed_at_ms bigint;
UPDATE holdpoint.plan p SET exposed_at_ms = e.at_ms
  FROM (SELECT tenant_id, plan_id, min(at_ms) AS at_ms FROM holdpoint.event
        WHERE kind = 'attempt.exposed' GROUP BY tenant_id, plan_id) e
  WHERE p.tenant_id = e.tenant_id AND p.plan_id = e.plan_id;

-- The log so far becomes the partition of day 0, as it is: nothing is copied.
ALTER TABLE holdpoint.event RENAME TO event_d0;
ALTER INDEX holdpoint.event_pkey RENAME TO event_d0_pkey;
ALTER INDEX holdpoint.event_of_plan RENAME TO event_d0_of_plan;
DROP POLICY own_rows ON holdpoint.event_d0;
DROP POLICY every_row ON holdpoint.event_d0;
REVOKE ALL ON holdpoint.event_d0 FROM holdpoint_app, holdpoint_system;
-- A partition would otherwise need locks of the table that it refers to. The policy checks the tenant of every row.
ALTER TABLE holdpoint.event_d0 DROP CONSTRAINT event_tenant_id_fkey;

CREATE SEQUENCE holdpoint.event_number AS bigint;
SELECT setval('holdpoint.event_number', last_value, is_called) FROM holdpoint.event_seq_seq;
ALTER TABLE holdpoint.event_d0 ALTER COLUMN seq DROP IDENTITY;

-- An identity column of a partitioned table needs PostgreSQL 17.
CREATE TABLE holdpoint.event (
  tenant_id text NOT NULL,
  seq bigint NOT NULL DEFAULT nextval('holdpoint.event_number'),
  xid xid8 NOT NULL,
  at_ms bigint NOT NULL,
  kind text NOT NULL CONSTRAINT event_kind_check CHECK (kind ~ '^[a-z]+\.[a-z_]+$'),
  plan_id uuid,
  subject text,
  attempt integer,
  data jsonb NOT NULL DEFAULT '{}',
  trace text CONSTRAINT event_trace_check CHECK (trace ~ '^[0-9a-f]{32}$'),
  PRIMARY KEY (tenant_id, seq)
) PARTITION BY RANGE (seq);
CREATE INDEX event_of_plan ON holdpoint.event (tenant_id, plan_id, seq) WHERE plan_id IS NOT NULL;
ALTER SEQUENCE holdpoint.event_number OWNED BY holdpoint.event.seq;
ALTER TABLE holdpoint.event ATTACH PARTITION holdpoint.event_d0 FOR VALUES FROM (0) TO (10000000000);
SELECT holdpoint.isolate('holdpoint.event', 'SELECT, INSERT');
GRANT USAGE ON SEQUENCE holdpoint.event_number TO holdpoint_app, holdpoint_system;

-- Makes the partition of a range of days. It is reached through its table alone: there are no rights and no policies on it.
CREATE FUNCTION holdpoint.add_partition(relation text, from_day integer, to_day integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  partition text := format('%s_d%s', relation, from_day);
  unit bigint := CASE relation WHEN 'event' THEN 10000000000 ELSE 1 END;
BEGIN
  EXECUTE format('CREATE TABLE holdpoint.%I (LIKE holdpoint.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition, relation);
  EXECUTE format('ALTER TABLE holdpoint.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', partition);
  -- Attaching locks out neither readers nor writers of the table, as making it in place would.
  EXECUTE format(
    'ALTER TABLE holdpoint.%I ATTACH PARTITION holdpoint.%I FOR VALUES FROM (%s) TO (%s)',
    relation, partition, from_day * unit, to_day * unit
  );
END
$$;
REVOKE ALL ON FUNCTION holdpoint.add_partition(text, integer, integer) FROM PUBLIC;

-- The number of the newest event of each tenant that was dropped: a cursor before it has a gap behind it.
CREATE TABLE holdpoint.event_floor (
  tenant_id text PRIMARY KEY REFERENCES holdpoint.tenant,
  seq bigint NOT NULL CHECK (seq > 0),
  dropped_at_ms bigint NOT NULL
);
SELECT holdpoint.isolate('holdpoint.event_floor', 'SELECT');

-- The day on which history is now: every table of history has a partition for it.
GRANT SELECT ON SEQUENCE holdpoint.event_number TO holdpoint_app, holdpoint_system;
CREATE FUNCTION holdpoint.history_day() RETURNS integer LANGUAGE sql AS $$
  SELECT (last_value / 10000000000)::integer FROM holdpoint.event_number
$$;

-- Live output, by the day on which it was written. Output so far becomes that of day 0.
ALTER TABLE holdpoint.attempt_output RENAME TO attempt_output_d0;
ALTER TABLE holdpoint.attempt_output_d0 DROP CONSTRAINT attempt_output_tenant_id_task_id_fkey;
ALTER TABLE holdpoint.attempt_output_d0 DROP CONSTRAINT attempt_output_pkey;
ALTER TABLE holdpoint.attempt_output_d0 ADD COLUMN day integer NOT NULL DEFAULT 0;
ALTER TABLE holdpoint.attempt_output_d0 ADD PRIMARY KEY (tenant_id, task_id, attempt, seq, day);
DROP POLICY own_rows ON holdpoint.attempt_output_d0;
DROP POLICY every_row ON holdpoint.attempt_output_d0;
REVOKE ALL ON holdpoint.attempt_output_d0 FROM holdpoint_app, holdpoint_system;

CREATE TABLE holdpoint.attempt_output (
  tenant_id text NOT NULL,
  task_id uuid NOT NULL,
  attempt integer NOT NULL CONSTRAINT attempt_output_attempt_check CHECK (attempt >= 1),
  seq integer NOT NULL CONSTRAINT attempt_output_seq_check CHECK (seq >= 1),
  stream text NOT NULL CONSTRAINT attempt_output_stream_check CHECK (stream IN ('stdout', 'stderr', 'log')),
  text text NOT NULL,
  at_ms bigint NOT NULL,
  day integer NOT NULL DEFAULT holdpoint.history_day(),
  -- A piece that is sent again on the next day stands there twice; readers take one.
  PRIMARY KEY (tenant_id, task_id, attempt, seq, day)
) PARTITION BY RANGE (day);
-- Finds out whether anything in a partition is young, without reading it.
CREATE INDEX attempt_output_by_time ON holdpoint.attempt_output USING brin (at_ms);
ALTER TABLE holdpoint.attempt_output ATTACH PARTITION holdpoint.attempt_output_d0 FOR VALUES FROM (0) TO (1);
SELECT holdpoint.isolate('holdpoint.attempt_output', 'SELECT, INSERT, UPDATE, DELETE');
