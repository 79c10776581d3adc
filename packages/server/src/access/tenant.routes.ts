import { operations, TOKEN_DAYS, TOKEN_KINDS } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import { httpProblems, type Implementation, implement, type Principal } from "../http/index.ts";
import { toMoment } from "../moment.ts";
import { accessProblems } from "./access.problems.ts";
import type { NewToken, TenantView } from "./access.types.ts";
import { SYSTEM_TENANT, type TenantStore } from "./tenant.store.ts";
import { toIssued } from "./token.routes.ts";

/** Milliseconds of a day. */
const DAY_MS = 86_400_000;

/** The first token of a tenant. */
export function firstAdmin(createdBy: string): NewToken {
  return {
    kind: "adm",
    name: "first administrator",
    scopes: TOKEN_KINDS.adm,
    rateLimit: null,
    createdBy,
    lifetimeMs: TOKEN_DAYS.standard * DAY_MS,
  };
}

/** Routes of tenants: for administrators of the system tenant alone. */
export function tenantRoutes(tenants: TenantStore): readonly Implementation[] {
  const setDisabled = async (tenant: string, disabled: boolean): Promise<ReturnType<typeof toTenantView>> => {
    const view = await tenants.setDisabled(tenant, disabled);
    if (view === null) throw problem(httpProblems, "HP9105", { kind: "tenant", id: tenant });
    return toTenantView(view);
  };
  return [
    implement(operations.createTenant, async ({ body, principal }) => {
      systemOnly(principal, operations.createTenant.id);
      const { view, first } = await tenants.create(body.tenant, firstAdmin(principal.name));
      return { tenant: toTenantView(view), admin: toIssued(first) };
    }),
    implement(operations.listTenants, async ({ query, principal }) => {
      systemOnly(principal, operations.listTenants.id);
      const rows = await tenants.list({ after: query.cursor ?? null, limit: query.limit + 1 });
      const page = rows.slice(0, query.limit);
      const next = rows.length > query.limit ? (page.at(-1)?.tenant ?? null) : null;
      return { items: page.map(toTenantView), next };
    }),
    implement(operations.disableTenant, ({ params, principal }) => {
      systemOnly(principal, operations.disableTenant.id);
      return setDisabled(params.tenant, true);
    }),
    implement(operations.enableTenant, ({ params, principal }) => {
      systemOnly(principal, operations.enableTenant.id);
      return setDisabled(params.tenant, false);
    }),
  ];
}

function systemOnly({ tenant }: Principal, operation: string): void {
  if (tenant !== SYSTEM_TENANT) throw problem(accessProblems, "HP9401", { operation, tenant });
}

function toTenantView({ tenant, createdAt, disabledAt }: TenantView): {
  tenant: string;
  createdAt: string;
  disabledAt: string | null;
} {
  return { tenant, createdAt: toMoment(createdAt), disabledAt: toMoment(disabledAt) };
}
