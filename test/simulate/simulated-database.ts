import type { WorkGraph } from "@holdpoint/core";
import type { WorkCommand, WorkResult } from "../../packages/server/src/work/work.commands.ts";
import { type MemoryTask, MemoryWork } from "../../packages/server/src/work/work.memory.ts";
import type { ChangeRecord, LastFacts, TaskFacts, WorldRecord } from "./records.ts";

/** The tenant of the world. */
export const TENANT = "sim";

/** The order in which a batch carries out its commands, as the store in PostgreSQL does. */
const ORDER: readonly WorkCommand["kind"][] = [
  "create",
  "renew",
  "report",
  "release",
  "fail",
  "expire",
  "hold",
  "refuse",
  "handBack",
  "accept",
  "halt",
  "cancel",
  "redrive",
  "reoffer",
  "prioritise",
  "assign",
  "claim",
];

/** The store in memory, whose tasks can be looked at without asking it. */
export class ObservedWork extends MemoryWork {
  facts(): ReadonlyMap<string, MemoryTask> {
    return this.tasks;
  }

  /** Moves the end of a lease. */
  setExpiry(taskId: string, expiresAt: number): void {
    const lease = this.tasks.get(taskId)?.lease ?? null;
    if (lease !== null) this.change(taskId, { lease: { ...lease, expiresAt } });
  }
}

/** Who asks the database, and what its clock says. */
export interface Asker {
  readonly server: string;
  readonly clock: number;
}

interface KeptAnswer {
  request_digest: string;
  holder: string;
  status: number | null;
  headers: Readonly<Record<string, string>> | null;
  body: string | null;
  expires: number;
}

/** A row as the database answers it. */
export type Row = Readonly<Record<string, unknown>>;
type Values = readonly unknown[];

/** What a database is made from. */
export interface DatabaseParts {
  readonly now: () => number;
  readonly random: () => number;
  readonly newId: () => string;
  readonly record: (record: WorldRecord) => void;
  /** The store, or one with a planted bug. */
  readonly work?: typeof ObservedWork;
}

/**
 * The database of the world: the store of work in memory, and the few tables that the rooms of agents and of kept answers
 * ask by SQL. Each call is one transaction, done at once; the delays and failures are those of the way to it.
 */
export class SimulatedDatabase {
  /** Things that were written. */
  writes = 0;
  readonly #parts: DatabaseParts;
  readonly #work: ObservedWork;
  readonly #agents = new Map<string, Record<string, unknown>>();
  readonly #seen = new Map<string, { seen: number; answered: number | null }>();
  readonly #replicas = new Map<string, number>();
  readonly #kept = new Map<string, KeptAnswer>();
  #seenTasks = new Map<string, MemoryTask>();
  #clock = 0;

  constructor(parts: DatabaseParts) {
    this.#parts = parts;
    const Work = parts.work ?? ObservedWork;
    this.#work = new Work({ now: () => this.#clock, random: parts.random, newId: parts.newId }, RETRY);
  }

  /** Carries out a batch of commands as one transaction, and says which of its events somebody may wait for. */
  commit(
    commands: readonly WorkCommand[],
    asker: Asker,
  ): { readonly results: readonly WorkResult[]; readonly hasFreed: boolean } {
    this.#clock = asker.clock;
    const results: (WorkResult | undefined)[] = commands.map(() => undefined);
    let hasFreed = false;
    for (const kind of ORDER) {
      for (const [at, command] of commands.entries()) {
        if (command.kind !== kind) continue;
        const result = this.#work.carryOut(command);
        results[at] = result;
        if (command.kind !== "claim" && command.kind !== "expire" && command.kind !== "create") {
          const { taskId, ...input } = command.input;
          const attempt = "attempt" in input ? input.attempt : null;
          const ok = result.kind === "outcome" && result.outcome.ok;
          this.#parts.record({
            type: "outcome",
            at: this.#parts.now(),
            server: asker.server,
            by: kind,
            task: taskId,
            attempt,
            ok,
          });
        }
        if (this.#look(kind, asker)) hasFreed = true;
      }
    }
    return {
      hasFreed,
      results: results.map((result) => {
        if (result === undefined) throw new Error("a command of a batch was left without an answer");
        return result;
      }),
    };
  }

  /** Stores a plan. */
  importGraph(planId: string, graph: WorkGraph, maxAttempts: number, asker: Asker): void {
    this.#clock = asker.clock;
    this.#work.importGraph({ planId, graph, maxAttempts });
    this.#look("import", asker);
  }

  /** What reads ask, outside of batches. */
  read<T>(ask: (work: ObservedWork) => T, { clock }: Asker): T {
    this.#clock = clock;
    return ask(this.#work);
  }

  /** Whether there is such a task. */
  has(isMeant: (task: MemoryTask) => boolean): boolean {
    for (const task of this.#work.facts().values()) if (isMeant(task)) return true;
    return false;
  }

  /** The tasks as they are. */
  last(): readonly LastFacts[] {
    return [...this.#work.facts().values()].map((task) => ({
      ...factsOf(task),
      task: task.taskId,
      key: task.key,
      maxAttempts: task.maxAttempts,
      capabilities: task.capabilities,
      assigned: task.assigned,
      priority: task.priority,
      blocked: task.blocked,
    }));
  }

  /** Answers a statement of the product by its name. */
  statement(name: string, values: Values, asker: Asker): readonly Row[] {
    this.#clock = asker.clock;
    const answer = this.#answers[name];
    if (answer === undefined) throw new Error(`the simulated database does not know the statement ${name}`);
    return answer(values, asker);
  }

  readonly #answers: Readonly<Record<string, (values: Values, asker: Asker) => readonly Row[]>> = {
    agent_register: ([, runner, at, names, capabilities, labels, capacity, version]) => {
      for (const [place, name] of texts(names).entries()) {
        const known = this.#agents.get(name);
        this.#agents.set(name, {
          name,
          runner,
          capabilities: JSON.parse(texts(capabilities)[place] ?? "[]"),
          labels: JSON.parse(texts(labels)[place] ?? "{}"),
          capacity: list(capacity)[place],
          version: list(version)[place] ?? null,
          wanted: known?.["wanted"] ?? "active",
          registered_at_ms: known?.["registered_at_ms"] ?? at,
        });
      }
      return [];
    },
    agent_all: () =>
      [...this.#agents.values()].map((agent) => {
        const seen = this.#seen.get(String(agent["name"]));
        return { ...agent, seen_at_ms: seen?.seen ?? null, answered_at_ms: seen?.answered ?? null };
      }),
    agent_leases: () => {
      const counts = new Map<string, number>();
      for (const { lease } of this.#work.facts().values()) {
        if (lease !== null) counts.set(lease.agent, (counts.get(lease.agent) ?? 0) + 1);
      }
      return [...counts].map(([agent, n]) => ({ agent, n }));
    },
    agent_wanted: () => [...this.#agents.values()].filter((agent) => agent["wanted"] !== "active"),
    agent_want: ([, name, wanted]) => {
      const agent = this.#agents.get(String(name));
      if (agent === undefined) return [];
      agent["wanted"] = wanted;
      return [{ name }];
    },
    agent_forget: ([, name]) => (this.#agents.delete(String(name)) ? [{ name }] : []),
    agent_seen_write: ([, names, seen, answered]) => {
      for (const [place, name] of texts(names).entries()) {
        const known = this.#seen.get(name);
        const answeredAt = list(answered)[place];
        this.#seen.set(name, {
          seen: Math.max(known?.seen ?? 0, Number(list(seen)[place])),
          answered:
            typeof answeredAt === "number" ? Math.max(known?.answered ?? 0, answeredAt) : (known?.answered ?? null),
        });
      }
      return [];
    },
    replica_serves: ([replica, at]) => {
      this.#replicas.set(String(replica), Number(at));
      return [];
    },
    lease_restore: ([now, ttl, away], asker) => {
      const last = Math.max(...this.#replicas.values());
      const until = Number(now) + Number(ttl);
      if (!(last < Number(now) - Number(away))) return [];
      return this.#moveLeases("restore", asker, ({ expiresAt }) => expiresAt >= last && expiresAt < until, until);
    },
    lease_shorten: ([, owner, until], asker) =>
      this.#moveLeases(
        "shorten",
        asker,
        (lease) => lease.owner === owner && lease.expiresAt > Number(until),
        Number(until),
      ),
    agent_demand: ([, now, most]) => {
      const ready = [...this.#work.facts().values()].filter(
        ({ readyAt }) => readyAt !== null && readyAt <= Number(now),
      );
      ready.sort((a, b) => b.priority - a.priority || a.position - b.position || (a.taskId < b.taskId ? -1 : 1));
      const kinds = new Map<string, { capabilities: readonly string[]; assigned: string | null; n: number }>();
      for (const { capabilities, assigned } of ready.slice(0, Number(most))) {
        const key = JSON.stringify([capabilities, assigned]);
        const kind = kinds.get(key) ?? { capabilities, assigned, n: 0 };
        kind.n += 1;
        kinds.set(key, kind);
      }
      return [...kinds.values()].map((kind) => ({ ...kind, looked: Math.min(ready.length, Number(most)) }));
    },
    due_leases: ([now]) =>
      [...this.#work.facts().values()].some(({ lease }) => lease !== null && lease.expiresAt <= Number(now))
        ? [{ tenant_id: TENANT }]
        : [],
    due_reported: () => {
      const reported = [...this.#work.facts().values()].filter(({ state }) => state === "reported");
      return [...new Set(reported.map(({ planId }) => planId))].map((plan_id) => ({ tenant_id: TENANT, plan_id }));
    },
    plan_host_get: () => [],
    output_write: () => [],
    output_cut: () => [],
    kept_take: (values) => {
      const [tenant, token, operation, key, digest, holder, expires, now] = values;
      const place = JSON.stringify([tenant, token, operation, key]);
      const known = this.#kept.get(place);
      if (known !== undefined && known.expires > Number(now)) return [];
      const fresh = { status: null, headers: null, body: null, expires: Number(expires) };
      this.#kept.set(place, { request_digest: String(digest), holder: String(holder), ...fresh });
      return [{ holder }];
    },
    kept_look: ([tenant, token, operation, key]) => {
      const known = this.#kept.get(JSON.stringify([tenant, token, operation, key]));
      return known === undefined ? [] : [{ ...known }];
    },
    kept_keep: ([tenant, token, operation, key, holder, status, headers, body, expires]) => {
      const known = this.#kept.get(JSON.stringify([tenant, token, operation, key]));
      if (known?.holder !== holder || known === undefined) return [];
      known.status = Number(status);
      known.headers = { ...(headers as Record<string, string>) };
      known.body = String(body);
      known.expires = Number(expires);
      return [];
    },
    kept_still_running: ([tenant, token, operation, key, holder, expires]) => {
      const known = this.#kept.get(JSON.stringify([tenant, token, operation, key]));
      if (known?.holder === holder && known?.status === null) known.expires = Number(expires);
      return [];
    },
    kept_give_back: ([tenant, token, operation, key, holder]) => {
      const place = JSON.stringify([tenant, token, operation, key]);
      if (this.#kept.get(place)?.holder === holder) this.#kept.delete(place);
      return [];
    },
  };

  #moveLeases(
    by: ChangeRecord["by"],
    asker: Asker,
    isMeant: (lease: NonNullable<MemoryTask["lease"]>) => boolean,
    until: number,
  ): readonly Row[] {
    const moved = [...this.#work.facts().values()].filter(({ lease }) => lease !== null && isMeant(lease));
    for (const { taskId } of moved) this.#work.setExpiry(taskId, until);
    this.#look(by, asker);
    return moved.map(({ taskId }) => ({ task_id: taskId }));
  }

  /** Records what is different from the last look; true when something became ready. */
  #look(by: ChangeRecord["by"], { server, clock }: Asker): boolean {
    let hasFreed = false;
    for (const [task, now] of this.#work.facts()) {
      const before = this.#seenTasks.get(task);
      if (before === now) continue;
      this.#seenTasks.set(task, now);
      this.writes += 1;
      if (now.state === "ready" && before?.state !== "ready") hasFreed = true;
      const facts = { before: before === undefined ? null : factsOf(before), after: factsOf(now) };
      this.#parts.record({ type: "change", at: this.#parts.now(), server, clock, by, task, ...facts });
    }
    return hasFreed;
  }
}

/** Pauses between tries of a task, milliseconds: short, so that a small world sees many of them. */
const RETRY = { baseMs: 500, capMs: 4_000 } as const;

function factsOf({ state, attempt, tries, unmet, lease }: MemoryTask): TaskFacts {
  return {
    state,
    attempt,
    tries,
    unmet,
    agent: lease?.agent ?? null,
    owner: lease?.owner ?? null,
    expiresAt: lease?.expiresAt ?? null,
  };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function texts(value: unknown): readonly string[] {
  return list(value).map(String);
}
