import type { Session } from "@holdpoint/store";
import type { SignalBus } from "../events/index.ts";
import type { WorkStore } from "../work/index.ts";
import { REPLICA_SERVES, RESTORE_LEASES, SEEN } from "./agents.sql.ts";
import { type Controllers, createControllers } from "./controllers.ts";
import { Offers } from "./offers.ts";
import { LiveOutput } from "./output.ts";
import { AgentRegistry } from "./registry.ts";
import { RunnerSessions } from "./sessions.ts";

/** Everything about the agents of one tenant on one replica. */
export interface AgentRoom {
  readonly registry: AgentRegistry;
  readonly sessions: RunnerSessions;
  readonly offers: Offers;
  readonly output: LiveOutput;
  readonly controllers: Controllers;
  readonly work: WorkStore;
  /** Which agent holds a lease that was handed out here. */
  readonly holders: Map<string, { readonly agent: string; readonly runner: string | null }>;
}

/** What the desk is made from. */
export interface AgentDeskParts {
  readonly store: Session;
  readonly now: () => number;
  /** Names this process among its replicas. */
  readonly replica: string;
  readonly signals: SignalBus;
  readonly closing: AbortSignal;
  readonly workOf: (tenant: string) => Promise<WorkStore>;
}

/** The agents of all tenants on one replica. */
export interface AgentDesk {
  room(tenant: string): Promise<AgentRoom>;
  /** Writes what was heard since the last call, of all tenants: two statements. Answers the agents written. */
  flush(): Promise<number>;
  /** Gives leases that ran out while no replica served one more term; answers how many. Before the first sweep. */
  restoreLeases(leaseTtlMs: number): Promise<number>;
}

/** A control plane that was not heard of for so long was away, milliseconds. */
const AWAY_AFTER_MS = 4_000;

/** Makes the desk. */
export function createAgentDesk(parts: AgentDeskParts): AgentDesk {
  const { store, now, replica, signals, closing } = parts;
  const rooms = new Map<string, Promise<AgentRoom>>();

  async function open(tenant: string): Promise<AgentRoom> {
    const work = await parts.workOf(tenant);
    const registry = new AgentRegistry(store, tenant, now);
    const offers = new Offers(store, tenant, work, now);
    signals.on(tenant, "ready", () => offers.wake());
    const sessions = new RunnerSessions({
      store,
      tenant,
      now,
      closing,
      expire: () => work.expire(),
      onDrop: (runner) => registry.dropped(runner),
    });
    const output = new LiveOutput(store, tenant, now);
    return {
      registry,
      sessions,
      offers,
      output,
      controllers: createControllers(store, tenant),
      work,
      holders: new Map(),
    };
  }

  return {
    room(tenant) {
      const known = rooms.get(tenant);
      if (known !== undefined) return known;
      const made = open(tenant);
      rooms.set(tenant, made);
      // A database that was away when the tenant was first spoken of must not keep it away for good.
      made.catch(() => rooms.delete(tenant));
      return made;
    },
    async flush() {
      const taken: { tenant: string; room: AgentRoom; rows: ReturnType<AgentRegistry["takeSeen"]> }[] = [];
      for (const [tenant, opening] of rooms) {
        const room = await opening.catch(() => null);
        const rows = room?.registry.takeSeen() ?? [];
        if (room !== null && rows.length > 0) taken.push({ tenant, room, rows });
      }
      try {
        await store.run(REPLICA_SERVES, [replica, now()]);
        const all = taken.flatMap(({ tenant, rows }) => rows.map((row) => ({ tenant, ...row })));
        if (all.length === 0) return 0;
        await store.run(SEEN, [
          all.map(({ tenant }) => tenant),
          all.map(({ name }) => name),
          all.map(({ seenAt }) => seenAt),
          all.map(({ answeredAt }) => answeredAt),
        ]);
        return all.length;
      } catch (error) {
        for (const { room, rows } of taken) room.registry.putBack(rows);
        throw error;
      }
    },
    restoreLeases: async (leaseTtlMs) => (await store.run(RESTORE_LEASES, [now(), leaseTtlMs, AWAY_AFTER_MS])).length,
  };
}
