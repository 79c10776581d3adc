-- Tables of 0008 and 0009 came without the isolation of 0005: the program, which works for a tenant, could not use them.
DO $$
DECLARE
  wanted regclass;
BEGIN
  FOR wanted IN
    SELECT c.oid FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
    WHERE c.relnamespace = 'holdpoint'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
    ORDER BY c.relname
  LOOP
    PERFORM holdpoint.isolate(wanted, 'SELECT, INSERT, UPDATE, DELETE');
  END LOOP;
END
$$;
