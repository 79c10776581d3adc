-- Tenants are kept apart by the database itself. Two roles that cannot log in:
--   holdpoint_app     sees and writes the rows of the tenant that the setting `holdpoint.tenant` names, and none without it
--   holdpoint_system  sees every row: sweeps, leader election, administration
-- The user that applies migrations is a member of both. Security is forced, so that not even an owner of the tables slips
-- past a policy; only superusers do, and the program leaves that behind with SET ROLE.
DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['holdpoint_app', 'holdpoint_system'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        -- Roles belong to the whole server: another database's migration made it at the same time.
        NULL;
      END;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = wanted AND (rolsuper OR rolbypassrls)) THEN
      RAISE EXCEPTION 'role % is a superuser or bypasses row-level security; it must do neither', wanted
        USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT pg_has_role(current_user, wanted, 'USAGE') THEN
      EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
    END IF;
  END LOOP;
END
$$;

GRANT USAGE ON SCHEMA holdpoint TO holdpoint_app, holdpoint_system;
GRANT SELECT ON holdpoint.migration TO holdpoint_app, holdpoint_system;

-- Every migration that makes a table with a `tenant_id` calls this for it, with what the program may do for a tenant. What
-- is left out is left out on purpose: the log, evidence and verdicts are never changed.
CREATE FUNCTION holdpoint.isolate(relation regclass, privileges text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', relation);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', relation);
  EXECUTE format(
    'CREATE POLICY own_rows ON %s TO holdpoint_app '
    'USING (tenant_id = current_setting(''holdpoint.tenant'', true)) '
    'WITH CHECK (tenant_id = current_setting(''holdpoint.tenant'', true))',
    relation
  );
  EXECUTE format('CREATE POLICY every_row ON %s TO holdpoint_system USING (true) WITH CHECK (true)', relation);
  EXECUTE format('GRANT %s ON %s TO holdpoint_app', privileges, relation);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO holdpoint_system', relation);
END
$$;
REVOKE ALL ON FUNCTION holdpoint.isolate(regclass, text) FROM PUBLIC;

SELECT holdpoint.isolate('holdpoint.tenant', 'SELECT, INSERT, UPDATE');
SELECT holdpoint.isolate('holdpoint.event', 'SELECT, INSERT');
SELECT holdpoint.isolate('holdpoint.plan', 'SELECT, INSERT, UPDATE, DELETE');
SELECT holdpoint.isolate('holdpoint.plan_revision', 'SELECT, INSERT');
SELECT holdpoint.isolate('holdpoint.plan_item', 'SELECT, INSERT, UPDATE, DELETE');
SELECT holdpoint.isolate('holdpoint.gate', 'SELECT, INSERT, UPDATE, DELETE');
SELECT holdpoint.isolate('holdpoint.task', 'SELECT, INSERT, UPDATE, DELETE');
SELECT holdpoint.isolate('holdpoint.task_text', 'SELECT, INSERT, UPDATE, DELETE');
SELECT holdpoint.isolate('holdpoint.task_edge', 'SELECT, INSERT, UPDATE, DELETE');
SELECT holdpoint.isolate('holdpoint.task_ready', 'SELECT, INSERT, UPDATE, DELETE');
SELECT holdpoint.isolate('holdpoint.task_lease', 'SELECT, INSERT, UPDATE, DELETE');
SELECT holdpoint.isolate('holdpoint.attempt', 'SELECT, INSERT, UPDATE');
SELECT holdpoint.isolate('holdpoint.evidence', 'SELECT, INSERT');
SELECT holdpoint.isolate('holdpoint.evidence_gate', 'SELECT, INSERT');
SELECT holdpoint.isolate('holdpoint.witness_record', 'SELECT, INSERT');
SELECT holdpoint.isolate('holdpoint.verdict', 'SELECT, INSERT');
SELECT holdpoint.isolate('holdpoint.observation', 'SELECT, INSERT');
