import { flags as FLAG, LEASE_TTL_MS, openApiDocument, settings, standardOf } from "@holdpoint/contract";
import type { ProblemTable, Runtime } from "@holdpoint/core";
import type { Retention, Store } from "@holdpoint/store";
import { NO_TRACING, type Tracing } from "@holdpoint/trace";
import { type Access, type AccessParts, createAccess } from "./access/index.ts";
import { type AgentDesk, createAgentDesk } from "./agents/index.ts";
import {
  type CallbackOptions,
  type CallbackRecord,
  callbackRoutes,
  createAddressGuard,
  createCallbackSender,
} from "./callbacks/index.ts";
import { createDueTenants } from "./due-tenants.ts";
import { createSignalBus, eventRoutes } from "./events/index.ts";
import { createFlags, flagRoutes } from "./flags/index.ts";
import { gateRoutes } from "./gates/index.ts";
import { createHistoryKeeper, DEFAULT_RETENTION } from "./history/index.ts";
import { type Authenticate, createHttpServer, type Implementation, type RequestRecord } from "./http/index.ts";
import { type BackgroundService, createBackgroundService, type RoundOutcome } from "./jobs/index.ts";
import { type McpOptions, type McpRoom, mountMcp } from "./mcp/index.ts";
import {
  createHealth,
  createMetrics,
  createRoundWatch,
  docsAssets,
  type PartHealth,
  type Present,
  progressRoutes,
  systemRoutes,
  type TenantSummary,
} from "./observe/index.ts";
import { planRoutes } from "./plans/index.ts";
import { createDatabaseWatch, createWakeUpRelay, type DatabaseFigures } from "./replicas/index.ts";
import { searchRoutes } from "./search/index.ts";
import { SERVER_PROBLEMS } from "./server-problems.ts";
import { SharedReads } from "./shared-read.ts";
import { createTenantRooms, type TenantRooms } from "./tenant-rooms.ts";
import { tracedStore } from "./traced-store.ts";
import { type BatchRecord, holdingRoutes } from "./work/index.ts";
import { workOperations } from "./work-operations.ts";
import { BACK_OFF_MS, createWorkServices } from "./work-services.ts";

/** What the control plane is made from. */
export interface ControlPlaneParts {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly version: string;
  /** Names this process among its replicas. */
  readonly replica: string;
  /** Tokens, limits and the audit log. */
  readonly access?: Omit<AccessParts, "store" | "runtime" | "onRound"> | undefined;
  /** Who calls. @default by the tokens in the store */
  readonly authenticate?: Authenticate;
  readonly mcp?: McpOptions;
  readonly onRequest?: (record: RequestRecord) => void;
  readonly onRound?: (round: RoundOutcome<unknown>) => void;
  readonly onCallback?: (record: CallbackRecord) => void;
  /** Where callbacks may go, and how long they are tried. */
  readonly callbacks?: CallbackOptions | undefined;
  /** Problem tables besides those of the server itself, for the pages under /problems. */
  readonly problems?: readonly ProblemTable[];
  /** Whether /metrics needs no token from callers on the same machine. @default false */
  readonly openMetrics?: boolean;
  /** Folder of an embedded database, whose disk is watched; null or absent when the data is elsewhere. */
  readonly dataDir?: string | null;
  /** Health of further parts, such as a cache. */
  readonly moreHealth?: () => Promise<readonly PartHealth[]>;
  /** How long history is kept. @default that of the settings: events for 90 days, output for 30 */
  readonly retention?: Retention | undefined;
  /** How long requests may take to end when the server stops, milliseconds. @default that of the setting, 10 s */
  readonly drainMs?: number | undefined;
  /** Largest body of operations that set no bound of their own, bytes. @default 1 MiB */
  readonly bodyBytes?: number | undefined;
  /** Makes spans of requests, commands and tasks. It is left open. @default none */
  readonly tracing?: Tracing;
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
  /** Tokens, tenants and the audit log. */
  readonly access: Access;
  /** The rooms of a tenant, for callers in this process. */
  rooms(tenant: string): Promise<TenantRooms>;
  /** What the watch over the database found last, for metrics; null before its first look. */
  database(): DatabaseFigures | null;
  /** Agents of all tenants: who is there, and how they are. */
  readonly agents: AgentDesk;
  /** Takes nothing new, lets what runs come to its end, and stops. The store is left open. */
  close(): Promise<void>;
}

/** Signs of life of all agents are written together this often, milliseconds. */
const HEARD_MS = 2_000;

/** Puts the control plane together. */
export async function createControlPlane(given: ControlPlaneParts): Promise<ControlPlane> {
  const { runtime, replica, tracing = NO_TRACING } = given;
  const store = tracedStore(given.store, tracing);
  const parts = { ...given, store };
  const startedAt = runtime.now();
  const problems = new Map([...SERVER_PROBLEMS, ...(parts.problems ?? [])].flatMap((table) => Object.entries(table)));
  const closing = new AbortController();
  const signals = createSignalBus();
  const metrics = createMetrics({
    version: parts.version,
    store,
    now: () => runtime.now(),
    present: () => present(),
    database: () => database.figures(),
  });
  const watch = createRoundWatch(["leases", "settle"], () => runtime.now());
  const onBatch = (batch: BatchRecord): void => metrics.sawBatch(batch);
  const flags = createFlags({ store, runtime, signals });
  const guard = createAddressGuard(parts.callbacks?.allow ?? []);
  const onNotifications = (): void => sender.wake();
  const tenants = createTenantRooms({ store, runtime, signals, flags, onBatch, guard, onNotifications, tracing });
  const rooms = (tenant: string): Promise<TenantRooms> => tenants.of(tenant);
  const desk = createAgentDesk({
    store,
    now: () => runtime.now(),
    replica,
    signals,
    closing: closing.signal,
    workOf: async (tenant) => (await rooms(tenant)).work,
  });
  const services = backgroundServices(rooms);
  const sender = createCallbackSender({
    system: store.asSystem(),
    deskOf: async (tenant) => (await rooms(tenant)).callbacks,
    flags,
    guard,
    runtime,
    version: parts.version,
    options: parts.callbacks ?? {},
    onRound: sawRound,
    onCallback: (record) => {
      metrics.sawCallback(record);
      parts.onCallback?.(record);
    },
  });
  const relay = createWakeUpRelay({ store, signals, replica });
  const database = createDatabaseWatch({
    store,
    now: () => runtime.now(),
    random: () => runtime.random(),
    onRound: (round) => parts.onRound?.(round),
  });
  const history = createHistoryKeeper({
    store,
    now: () => runtime.now(),
    random: () => runtime.random(),
    retention: parts.retention ?? DEFAULT_RETENTION,
    onRound: sawRound,
  });
  const access = createAccess(accessParts(parts));
  signals.onAny((_, kind, origin) => {
    // What another replica committed is its own to settle.
    if (kind === "committed" && origin === "here") services.settle.wake();
  });
  const health = createHealth({
    store,
    handOuts: async () => (await tenants.open()).map(({ handOut }) => handOut),
    services: () => watch.parts(),
    dataDir: parts.dataDir ?? null,
    now: () => runtime.now(),
    more: async () => [
      ...relay.health(),
      ...database.health(),
      ...history.health(),
      ...((await parts.moreHealth?.()) ?? []),
    ],
  });
  const implementations: readonly Implementation[] = [
    ...implementationsOf(parts, rooms, () => runtime.now() - startedAt),
    ...access.routes,
    ...flagRoutes(flags),
  ];
  const authenticate = parts.authenticate ?? access.authenticate;
  const server = await createHttpServer({
    implementations,
    authenticate,
    guards: access.guards,
    bodyBytes: parts.bodyBytes,
    closing: closing.signal,
    assets: docsAssets(),
    tracing,
    mount: (app) =>
      mountMcp(app, {
        version: parts.version,
        implementations,
        authenticate,
        guards: access.guards,
        onCall: (call) => metrics.sawTool(call),
        runtime,
        closing: closing.signal,
        room: async (tenant) => mcpRoom(await rooms(tenant)),
        allow: (tenant) => flags.require(tenant, FLAG.mcp, "The Model Context Protocol"),
        ...(parts.mcp === undefined ? {} : { options: parts.mcp }),
      }),
    isOpen: ({ id }, remote) => parts.openMetrics === true && id === "metrics" && isLoopback(remote),
    onRequest: (record) => {
      metrics.sawRequest(record);
      parts.onRequest?.(record);
    },
  });
  const all: readonly BackgroundService[] = [
    services.leases,
    services.settle,
    services.heard,
    sender,
    database.service,
    history.service,
    ...access.services,
  ];
  return {
    access,
    rooms,
    agents: desk,
    database: () => database.figures(),
    async listen(address) {
      await relay.tried;
      // An agent is not to lose its work because the control plane was away.
      await desk.restoreLeases(LEASE_TTL_MS.standard);
      const url = await server.listen(address);
      for (const service of all) service.start();
      return url;
    },
    async close() {
      // Long polls are answered with nothing and streams end; the rest comes to its own end.
      closing.abort();
      await server.drain(parts.drainMs ?? standardOf(settings.drainTimeout));
      await Promise.all(all.map((service) => service.stop()));
      await access.close();
      await relay.close();
    },
  };

  async function present(): Promise<Present> {
    const open = await tenants.open();
    return {
      followers: open.reduce((sum, { feed }) => sum + feed.followers, 0),
      waiting: open.reduce((sum, { handOut }) => sum + handOut.waiting, 0),
      inFlight: server.inFlight(),
    };
  }

  function sawRound(round: RoundOutcome<unknown>): void {
    watch.saw(round);
    metrics.sawRound(round);
    parts.onRound?.(round);
  }

  function backgroundServices(roomsOf: (tenant: string) => Promise<TenantRooms>): {
    readonly leases: BackgroundService;
    readonly settle: BackgroundService;
    readonly heard: BackgroundService;
  } {
    return {
      ...createWorkServices({
        due: createDueTenants(store.asSystem()),
        rooms: roomsOf,
        now: () => runtime.now(),
        random: () => runtime.random(),
        onRound: sawRound,
      }),
      heard: createBackgroundService({
        name: "heard",
        everyMs: HEARD_MS,
        backOffMs: BACK_OFF_MS,
        random: () => runtime.random(),
        onRound: sawRound,
        runOnce: () => desk.flush(),
      }),
    };
  }

  function implementationsOf(
    { version }: ControlPlaneParts,
    roomsOf: (tenant: string) => Promise<TenantRooms>,
    uptimeMs: () => number,
  ): readonly Implementation[] {
    const summaries = new SharedReads<TenantSummary>();
    const summaryOf = async (tenant: string): Promise<TenantSummary> => {
      const of = await roomsOf(tenant);
      const [tasks, plans] = [await of.work.counts(), await of.plans.list()];
      const { total, healthy } = await (await desk.room(tenant)).registry.counts();
      return { agents: { total, healthy }, tasks, plans: plans.length };
    };
    return [
      ...systemRoutes({
        version,
        uptimeMs,
        database: store.description,
        parts: () => health(),
        metrics: () => metrics.text(),
        openApi: () =>
          openApiDocument(
            implementations.map(({ operation }) => operation),
            version,
          ),
        problemOf: (code) => problems.get(code),
        summary: (tenant) => summaries.get(tenant, () => summaryOf(tenant)),
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
      ...searchRoutes(roomsOf),
      ...workOperations({ rooms: roomsOf, agents: desk, replica, now: () => runtime.now() }),
      ...callbackRoutes(roomsOf, () => sender.wake()),
      ...holdingRoutes(roomsOf),
    ];
  }
}

function isLoopback(address: string): boolean {
  return address === "::1" || /^(?:::ffff:)?127\./.test(address);
}

function accessParts({ store, runtime, access, onRound }: ControlPlaneParts): AccessParts {
  return { store, runtime, ...access, ...(onRound === undefined ? {} : { onRound }) };
}

function mcpRoom(of: TenantRooms): McpRoom {
  return {
    plans: () => of.plans.list(),
    planOf: async (planId) => (await of.planOf(planId))?.plan ?? null,
    bound: async (planId) => (await of.judge.gatekeeper(planId)).gatekeeper.bound(),
    verdicts: (planId) => of.gates.currentVerdicts(planId),
    task: (taskId) => of.work.get(taskId),
    counts: (planId) => of.work.counts(planId),
    payload: async (taskId) => (await of.payloads([taskId])).get(taskId) ?? null,
  };
}
