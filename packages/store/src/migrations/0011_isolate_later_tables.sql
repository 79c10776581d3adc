-- Every table of tenants is fenced by the database, also those that came after the first fences.
SELECT holdpoint.isolate('holdpoint.tenant_pause', 'SELECT, INSERT, UPDATE, DELETE');
SELECT holdpoint.isolate('holdpoint.work_limit', 'SELECT, INSERT, UPDATE, DELETE');
SELECT holdpoint.isolate('holdpoint.agent', 'SELECT, INSERT, UPDATE, DELETE');
SELECT holdpoint.isolate('holdpoint.agent_seen', 'SELECT, INSERT, UPDATE, DELETE');
SELECT holdpoint.isolate('holdpoint.controller', 'SELECT, INSERT, UPDATE, DELETE');
SELECT holdpoint.isolate('holdpoint.attempt_output', 'SELECT, INSERT, UPDATE, DELETE');

-- A document is never changed; how it is bound may be.
GRANT UPDATE (sidecar) ON holdpoint.plan_revision TO holdpoint_app;
