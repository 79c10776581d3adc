import { type PlanDocument, type PlanGate, type PlanItem, problem, type Runtime } from "@holdpoint/core";
import type { Session, Statement, StoreScope } from "@holdpoint/store";
import { appendEvents } from "../events/index.ts";
import { httpProblems } from "../http/index.ts";
import * as SQL from "./plan.sql.ts";
import type {
  PlanImport,
  PlanImported,
  PlanRevision,
  PlanStore,
  PlanView,
  StoredGate,
  StoredItem,
} from "./plan.types.ts";

/** Rows sent in one statement. */
const CHUNK = 5_000;
/** Greatest number of a revision. */
const MAX_REVISION = 2_147_483_647;

/** The plans of one tenant in PostgreSQL. */
export function createPlanStore(store: StoreScope, runtime: Runtime, tenant: string): PlanStore {
  const find = async (statement: Statement, value: string): Promise<PlanView | null> => {
    const [row] = await store.run<PlanRow>(statement, [tenant, value]);
    return row === undefined ? null : toView(row);
  };
  return {
    importPlan: (request) => store.transaction((tx) => importPlan(tx, runtime, tenant, request)),
    get: (planId) => find(SQL.GET_PLAN, planId),
    findBySource: (source) => find(SQL.FIND_PLAN, source),
    list: async () => (await store.run<PlanRow>(SQL.LIST_PLANS, [tenant])).map(toView),
    revision: async (planId, revision) => {
      const [row] = await store.run<RevisionRow>(SQL.GET_REVISION, [tenant, planId, revision ?? null]);
      return row === undefined ? null : toRevision(row);
    },
    revisions: async (planId, { before = Number.MAX_SAFE_INTEGER, limit }) => {
      const bound = Math.min(before, MAX_REVISION);
      const rows = await store.run<Omit<RevisionRow, "document" | "sidecar">>(SQL.LIST_REVISIONS, [
        tenant,
        planId,
        bound,
        limit,
      ]);
      return rows.map(({ imported_at_ms: importedAt, ...row }) => ({ ...row, importedAt }));
    },
    items: async (planId, { all = false } = {}) => {
      const rows = await store.run<Omit<StoredItem, "kind">>(SQL.LIST_ITEMS, [tenant, planId, all]);
      return rows.map((row) => ({ ...row, kind: row.item.kind }));
    },
    gates: (planId, { all = false } = {}) => store.run<StoredGate>(SQL.LIST_GATES, [tenant, planId, all]),
  };
}

/** Stores a document inside a transaction that others may share; see {@link PlanStore.importPlan}. */
export async function importPlan(
  tx: Session,
  runtime: Pick<Runtime, "now" | "newId">,
  tenant: string,
  { source, document, sidecar, precondition = null }: PlanImport,
): Promise<PlanImported> {
  const ask = (there: string | null): void => {
    if (precondition === null || precondition(there)) return;
    throw problem(httpProblems, "HP9431", { source, there: there ?? "not there" });
  };
  const now = runtime.now();
  const added = await tx.run<{ plan_id: string }>(SQL.ADD_PLAN, [tenant, runtime.newId(), source, document.title, now]);
  const planId = added[0]?.plan_id;
  if (planId !== undefined) ask(null);
  if (planId !== undefined) return await addRevision(tx, tenant, now, { document, sidecar }, { planId, revision: 1 });
  await tx.run(SQL.LOCK_PLAN, [tenant, source]);
  const [plan] = await tx.run<PlanRow>(SQL.FIND_PLAN, [tenant, source]);
  if (plan === undefined) throw new Error(`plan ${source} is there and cannot be found`);
  ask(plan.digest);
  if (plan.digest === document.digest) {
    const { plan_id: same, revision } = plan;
    const rebound = sidecar === undefined ? [] : await tx.run(SQL.SET_SIDECAR, [tenant, same, revision, sidecar]);
    if (rebound.length > 0) {
      await appendEvents(tx, tenant, now, [{ kind: "plan.rebound", planId: same, subject: same, data: { revision } }]);
    }
    return { planId: same, revision, changed: rebound.length > 0 };
  }
  const next = { planId: plan.plan_id, revision: plan.revision + 1 };
  await tx.run(SQL.CHANGE_PLAN, [tenant, next.planId, document.title, next.revision, now]);
  return await addRevision(tx, tenant, now, { document, sidecar }, next);
}

async function addRevision(
  tx: Session,
  tenant: string,
  now: number,
  { document, sidecar }: { readonly document: PlanDocument; readonly sidecar: string | null | undefined },
  { planId, revision }: { readonly planId: string; readonly revision: number },
): Promise<PlanImported> {
  const { digest, format, title, source, items, gates } = document;
  const bytes = Buffer.from(source);
  await tx.run(SQL.ADD_REVISION, [tenant, planId, revision, digest, format, title, bytes, now, sidecar ?? null]);
  const itemRows = items.map((item, position) => ({ key: item.key, position, item }));
  const gateRows = gates.map((gate, position) => ({ key: gate.key, position, gate }));
  for (const chunk of chunks(itemRows)) await tx.run(SQL.PUT_ITEMS, [tenant, planId, revision, JSON.stringify(chunk)]);
  for (const chunk of chunks(gateRows)) await tx.run(SQL.PUT_GATES, [tenant, planId, revision, JSON.stringify(chunk)]);
  await tx.run(SQL.RETIRE_ITEMS, [tenant, planId, revision]);
  await tx.run(SQL.RETIRE_GATES, [tenant, planId, revision]);
  const data = { revision, digest, title, items: items.length, gates: gates.length };
  await appendEvents(tx, tenant, now, [{ kind: "plan.imported", planId, subject: planId, data }]);
  return { planId, revision, changed: true };
}

function* chunks<T extends { readonly item: PlanItem } | { readonly gate: PlanGate }>(
  all: readonly T[],
): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += CHUNK) yield all.slice(at, at + CHUNK);
}

interface PlanRow {
  readonly plan_id: string;
  readonly source: string;
  readonly title: string;
  readonly revision: number;
  readonly digest: string;
  readonly imported_at_ms: number;
  readonly paused: boolean;
}

interface RevisionRow extends Omit<PlanRevision, "importedAt" | "document"> {
  readonly document: Uint8Array;
  readonly imported_at_ms: number;
}

function toView(row: PlanRow): PlanView {
  const { plan_id: planId, source, title, revision, digest, imported_at_ms: importedAt, paused } = row;
  return { planId, source, title, revision, digest, importedAt, paused };
}

function toRevision(row: RevisionRow): PlanRevision {
  const { revision, digest, format, title, document, sidecar, imported_at_ms: importedAt } = row;
  return { revision, digest, format, title, document: new Uint8Array(document), sidecar, importedAt };
}
