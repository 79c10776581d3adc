import { type Session, type Statement, statement } from "@holdpoint/store";

/** How long a host counts as there after it last said so, milliseconds. */
const HOST_TTL_MS = 15_000;

const ATTACH: Statement = statement(
  "plan_host_attach",
  `INSERT INTO holdpoint.plan_host (tenant_id, plan_id, host, expires_at_ms) VALUES ($1, $2, $3, $4)
   ON CONFLICT (tenant_id, plan_id) DO UPDATE SET host = excluded.host, expires_at_ms = excluded.expires_at_ms
   WHERE holdpoint.plan_host.host = excluded.host OR holdpoint.plan_host.expires_at_ms <= $5
   RETURNING host`,
);

const DETACH: Statement = statement(
  "plan_host_detach",
  "DELETE FROM holdpoint.plan_host WHERE tenant_id = $1 AND plan_id = $2 AND host = $3",
);

const HOST: Statement = statement(
  "plan_host_get",
  "SELECT host FROM holdpoint.plan_host WHERE tenant_id = $1 AND plan_id = $2 AND expires_at_ms > $3",
);

/** Who runs the checks of a plan: a process that has its folder and its user's consent. It settles what is reported. */
export interface PlanHosts {
  /** Says that `host` is there; false when another one is. Say it again every five seconds. */
  attach(planId: string, host: string, now: number): Promise<boolean>;
  detach(planId: string, host: string): Promise<void>;
  /** The host that is there now; null when the server has to settle by the evidence it has. */
  of(planId: string, now: number): Promise<string | null>;
}

/** The hosts of a tenant's plans. */
export function createPlanHosts(store: Session, tenant: string): PlanHosts {
  return {
    attach: async (planId, host, now) =>
      (await store.run(ATTACH, [tenant, planId, host, now + HOST_TTL_MS, now])).length > 0,
    detach: async (planId, host) => {
      await store.run(DETACH, [tenant, planId, host]);
    },
    of: async (planId, now) => (await store.run<{ host: string }>(HOST, [tenant, planId, now]))[0]?.host ?? null,
  };
}
