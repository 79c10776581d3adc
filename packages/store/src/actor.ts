import { problem } from "@holdpoint/core";
import type { QueryConfig } from "pg";
import { storeProblems } from "./store.problems.ts";

/** The role that sees one tenant's rows; made by migration 0005. */
export const TENANT_ROLE = "holdpoint_app";
/** The role that sees every row; the owner of the schema is a member of it. */
export const SYSTEM_ROLE = "holdpoint_system";

/** For whom a connection works: a tenant by its name, or null for the database user itself. */
export type Actor = string | null;

/** As the column `tenant.tenant_id` has it; no quote can be part of it, so that it can stand in a statement. */
const TENANT = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** Checks a tenant's name. @throws HoldpointError HP6018 */
export function tenantActor(tenant: string): string {
  if (!TENANT.test(tenant)) throw problem(storeProblems, "HP6018", { tenant: JSON.stringify(tenant) });
  return tenant;
}

/** What lets a connection work for another actor from now on; from tenant to tenant it is prepared once. */
export function switchTo(actor: Actor, from: Actor): string | QueryConfig {
  if (actor === null) return `RESET ROLE; ${setTenant("", false)}`;
  if (from === null) return `SET ROLE ${TENANT_ROLE}; ${setTenant(actor, false)}`;
  return { name: "holdpoint_tenant", text: "SELECT set_config('holdpoint.tenant', $1, false)", values: [actor] };
}

/** Begins a transaction, which may take longer than a read by itself may. */
const BEGIN = "BEGIN; SET LOCAL statement_timeout = 0";

/** The statements that begin a transaction for an actor on a connection that works for another; they end with it. */
export function beginAs(actor: Actor, from: Actor): string {
  if (actor === from) return BEGIN;
  return `${BEGIN}; SET LOCAL ROLE ${actor === null ? "NONE" : TENANT_ROLE}; ${setTenant(actor ?? "", true)}`;
}

function setTenant(tenant: string, local: boolean): string {
  return `SELECT set_config('holdpoint.tenant', '${tenant}', ${local})`;
}
