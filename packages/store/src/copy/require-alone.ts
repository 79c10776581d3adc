import { problem } from "@holdpoint/core";
import { type Session, statement } from "../statement.ts";
import { storeProblems } from "../store.problems.ts";

/** Connections of Holdpoint to this database that are not of this store; all of a store's have names that begin alike. */
const OTHERS = statement(
  "copy_others",
  `SELECT count(*) AS connections, min(client_addr::text) AS address FROM pg_stat_activity
   WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'holdpoint%'
     AND NOT starts_with(application_name, split_part(current_setting('application_name'), ' listener', 1))`,
);

/** Makes sure that no other process works on a database. @throws HoldpointError HP6028 */
export async function requireAlone(session: Session, database: string): Promise<void> {
  const [others] = await session.run<{ connections: number; address: string | null }>(OTHERS);
  const connections = others?.connections ?? 0;
  if (connections === 0) return;
  throw problem(storeProblems, "HP6028", { database, connections, from: others?.address ?? "this machine" });
}
