import { flags as FLAG } from "@holdpoint/contract";
import type { Runtime } from "@holdpoint/core";
import { type Session, type Store, statement } from "@holdpoint/store";
import type { Tracing } from "@holdpoint/trace";
import { type App, createApp } from "./app.ts";
import {
  type AddressGuard,
  type CallbackDesk,
  createCallbackDesk,
  type MadeCallback,
  makeCallback,
  type WantedCallback,
} from "./callbacks/index.ts";
import { appendEvents, EventFeed, type SignalBus } from "./events/index.ts";
import type { Flags } from "./flags/index.ts";
import { openEvidenceBook } from "./gates/index.ts";
import { createDocumentShelf, type JudgedPlan } from "./plans/index.ts";
import {
  acceptedAttempts,
  type Completion,
  createCompletion,
  createPlanHosts,
  createPlanJudge,
  type PlanHosts,
  type PlanJudge,
  producersOf,
  signingIsolation,
} from "./run/index.ts";
import { createSearchDesk, type SearchDesk } from "./search/index.ts";
import {
  type AttemptRef,
  type BatchRecord,
  createFairShare,
  createLimits,
  createPauses,
  createTaskDesk,
  type FairShare,
  HandOut,
  type JsonValue,
  type Limits,
  type Pauses,
  type TaskDesk,
} from "./work/index.ts";

/** Everything that one tenant has on one replica. */
export interface TenantRooms extends App {
  readonly feed: EventFeed;
  readonly handOut: HandOut;
  readonly hosts: PlanHosts;
  readonly judge: PlanJudge;
  readonly completion: Completion;
  readonly desk: TaskDesk;
  readonly pauses: Pauses;
  readonly limits: Limits;
  readonly callbacks: CallbackDesk;
  readonly search: SearchDesk;
  /** @throws HP5030 for an address that callbacks may not go to, HP9333 when they are switched off */
  makeCallback(wanted: WantedCallback): Promise<MadeCallback>;
  planOf(planId: string): Promise<JudgedPlan | null>;
  /** How well a signature that is made now is shielded from what ran for the plan. */
  isolationOf(planId: string): Promise<"full" | "none">;
  payloads(taskIds: readonly string[]): Promise<ReadonlyMap<string, JsonValue>>;
  /** Keeps what an agent says of how far it is, as an event. */
  noteProgress(ref: AttemptRef, said: ProgressSaid): Promise<void>;
}

/** What the rooms of tenants are made from. */
export interface TenantRoomsParts {
  /** The whole database; each tenant's rooms work in it as that tenant. */
  readonly store: Store;
  readonly runtime: Runtime;
  readonly signals: SignalBus;
  readonly flags: Flags;
  /** Says where callbacks may go. */
  readonly guard: AddressGuard;
  /** Is told after each commit that wrote notifications for callbacks. */
  readonly onNotifications: () => void;
  /** Is told of each batch of commands, for metrics. */
  readonly onBatch?: (batch: BatchRecord) => void;
  /** Makes spans of what the rooms do. @default none */
  readonly tracing?: Tracing;
}

/** Batches of commands committed at one time, of all tenants: the pool keeps connections for reads. */
const COMMITS_AT_ONCE = 4;

/** The rooms of each tenant, made when the tenant is first spoken of. */
export function createTenantRooms(parts: TenantRoomsParts): {
  of(tenant: string): Promise<TenantRooms>;
  /** Those that were made. */
  open(): Promise<readonly TenantRooms[]>;
} {
  const rooms = new Map<string, Promise<TenantRooms>>();
  const share = createFairShare(COMMITS_AT_ONCE);
  return {
    of(tenant) {
      const known = rooms.get(tenant);
      if (known !== undefined) return known;
      const made = createRooms(parts, share, tenant);
      rooms.set(tenant, made);
      // A database that was away when the tenant was first spoken of must not keep it away for good.
      made.catch(() => rooms.delete(tenant));
      return made;
    },
    open: async () => {
      const settled = await Promise.allSettled(rooms.values());
      return settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    },
  };
}

async function createRooms(parts: TenantRoomsParts, share: FairShare, tenant: string): Promise<TenantRooms> {
  const { runtime, signals, flags } = parts;
  const store = parts.store.forTenant(tenant);
  const app = await createApp({
    store: parts.store,
    runtime,
    tenant,
    signals,
    turn: () => share.turn(tenant),
    onNotifications: parts.onNotifications,
    ...(parts.onBatch === undefined ? {} : { onBatch: parts.onBatch }),
    ...(parts.tracing === undefined ? {} : { tracing: parts.tracing }),
  });
  const feed = new EventFeed(app.events);
  const handOut = new HandOut(app.work, () => runtime.now());
  const shelf = createDocumentShelf(app.plans);
  const hosts = createPlanHosts(store, tenant);
  const judge = createPlanJudge({
    gates: app.gates,
    runtime,
    tenant,
    planOf: (planId) => shelf.of(planId),
    producersOf: (planId) => producersOf(store, tenant, planId),
    acceptedOf: (planId) => acceptedAttempts(store, tenant, planId),
  });
  const completion = createCompletion({
    tenant,
    work: app.work,
    gates: app.gates,
    hosts,
    judge,
    planOf: (planId) => shelf.of(planId),
    runtime,
    mostEvidenceBytes: () => flags.value(tenant, FLAG.evidenceBytes),
    changed: (ms, signal) => nextCommit(signals, tenant, ms, signal),
  });
  const changed = (): void => {
    signals.emit(tenant, "committed");
    signals.emit(tenant, "ready");
  };
  signals.on(tenant, "committed", () => feed.wake());
  signals.on(tenant, "ready", () => handOut.wake());
  return {
    ...app,
    feed,
    handOut,
    hosts,
    judge,
    completion,
    desk: createTaskDesk(store, tenant),
    pauses: createPauses(store, runtime, tenant, changed),
    limits: createLimits(store, runtime, tenant, changed),
    callbacks: createCallbackDesk(store, runtime, tenant, () => signals.emit(tenant, "committed")),
    search: createSearchDesk(store, tenant),
    makeCallback: async (wanted) => {
      await flags.require(tenant, FLAG.callbacks, "A callback");
      const schemes = await flags.value(tenant, FLAG.callbackSchemes);
      return makeCallback({ guard: parts.guard, schemes }, () => runtime.newId(), wanted);
    },
    planOf: (planId) => shelf.of(planId),
    isolationOf: async (planId) => {
      const book = await openEvidenceBook(app.gates, planId);
      return signingIsolation(store, tenant, planId, book.records());
    },
    payloads: (taskIds) => payloadsOf(store, tenant, taskIds),
    noteProgress: async (ref, said) => {
      await store.transaction((tx) => noteProgress(tx, tenant, runtime.now(), ref, said));
      signals.emit(tenant, "committed");
    },
  };
}

/** An agent's own word on its work. */
interface ProgressSaid {
  readonly message: string | undefined;
  /** 0 to 100. */
  readonly percent: number | undefined;
}

const PLAN_OF_TASK = statement("task_plan", "SELECT plan_id FROM holdpoint.task WHERE tenant_id = $1 AND task_id = $2");

async function noteProgress(
  tx: Session,
  tenant: string,
  now: number,
  { taskId: subject, attempt }: AttemptRef,
  { message, percent }: ProgressSaid,
): Promise<void> {
  const [task] = await tx.run<{ plan_id: string }>(PLAN_OF_TASK, [tenant, subject]);
  const data = { message, percent };
  await appendEvents(tx, tenant, now, [
    { kind: "task.progressed", planId: task?.plan_id ?? null, subject, attempt, data },
  ]);
}

const PAYLOADS = statement(
  "task_payloads",
  "SELECT task_id, payload FROM holdpoint.task_payload WHERE tenant_id = $1 AND task_id = ANY($2::uuid[])",
);

async function payloadsOf(
  store: Session,
  tenant: string,
  taskIds: readonly string[],
): Promise<ReadonlyMap<string, JsonValue>> {
  const rows = await store.run<{ task_id: string; payload: JsonValue }>(PAYLOADS, [tenant, taskIds]);
  return new Map(rows.map((row) => [row.task_id, row.payload]));
}

function nextCommit(signals: SignalBus, tenant: string, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      off();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, Math.max(0, ms));
    const off = signals.on(tenant, "committed", done);
    signal.addEventListener("abort", done, { once: true });
  });
}
