import type { TaskState, WorkGraph, WorkNode } from "@holdpoint/core";
import type { ClaimRequest, CommandOutcome } from "@holdpoint/server";

/** Back-off of the suite: with chance in the middle a task rests 75 % of these. */
export const RETRY = { baseMs: 1_000, capMs: 4_000 } as const;

/** A task as the specification says it must be. Written without the transition table, on purpose. */
export interface ModelTask {
  readonly node: WorkNode;
  state: TaskState;
  attempt: number;
  tries: number;
  readyAt: number;
  expiresAt: number;
  agent: string | null;
  owner: string | null;
  accepted: number;
  /** What became of each attempt, oldest first; only what ends or prolongs a row of conflicts. */
  readonly past: Map<number, string>;
  blocked: boolean;
  priority: number;
  assigned: string | null;
}

/** The specification of the work store, small enough to be read in one go. */
export class WorkModel {
  readonly tasks = new Map<string, ModelTask>();
  readonly maxAttempts: number;

  constructor(graph: WorkGraph, maxAttempts: number, now: number) {
    this.maxAttempts = maxAttempts;
    for (const node of graph.nodes) {
      const fresh = { attempt: 0, tries: 0, expiresAt: 0, agent: null, owner: null, accepted: 0 };
      const said = { blocked: false, priority: node.priority, assigned: null };
      const past = new Map<number, string>();
      this.tasks.set(node.key, { node, state: "waiting", readyAt: 0, ...fresh, ...said, past });
    }
    this.unblock(now);
  }

  unmet(task: ModelTask): number {
    return task.node.dependsOn.filter((key) => this.tasks.get(key)?.state !== "accepted").length;
  }

  /** Keys that a claim must hand out, in order. */
  claim(request: ClaimRequest, now: number): readonly string[] {
    const fitting = [...this.tasks.values()]
      .filter((task) => task.state === "ready" && task.readyAt <= now)
      .filter((task) => task.node.capabilities.every((capability) => request.capabilities.includes(capability)))
      .filter((task) => task.assigned === null || task.assigned === request.agent)
      .sort((a, b) => b.priority - a.priority || a.node.position - b.node.position)
      .slice(0, request.limit ?? 1);
    for (const task of fitting) {
      Object.assign(task, { state: "leased", attempt: task.attempt + 1, expiresAt: now + request.leaseTtlMs });
      Object.assign(task, { agent: request.agent, owner: request.owner });
    }
    return fitting.map((task) => task.node.key);
  }

  /** What a fenced command must answer: null when it must be refused. */
  act(key: string, attempt: number, kind: string, now: number): ModelTask | null {
    const task = this.task(key);
    if (task.attempt !== attempt) return null;
    const leased = task.state === "leased";
    const judged = task.state === "reported" || (task.state === "held" && !task.blocked);
    const before = task.state;
    const moved = this.move(task, kind, { leased, judged, attempt, now });
    if (moved && kind !== "renew" && !(kind === "report" && before === "leased")) task.past.set(attempt, kind);
    return moved ? task : null;
  }

  /** How many attempts in a row before this one did not fit the tree. */
  handedBackBefore(key: string, attempt: number): number {
    const past = [...this.task(key).past].filter(([at]) => at > 0 && at < attempt).sort(([a], [b]) => b - a);
    const judgedOrBroken = past.filter(([, kind]) => kind !== "release");
    const end = judgedOrBroken.findIndex(([, kind]) => kind !== "handBack");
    return end === -1 ? judgedOrBroken.length : end;
  }

  private move(
    task: ModelTask,
    kind: string,
    { leased, judged, attempt, now }: { leased: boolean; judged: boolean; attempt: number; now: number },
  ): boolean {
    if (kind === "renew" && leased) task.expiresAt = now + 5_000;
    else if (kind === "report" && leased) this.put(task, "reported");
    else if (kind === "release" && leased) this.offer(task, now);
    else if (kind === "fail" && leased) this.again(task, now);
    else if (kind === "hold" && task.state === "reported") this.put(task, "held");
    else if (kind === "halt" && leased) {
      this.put(task, "held");
      task.blocked = true;
    } else if (kind === "refuse" && judged && task.node.kind === "task") {
      if (attempt === 0) this.offer(task, now);
      else this.again(task, now);
    } else if (kind === "handBack" && judged && task.node.kind === "task" && attempt > 0) this.offer(task, now);
    else if (kind === "accept" && judged) {
      this.put(task, "accepted");
      task.accepted += 1;
      this.unblock(now);
    } else return false;
    return true;
  }

  /** Keys whose lease must be freed. */
  expire(now: number, owner?: string): readonly string[] {
    const due = [...this.tasks.values()].filter(
      (task) => task.state === "leased" && (owner === undefined ? task.expiresAt <= now : task.owner === owner),
    );
    for (const task of due) {
      task.past.set(task.attempt, "expire");
      this.again(task, now);
    }
    return due.map((task) => task.node.key);
  }

  cancel(key: string, only: TaskState | null = null): boolean {
    const task = this.task(key);
    if (only !== null && task.state !== only) return false;
    if (task.state === "accepted" || task.state === "cancelled") return false;
    this.put(task, "cancelled");
    return true;
  }

  reoffer(key: string, now: number): boolean {
    const task = this.task(key);
    if (task.state !== "held" || !task.blocked) return false;
    this.offer(task, now);
    return true;
  }

  /** Whether an operator may still say something about the order and the agent of a task. */
  arrange(key: string, change: { readonly priority: number } | { readonly assigned: string | null }): boolean {
    const task = this.task(key);
    if (task.node.kind === "checkpoint" || task.state === "accepted" || task.state === "cancelled") return false;
    Object.assign(task, change);
    return true;
  }

  redrive(key: string, now: number): boolean {
    const task = this.task(key);
    if (task.node.kind !== "task" || (task.state !== "dead" && task.state !== "held")) return false;
    task.tries = 0;
    this.offer(task, now);
    return true;
  }

  task(key: string): ModelTask {
    const task = this.tasks.get(key);
    if (task === undefined) throw new Error(`the model has no ${key}`);
    return task;
  }

  private put(task: ModelTask, state: TaskState): void {
    Object.assign(task, { state, agent: null, owner: null, blocked: false });
  }

  private offer(task: ModelTask, at: number): void {
    this.put(task, "ready");
    task.readyAt = at;
  }

  private again(task: ModelTask, now: number): void {
    task.tries += 1;
    if (task.tries >= this.maxAttempts) this.put(task, "dead");
    else this.offer(task, now + 0.75 * Math.min(RETRY.capMs, RETRY.baseMs * 2 ** (task.tries - 1)));
  }

  private unblock(now: number): void {
    for (const task of this.tasks.values()) {
      if (task.state !== "waiting" || this.unmet(task) > 0) continue;
      if (task.node.judgeFirst) this.put(task, "reported");
      else this.offer(task, now);
    }
  }
}

/** The outcome a model task stands for. */
export function outcomeOf(task: ModelTask): CommandOutcome {
  return { ok: true, state: task.state, attempt: task.attempt, tries: task.tries };
}
