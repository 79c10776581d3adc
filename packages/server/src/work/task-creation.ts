import { findCycle, type HoldpointError, problem, type TaskState } from "@holdpoint/core";
import { workRoomProblems } from "./work.problems.ts";
import type { CreateOutcome, CreateRequest, NewTask } from "./work.types.ts";

/** A task that is in its queue already, or will be when the batch is committed. */
export interface KnownTask {
  readonly taskId: string;
  readonly state: TaskState;
}

/** A task as it is to be stored. */
export interface TaskDraft {
  readonly taskId: string;
  readonly queue: string;
  readonly key: string;
  readonly state: "waiting" | "ready";
  /** Ids of the tasks it waits for. */
  readonly after: readonly string[];
  readonly task: NewTask;
  readonly by: string;
}

/** What became of requests, in their order, and what is to be stored for them. */
export interface ResolvedCreation {
  readonly outcomes: readonly CreateOutcome[];
  readonly drafts: readonly TaskDraft[];
}

/** How a queue's task is named among those of all queues. */
export function nameIn(queue: string, key: string): string {
  return `${queue} ${key}`;
}

/** Keys that must be looked up before requests can be resolved. */
export function keysOf(
  requests: readonly CreateRequest[],
): readonly { readonly queue: string; readonly key: string }[] {
  const wanted = new Map<string, { queue: string; key: string }>();
  for (const { queue, tasks } of requests) {
    for (const key of tasks.flatMap((task) => [...(task.key === undefined ? [] : [task.key]), ...task.dependsOn])) {
      wanted.set(nameIn(queue, key), { queue, key });
    }
  }
  return [...wanted.values()];
}

/**
 * Decides what requests create, each whole or not at all, in the order in which they came: a later one may depend on
 * what an earlier one creates. A key that is there already is left as it is.
 *
 * @param stored tasks that the database has, by {@link nameIn}
 */
export function resolveCreation(
  requests: readonly CreateRequest[],
  stored: ReadonlyMap<string, KnownTask>,
  newId: () => string,
): ResolvedCreation {
  const known = new Map(stored);
  const drafts: TaskDraft[] = [];
  const outcomes = requests.map((request): CreateOutcome => {
    const resolved = resolveOne(request, known, newId);
    if (!resolved.ok) return resolved;
    for (const draft of resolved.drafts) {
      known.set(nameIn(draft.queue, draft.key), { taskId: draft.taskId, state: draft.state });
      drafts.push(draft);
    }
    return { ok: true, tasks: resolved.tasks };
  });
  return { outcomes, drafts };
}

type ResolvedOne =
  | {
      readonly ok: true;
      readonly tasks: readonly { readonly taskId: string; readonly created: boolean }[];
      readonly drafts: readonly TaskDraft[];
    }
  | { readonly ok: false; readonly error: HoldpointError };

function resolveOne(request: CreateRequest, known: ReadonlyMap<string, KnownTask>, newId: () => string): ResolvedOne {
  const { queue, by } = request;
  const added = new Map<string, { readonly taskId: string; readonly task: NewTask }>();
  const tasks = request.tasks.map((task) => {
    const id = newId();
    const key = task.key ?? id;
    const there = known.get(nameIn(queue, key)) ?? added.get(key);
    if (there !== undefined) return { taskId: there.taskId, created: false };
    added.set(key, { taskId: id, task });
    return { taskId: id, created: true };
  });
  const error = danglingIn(queue, added, known) ?? circleIn(added);
  if (error !== null) return { ok: false, error };
  const drafts = [...added].map(([key, { taskId, task }]): TaskDraft => {
    const open = [...new Set(task.dependsOn)].flatMap((dependency) => {
      const parent = added.get(dependency) ?? known.get(nameIn(queue, dependency));
      return parent === undefined || ("state" in parent && parent.state === "accepted") ? [] : [parent.taskId];
    });
    return { taskId, queue, key, state: open.length === 0 ? "ready" : "waiting", after: open, task, by };
  });
  return { ok: true, tasks, drafts };
}

function danglingIn(
  queue: string,
  added: ReadonlyMap<string, { readonly task: NewTask }>,
  known: ReadonlyMap<string, KnownTask>,
): HoldpointError | null {
  for (const [key, { task }] of added) {
    for (const dependency of task.dependsOn) {
      if (added.has(dependency)) continue;
      const parent = known.get(nameIn(queue, dependency));
      const why = parent === undefined ? "has no such task" : parent.state === "cancelled" ? "has cancelled it" : null;
      if (why !== null) return problem(workRoomProblems, "HP5020", { task: key, key: dependency, queue, why });
    }
  }
  return null;
}

function circleIn(added: ReadonlyMap<string, { readonly task: NewTask }>): HoldpointError | null {
  const cycle = findCycle([...added].map(([key, { task }]) => ({ key, dependsOn: task.dependsOn })));
  return cycle === null ? null : problem(workRoomProblems, "HP5021", { cycle: cycle.join(" → ") });
}
