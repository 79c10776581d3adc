import { type Statement, statement } from "@holdpoint/store";

/**
 * Who holds the xmin horizon: rows that were replaced after it cannot be cleared away. Sessions and prepared transactions of
 * this database, and replication slots, whose snapshots have no age in time.
 */
export const HOLDERS: Statement = statement(
  "watch_holders",
  `SELECT * FROM (
     SELECT 'session' AS kind, pid::text AS name, state AS detail, age(coalesce(backend_xmin, backend_xid))::int AS xids,
       (extract(epoch FROM clock_timestamp() - xact_start) * 1000)::bigint AS held_ms
     FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND coalesce(backend_xmin, backend_xid) IS NOT NULL
     UNION ALL
     SELECT 'prepared transaction', gid, NULL, age(transaction)::int,
       (extract(epoch FROM clock_timestamp() - prepared) * 1000)::bigint
     FROM pg_prepared_xacts WHERE database = current_database()
     UNION ALL
     SELECT 'replication slot', slot_name::text, CASE WHEN active THEN 'active' ELSE 'inactive' END, age(xmin)::int, NULL
     FROM pg_replication_slots WHERE xmin IS NOT NULL
   ) AS holders ORDER BY xids DESC, held_ms DESC NULLS LAST LIMIT 1`,
);

/** Rows and sizes of the tables that change with every task; of one in partitions, the sum of them. */
export const TABLES: Statement = statement(
  "watch_tables",
  `SELECT t.relname AS name, sum(s.n_live_tup)::bigint AS live, sum(s.n_dead_tup)::bigint AS dead,
     sum(pg_table_size(s.relid))::bigint AS bytes, sum(pg_indexes_size(s.relid))::bigint AS index_bytes,
     (SELECT count(*) FROM pg_index i WHERE i.indrelid = t.oid) AS indexes
   FROM pg_class t LEFT JOIN pg_inherits p ON p.inhparent = t.oid
     JOIN pg_stat_user_tables s ON s.relid = coalesce(p.inhrelid, t.oid)
   WHERE t.relnamespace = 'holdpoint'::regnamespace
     AND t.relname IN ('task', 'task_ready', 'task_lease', 'attempt', 'event')
   GROUP BY t.oid, t.relname ORDER BY t.relname`,
);

/** Whether the database user is shown the sessions of other users. */
export const SEES_ALL: Statement = statement(
  "watch_sees_all",
  "SELECT pg_has_role('pg_read_all_stats', 'USAGE') AS sees_all",
);
