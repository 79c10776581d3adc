import type { Runtime } from "@holdpoint/core";
import type { Store } from "@holdpoint/store";
import { createDueTenants } from "./due-tenants.ts";
import { createSignalBus, eventRoutes } from "./events/index.ts";
import { gateRoutes } from "./gates/index.ts";
import { type Authenticate, createHttpServer, type Implementation, type RequestRecord } from "./http/index.ts";
import { type BackgroundService, createBackgroundService, type RoundOutcome } from "./jobs/index.ts";
import { type PartHealth, progressRoutes, systemRoutes } from "./observe/index.ts";
import { planRoutes } from "./plans/index.ts";
import { createDatabaseWatch, createWakeUpRelay, type DatabaseFigures } from "./replicas/index.ts";
import { completionRoutes, refusedCommand } from "./run/index.ts";
import { createTenantRooms, type TenantRooms } from "./tenant-rooms.ts";
import { holdingRoutes, taskRoutes, workRoutes } from "./work/index.ts";

/** What the control plane is made from. */
export interface ControlPlaneParts {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly version: string;
  /** Names this process among its replicas. */
  readonly replica: string;
  readonly authenticate: Authenticate;
  readonly onRequest?: (record: RequestRecord) => void;
  readonly onRound?: (round: RoundOutcome<unknown>) => void;
}

/** Where to listen. */
export interface ListenAddress {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

/** The control plane on one replica. */
export interface ControlPlane {
  /** Begins to serve; answers the address. @throws Error with `code` EADDRINUSE and the like */
  listen(address: ListenAddress): Promise<string>;
  /** The rooms of a tenant, for callers in this process. */
  rooms(tenant: string): Promise<TenantRooms>;
  /** What the watch over the database found last, for metrics; null before its first look. */
  database(): DatabaseFigures | null;
  /** Takes nothing new, lets what runs come to its end, and stops. The store is left open. */
  close(): Promise<void>;
}

/** Leases that ran out are looked for this often, milliseconds. */
const SWEEP_MS = 1_000;
/** Longest pause of a service whose rounds fail, milliseconds. */
const BACK_OFF_MS = 15_000;

/** Puts the control plane together. */
export async function createControlPlane(parts: ControlPlaneParts): Promise<ControlPlane> {
  const { store, runtime, replica } = parts;
  const startedAt = runtime.now();
  const closing = new AbortController();
  const signals = createSignalBus();
  const tenants = createTenantRooms({ storeOf: () => store, runtime, signals });
  const rooms = (tenant: string): Promise<TenantRooms> => tenants.of(tenant);
  const services = backgroundServices(parts, rooms);
  const relay = createWakeUpRelay({ store, signals, replica });
  const watch = createDatabaseWatch({ ...parts, now: () => runtime.now(), random: () => runtime.random() });
  signals.onAny((_, kind, origin) => {
    // What another replica committed is its own to settle.
    if (kind === "committed" && origin === "here") services.settle.wake();
  });
  const server = await createHttpServer({
    implementations: implementationsOf(parts, rooms, () => runtime.now() - startedAt),
    authenticate: parts.authenticate,
    closing: closing.signal,
    ...(parts.onRequest === undefined ? {} : { onRequest: parts.onRequest }),
  });
  const all: readonly BackgroundService[] = [services.leases, services.settle, watch.service];
  return {
    rooms,
    database: () => watch.figures(),
    async listen(address) {
      await relay.tried;
      const url = await server.listen(address);
      for (const service of all) service.start();
      return url;
    },
    async close() {
      closing.abort();
      await Promise.all(all.map((service) => service.stop()));
      await server.close();
      await relay.close();
    },
  };

  function backgroundServices(
    { onRound }: ControlPlaneParts,
    roomsOf: (tenant: string) => Promise<TenantRooms>,
  ): { readonly leases: BackgroundService; readonly settle: BackgroundService } {
    const due = createDueTenants(store);
    const shared = {
      backOffMs: BACK_OFF_MS,
      random: () => runtime.random(),
      ...(onRound === undefined ? {} : { onRound }),
    };
    return {
      leases: createBackgroundService({
        ...shared,
        name: "leases",
        everyMs: SWEEP_MS,
        runOnce: async () => {
          const ids = await due.withExpiredLeases(runtime.now());
          const freed = await Promise.all(ids.map(async (tenant) => (await roomsOf(tenant)).work.expire()));
          return freed.flat().length;
        },
      }),
      settle: createBackgroundService({
        ...shared,
        name: "settle",
        everyMs: SWEEP_MS,
        runOnce: async () => {
          let moved = 0;
          for (const { tenant, planId } of await due.withReportedTasks(runtime.now())) {
            moved += await (await roomsOf(tenant)).completion.settlePlan(planId);
          }
          return moved;
        },
      }),
    };
  }

  function implementationsOf(
    { version }: ControlPlaneParts,
    roomsOf: (tenant: string) => Promise<TenantRooms>,
    uptimeMs: () => number,
  ): readonly Implementation[] {
    return [
      ...systemRoutes({
        version,
        uptimeMs,
        database: store.description,
        parts: async () => [...(await partsOf(store)), ...relay.health(), ...watch.health()],
        summary: async (tenant) => {
          const of = await roomsOf(tenant);
          const [tasks, plans] = [await of.work.counts(), await of.plans.list()];
          return { agents: { total: 0, healthy: 0 }, tasks: { ...tasks }, plans: plans.length };
        },
      }),
      ...planRoutes(roomsOf),
      ...progressRoutes(async (tenant) => {
        const of = await roomsOf(tenant);
        return { ...of, planOf: async (planId) => (await of.planOf(planId))?.plan ?? null };
      }),
      ...gateRoutes(async (tenant) => {
        const of = await roomsOf(tenant);
        return {
          tenant,
          gates: of.gates,
          runtime,
          planOf: async (planId) => (await of.planOf(planId))?.plan ?? null,
          isolationOf: (planId) => of.isolationOf(planId),
          settle: (planId) => of.completion.settlePlan(planId),
          judge: (planId, gates) => of.judge.judge(planId, gates, { task: null, attempt: null }),
        };
      }),
      ...eventRoutes(roomsOf),
      ...workRoutes(async (tenant) => {
        const of = await roomsOf(tenant);
        return {
          work: of.work,
          handOut: of.handOut,
          payloads: (taskIds) => of.payloads(taskIds),
          gateBriefs: (planId, keys) => gateBriefs(of, planId, keys),
          refused: (ref, verb, outcome) => refusedCommand(ref.taskId, ref.attempt, verb, outcome),
        };
      }, replica),
      ...taskRoutes(async (tenant) => {
        const { work, desk } = await roomsOf(tenant);
        return { work, desk, refused: (taskId, outcome) => refusedCommand(taskId, null, "move", outcome) };
      }),
      ...holdingRoutes(roomsOf),
      ...completionRoutes(async (tenant) => (await roomsOf(tenant)).completion),
    ];
  }
}

async function gateBriefs(
  of: TenantRooms,
  planId: string,
  keys: readonly string[],
): Promise<readonly { key: string; metric: string | null; text: string }[]> {
  const wanted = new Set(keys);
  const gates = (await of.planOf(planId))?.plan.gates ?? [];
  return gates.filter(({ key }) => wanted.has(key)).map(({ key, metric, text }) => ({ key, metric, text }));
}

async function partsOf(store: Store): Promise<readonly PartHealth[]> {
  const { ok, tookMs, detail } = await store.health();
  return [{ name: "database", status: ok ? "ok" : "down", detail, tookMs }];
}
