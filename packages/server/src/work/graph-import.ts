import type { TaskKind, TaskState } from "@holdpoint/core";
import type { Session, Statement } from "@holdpoint/store";
import { appendEvents, type NewEvent } from "../events/index.ts";
import { LOCK_WORK } from "./claim.sql.ts";
import { diffGraph, type GraphDiff, type StoredEdge, type StoredTask, type TaskWrite } from "./graph-diff.ts";
import * as SQL from "./graph-import.sql.ts";
import { CANCEL } from "./operator.sql.ts";
import type { WorkImport, WorkImported } from "./work.types.ts";

/** What an import is run with, besides the database. */
export interface ImportContext {
  readonly tenant: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  newId(): string;
}

/** Tries of a task unless an import says otherwise. */
export const DEFAULT_MAX_ATTEMPTS = 3;
/** Rows sent in one statement. */
const CHUNK = 5_000;
/** Imports of more tasks than this refresh the statistics. */
const ANALYZE_ABOVE = 500;

interface TaskRow {
  readonly task_id: string;
  readonly key: string;
  readonly kind: TaskKind;
  readonly state: TaskState;
  readonly unmet: number;
  readonly attempt: number;
  readonly tries: number;
  readonly max_attempts: number;
  readonly judge_first: boolean;
  readonly removed: boolean;
  readonly priority: number;
  readonly position: number;
  readonly capabilities: readonly string[];
  readonly title: string;
  readonly item_key: string | null;
  readonly line: number;
  readonly gates: readonly string[];
  readonly pinned: boolean;
  readonly blocked: boolean;
}

/** Stores a graph, or brings the stored one in line with it, with the events of every task that moved. */
export async function importGraph(tx: Session, context: ImportContext, request: WorkImport): Promise<WorkImported> {
  const { tenant, now } = context;
  await tx.run(LOCK_WORK, [tenant]);
  const stored = (await tx.run<TaskRow>(SQL.STORED_TASKS, [tenant, request.planId])).map(toStored);
  const maxAttempts = request.maxAttempts ?? DEFAULT_MAX_ATTEMPTS;
  const reopen = new Set(request.reopen);
  const diff = diffGraph(stored, request.graph, { maxAttempts, reopen, newId: () => context.newId() });
  await writeTasks(tx, context, request.planId, diff);
  await writeEdges(tx, tenant, request.planId, diff.edges);
  const imported = summaryOf(diff);
  await appendEvents(tx, tenant, now, eventsOf(request.planId, diff, imported));
  if (diff.added.length > ANALYZE_ABOVE) for (const analyze of SQL.ANALYZE) await tx.run(analyze);
  return imported;
}

/** The numbers of an import. */
export function summaryOf(diff: GraphDiff): WorkImported {
  const restored = diff.changed.filter((write) => write.verb === "restored").length;
  return {
    added: diff.added.length,
    changed: diff.changed.length - restored,
    removed: diff.removed.length,
    restored,
    kept: diff.kept,
  };
}

/** Why a task is cancelled that the document no longer holds. */
export const REMOVED_REASON = "the document no longer holds it";

async function writeTasks(tx: Session, context: ImportContext, planId: string, diff: GraphDiff): Promise<void> {
  const { tenant, now } = context;
  const send = async (statement: Statement, writes: readonly TaskWrite[]): Promise<void> => {
    for (const chunk of chunks(writes)) {
      await tx.run(statement, [tenant, now, planId, JSON.stringify(chunk.map((entry) => toRow(entry.task)))]);
    }
  };
  await send(SQL.ADD_TASKS, diff.added);
  await send(SQL.CHANGE_TASKS, diff.changed);
  await send(SQL.OFFER_TASKS, [...diff.added, ...diff.changed]);
  for (const chunk of chunks(diff.removed)) {
    const ids = chunk.map((task) => task.taskId);
    const said = [ids.map(() => REMOVED_REASON), ids.map(() => "import"), ids.map(() => null)];
    await tx.run(CANCEL, [tenant, now, ids, ...said, true]);
  }
}

async function writeEdges(tx: Session, tenant: string, planId: string, edges: readonly StoredEdge[]): Promise<void> {
  const rows = await tx.run<{ parent_id: string; child_id: string }>(SQL.STORED_EDGES, [tenant, planId]);
  const have = new Set(rows.map((row) => `${row.parent_id} ${row.child_id}`));
  if (have.size === edges.length && edges.every((edge) => have.has(`${edge.parent} ${edge.child}`))) return;
  if (have.size > 0) await tx.run(SQL.DROP_EDGES, [tenant, planId]);
  for (const chunk of chunks(edges)) {
    await tx.run(SQL.ADD_EDGES, [tenant, chunk.map((edge) => edge.parent), chunk.map((edge) => edge.child)]);
  }
}

function eventsOf(planId: string, diff: GraphDiff, imported: WorkImported): readonly NewEvent[] {
  const moved = [...diff.added, ...diff.changed].flatMap(({ task, verb }) =>
    verb === null ? [] : [taskEvent(planId, verb, task, task.state)],
  );
  const removed = diff.removed.map((task) => taskEvent(planId, "cancelled", task, "cancelled", REMOVED_REASON));
  const changes = moved.length + removed.length + diff.changed.length;
  return changes === 0 ? [] : [...moved, ...removed, { kind: "work.imported", planId, data: { ...imported } }];
}

function taskEvent(planId: string, verb: string, task: StoredTask, to: TaskState, reason?: string): NewEvent {
  const { taskId, key, attempt, tries } = task;
  return { kind: `task.${verb}`, planId, subject: taskId, attempt, data: { key, to, tries, reason } };
}

function* chunks<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += CHUNK) yield all.slice(at, at + CHUNK);
}

function toStored(row: TaskRow): StoredTask {
  const { task_id, max_attempts, judge_first, item_key, ...same } = row;
  return { ...same, taskId: task_id, maxAttempts: max_attempts, judgeFirst: judge_first, item: item_key };
}

function toRow(task: StoredTask): TaskRow {
  const { taskId, maxAttempts, judgeFirst, item, ...same } = task;
  return { ...same, task_id: taskId, max_attempts: maxAttempts, judge_first: judgeFirst, item_key: item };
}
