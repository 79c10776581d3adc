import {
  DEFAULT_RETRY_POLICY,
  type RetryPolicy,
  type Runtime,
  retryDelayMs,
  type TaskCommandKind,
  transition,
} from "@holdpoint/core";
import { commandMethods } from "./command-methods.ts";
import { diffGraph, type StoredEdge, type StoredTask } from "./graph-diff.ts";
import { DEFAULT_MAX_ATTEMPTS, REMOVED_REASON, summaryOf } from "./graph-import.ts";
import { nameIn, resolveCreation, type TaskDraft } from "./task-creation.ts";
import { refusalOf, type TaskCommandOf, type WorkCommand, type WorkResult } from "./work.commands.ts";
import { emptyCounts } from "./work.counts.ts";
import type {
  AttemptRef,
  Claim,
  ClaimRequest,
  CommandOutcome,
  CreateOutcome,
  CreateRequest,
  ExpireRequest,
  TaskQuery,
  TaskView,
  WorkCounts,
  WorkImport,
  WorkImported,
  WorkStore,
  WorkStoreOptions,
} from "./work.types.ts";

/** The work of one tenant in memory, by the transition table alone: for simulations, and as the SQL store's model. */
export function createMemoryWorkStore(runtime: Runtime, options: Omit<WorkStoreOptions, "tenant"> = {}): WorkStore {
  const work = new MemoryWork(runtime, options.retry);
  return {
    ...commandMethods(async (command) => await Promise.resolve(work.carryOut(command))),
    importGraph: async (request) => await Promise.resolve(work.importGraph(request)),
    reservedAgents: async () => await Promise.resolve(work.reservedAgents()),
    get: async (taskId) => await Promise.resolve(work.get(taskId)),
    handedBackBefore: async (attempt) => await Promise.resolve(work.handedBackBefore(attempt)),
    list: async (query) => await Promise.resolve(work.list(query)),
    counts: async (planId) => await Promise.resolve(work.counts(planId)),
    nextDueAt: async (planId) => await Promise.resolve(work.nextDueAt(planId)),
  };
}

/** What the graph of a plan does not know of a task. */
interface Extras {
  readonly assigned: string | null;
  readonly concurrencyKey: string | null;
  /** Not offered before; 0 for at once. */
  readonly runAt: number;
}

const UNTOUCHED = { missing: [], reason: null, lease: null, readyAt: null } as const;
const NO_EXTRAS: Extras = { assigned: null, concurrencyKey: null, runAt: 0 };

/** A task as the store in memory keeps it. */
export interface MemoryTask extends StoredTask, Extras {
  readonly planId: string;
  readonly missing: readonly string[];
  readonly reason: string | null;
  readonly lease: TaskView["lease"];
  readonly readyAt: number | null;
}

/** `passed` tells nothing about the work: it was given back before its end. */
type AttemptEnd = "handed back" | "passed" | "other";

const END_OF: Partial<Record<TaskCommandKind, AttemptEnd>> = {
  handBack: "handed back",
  release: "passed",
  fail: "other",
  expire: "other",
  refuse: "other",
  hold: "other",
  accept: "other",
};
/** What every task of a queue begins with. */
const NEW_TASK = {
  kind: "task",
  attempt: 0,
  tries: 0,
  judgeFirst: false,
  removed: false,
  pinned: false,
  blocked: false,
  position: 0,
  item: null,
  line: 0,
  gates: [],
  assigned: null,
} as const;

type Arrangement = Extract<TaskCommandOf, { kind: "prioritise" | "assign" }>;

/** What is behind the store in memory: each method is one command, done at once and whole. */
export class MemoryWork {
  protected readonly tasks = new Map<string, MemoryTask>();
  /** Plan id of each queue. */
  private readonly queues = new Map<string, string>();
  private edges = new Map<string, readonly StoredEdge[]>();
  /** What became of each attempt that was judged or ended by itself, by task and attempt. */
  private readonly ends = new Map<string, Map<number, AttemptEnd>>();
  protected readonly runtime: Runtime;
  private readonly retry: RetryPolicy;

  constructor(runtime: Runtime, retry: RetryPolicy = DEFAULT_RETRY_POLICY) {
    this.runtime = runtime;
    this.retry = retry;
  }

  importGraph({ planId, graph, maxAttempts = DEFAULT_MAX_ATTEMPTS, reopen = [] }: WorkImport): WorkImported {
    const stored = this.ordered().filter((task) => task.planId === planId);
    const plain = stored.map(
      ({
        planId: _plan,
        missing: _missing,
        reason: _reason,
        lease: _lease,
        readyAt: _at,
        assigned: _assigned,
        concurrencyKey: _key,
        runAt: _runAt,
        ...task
      }) => task,
    );
    const options = { maxAttempts, reopen: new Set(reopen), newId: () => this.runtime.newId() };
    const diff = diffGraph(plain, graph, options);
    for (const { task } of [...diff.added, ...diff.changed]) {
      const known = this.tasks.get(task.taskId) ?? { planId, ...UNTOUCHED, ...NO_EXTRAS };
      const readyAt = task.state === "ready" ? (known.readyAt ?? this.runtime.now()) : null;
      this.tasks.set(task.taskId, { ...known, ...task, readyAt });
    }
    for (const task of diff.removed) {
      this.change(task.taskId, {
        state: "cancelled",
        removed: true,
        blocked: false,
        reason: REMOVED_REASON,
        lease: null,
        readyAt: null,
      });
    }
    this.edges.set(planId, diff.edges);
    return summaryOf(diff);
  }

  /** Does what a command says. */
  carryOut(command: WorkCommand): WorkResult {
    if (command.kind === "claim") return { kind: "claims", claims: this.claim(command.input) };
    if (command.kind === "create") return { kind: "created", created: this.create(command.input) };
    if (command.kind === "expire") return { kind: "freed", freed: this.expire(command.input) };
    return { kind: "outcome", outcome: this.apply(command) };
  }

  claim(request: ClaimRequest): readonly Claim[] {
    const now = this.runtime.now();
    const can = new Set(request.capabilities);
    const fitting = this.ordered()
      .filter((task) => task.state === "ready" && (task.readyAt ?? Number.POSITIVE_INFINITY) <= now)
      .filter((task) => request.planId === undefined || task.planId === request.planId)
      .filter((task) => task.capabilities.every((capability) => can.has(capability)))
      .filter((task) => task.assigned === null || task.assigned === request.agent)
      .sort((left, right) => right.priority - left.priority);
    return fitting.slice(0, request.limit ?? 1).map((task) => this.lease(task, request, now));
  }

  apply(command: TaskCommandOf): CommandOutcome {
    const task = this.tasks.get(command.input.taskId);
    if (task === undefined) return refusalOf(command, null);
    if (command.kind === "renew") return this.renew(task, command);
    if (command.kind === "prioritise" || command.kind === "assign") return this.arrange(task, command);
    if (command.kind === "cancel" && command.input.only !== undefined && command.input.only !== task.state)
      return refusalOf(command, { ...task, holder: task.lease?.agent ?? null });
    const moved = this.move(task, command.kind, "attempt" in command.input ? command.input.attempt : undefined);
    if (moved === null) return refusalOf(command, { ...task, holder: task.lease?.agent ?? null });
    this.note(moved, command);
    if (command.kind === "accept") this.release(moved);
    return { ok: true, state: moved.state, attempt: moved.attempt, tries: moved.tries };
  }

  create(request: CreateRequest): CreateOutcome {
    const planId = this.queues.get(request.queue) ?? this.runtime.newId();
    this.queues.set(request.queue, planId);
    const inQueue = this.ordered().filter((task) => task.planId === planId);
    const stored = new Map(inQueue.map((task) => [nameIn(request.queue, task.key), task]));
    const { outcomes, drafts } = resolveCreation([request], stored, () => this.runtime.newId());
    const [outcome] = outcomes;
    if (outcome === undefined) throw new Error("a request was left without an answer");
    if (!outcome.ok) return outcome;
    for (const draft of drafts) this.tasks.set(draft.taskId, this.fromDraft(draft, planId));
    const edges = drafts.flatMap(({ taskId, after }) => after.map((parent) => ({ parent, child: taskId })));
    this.edges.set(planId, [...(this.edges.get(planId) ?? []), ...edges]);
    return outcome;
  }

  expire({ limit = 500, owner }: ExpireRequest = {}): readonly AttemptRef[] {
    const now = this.runtime.now();
    const due = [...this.tasks.values()]
      .filter(({ lease }) => lease !== null && (owner === undefined ? lease.expiresAt <= now : lease.owner === owner))
      .sort((left, right) => (left.lease?.expiresAt ?? 0) - (right.lease?.expiresAt ?? 0) || byId(left, right))
      .slice(0, limit);
    return due.map(({ taskId, attempt }) => {
      const task = this.tasks.get(taskId);
      const reason = owner === undefined ? "the lease ran out" : "the process that held the lease is gone";
      if (task !== undefined && this.move(task, "expire", attempt) !== null) this.change(taskId, { reason });
      return { taskId, attempt };
    });
  }

  reservedAgents(): readonly string[] {
    const now = this.runtime.now();
    const ready = [...this.tasks.values()].filter(({ readyAt }) => readyAt !== null && readyAt <= now);
    return [...new Set(ready.flatMap(({ assigned }) => (assigned === null ? [] : [assigned])))];
  }

  get(taskId: string): TaskView | null {
    const task = this.tasks.get(taskId);
    return task === undefined ? null : toView(task);
  }

  handedBackBefore({ taskId, attempt }: AttemptRef): number {
    const ends = this.ends.get(taskId);
    let count = 0;
    for (let before = attempt - 1; before > 0; before -= 1) {
      const end = ends?.get(before) ?? "passed";
      if (end === "other") return count;
      if (end === "handed back") count += 1;
    }
    return count;
  }

  list({ planId, states, afterPosition = -1, limit = 1_000 }: TaskQuery = {}): readonly TaskView[] {
    return this.ordered()
      .filter((task) => planId === undefined || task.planId === planId)
      .filter((task) => task.position > afterPosition && (states === undefined || states.includes(task.state)))
      .slice(0, limit)
      .map(toView);
  }

  counts(planId?: string): WorkCounts {
    const counts: Record<keyof WorkCounts, number> = { ...emptyCounts() };
    for (const task of this.tasks.values()) if (planId === undefined || task.planId === planId) counts[task.state] += 1;
    return counts;
  }

  nextDueAt(planId?: string): number | null {
    const now = this.runtime.now();
    const times = [...this.tasks.values()]
      .filter((task) => planId === undefined || task.planId === planId)
      .flatMap(({ readyAt, lease }) => [
        ...(readyAt !== null && readyAt > now ? [readyAt] : []),
        ...(lease === null ? [] : [lease.expiresAt]),
      ]);
    return times.length === 0 ? null : Math.min(...times);
  }

  private fromDraft({ taskId, key, state, after, task }: TaskDraft, planId: string): MemoryTask {
    const { title, priority, capabilities, maxAttempts, concurrencyKey } = task;
    const runAt = task.runAt ?? 0;
    const said = { taskId, planId, key, title, priority, capabilities, maxAttempts, concurrencyKey, state, runAt };
    const readyAt = state === "ready" ? Math.max(this.runtime.now(), runAt) : null;
    return { ...UNTOUCHED, ...NEW_TASK, ...said, unmet: after.length, readyAt };
  }

  /** Neither moves a task; both fit every open one that agents are offered. */
  private arrange(task: MemoryTask, command: Arrangement): CommandOutcome {
    const { state, attempt, tries, kind, lease } = task;
    if (kind === "checkpoint" || state === "accepted" || state === "cancelled")
      return refusalOf(command, { ...task, holder: lease?.agent ?? null });
    if (command.kind === "assign") this.change(task.taskId, { assigned: command.input.agent });
    else this.change(task.taskId, { priority: command.input.priority, pinned: true });
    return { ok: true, state, attempt, tries };
  }

  protected lease(task: MemoryTask, request: ClaimRequest, now: number): Claim {
    const { agent, owner, leaseTtlMs } = request;
    const moved = this.move(task, "claim");
    if (moved === null) throw new Error("a ready task could not be claimed");
    const expiresAt = now + leaseTtlMs;
    this.change(task.taskId, { lease: { agent, owner, expiresAt } });
    const { taskId, planId, key, title, attempt, tries, maxAttempts, gates, missing } = moved;
    return { taskId, planId, key, title, attempt, tries, maxAttempts, expiresAt, gates, missing };
  }

  private renew(task: MemoryTask, command: Extract<TaskCommandOf, { kind: "renew" }>): CommandOutcome {
    const { attempt, leaseTtlMs } = command.input;
    const { lease, state, tries } = task;
    if (lease === null || attempt !== task.attempt)
      return refusalOf(command, { ...task, holder: lease?.agent ?? null });
    this.change(task.taskId, { lease: { ...lease, expiresAt: this.runtime.now() + leaseTtlMs } });
    return { ok: true, state, attempt, tries };
  }

  /** Moves a task by the table and keeps lease and readiness in step; null when it may not move. */
  protected move(task: MemoryTask, kind: TaskCommandKind, attempt?: number): MemoryTask | null {
    const result = transition(task, attempt === undefined ? { kind } : { kind, attempt });
    if (!result.ok) return null;
    const { state, tries } = result.task;
    const now = this.runtime.now();
    const rests = result.by.tries === "count" ? retryDelayMs(tries, this.runtime.random(), this.retry) : 0;
    const readyAt = state === "ready" ? now + rests : null;
    const lease = state === "leased" ? task.lease : null;
    const end = END_OF[kind];
    if (end !== undefined) {
      const ends = this.ends.get(task.taskId) ?? new Map<number, AttemptEnd>();
      this.ends.set(task.taskId, ends.set(task.attempt, end));
    }
    return this.change(task.taskId, { ...result.task, readyAt, lease });
  }

  private note(task: MemoryTask, command: Exclude<TaskCommandOf, { kind: "renew" | Arrangement["kind"] }>): void {
    const { input } = command;
    if ("reason" in input) this.change(task.taskId, { reason: input.reason });
    if ("missing" in input) this.change(task.taskId, { missing: input.missing });
    if (command.kind === "report" || command.kind === "refuse" || command.kind === "handBack")
      this.change(task.taskId, { reason: null });
    if (command.kind === "accept") this.change(task.taskId, { missing: [], reason: null });
  }

  /** Decrements what waits for an accepted task. */
  protected release(parent: MemoryTask): void {
    for (const edge of this.edges.get(parent.planId) ?? []) {
      if (edge.parent !== parent.taskId) continue;
      const child = this.tasks.get(edge.child);
      if (child === undefined) continue;
      const fewer = this.change(child.taskId, { unmet: child.unmet - 1 });
      if (fewer.state !== "waiting") continue;
      const begun = this.move(fewer, "unblock");
      if (begun !== null && begun.readyAt !== null)
        this.change(begun.taskId, { readyAt: Math.max(begun.readyAt, begun.runAt) });
    }
  }

  protected change(taskId: string, change: Partial<MemoryTask>): MemoryTask {
    const task = this.tasks.get(taskId);
    if (task === undefined) throw new Error(`no task ${taskId}`);
    const changed = { ...task, ...change };
    this.tasks.set(taskId, changed);
    return changed;
  }

  private ordered(): MemoryTask[] {
    return [...this.tasks.values()].sort((left, right) => left.position - right.position || byId(left, right));
  }
}

function byId(left: { readonly taskId: string }, right: { readonly taskId: string }): number {
  return left.taskId < right.taskId ? -1 : 1;
}

function toView(task: MemoryTask): TaskView {
  const { judgeFirst: _judgeFirst, removed: _removed, line: _line, pinned: _pinned, runAt: _runAt, ...view } = task;
  return view;
}
