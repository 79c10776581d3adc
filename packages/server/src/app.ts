import type { RetryPolicy, Runtime, WorkGraph } from "@holdpoint/core";
import { type Store, type StoreScope, statement } from "@holdpoint/store";
import { NO_TRACING, type Tracing } from "@holdpoint/trace";
import { createEventLog, type EventLog, type SignalBus } from "./events/index.ts";
import { createGateStore, type GateStore } from "./gates/index.ts";
import { createPlanStore, importPlan, type PlanImport, type PlanImported, type PlanStore } from "./plans/index.ts";
import { type BatchRecord, createWorkStore, importGraph, type WorkImported, type WorkStore } from "./work/index.ts";

/** What an app is made of. */
export interface AppOptions {
  /** The whole database; the rooms work in it as their tenant, and see no other. */
  readonly store: Store;
  readonly runtime: Runtime;
  /** Letters, digits, `_` and `-`. @default "local" */
  readonly tenant?: string;
  readonly retry?: RetryPolicy;
  /** Is told of every commit, so that those who wait in this process wake at once. */
  readonly signals?: SignalBus;
  /** Shares the database between tenants; see `createFairShare`. */
  readonly turn?: () => Promise<(cost: number) => void>;
  /** Is told after each commit that wrote notifications for callbacks. */
  readonly onNotifications?: () => void;
  /** Is told of each batch of commands, for metrics. */
  readonly onBatch?: (batch: BatchRecord) => void;
  /** Makes spans of commands and tasks. @default none */
  readonly tracing?: Tracing;
}

/** A plan with its graph of work, stored together. */
export interface PlanWithWork {
  readonly plan: PlanImported;
  readonly work: WorkImported;
}

/** The rooms of one tenant on one database. */
export interface App {
  readonly tenant: string;
  readonly plans: PlanStore;
  readonly work: WorkStore;
  readonly gates: GateStore;
  readonly events: EventLog;
  /** Stores a document and its graph of work in one transaction: both or neither. */
  importPlan(request: PlanImport & { readonly graph: WorkGraph; readonly maxAttempts?: number }): Promise<PlanWithWork>;
  /** Closes the store. */
  close(): Promise<void>;
}

/** Puts the rooms together: the only file that sees all of them. */
export async function createApp(options: AppOptions): Promise<App> {
  const { runtime, tenant = "local", signals, tracing = NO_TRACING } = options;
  const own = options.store.forTenant(tenant);
  const store = signals === undefined ? own : tellingCommits(own, signals, tenant);
  await store.run(ADD_TENANT, [tenant, runtime.now()]);
  const retry = options.retry === undefined ? {} : { retry: options.retry };
  const turn = options.turn === undefined ? {} : { turn: options.turn };
  const told = {
    ...(options.onBatch === undefined ? {} : { onBatch: options.onBatch }),
    ...(options.onNotifications === undefined ? {} : { onNotifications: options.onNotifications }),
  };
  const onReady = (): void => signals?.emit(tenant, "ready");
  return {
    tenant,
    plans: createPlanStore(store, runtime, tenant),
    work: createWorkStore(store, runtime, { tenant, ...retry, ...turn, ...told, onReady, tracing }),
    gates: createGateStore(store, runtime, tenant),
    events: createEventLog(store, tenant),
    importPlan: async ({ graph, maxAttempts, ...request }) => {
      const imported = await store.transaction(async (tx) => {
        const plan = await importPlan(tx, runtime, tenant, request);
        const bound = maxAttempts === undefined ? {} : { maxAttempts };
        const context = { tenant, now: runtime.now(), newId: () => runtime.newId() };
        const work = await importGraph(tx, context, { planId: plan.planId, graph, ...bound });
        return { plan, work };
      });
      onReady();
      return imported;
    },
    close: () => options.store.close(),
  };
}

function tellingCommits(store: StoreScope, signals: SignalBus, tenant: string): StoreScope {
  return {
    run: (query, values) => store.run(query, values),
    transaction: async (work) => {
      const result = await store.transaction(work);
      signals.emit(tenant, "committed");
      return result;
    },
  };
}

const ADD_TENANT = statement(
  "tenant_add",
  "INSERT INTO holdpoint.tenant (tenant_id, created_at_ms) VALUES ($1, $2) ON CONFLICT DO NOTHING",
);
