import { MOST_AGENTS_PER_CALL, operations } from "@holdpoint/contract";
import type { Runtime } from "@holdpoint/core";
import { type Client, followEvents } from "@holdpoint/sdk";
import { NO_TRACING, type Tracing } from "@holdpoint/trace";
import { AgentPool, type PoolEvent, type PoolOptions } from "../attempt/agent-pool.ts";
import type { WorkRef } from "../attempt/work-source.ts";
import type { Agent } from "../manifest/agent.ts";
import { offeredCapabilities } from "../manifest/match-agent.ts";
import { AttemptSpans } from "./attempt-spans.ts";
import { ClaimMux } from "./claim-mux.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import { Outbox, type ReportSpool, type Told } from "./outbox.ts";
import { OutputFeed } from "./output-feed.ts";
import { createRemoteSource } from "./remote-source.ts";
import type { RunnerHealth } from "./runner-health.ts";
import { ServerLink } from "./server-link.ts";
import type { SpooledTell } from "./spool.ts";

/** What happens in a runner, for its log. */
export type RunnerEvent =
  | PoolEvent
  | { readonly type: "connected" }
  | { readonly type: "disconnected"; readonly why: string }
  | { readonly type: "told"; readonly entry: SpooledTell; readonly told: Told }
  | { readonly type: "order"; readonly agent: string; readonly order: "pause" | "drain" | "resume" }
  | { readonly type: "note"; readonly message: string };

/** How a runner speaks with its server. */
export interface RunnerProtocolOptions {
  readonly client: Client;
  readonly runtime: Runtime;
  /** Unique among the runners of the tenant. */
  readonly name: string;
  readonly agents: readonly Agent[];
  /** How long a lease runs without renewal, milliseconds. @default 10000 */
  readonly leaseTtlMs?: number;
  /** How long one request waits for work, milliseconds. @default 30000 */
  readonly waitMs?: number;
  /** How often the agents ping, milliseconds. @default 10000 */
  readonly heartbeatMs?: number;
  /** How long work goes on while the server is away, milliseconds. @default 600000 */
  readonly awayMs?: number;
  /** Attempts of all agents at one time; {@link Runner} has a default. */
  readonly capacity: number;
  /** Asked before an agent takes work and again when it has some: why it may not run now; null when it may. @default it may */
  readonly barred?: (agent: Agent) => string | null;
  readonly onEvent?: (event: RunnerEvent) => void;
  /** Makes spans of attempts. It is left open. @default none */
  readonly tracing?: Tracing;
}

/** What a runner's machine has: where reports are kept, how attempts are run, what becomes of their changes. */
export interface RunnerMachine
  extends Pick<PoolOptions, "plan" | "stateFolder" | "artifactsFolder" | "isolation" | "run"> {
  readonly spool: ReportSpool;
  /** The server took a report as done; rejects only for a bug. */
  readonly settled: (work: WorkRef, told: Told) => Promise<void>;
}

const LEASE_TTL_MS = 10_000;
const WAIT_MS = 30_000;
const HEARTBEAT_MS = 10_000;
const AWAY_MS = 600_000;
/** How long a drain waits for the server to be told, milliseconds; what is left stays on disk. */
const FLUSH_MS = 5_000;

/**
 * A runner's side of the protocol, without files and processes of its own.
 *
 * Claims are one open request for all agents, renewals one request for all leases, reports go to the spool first and from
 * there to the server. A stream that stays open shows each side that the other is there.
 */
export class RunnerProtocol {
  readonly #options: RunnerProtocolOptions;
  readonly #machine: RunnerMachine;
  readonly #link: ServerLink;
  readonly #mux: ClaimMux;
  readonly #keeper: LeaseKeeper;
  readonly #outbox: Outbox;
  readonly #output: OutputFeed;
  readonly #pool: AgentPool;
  readonly #spans: AttemptSpans;
  readonly #ended = new AbortController();
  #heartbeat: NodeJS.Timeout | null = null;
  #draining = false;

  constructor(options: RunnerProtocolOptions, machine: RunnerMachine) {
    const { client, runtime, name, agents } = options;
    const { leaseTtlMs = LEASE_TTL_MS, waitMs = WAIT_MS, awayMs = AWAY_MS } = options;
    const { spool, plan, stateFolder, artifactsFolder, isolation, run } = machine;
    this.#options = options;
    this.#machine = machine;
    this.#spans = new AttemptSpans(options.tracing ?? NO_TRACING, name);
    this.#link = new ServerLink(client, runtime);
    this.#keeper = new LeaseKeeper({
      link: this.#link,
      leaseTtlMs,
      awayMs,
      onLost: (work) => void this.#pool.cancel(work),
    });
    this.#mux = new ClaimMux({
      link: this.#link,
      runner: name,
      leaseTtlMs,
      waitMs,
      capacity: options.capacity,
      runtime,
      onGiven: ({ id: taskId, attempt }) => this.#keeper.hold({ taskId, attempt }),
    });
    this.#outbox = new Outbox({
      spool,
      link: this.#link,
      runtime,
      onTold: (entry, told) => this.#told(entry, told),
      traceparentOf: (work) => this.#spans.traceparentOf(work),
    });
    this.#output = new OutputFeed(this.#link);
    this.#pool = new AgentPool({
      agents,
      source: createRemoteSource({ mux: this.#mux, keeper: this.#keeper, outbox: this.#outbox }),
      plan,
      runtime,
      artifactsFolder,
      leaseTtlMs,
      ...(stateFolder === undefined ? {} : { stateFolder }),
      ...(isolation === undefined ? {} : { isolation }),
      ...(run === undefined ? {} : { run }),
      traceparentOf: (work) => this.#spans.traceparentOf(work),
      ...(options.barred === undefined ? {} : { barred: options.barred }),
      onEvent: (event) => this.#heard(event),
    });
  }

  /** How it is now. */
  health(): RunnerHealth {
    const status = this.#draining ? "draining" : this.#link.state === "closed" ? "ok" : "away";
    return {
      status,
      runner: this.#options.name,
      server: this.#options.client.url,
      silentMs: Math.round(this.#link.silentMs),
      agents: this.#options.agents.length,
      running: this.#pool.running.length,
      spooled: this.#machine.spool.size,
    };
  }

  /** Works until it is drained. Rejects only for a bug. */
  async run(): Promise<void> {
    const { spool } = this.#machine;
    if (spool.size > 0) this.#note(`${spool.size} reports of an earlier runner wait to be told`);
    this.#outbox.wake();
    this.#keeper.start();
    const session = this.#session();
    const heartbeatMs = this.#options.heartbeatMs ?? HEARTBEAT_MS;
    this.#heartbeat = setInterval(() => void this.#ping(), heartbeatMs);
    await this.#register();
    try {
      await this.#pool.run();
      await this.#output.flush();
      const left = await this.#outbox.flush(FLUSH_MS);
      if (left > 0) this.#note(`${left} reports stay on disk until this runner is started again`);
    } finally {
      if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
      this.#keeper.stop();
      this.#outbox.close();
      this.#output.close();
      this.#mux.close();
      this.#ended.abort();
      await session;
    }
  }

  /** Takes no more work, ends what runs and hands it back without counting the try. */
  async drain(): Promise<void> {
    this.#draining = true;
    this.#mux.close();
    await this.#pool.drain();
  }

  #heard(event: PoolEvent): void {
    if (event.type === "started") this.#spans.begin(event.work, event.agent);
    if (event.type === "refused") {
      this.#mux.ended();
      if (event.told === "lost") this.#keeper.letGo(event.work);
    }
    if (event.type === "attempt") this.#output.take(event.work, event.event);
    if (event.type === "ended") {
      this.#spans.end(event.outcome, event.told);
      this.#output.end(event.outcome);
      this.#mux.ended();
      // Nobody is told of it, so nobody lets go of the lease.
      if (event.told === "lost") {
        this.#keeper.letGo(event.outcome);
        this.#spans.forget(event.outcome);
      }
    }
    this.#options.onEvent?.(event);
  }

  async #told(entry: SpooledTell, told: Told): Promise<void> {
    const work = { taskId: entry.task, attempt: entry.attempt };
    this.#keeper.letGo(work);
    this.#spans.forget(work);
    if (entry.kind === "complete") await this.#machine.settled(work, told);
    this.#options.onEvent?.({ type: "told", entry, told });
  }

  async #register(): Promise<void> {
    const { agents, name } = this.#options;
    for (let from = 0; from < agents.length; from += MOST_AGENTS_PER_CALL) {
      const some = agents.slice(from, from + MOST_AGENTS_PER_CALL).map((agent) => ({
        name: agent.name,
        capabilities: offeredCapabilities(agent, agents).slice(0, 100),
        labels: agent.labels,
        capacity: agent.concurrency,
        version: agent.version,
      }));
      try {
        await this.#link.call(operations.registerAgents, { body: { runner: name, agents: some } });
      } catch (error) {
        // The next ping finds out that they are not known, and registers them.
        this.#note(`the agents could not be registered yet: ${messageOf(error)}`);
        return;
      }
    }
    await this.#ping();
  }

  async #ping(): Promise<void> {
    const names = this.#options.agents.map(({ name }) => name);
    for (let from = 0; from < names.length; from += MOST_AGENTS_PER_CALL) {
      const agents = names.slice(from, from + MOST_AGENTS_PER_CALL);
      try {
        const { unknown, orders } = await this.#link.call(operations.heartbeat, { body: { agents } });
        const told = new Map(orders.map(({ agent, order }) => [agent, order]));
        for (const agent of agents) this.#obey(agent, told.get(agent) ?? "resume");
        if (unknown.length > 0) {
          await this.#register();
          return;
        }
      } catch {
        // The link knows that the server is away, and the next ping tries again.
        return;
      }
    }
  }

  #obey(agent: string, order: "pause" | "drain" | "resume"): void {
    const isPaused = this.#mux.paused.has(agent);
    if ((order === "resume") === !isPaused) return;
    if (order === "resume") this.#mux.resume(agent);
    else this.#mux.pause(agent);
    if (order === "drain") this.#pool.handBack(agent);
    this.#options.onEvent?.({ type: "order", agent, order });
  }

  async #session(): Promise<void> {
    const { client, name, runtime } = this.#options;
    const follow = followEvents(
      client,
      operations.followRunner,
      { params: { runner: name } },
      { signal: this.#ended.signal, random: () => runtime.random() },
    );
    for await (const one of follow) {
      if (one.type === "open") {
        this.#options.onEvent?.({ type: "connected" });
        // Calls may rest for longer than a lease lasts.
        this.#link.heard();
        // Its leases may have been shortened while it was away.
        void this.#keeper.renew();
        this.#outbox.wake();
        this.#mux.wake();
      } else if (one.type === "broken") {
        const why = one.error === null ? "the stream ended" : messageOf(one.error);
        this.#options.onEvent?.({ type: "disconnected", why });
      } else if (one.event === "order") {
        const order = readOrder(one.data);
        if (order !== null) this.#obey(order.agent, order.order);
      }
    }
  }

  #note(message: string): void {
    this.#options.onEvent?.({ type: "note", message });
  }
}

function readOrder(data: string): { agent: string; order: "pause" | "drain" | "resume" } | null {
  try {
    const parsed: unknown = JSON.parse(data);
    if (typeof parsed !== "object" || parsed === null || !("agent" in parsed) || !("order" in parsed)) return null;
    const { agent, order } = parsed;
    if (typeof agent !== "string" || (order !== "pause" && order !== "drain" && order !== "resume")) return null;
    return { agent, order };
  } catch {
    return null;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
