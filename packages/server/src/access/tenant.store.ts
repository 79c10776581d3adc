import { problem, type Runtime } from "@holdpoint/core";
import { type StoreScope, statement } from "@holdpoint/store";
import { accessProblems } from "./access.problems.ts";
import type { IssuedToken, NewToken, TenantView } from "./access.types.ts";
import { addToken, bumpAccess } from "./token.store.ts";

/** The tenant whose administrators administer the others. */
export const SYSTEM_TENANT = "local";

/** All tenants; for the system only. */
export interface TenantStore {
  /** Makes a tenant with its first token. @throws HoldpointError HP9402 */
  create(tenant: string, first: NewToken): Promise<{ readonly view: TenantView; readonly first: IssuedToken }>;
  list(page: { readonly after: string | null; readonly limit: number }): Promise<readonly TenantView[]>;
  /** Lets nobody in, or again everybody who has a valid token; null when there is no such tenant. */
  setDisabled(tenant: string, disabled: boolean): Promise<TenantView | null>;
  /** The first token of the system tenant; null when it has had one before. */
  firstOf(token: NewToken): Promise<IssuedToken | null>;
}

const ADD = statement(
  "tenant_create",
  `INSERT INTO holdpoint.tenant (tenant_id, created_at_ms) VALUES ($1, $2) ON CONFLICT DO NOTHING
   RETURNING tenant_id, created_at_ms, disabled_at_ms`,
);
const LIST = statement(
  "tenant_list",
  `SELECT tenant_id, created_at_ms, disabled_at_ms FROM holdpoint.tenant
   WHERE $1::text IS NULL OR tenant_id COLLATE "C" > $1 ORDER BY tenant_id COLLATE "C" LIMIT $2`,
);
const SET_DISABLED = statement(
  "tenant_set_disabled",
  `UPDATE holdpoint.tenant SET disabled_at_ms = CASE WHEN $2 THEN coalesce(disabled_at_ms, $3) END
   WHERE tenant_id = $1 RETURNING tenant_id, created_at_ms, disabled_at_ms`,
);
// Two processes that start on one empty database at the same time must not both print a token.
const TAKE_TURNS = statement("first_admin_turns", "SELECT pg_advisory_xact_lock(hashtext('holdpoint.first_admin'))");
const HAS_TOKEN = statement("first_admin_has", "SELECT 1 FROM holdpoint.access_token WHERE tenant_id = $1 LIMIT 1");

interface Row {
  readonly tenant_id: string;
  readonly created_at_ms: number;
  readonly disabled_at_ms: number | null;
}

/** The tenants of a database. @param store the system's scope */
export function createTenantStore(
  store: StoreScope,
  runtime: Pick<Runtime, "now" | "newId">,
  lostAccess: () => void,
): TenantStore {
  return {
    create: (tenant, token) =>
      store.transaction(async (tx) => {
        const [row] = await tx.run<Row>(ADD, [tenant, runtime.now()]);
        if (row === undefined) throw problem(accessProblems, "HP9402", { tenant });
        return { view: toView(row), first: await addToken(tx, runtime, tenant, token) };
      }),
    list: async ({ after, limit }) => (await store.run<Row>(LIST, [after, limit])).map(toView),
    async setDisabled(tenant, disabled) {
      if (tenant === SYSTEM_TENANT) throw problem(accessProblems, "HP9403");
      const view = await store.transaction(async (tx) => {
        const [row] = await tx.run<Row>(SET_DISABLED, [tenant, disabled, runtime.now()]);
        if (row === undefined) return null;
        await bumpAccess(tx);
        return toView(row);
      });
      lostAccess();
      return view;
    },
    firstOf: (token) =>
      store.transaction(async (tx) => {
        await tx.run(TAKE_TURNS);
        await tx.run(ADD, [SYSTEM_TENANT, runtime.now()]);
        if ((await tx.run(HAS_TOKEN, [SYSTEM_TENANT])).length > 0) return null;
        return await addToken(tx, runtime, SYSTEM_TENANT, token);
      }),
  };
}

function toView({ tenant_id, created_at_ms, disabled_at_ms }: Row): TenantView {
  return { tenant: tenant_id, createdAt: created_at_ms, disabledAt: disabled_at_ms };
}
