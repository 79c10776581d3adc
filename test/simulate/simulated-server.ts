import { LEASE_TTL_MS, type Operation, SCOPES, type Scope } from "@holdpoint/contract";
import { HoldpointError, problem, type Runtime, type Verdict } from "@holdpoint/core";
import { type Session, storeProblems } from "@holdpoint/store";
import { createAgentDesk } from "../../packages/server/src/agents/index.ts";
import { createDueTenants } from "../../packages/server/src/due-tenants.ts";
import { createSignalBus } from "../../packages/server/src/events/index.ts";
import {
  createKeptAnswers,
  guardedWrite,
  type Implementation,
  problemReply,
  Reply,
  StreamReply,
  validateRequest,
} from "../../packages/server/src/http/index.ts";
import { type BackgroundService, createBackgroundService } from "../../packages/server/src/jobs/index.ts";
import { createCompletion, type PlanJudge } from "../../packages/server/src/run/index.ts";
import { commandMethods } from "../../packages/server/src/work/command-methods.ts";
import { CommandQueue } from "../../packages/server/src/work/command-queue.ts";
import { HandOut } from "../../packages/server/src/work/index.ts";
import type { WorkCommand, WorkResult } from "../../packages/server/src/work/work.commands.ts";
import type { WorkStore } from "../../packages/server/src/work/work.types.ts";
import { type WorkRooms, workOperations } from "../../packages/server/src/work-operations.ts";
import { createWorkServices } from "../../packages/server/src/work-services.ts";
import { routeOf } from "./route-of.ts";
import { type Asker, type ObservedWork, TENANT } from "./simulated-database.ts";
import type { VirtualProcess } from "./virtual-time.ts";
import type { World } from "./world.ts";

/** A request as it arrives. */
export interface ArrivedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly key: string | null;
  /** JSON; null when there is none. */
  readonly body: string | null;
  /** Aborted when the server hears that the client hung up, and by the server when it stops. */
  readonly hungUp: AbortController;
}

/** What was asked, for the history. */
export interface AskedOperation {
  readonly operation: string;
  readonly params: Readonly<Record<string, string>>;
  readonly request: unknown;
}

/** An answer as it leaves. */
export type ServedAnswer =
  | (AskedOperation & { readonly status: number; readonly body: unknown })
  | { readonly chunks: AsyncIterable<string> };

const PRINCIPAL = { tenant: TENANT, name: "sim", tokenId: "token", scopes: new Set<Scope>(SCOPES) };
/** Signs of life are written this often, as by the control plane, milliseconds. */
const HEARD_MS = 2_000;
const BACK_OFF_MS = 5_000;

/** Decides what becomes of the batch that a server has sent; planted bugs lie here. */
export type CommitPath = (
  commands: readonly WorkCommand[],
  commit: (commands: readonly WorkCommand[]) => readonly WorkResult[],
) => readonly WorkResult[];

/**
 * One boot of a replica: the operations, rooms and services of the control plane, over a link to the simulated database.
 *
 * What stands between a socket and an operation is done by the same functions as there: validation, idempotency keys,
 * problem documents. Not here: Fastify itself, tokens, limits and the audit log.
 */
export class SimulatedServer {
  readonly process: VirtualProcess;
  listening = false;
  readonly name: string;
  readonly #world: World;
  readonly #runtime: Runtime;
  readonly #closing = new AbortController();
  readonly #signals = createSignalBus();
  readonly #operations: readonly Implementation[];
  readonly #services: readonly BackgroundService[];
  readonly #rooms: WorkRooms;
  readonly #restore: () => Promise<unknown>;
  readonly #retries: ReturnType<typeof createKeptAnswers>;
  readonly #inFlight = new Set<AbortController>();

  constructor(world: World, name: string, boot: number) {
    this.name = name;
    this.process = { name, alive: true };
    this.#world = world;
    const chance = world.chance.of(`${name} ${boot}`);
    this.#runtime = {
      now: () => Math.floor(world.time.nowMs) + world.skewOf(name),
      newId: () => world.newId(),
      random: () => chance.random(),
    };
    const now = (): number => this.#runtime.now();
    const work = this.#workStore();
    this.#signals.onAny((_, kind, origin) => {
      if (origin === "here") world.wakeUp(name, kind);
    });
    const handOut = new HandOut(work, now);
    this.#signals.on(TENANT, "ready", () => handOut.wake());
    const session: Session = { run: (statement, values = []) => this.#statement(statement.name, values) };
    this.#rooms = this.#makeRooms(work, handOut, session);
    const rooms = (): Promise<WorkRooms> => Promise.resolve(this.#rooms);
    const signals = this.#signals;
    const closing = this.#closing.signal;
    const workOf = (): Promise<WorkStore> => Promise.resolve(work);
    const agents = createAgentDesk({ store: session, now, replica: name, signals, closing, workOf });
    this.#operations = workOperations({ rooms, agents, replica: name, now });
    this.#restore = () => agents.restoreLeases(LEASE_TTL_MS.standard);
    const shared = { random: () => chance.random(), onRound: world.sawRound };
    const services = createWorkServices({ ...shared, due: createDueTenants(session), rooms, now });
    this.#services = [
      services.leases,
      services.settle,
      createBackgroundService({
        ...shared,
        name: "heard",
        everyMs: HEARD_MS,
        backOffMs: BACK_OFF_MS,
        runOnce: () => agents.flush(),
      }),
    ];
    signals.onAny((_, kind, origin) => {
      if (kind === "committed" && origin === "here") services.settle.wake();
    });
    const transaction = <T>(run: (tx: Session) => Promise<T>): Promise<T> => run(session);
    this.#retries = createKeptAnswers(() => ({ ...session, transaction }), this.#runtime);
  }

  /** Comes up, as the control plane does; false when its database did not answer. */
  async start(): Promise<boolean> {
    try {
      await this.#restore();
    } catch (error) {
      if (error instanceof HoldpointError) return false;
      throw error;
    }
    this.listening = true;
    for (const service of this.#services) service.start();
    return true;
  }

  /** Takes nothing new and lets what runs come to its end. */
  async stop(): Promise<void> {
    this.#closing.abort();
    for (const hungUp of this.#inFlight) hungUp.abort();
    this.listening = false;
    const until = this.#world.time.nowMs + 2_000;
    while (this.#inFlight.size > 0 && this.#world.time.nowMs < until)
      await new Promise((resolve) => setTimeout(resolve, 20));
    await Promise.all(this.#services.map((service) => service.stop()));
  }

  /** Another replica said that something happened. */
  woken(kind: Parameters<ReturnType<typeof createSignalBus>["emit"]>[1]): void {
    this.#signals.emit(TENANT, kind, "elsewhere");
  }

  /** Judges what is reported or held of a plan anew: somebody signed one of its gates here. */
  async settle(planId: string): Promise<boolean> {
    try {
      await this.#rooms.completion.settlePlan(planId);
      return true;
    } catch (error) {
      if (error instanceof HoldpointError) return false;
      throw error;
    }
  }

  /** Answers one request. Never rejects. */
  async serve(request: ArrivedRequest): Promise<ServedAnswer> {
    if (this.#closing.signal.aborted) request.hungUp.abort();
    this.#inFlight.add(request.hungUp);
    try {
      return await this.#answer(request);
    } finally {
      this.#inFlight.delete(request.hungUp);
    }
  }

  async #answer(request: ArrivedRequest): Promise<ServedAnswer> {
    const [path = "", search = ""] = request.path.split("?");
    const route = routeOf(this.#operations, request.method, path);
    if (route === null) throw new Error(`no operation answers ${request.method} ${path}`);
    const { implementation, params } = route;
    const { operation } = implementation;
    const body: unknown = request.body === null ? undefined : JSON.parse(request.body);
    const asked = { operation: operation.id, params, request: body ?? null };
    try {
      const query = search === "" ? {} : Object.fromEntries(new URLSearchParams(search));
      const parts = validateRequest(operation, { params, query, body });
      const facts = { traceId: "sim", signal: request.hungUp.signal, header: () => null };
      const call = { ...parts, principal: PRINCIPAL, request: facts } as Parameters<Implementation["handle"]>[0];
      if (operation.method === "GET") {
        const answer = await implementation.handle(call);
        return answer instanceof StreamReply ? { chunks: answer.chunks } : { ...asked, ...answered(operation, answer) };
      }
      let first: ReturnType<typeof answered> | null = null;
      const perform = async (): ReturnType<typeof guardedWrite> => {
        first = answered(operation, await implementation.handle(call));
        const isKept = request.key !== null && operation.idempotency !== "none";
        return { status: first.status, headers: {}, text: isKept ? JSON.stringify(first.body) : "" };
      };
      const write = { operation, principal: PRINCIPAL, parts, key: request.key, trace: "sim" };
      const { status, text } = await guardedWrite({ retries: this.#retries }, write, perform);
      return { ...asked, ...(first ?? { status, body: JSON.parse(text) }) };
    } catch (error) {
      if (!(error instanceof HoldpointError)) this.#world.sawUncaught(this.name, error);
      const { status, document } = problemReply(error, "sim");
      return { ...asked, status, body: document };
    }
  }

  /** The real queue of commands, group commit included, whose transactions go over the link. */
  #workStore(): WorkStore {
    const signals = this.#signals;
    const queue = new CommandQueue<WorkCommand, WorkResult>(async (commands) => {
      const { results, hasFreed } = await this.#ask((asker) => {
        let freed = false;
        const answers = this.#world.commitPath(commands, (some) => {
          const done = this.#world.database.commit(some, asker);
          freed ||= done.hasFreed;
          return done.results;
        });
        return { results: answers, hasFreed: freed };
      });
      signals.emit(TENANT, "committed");
      if (hasFreed) signals.emit(TENANT, "ready");
      return results;
    });
    const read = <T>(ask: (work: ObservedWork) => T): Promise<T> =>
      this.#ask((asker) => this.#world.database.read(ask, asker));
    return {
      ...commandMethods((command) => queue.add(command)),
      importGraph: () => Promise.reject(new Error("plans are imported before the world begins")),
      reservedAgents: () => read((work) => work.reservedAgents()),
      get: (taskId) => read((work) => work.get(taskId)),
      handedBackBefore: (attempt) => read((work) => work.handedBackBefore(attempt)),
      list: (query) => read((work) => work.list(query)),
      counts: (planId) => read((work) => work.counts(planId)),
      nextDueAt: (planId) => read((work) => work.nextDueAt(planId)),
    };
  }

  #makeRooms(work: WorkStore, handOut: HandOut, session: Session): WorkRooms {
    const world = this.#world;
    const absent = (): Promise<never> => Promise.reject(new Error("this room is not part of the world"));
    const judge: PlanJudge = {
      gatekeeper: () => Promise.resolve({ gatekeeper: { bound: () => new Map() } } as never),
      judge: (_, gates, { attempt }) =>
        Promise.resolve(new Map(gates.map((gate): [string, Verdict] => [gate, world.verdictOf(gate, attempt ?? 0)]))),
    };
    const completion = createCompletion({
      tenant: TENANT,
      work,
      gates: new Proxy({} as never, { get: absent }),
      hosts: {
        attach: absent,
        detach: absent,
        of: async (planId, now) => {
          const [host] = await session.run<{ host: string }>({ name: "plan_host_get", text: "" }, [
            TENANT,
            planId,
            now,
          ]);
          return host?.host ?? null;
        },
      },
      judge,
      planOf: () => Promise.resolve(null),
      runtime: this.#runtime,
      mostEvidenceBytes: () => Promise.resolve(1_000_000),
      changed: absent,
    });
    return {
      work,
      handOut,
      completion,
      payloads: () => Promise.resolve(new Map()),
      noteProgress: () => Promise.resolve(),
      planOf: () => Promise.resolve(null),
      desk: { page: absent, dead: absent, attempts: absent, queues: absent },
      callbacks: { ofTasks: () => Promise.resolve(new Map()) },
      makeCallback: absent,
    };
  }

  async #statement<Row>(name: string, values: readonly unknown[]): Promise<readonly Row[]> {
    const { database, rows } = this.#world;
    return await this.#ask((asker) => rows(name, database.statement(name, values, asker)) as readonly Row[]);
  }

  /** One call to the database: there and back, with what can happen on the way. */
  #ask<T>(apply: (asker: Asker) => T): Promise<T> {
    const { time, faults, chance } = this.#world;
    const { process: own, name } = this;
    const asker = { server: name, clock: this.#runtime.now() };
    return new Promise((resolve, reject) => {
      const fail = (why: string, afterMs: number): void => {
        const error = problem(storeProblems, "HP6010", { place: "the simulated database", detail: why });
        time.plan(afterMs, own, () => reject(error));
      };
      const isCut = (): boolean => faults.cutBetween(name, "store") !== null;
      if (isCut()) return fail("it is cut off", 20);
      const latency = (): number => chance.skewed(0.2, 3);
      const slowMs = faults.strikes("store-slow") ? faults.chance("store-slow").whole(100, 3_000) : 0;
      const isRefused = faults.strikes("store-refused");
      const isUnsure = faults.strikes("store-unsure");
      if (slowMs > 0) faults.away(name, slowMs + 500);
      if (isRefused || isUnsure) faults.away(name, AFTER_FAILURE_MS);
      // Mostly the answer is there at once. What arrives while its server dies is committed, and nobody hears of it.
      if (slowMs === 0 && !isRefused && !isUnsure && chance.is(0.7)) {
        time.plan(latency(), own, () => resolve(apply(asker)));
        return;
      }
      time.plan(latency() + slowMs, DATABASE, () => {
        if (isRefused) return fail("it refuses connections", latency());
        let value: T;
        try {
          value = apply(asker);
        } catch (error) {
          time.plan(latency(), own, () => reject(error));
          return;
        }
        if (isUnsure || isCut()) return fail("the connection was lost after the commit", latency());
        time.plan(latency(), own, () => resolve(value));
      });
    });
  }
}

/** After a failed round a service rests for as long as this, milliseconds. */
export const AFTER_FAILURE_MS = 5_500;

const DATABASE: VirtualProcess = { name: "store", alive: true };

function answered(operation: Operation, answer: unknown): { readonly status: number; readonly body: unknown } {
  return answer instanceof Reply ? answer : { status: operation.status ?? 200, body: answer };
}
