import { type Session, type Statement, statement } from "@holdpoint/store";

const LEASES: Statement = statement(
  "due_leases",
  "SELECT DISTINCT tenant_id FROM holdpoint.task_lease WHERE expires_at_ms <= $1 LIMIT 1000",
);

const REPORTED: Statement = statement(
  "due_reported",
  `SELECT t.tenant_id, t.plan_id FROM holdpoint.task t
   WHERE t.state = 'reported' AND NOT EXISTS (
     SELECT FROM holdpoint.plan_host h
     WHERE h.tenant_id = t.tenant_id AND h.plan_id = t.plan_id AND h.expires_at_ms > $1
   )
   GROUP BY t.tenant_id, t.plan_id LIMIT 1000`,
);

/** Which tenants have something to be done: one question for all of them, so that idle tenants cost nothing. */
export interface DueTenants {
  /** Tenants with leases that ran out. */
  withExpiredLeases(now: number): Promise<readonly string[]>;
  /** Plans with reported tasks and nobody but the server to settle them. */
  withReportedTasks(now: number): Promise<readonly { readonly tenant: string; readonly planId: string }[]>;
}

/** Asks across tenants, knowingly. @param store a session that sees all of them */
export function createDueTenants(store: Session): DueTenants {
  return {
    withExpiredLeases: async (now) =>
      (await store.run<{ tenant_id: string }>(LEASES, [now])).map((row) => row.tenant_id),
    withReportedTasks: async (now) =>
      (await store.run<{ tenant_id: string; plan_id: string }>(REPORTED, [now])).map((row) => ({
        tenant: row.tenant_id,
        planId: row.plan_id,
      })),
  };
}
