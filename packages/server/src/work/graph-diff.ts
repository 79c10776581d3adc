import type { TaskKind, TaskState, WorkGraph, WorkNode } from "@holdpoint/core";

/** A task as the store has it when a graph is imported. */
export interface StoredTask {
  readonly taskId: string;
  readonly key: string;
  readonly kind: TaskKind;
  readonly state: TaskState;
  readonly unmet: number;
  readonly attempt: number;
  readonly tries: number;
  readonly maxAttempts: number;
  readonly judgeFirst: boolean;
  /** Cancelled because the document no longer held it. */
  readonly removed: boolean;
  readonly priority: number;
  readonly position: number;
  readonly capabilities: readonly string[];
  readonly title: string;
  readonly item: string | null;
  readonly line: number;
  readonly gates: readonly string[];
  /** An operator set its priority: the document does not change it back. */
  readonly pinned: boolean;
  /** Held by the word of its agent. */
  readonly blocked: boolean;
}

/** `parent` must be accepted before `child` may begin; task ids. */
export interface StoredEdge {
  readonly parent: string;
  readonly child: string;
}

/** What a task is to become, and the verb of its event; null when only its text or place changes. */
export interface TaskWrite {
  readonly task: StoredTask;
  readonly verb: "added" | "restored" | "reopened" | "blocked" | "unblocked" | null;
}

/** The changes that bring a stored graph in line with a document. */
export interface GraphDiff {
  readonly added: readonly TaskWrite[];
  readonly changed: readonly TaskWrite[];
  /** Open tasks that the document no longer holds. */
  readonly removed: readonly StoredTask[];
  /** Every edge of the plan as it shall be. */
  readonly edges: readonly StoredEdge[];
  readonly kept: number;
}

/** What a diff needs besides the two graphs. */
export interface DiffOptions {
  readonly maxAttempts: number;
  /** Keys of accepted tasks that are to be judged again. @default none */
  readonly reopen?: ReadonlySet<string>;
  newId(): string;
}

/** States of a task that an agent or the judge already has in hand; they keep the dependencies they began with. */
const BEGUN: ReadonlySet<TaskState> = new Set(["leased", "reported", "held", "dead"]);

/**
 * Compares the stored tasks of a plan with the graph of its document, by key.
 *
 * Finished tasks stay finished, except those on which the document has put a critical gate since: they are judged
 * again. So is a checkpoint that has got something new to wait for. Tasks that have begun keep their dependencies.
 */
export function diffGraph(stored: readonly StoredTask[], graph: WorkGraph, options: DiffOptions): GraphDiff {
  const before = new Map(stored.map((task) => [task.key, task]));
  const after = new Map<string, TaskWrite>();
  for (const node of inOrder(graph.nodes)) after.set(node.key, settle(node, before.get(node.key), after, options));
  const writes = graph.nodes.flatMap((node) => after.get(node.key) ?? []);
  const kept = new Set(graph.nodes.map((node) => node.key));
  return {
    added: writes.filter((write) => write.verb === "added"),
    changed: writes.filter((write) => write.verb !== "added" && differs(write.task, before.get(write.task.key))),
    removed: stored.filter((task) => !kept.has(task.key) && task.state !== "accepted" && task.state !== "cancelled"),
    edges: graph.nodes.flatMap((node) => edgesOf(node, after)),
    kept: stored.filter((task) => task.state === "accepted").length,
  };
}

/** Parents before children: whether a task may begin depends on what became of those it waits for. */
function inOrder(nodes: readonly WorkNode[]): readonly WorkNode[] {
  const children = new Map<string, WorkNode[]>();
  const missing = new Map<string, number>();
  for (const node of nodes) {
    missing.set(node.key, node.dependsOn.length);
    for (const key of node.dependsOn) {
      const known = children.get(key);
      if (known === undefined) children.set(key, [node]);
      else known.push(node);
    }
  }
  const order = nodes.filter((node) => node.dependsOn.length === 0);
  for (let at = 0; at < order.length; at += 1) {
    for (const child of children.get(order[at]?.key ?? "") ?? []) {
      const left = (missing.get(child.key) ?? 0) - 1;
      missing.set(child.key, left);
      if (left === 0) order.push(child);
    }
  }
  if (order.length !== nodes.length)
    throw new Error("a graph of work has a cycle or names a task that it does not have");
  return order;
}

const FRESH = { removed: false, pinned: false, blocked: false } as const;

function settle(
  node: WorkNode,
  stored: StoredTask | undefined,
  after: ReadonlyMap<string, TaskWrite>,
  options: DiffOptions,
): TaskWrite {
  const unmet = node.dependsOn.filter((key) => after.get(key)?.task.state !== "accepted").length;
  const base = { ...textOf(node), maxAttempts: options.maxAttempts };
  if (stored === undefined) {
    const judgeFirst = node.judgeFirst;
    const state = beginning(unmet, judgeFirst);
    const task = { ...base, taskId: options.newId(), state, unmet, attempt: 0, tries: 0, judgeFirst, ...FRESH };
    return { task, verb: "added" };
  }
  const priority = stored.pinned ? stored.priority : node.priority;
  const task: StoredTask = { ...stored, ...base, priority, judgeFirst: node.judgeFirst || stored.judgeFirst };
  return move(task, stored, unmet, options.reopen?.has(node.key) === true);
}

function move(task: StoredTask, stored: StoredTask, unmet: number, again: boolean): TaskWrite {
  if (stored.state === "cancelled") {
    if (!stored.removed) return { task: { ...task, unmet }, verb: null };
    return { task: { ...task, ...begin(task, unmet), tries: 0, removed: false }, verb: "restored" };
  }
  if (stored.state === "accepted") {
    const hasNewGate = task.gates.some((gate) => !stored.gates.includes(gate));
    const hasNewDependency = task.kind === "checkpoint" && unmet > 0;
    if (!hasNewGate && !hasNewDependency && !again) return { task, verb: null };
    const judged = { ...task, judgeFirst: true };
    return { task: { ...judged, ...begin(judged, unmet) }, verb: "reopened" };
  }
  const untried = stored.attempt === 0 && (stored.state === "reported" || stored.state === "held");
  if (BEGUN.has(stored.state) && !(untried && unmet > 0)) return { task, verb: null };
  if (stored.state === "ready" && unmet === 0) return { task, verb: null };
  const moved = { ...task, ...begin(task, unmet) };
  if (moved.state === stored.state) return { task: moved, verb: null };
  return { task: moved, verb: moved.state === "waiting" ? "blocked" : "unblocked" };
}

function begin(task: StoredTask, unmet: number): { state: TaskState; unmet: number } {
  return { state: beginning(unmet, task.judgeFirst), unmet };
}

function beginning(unmet: number, judgeFirst: boolean): TaskState {
  if (unmet > 0) return "waiting";
  return judgeFirst ? "reported" : "ready";
}

function textOf(
  node: WorkNode,
): Pick<StoredTask, "key" | "kind" | "priority" | "position" | "capabilities" | "title" | "item" | "line" | "gates"> {
  const { key, kind, priority, position, capabilities, title, item, line, gates } = node;
  return { key, kind, priority, position, capabilities, title, item, line, gates };
}

/** Edges that count, and those that are met; an edge to a task that has begun must not count. */
function edgesOf(node: WorkNode, after: ReadonlyMap<string, TaskWrite>): readonly StoredEdge[] {
  const child = after.get(node.key)?.task;
  if (child === undefined) return [];
  const counts = child.state === "waiting" || child.state === "cancelled";
  return node.dependsOn.flatMap((key) => {
    const parent = after.get(key)?.task;
    if (parent === undefined || (parent.state !== "accepted" && !counts)) return [];
    return [{ parent: parent.taskId, child: child.taskId }];
  });
}

function differs(task: StoredTask, stored: StoredTask | undefined): boolean {
  return JSON.stringify(task) !== JSON.stringify(stored === undefined ? undefined : { ...task, ...stored });
}
