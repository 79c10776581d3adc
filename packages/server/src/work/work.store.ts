import { DEFAULT_RETRY_POLICY, type Runtime, type TaskState } from "@holdpoint/core";
import type { StoreScope } from "@holdpoint/store";
import { NO_TRACING } from "@holdpoint/trace";
import { appendEvents } from "../events/index.ts";
import { CommandBatch } from "./command-batch.ts";
import { commandMethods } from "./command-methods.ts";
import { CommandQueue } from "./command-queue.ts";
import { type CommandSpans, createCommandSpans } from "./command-spans.ts";
import { importGraph } from "./graph-import.ts";
import { toView, type ViewRow } from "./task-view.ts";
import type { CommandOrigin, TracedCommand, WorkCommand, WorkResult } from "./work.commands.ts";
import { emptyCounts } from "./work.counts.ts";
import { COUNTS, GET, HANDED_BACK_BEFORE, LIST, NEXT_DUE, RESERVED_AGENTS } from "./work.read.sql.ts";
import type { CommandOutcome, TaskQuery, WorkCounts, WorkStore, WorkStoreOptions } from "./work.types.ts";

/** Tasks listed by one call unless it says otherwise. */
const DEFAULT_LIST_LIMIT = 1_000;

/** The work of one tenant in PostgreSQL. */
export function createWorkStore(store: StoreScope, runtime: Runtime, options: WorkStoreOptions): WorkStore {
  const {
    tenant,
    retry = DEFAULT_RETRY_POLICY,
    onReady,
    onBatch,
    turn,
    onNotifications,
    tracing = NO_TRACING,
  } = options;
  const spans: CommandSpans = createCommandSpans(tracing, store, tenant);
  const commit = async (commands: readonly TracedCommand[]): Promise<readonly WorkResult[]> => {
    const began = performance.now();
    const { results, hasFreed, events, notifications, at } = await spans.batch(commands, () =>
      store.transaction(async (tx) => {
        const now = runtime.now();
        const chance = { random: () => runtime.random(), newId: () => runtime.newId() };
        const batch = new CommandBatch(tx, { tenant, now, retry, ...chance });
        const answers = await batch.run(commands);
        await appendEvents(tx, tenant, now, batch.events);
        const { hasFreed: freed, events: told, notifications: queued } = batch;
        return { results: answers, hasFreed: freed, events: told, notifications: queued, at: now };
      }),
    );
    spans.committed(events, at);
    if (hasFreed) onReady?.();
    if (notifications > 0) onNotifications?.();
    onBatch?.({
      commands: commands.length,
      tookMs: performance.now() - began,
      moved: events.map(({ kind }) => kind.slice(kind.indexOf(".") + 1)),
      fenced: results.filter((result) => result.kind === "outcome" && isFenced(result.outcome)).length,
    });
    return results;
  };
  const queue = new CommandQueue<TracedCommand, WorkResult>(commit, turn === undefined ? {} : { turn });
  const add = (command: WorkCommand): Promise<WorkResult> =>
    spans.command(command, (origin: CommandOrigin) => queue.add({ command, ...origin }));
  return {
    ...commandMethods(add),
    importGraph: async (request) => {
      const context = { tenant, now: runtime.now(), newId: () => runtime.newId() };
      const imported = await store.transaction((tx) => importGraph(tx, context, request));
      onReady?.();
      return imported;
    },
    reservedAgents: async () => {
      const rows = await store.run<{ assigned: string }>(RESERVED_AGENTS, [tenant, runtime.now()]);
      return rows.map((row) => row.assigned);
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

function isFenced(outcome: CommandOutcome): boolean {
  return !outcome.ok && outcome.reason === "fenced";
}
