import type { HoldpointError, RetryPolicy, TaskKind, TaskState, WorkGraph } from "@holdpoint/core";
import type { Tracing } from "@holdpoint/trace";
import type { NewCallback } from "../callbacks/index.ts";

/** A JSON value that is stored as it comes. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** A plan's graph of work, to be stored or compared with what is stored. */
export interface WorkImport {
  readonly planId: string;
  readonly graph: WorkGraph;
  /** How often a task may be tried before it is dead. @default 3 */
  readonly maxAttempts?: number;
  /** Keys of accepted tasks that are to be judged again: their gates do not hold any more. @default none */
  readonly reopen?: readonly string[];
}

/** What an import changed, in tasks. */
export interface WorkImported {
  readonly added: number;
  /** Tasks whose text, place, gates or state changed. */
  readonly changed: number;
  /** Open tasks that the document no longer holds; they are cancelled. */
  readonly removed: number;
  /** Cancelled tasks that the document holds again. */
  readonly restored: number;
  /** Accepted tasks that stay accepted. */
  readonly kept: number;
}

/** Who asks for work, and for how much. */
export interface ClaimRequest {
  /** Only tasks of this plan; every plan of the tenant when absent. */
  readonly planId?: string;
  /** Name of the agent. */
  readonly agent: string;
  /** What the agent can do; it is offered the tasks whose required capabilities are all among these. */
  readonly capabilities: readonly string[];
  /** The process that holds the leases, so that they can be freed at once when it is known to be dead. */
  readonly owner: string;
  /** At most this many tasks. @default 1 */
  readonly limit?: number;
  /** How long the lease runs without a renewal, in milliseconds. */
  readonly leaseTtlMs: number;
}

/** One claimed task. Everything written for it later carries `attempt`. */
export interface Claim {
  readonly taskId: string;
  readonly planId: string;
  readonly key: string;
  readonly title: string;
  /** The fencing token. */
  readonly attempt: number;
  /** Tries that were counted before this one. */
  readonly tries: number;
  readonly maxAttempts: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Critical gates that must be pass and fresh before the task is accepted. */
  readonly gates: readonly string[];
  /** What the last refusal said was missing; empty on a first try. */
  readonly missing: readonly string[];
}

/** A task and the attempt that a command speaks for. */
export interface AttemptRef {
  readonly taskId: string;
  readonly attempt: number;
}

/** Prolongs a lease. */
export interface RenewCommand extends AttemptRef {
  readonly leaseTtlMs: number;
}

/** The agent says that it is done; the gates decide whether it is. */
export interface ReportCommand extends AttemptRef {
  /** The agent's own account; kept with the attempt, never judged. */
  readonly result?: JsonValue;
}

/** The gates passed. */
export interface AcceptCommand extends AttemptRef {
  /** Digests of the evidence that the decision rests on. */
  readonly evidence?: readonly string[];
}

/** The gates did not pass. */
export interface RefuseCommand extends AttemptRef {
  /** What is missing, one sentence each; the next attempt is given them. */
  readonly missing: readonly string[];
}

/** The work is done and passed its gates, but the tree it was made for has changed: another attempt begins from the newest. */
export interface HandBackCommand extends AttemptRef {
  /** What did not fit, one sentence each; the next attempt is given them. */
  readonly missing: readonly string[];
}

/** The attempt failed by itself: crash, time-out, limit, the agent's own word. */
export interface FailCommand extends AttemptRef {
  readonly reason: string;
}

/** The work is handed back without counting the try. */
export interface ReleaseCommand extends AttemptRef {
  readonly reason: string;
}

/** Judgement needs a person or time. */
export interface HoldCommand extends AttemptRef {
  readonly missing: readonly string[];
}

/** A person takes a task out of the work, or puts a dead or held one back. */
export interface OperatorCommand {
  readonly taskId: string;
  /** Who decided it. */
  readonly by: string;
  readonly reason: string;
}

/** An agent cannot go on without somebody; the task is held until an operator lets it be offered again. */
export interface HaltCommand extends AttemptRef {
  readonly reason: string;
}

/** Whoever decided sets the order among ready tasks. */
export interface PrioritiseCommand {
  readonly taskId: string;
  readonly by: string;
  /** Higher goes first. A changed document leaves it as it was set. */
  readonly priority: number;
}

/** Reserves a task for one agent, or for whoever comes (null). An attempt that runs goes on. */
export interface AssignCommand {
  readonly taskId: string;
  readonly by: string;
  readonly agent: string | null;
}

/** A task that is created in a queue. */
export interface NewTask {
  /** Unique in its queue; the id of the task when absent. */
  readonly key?: string;
  readonly title: string;
  readonly payload?: JsonValue;
  readonly capabilities: readonly string[];
  readonly priority: number;
  /** Keys of tasks of the same queue or request. */
  readonly dependsOn: readonly string[];
  readonly maxAttempts: number;
  /** Not offered before, milliseconds since the epoch; null for at once. */
  readonly runAt: number | null;
  /** Tasks with one key share its limit. */
  readonly concurrencyKey: string | null;
  /** Where to tell when it is settled. */
  readonly callback?: NewCallback;
}

/** Tasks that are created together: all or none. */
export interface CreateRequest {
  readonly queue: string;
  readonly tasks: readonly NewTask[];
  /** Who creates them. */
  readonly by: string;
  /** Where to tell when all tasks that the request creates are settled. */
  readonly callback?: NewCallback;
}

/** What became of a request, in the order of its tasks; `created` is false for a key that was there. */
export type CreateOutcome =
  | { readonly ok: true; readonly tasks: readonly { readonly taskId: string; readonly created: boolean }[] }
  | { readonly ok: false; readonly error: HoldpointError };

/** A person takes a task out of the work. */
export interface CancelCommand extends OperatorCommand {
  /** Only when the task is in this state; any open one, and dead, when absent. */
  readonly only?: TaskState;
}

/** Frees leases that ran out, or every lease of a process that is known to be dead. */
export interface ExpireRequest {
  /** At most this many. @default 500 */
  readonly limit?: number;
  /** Frees the leases of this process whether or not they ran out. */
  readonly owner?: string;
}

/** What a command did. A refusal is a value, not an exception: it tells who holds the task now. */
export type CommandOutcome =
  | { readonly ok: true; readonly state: TaskState; readonly attempt: number; readonly tries: number }
  | {
      readonly ok: false;
      /** `fenced`: another attempt is the current one. */
      readonly reason: "not_found" | "fenced" | "wrong_state" | "guard";
      readonly state: TaskState | null;
      readonly attempt: number | null;
      /** The agent that holds the lease now. */
      readonly holder: string | null;
    };

/** A task as lists show it. */
export interface TaskView {
  readonly taskId: string;
  readonly planId: string;
  readonly key: string;
  readonly kind: TaskKind;
  readonly title: string;
  /** Key of the plan item; null for the checkpoint of the whole plan and for joins. */
  readonly item: string | null;
  readonly state: TaskState;
  readonly unmet: number;
  readonly attempt: number;
  readonly tries: number;
  readonly maxAttempts: number;
  readonly position: number;
  readonly priority: number;
  readonly gates: readonly string[];
  readonly capabilities: readonly string[];
  /** What the last refusal or hold said was missing. */
  readonly missing: readonly string[];
  /** Why it last failed, was released, expired or was cancelled. */
  readonly reason: string | null;
  /** The agent and deadline of the lease, while there is one. */
  readonly lease: { readonly agent: string; readonly owner: string; readonly expiresAt: number } | null;
  /** When a ready task may be claimed, milliseconds since the epoch; null in other states. */
  readonly readyAt: number | null;
  /** Held by the word of its agent, and never reported. */
  readonly blocked: boolean;
  /** The only agent that is offered it; null for whoever comes. */
  readonly assigned: string | null;
  readonly concurrencyKey: string | null;
}

/** Which tasks to list, in order of position. */
export interface TaskQuery {
  readonly planId?: string;
  readonly states?: readonly TaskState[];
  /** Continues after this position of the plan; give `planId` with it. */
  readonly afterPosition?: number;
  /** @default 1000 */
  readonly limit?: number;
}

/** How many tasks are in each state. */
export type WorkCounts = Readonly<Record<TaskState, number>>;

/** What a store of work needs to know besides commands. */
export interface WorkStoreOptions {
  readonly tenant: string;
  readonly retry?: RetryPolicy;
  /** Is told after each commit that made a task ready, so that those who wait for work can be served at once. */
  readonly onReady?: () => void;
  /** Waits for the turn of this tenant; what it resolves to ends the turn. Default: no other tenant is waited for. */
  readonly turn?: () => Promise<(cost: number) => void>;
  /** Is told after each commit that wrote notifications for callbacks. */
  readonly onNotifications?: () => void;
  /** Is told of each batch after its commit. */
  readonly onBatch?: (batch: BatchRecord) => void;
  /** Makes spans of commands, batches and the lives of tasks. @default none */
  readonly tracing?: Tracing;
}

/** What one transaction of commands did, for metrics. */
export interface BatchRecord {
  /** Commands that shared the transaction. */
  readonly commands: number;
  readonly tookMs: number;
  /** Verbs of the task events that it wrote: `claimed`, `accepted` …. */
  readonly moved: readonly string[];
  /** Commands that were refused because a later attempt is the current one. */
  readonly fenced: number;
}

/**
 * The durable heart of a run: which tasks there are, who works on them, and what became of each attempt.
 *
 * Every call is one transaction, shared with the other calls that arrive at the same time; when its promise resolves,
 * the change and its event rows are on disk. Offers are made at least once; a task is accepted at most once.
 *
 * @throws HoldpointError HP6010 when the database cannot be reached; HP5003 when too many commands are waiting
 */
export interface WorkStore {
  /** Stores a plan's graph, or brings the stored one in line with a changed document; finished tasks stay finished. */
  importGraph(request: WorkImport): Promise<WorkImported>;
  /** Leases ready tasks, in order of priority and position. An empty answer means that nothing fits at this time. */
  claim(request: ClaimRequest): Promise<readonly Claim[]>;
  renew(command: RenewCommand): Promise<CommandOutcome>;
  report(command: ReportCommand): Promise<CommandOutcome>;
  accept(command: AcceptCommand): Promise<CommandOutcome>;
  refuse(command: RefuseCommand): Promise<CommandOutcome>;
  /** Offers the task again at once, without counting the try. */
  handBack(command: HandBackCommand): Promise<CommandOutcome>;
  fail(command: FailCommand): Promise<CommandOutcome>;
  release(command: ReleaseCommand): Promise<CommandOutcome>;
  hold(command: HoldCommand): Promise<CommandOutcome>;
  cancel(command: CancelCommand): Promise<CommandOutcome>;
  redrive(command: OperatorCommand): Promise<CommandOutcome>;
  /** The agent cannot go on: the task is held, blocked, and its try is not counted. */
  halt(command: HaltCommand): Promise<CommandOutcome>;
  /** Offers a blocked task again. */
  reoffer(command: OperatorCommand): Promise<CommandOutcome>;
  prioritise(command: PrioritiseCommand): Promise<CommandOutcome>;
  assign(command: AssignCommand): Promise<CommandOutcome>;
  /**
   * Creates tasks in a queue: all or none. A key that is there already is left as it is.
   *
   * @throws HoldpointError HP5020 when a dependency is not there, HP5021 when dependencies form a circle
   */
  create(request: CreateRequest): Promise<Extract<CreateOutcome, { readonly ok: true }>["tasks"]>;
  /** Frees leases; answers the tasks whose attempt ended so. */
  expire(request?: ExpireRequest): Promise<readonly AttemptRef[]>;
  /** Names of agents for whom ready tasks are reserved; at most 1000. */
  reservedAgents(): Promise<readonly string[]>;
  get(taskId: string): Promise<TaskView | null>;
  /**
   * How many attempts in a row before this one were handed back. Attempts that were released or never judged are passed
   * over; any other end of an attempt ends the row.
   */
  handedBackBefore(attempt: AttemptRef): Promise<number>;
  list(query?: TaskQuery): Promise<readonly TaskView[]>;
  counts(planId?: string): Promise<WorkCounts>;
  /** The earliest moment at which something changes by itself: a resting task becomes ready or a lease runs out. */
  nextDueAt(planId?: string): Promise<number | null>;
}
