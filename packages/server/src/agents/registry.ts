import type { Session } from "@holdpoint/store";
import { SharedRead } from "../shared-read.ts";
import { AGENTS, FORGET, LEASES_BY_AGENT, REGISTER, SET_WANTED, WANTED } from "./agents.sql.ts";
import type { AgentCounts, AgentQuery, AgentRegistration, AgentView, AgentWanted } from "./agents.types.ts";
import { type Signs, stateOf } from "./liveness.ts";

/** Other replicas register agents too: what is not known here is looked for this often at most, milliseconds. */
const LOOK_AGAIN_MS = 2_000;
/** A list is made from rows at most this old, milliseconds. */
const FRESH_MS = 1_000;

interface Entry {
  registration: AgentRegistration;
  runner: string | null;
  wanted: AgentWanted;
  registeredAt: number;
  seenAt: number | null;
  answeredAt: number | null;
  droppedAt: number | null;
  /** Calls in which it waits for work here. */
  offers: number;
  /** Heard of since the last write. */
  dirty: boolean;
  /** Number of the registration on this replica that it is from; 0 when it was made elsewhere. */
  takenIn: number;
}

/** A row to be written with those of the other tenants. */
export interface SeenRow {
  readonly name: string;
  readonly seenAt: number;
  readonly answeredAt: number | null;
}

/** The agents of one tenant as this replica knows them: signs of life stay in memory and are written together. */
export class AgentRegistry {
  readonly #store: Session;
  readonly #tenant: string;
  readonly #now: () => number;
  /** Leases by agent. */
  readonly #counted: SharedRead<ReadonlyMap<string, number>>;
  readonly #agents = new Map<string, Entry>();
  /** All that are registered. */
  readonly #all: SharedRead<void>;
  #readAt = Number.NEGATIVE_INFINITY;
  #registrations = 0;
  /** When it was last looked which agents are to do something else than work. */
  #wantedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | null = null;

  constructor(store: Session, tenant: string, now: () => number) {
    this.#store = store;
    this.#tenant = tenant;
    this.#now = now;
    this.#all = new SharedRead(() => this.#readOnce());
    this.#counted = new SharedRead(async () => {
      const rows = await store.run<{ agent: string; n: number }>(LEASES_BY_AGENT, [tenant]);
      return new Map(rows.map(({ agent, n }) => [agent, n]));
    });
  }

  /** Makes agents known; answers them in the order given. */
  async register(agents: readonly AgentRegistration[], runner: string | null): Promise<readonly AgentView[]> {
    const now = this.#now();
    // The last of two entries with one name counts, as if they had come in two calls.
    const last = [...new Map(agents.map((agent) => [agent.name, agent])).values()];
    await this.#store.run(REGISTER, [
      this.#tenant,
      runner,
      now,
      last.map(({ name }) => name),
      last.map(({ capabilities }) => JSON.stringify(capabilities)),
      last.map(({ labels }) => JSON.stringify(labels)),
      last.map(({ capacity }) => capacity),
      last.map(({ version }) => version),
    ]);
    // Not the others: with many runners each of them would read what all have registered.
    const rows = await this.#store.run<AgentRow>(AGENTS, [this.#tenant, last.map(({ name }) => name)]);
    this.#registrations += 1;
    for (const row of rows) this.#take(row).takenIn = this.#registrations;
    const leases = await this.#leases();
    for (const { name } of last) this.#seen(name, now);
    return agents.flatMap(({ name }) => this.#viewOf(name, leases));
  }

  /** Takes pings; answers who is not known and what those are to do that are known. */
  async heartbeat(names: readonly string[]): Promise<{
    readonly unknown: readonly string[];
    readonly orders: readonly { readonly agent: string; readonly order: "pause" | "drain" }[];
  }> {
    await this.#lookAtWanted();
    const now = this.#now();
    let unknown = names.filter((name) => !this.#agents.has(name));
    if (unknown.length > 0 && now - this.#readAt >= LOOK_AGAIN_MS) {
      await this.#all.get();
      unknown = names.filter((name) => !this.#agents.has(name));
    }
    const orders: { agent: string; order: "pause" | "drain" }[] = [];
    for (const name of names) {
      const entry = this.#seen(name, now);
      if (entry === undefined || entry.wanted === "active") continue;
      orders.push({ agent: name, order: entry.wanted === "paused" ? "pause" : "drain" });
    }
    return { unknown, orders };
  }

  /** Agents that wait for work in a call that is open now; the answer says that the call has ended. */
  offered(names: readonly string[]): () => void {
    const now = this.#now();
    const entries = names.flatMap((name) => this.#agents.get(name) ?? []);
    for (const entry of entries) {
      entry.offers += 1;
      answered(entry, now);
    }
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      const endedAt = this.#now();
      for (const entry of entries) {
        entry.offers -= 1;
        answered(entry, endedAt);
      }
    };
  }

  /** An agent answered: it renewed a lease or said what became of a task. */
  answered(name: string): void {
    const entry = this.#agents.get(name);
    if (entry !== undefined) answered(entry, this.#now());
  }

  /** The connection of a runner was seen to drop. */
  dropped(runner: string): void {
    const now = this.#now();
    for (const entry of this.#agents.values()) if (entry.runner === runner) entry.droppedAt = now;
  }

  /** What an operator wants of an agent; `active` for one that is not registered. */
  async wanted(name: string): Promise<AgentWanted> {
    if (this.#readAt === Number.NEGATIVE_INFINITY) await this.#all.get();
    else await this.#lookAtWanted();
    return this.#agents.get(name)?.wanted ?? "active";
  }

  /** Which process runs an agent. */
  runnerOf(name: string): string | null {
    return this.#agents.get(name)?.runner ?? null;
  }

  /** Sets what is wanted; null when there is no such agent. */
  async want(name: string, wanted: AgentWanted): Promise<AgentView | null> {
    const rows = await this.#store.run(SET_WANTED, [this.#tenant, name, wanted]);
    if (rows.length === 0) return null;
    await this.#all.get();
    return this.get(name);
  }

  /** Forgets an agent; false when there is none. */
  async forget(name: string): Promise<boolean> {
    const rows = await this.#store.run(FORGET, [this.#tenant, name]);
    this.#agents.delete(name);
    return rows.length > 0;
  }

  async get(name: string): Promise<AgentView | null> {
    await this.#refresh();
    return this.#viewOf(name, await this.#leases())[0] ?? null;
  }

  /** Lists agents by name. */
  async list(query: AgentQuery): Promise<readonly AgentView[]> {
    await this.#refresh();
    const leases = await this.#leases();
    const views = [...this.#agents.keys()].sort().flatMap((name) => this.#viewOf(name, leases));
    const { states = [], capability, runner, after } = query;
    return views
      .filter(
        (view) =>
          (after === undefined || view.name > after) &&
          (states.length === 0 || states.includes(view.state)) &&
          (capability === undefined || view.capabilities.includes(capability)) &&
          (runner === undefined || view.runner === runner),
      )
      .slice(0, query.limit);
  }

  async counts(): Promise<AgentCounts> {
    await this.#refresh();
    const now = this.#now();
    const counts = { total: 0, healthy: 0, silent: 0, gone: 0 };
    for (const entry of this.#agents.values()) {
      counts.total += 1;
      counts[stateOf(entry, now)] += 1;
    }
    return counts;
  }

  /** Takes what was heard since the last call, for the one write of all tenants. */
  takeSeen(): readonly SeenRow[] {
    const rows: SeenRow[] = [];
    for (const [name, entry] of this.#agents) {
      if (!entry.dirty) continue;
      entry.dirty = false;
      rows.push({ name, seenAt: entry.seenAt ?? 0, answeredAt: entry.answeredAt });
    }
    return rows;
  }

  /** The write failed: what was taken is to be written again. */
  putBack(rows: readonly SeenRow[]): void {
    for (const { name } of rows) {
      const entry = this.#agents.get(name);
      if (entry !== undefined) entry.dirty = true;
    }
  }

  #seen(name: string, now: number): Entry | undefined {
    const entry = this.#agents.get(name);
    if (entry === undefined) return undefined;
    entry.seenAt = now;
    entry.dirty = true;
    return entry;
  }

  /** Looks, a second after the last time, what was wanted through other replicas. */
  async #lookAtWanted(): Promise<void> {
    if (this.#now() - Math.max(this.#wantedAt, this.#readAt) < FRESH_MS) return;
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = null;
    });
    await this.#looking;
  }

  async #lookOnce(): Promise<void> {
    if (this.#agents.size === 0) return;
    this.#wantedAt = this.#now();
    // Without the database what is known counts: pings are taken all the same.
    const rows = await this.#store.run<{ name: string; wanted: AgentWanted }>(WANTED, [this.#tenant]).catch(() => null);
    if (rows === null) return;
    const wanted = new Map(rows.map((row) => [row.name, row.wanted]));
    for (const [name, entry] of this.#agents) entry.wanted = wanted.get(name) ?? "active";
  }

  async #refresh(): Promise<void> {
    if (this.#now() - this.#readAt >= FRESH_MS) await this.#all.get();
  }

  async #readOnce(): Promise<void> {
    // What is registered here meanwhile is newer than what is read, or not among it.
    const until = this.#registrations;
    const rows = await this.#store.run<AgentRow>(AGENTS, [this.#tenant, null]);
    this.#readAt = this.#now();
    const isNewer = (name: string): boolean => (this.#agents.get(name)?.takenIn ?? 0) > until;
    for (const row of rows) if (!isNewer(row.name)) this.#take(row);
    const there = new Set(rows.map(({ name }) => name));
    for (const name of this.#agents.keys()) if (!there.has(name) && !isNewer(name)) this.#agents.delete(name);
  }

  #take(row: AgentRow): Entry {
    const entry = this.#agents.get(row.name) ?? newEntry();
    this.#agents.set(row.name, entry);
    entry.registration = row;
    entry.runner = row.runner;
    entry.wanted = row.wanted;
    entry.registeredAt = row.registered_at_ms;
    entry.seenAt = latest(entry.seenAt, row.seen_at_ms);
    entry.answeredAt = latest(entry.answeredAt, row.answered_at_ms);
    return entry;
  }

  #leases(): Promise<ReadonlyMap<string, number>> {
    return this.#counted.get();
  }

  #viewOf(name: string, leases: ReadonlyMap<string, number>): readonly AgentView[] {
    const entry = this.#agents.get(name);
    if (entry === undefined) return [];
    const { capabilities, labels, capacity, version } = entry.registration;
    const { runner, wanted, registeredAt, seenAt, answeredAt } = entry;
    const signs: Signs = entry;
    return [
      {
        name,
        capabilities,
        labels,
        capacity,
        version,
        runner,
        wanted,
        registeredAt,
        seenAt,
        answeredAt,
        state: stateOf(signs, this.#now()),
        leases: leases.get(name) ?? 0,
      },
    ];
  }
}

interface AgentRow extends AgentRegistration {
  readonly runner: string | null;
  readonly wanted: AgentWanted;
  readonly registered_at_ms: number;
  readonly seen_at_ms: number | null;
  readonly answered_at_ms: number | null;
}

function newEntry(): Entry {
  return {
    registration: { name: "", capabilities: [], labels: {}, capacity: 1, version: null },
    runner: null,
    wanted: "active",
    registeredAt: 0,
    seenAt: null,
    answeredAt: null,
    droppedAt: null,
    offers: 0,
    dirty: false,
    takenIn: 0,
  };
}

function answered(entry: Entry, now: number): void {
  entry.answeredAt = now;
  entry.seenAt = now;
  entry.dirty = true;
}

function latest(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.max(one, other);
}
