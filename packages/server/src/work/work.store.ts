import { DEFAULT_RETRY_POLICY, type Runtime, type TaskState } from "@holdpoint/core";
import type { Store } from "@holdpoint/store";
import { appendEvents } from "../events/index.ts";
import { CommandBatch } from "./command-batch.ts";
import { CommandQueue } from "./command-queue.ts";
import { importGraph } from "./graph-import.ts";
import type { WorkCommand, WorkResult } from "./work.commands.ts";
import { emptyCounts } from "./work.counts.ts";
import { COUNTS, GET, HANDED_BACK_BEFORE, LIST, NEXT_DUE } from "./work.read.sql.ts";
import type { CommandOutcome, TaskQuery, TaskView, WorkCounts, WorkStore, WorkStoreOptions } from "./work.types.ts";

/** Tasks listed by one call unless it says otherwise. */
const DEFAULT_LIST_LIMIT = 1_000;

/** The work of one tenant in PostgreSQL. */
export function createWorkStore(store: Store, runtime: Runtime, options: WorkStoreOptions): WorkStore {
  const { tenant, retry = DEFAULT_RETRY_POLICY, onReady } = options;
  const queue = new CommandQueue<WorkCommand, WorkResult>(async (commands) => {
    const { results, events } = await store.transaction(async (tx) => {
      const now = runtime.now();
      const batch = new CommandBatch(tx, { tenant, now, retry, random: () => runtime.random() });
      const answers = await batch.run(commands);
      await appendEvents(tx, tenant, now, batch.events);
      return { results: answers, events: batch.events };
    });
    if (events.some((event) => event.data?.["to"] === "ready")) onReady?.();
    return results;
  });
  const outcome = async (command: WorkCommand): Promise<CommandOutcome> => {
    const result = await queue.add(command);
    if (result.kind !== "outcome") throw mismatch(command);
    return result.outcome;
  };
  return {
    importGraph: async (request) => {
      const context = { tenant, now: runtime.now(), newId: () => runtime.newId() };
      const imported = await store.transaction((tx) => importGraph(tx, context, request));
      onReady?.();
      return imported;
    },
    claim: async (input) => {
      const result = await queue.add({ kind: "claim", input });
      if (result.kind !== "claims") throw mismatch({ kind: "claim", input });
      return result.claims;
    },
    renew: (input) => outcome({ kind: "renew", input }),
    report: (input) => outcome({ kind: "report", input }),
    accept: (input) => outcome({ kind: "accept", input }),
    refuse: (input) => outcome({ kind: "refuse", input }),
    handBack: (input) => outcome({ kind: "handBack", input }),
    fail: (input) => outcome({ kind: "fail", input }),
    release: (input) => outcome({ kind: "release", input }),
    hold: (input) => outcome({ kind: "hold", input }),
    cancel: (input) => outcome({ kind: "cancel", input }),
    redrive: (input) => outcome({ kind: "redrive", input }),
    expire: async (input = {}) => {
      const result = await queue.add({ kind: "expire", input });
      if (result.kind !== "freed") throw mismatch({ kind: "expire", input });
      return result.freed;
    },
    get: async (taskId) => {
      const [row] = await store.run<ViewRow>(GET, [tenant, taskId]);
      return row === undefined ? null : toView(row);
    },
    handedBackBefore: async ({ taskId, attempt }) => {
      const [row] = await store.run<{ n: number }>(HANDED_BACK_BEFORE, [tenant, taskId, attempt]);
      return row?.n ?? 0;
    },
    list: async ({ planId, states, afterPosition, limit }: TaskQuery = {}) => {
      const values = [tenant, planId ?? null, afterPosition ?? -1, states ?? null, limit ?? DEFAULT_LIST_LIMIT];
      return (await store.run<ViewRow>(LIST, values)).map(toView);
    },
    counts: async (planId): Promise<WorkCounts> => {
      const rows = await store.run<{ state: TaskState; n: number }>(COUNTS, [tenant, planId ?? null]);
      return { ...emptyCounts(), ...Object.fromEntries(rows.map((row) => [row.state, row.n])) };
    },
    nextDueAt: async (planId) => {
      const rows = await store.run<{ due_at_ms: number | null }>(NEXT_DUE, [tenant, planId ?? null, runtime.now()]);
      return rows[0]?.due_at_ms ?? null;
    },
  };
}

function mismatch(command: WorkCommand): Error {
  return new Error(`${command.kind} was answered with something else`);
}

interface ViewRow {
  readonly task_id: string;
  readonly plan_id: string;
  readonly key: string;
  readonly kind: TaskView["kind"];
  readonly title: string;
  readonly item_key: string | null;
  readonly state: TaskState;
  readonly unmet: number;
  readonly attempt: number;
  readonly tries: number;
  readonly max_attempts: number;
  readonly position: number;
  readonly priority: number;
  readonly gates: readonly string[];
  readonly capabilities: readonly string[];
  readonly missing: readonly string[];
  readonly reason: string | null;
  readonly agent: string | null;
  readonly owner: string | null;
  readonly expires_at_ms: number | null;
  readonly ready_at_ms: number | null;
}

function toView(row: ViewRow): TaskView {
  const { key, kind, title, state, unmet, attempt, tries, position, priority, gates, capabilities, missing } = row;
  const { agent, owner, expires_at_ms: expiresAt } = row;
  return {
    taskId: row.task_id,
    planId: row.plan_id,
    key,
    kind,
    title,
    item: row.item_key,
    state,
    unmet,
    attempt,
    tries,
    maxAttempts: row.max_attempts,
    position,
    priority,
    gates,
    capabilities,
    missing,
    reason: row.reason,
    lease: agent === null || owner === null || expiresAt === null ? null : { agent, owner, expiresAt },
    readyAt: row.ready_at_ms,
  };
}
