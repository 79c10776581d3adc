import { problem } from "@holdpoint/core";
import { type Session, statement } from "@holdpoint/store";
import { queueSource } from "./create-tasks.ts";
import { toView, type ViewRow } from "./task-view.ts";
import { workRoomProblems } from "./work.problems.ts";
import { ATTEMPTS, DEAD_PAGE, PAGE } from "./work.read.sql.ts";
import type { JsonValue, TaskView } from "./work.types.ts";

/** Which page of tasks. */
export interface TaskPageQuery {
  readonly planId?: string;
  /** Every state when absent or empty. */
  readonly states?: readonly TaskView["state"][];
  /** `next` of the page before. */
  readonly cursor?: string;
  readonly limit: number;
}

/** A part of a list. */
export interface PageOf<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** What became of one try. */
export interface AttemptView {
  readonly attempt: number;
  readonly agent: string;
  /** Milliseconds since the epoch. */
  readonly claimedAt: number;
  readonly endedAt: number;
  readonly outcome: string;
  readonly reason: string | null;
  readonly missing: readonly string[];
  readonly evidence: readonly string[];
  readonly result: JsonValue;
}

/** A queue as lists show it. */
export interface QueueView {
  readonly planId: string;
  readonly name: string;
  readonly createdAt: number;
  readonly paused: boolean;
}

/** Reads what operators and dashboards look at. */
export interface TaskDesk {
  /** In the order of plans, then of the tasks in each. @throws HP5024 for a cursor that is none */
  page(query: TaskPageQuery): Promise<PageOf<TaskView>>;
  /** Dead tasks, in the same order. @throws HP5024 */
  dead(query: Omit<TaskPageQuery, "states">): Promise<PageOf<TaskView>>;
  /** Attempts that ended, oldest first. */
  attempts(taskId: string): Promise<readonly AttemptView[]>;
  /** By name. */
  queues(query: Pick<TaskPageQuery, "cursor" | "limit">): Promise<PageOf<QueueView>>;
}

const QUEUES = statement(
  "queue_list",
  `SELECT p.plan_id, p.title AS name, p.created_at_ms, z.plan_id IS NOT NULL AS paused
   FROM holdpoint.plan p
   LEFT JOIN holdpoint.plan_pause z ON z.tenant_id = p.tenant_id AND z.plan_id = p.plan_id
   WHERE p.tenant_id = $1 AND p.kind = 'queue' AND p.source > $2
   ORDER BY p.source LIMIT $3`,
);

/** The desk of one tenant. */
export function createTaskDesk(store: Session, tenant: string): TaskDesk {
  const toPage = (rows: readonly ViewRow[], limit: number): PageOf<TaskView> => {
    const items = rows.slice(0, limit).map(toView);
    const last = items.at(-1);
    return { items, next: rows.length > limit && last !== undefined ? cursorAfter(last) : null };
  };
  const range = ({ planId, cursor, limit }: Omit<TaskPageQuery, "states">): readonly unknown[] => {
    const after = cursor === undefined ? NOWHERE : placeOf(cursor);
    return [tenant, planId ?? null, after.planId, after.position, after.taskId, limit + 1];
  };
  return {
    page: async (query) => {
      const states = query.states === undefined || query.states.length === 0 ? null : query.states;
      return toPage(await store.run<ViewRow>(PAGE, [...range(query), states]), query.limit);
    },
    dead: async (query) => toPage(await store.run<ViewRow>(DEAD_PAGE, range(query)), query.limit),
    attempts: async (taskId) => (await store.run<AttemptRow>(ATTEMPTS, [tenant, taskId])).map(toAttempt),
    queues: async ({ cursor, limit }) => {
      const after = cursor === undefined ? "" : queueSource(cursor);
      const rows = await store.run<QueueRow>(QUEUES, [tenant, after, limit + 1]);
      const items = rows.slice(0, limit).map(({ plan_id: planId, name, created_at_ms: createdAt, paused }) => {
        return { planId, name, createdAt, paused };
      });
      return { items, next: rows.length > limit ? (items.at(-1)?.name ?? null) : null };
    },
  };
}

interface QueueRow {
  readonly plan_id: string;
  readonly name: string;
  readonly created_at_ms: number;
  readonly paused: boolean;
}

interface AttemptRow extends Omit<AttemptView, "claimedAt" | "endedAt"> {
  readonly claimed_at_ms: number;
  readonly ended_at_ms: number;
}

function toAttempt({ claimed_at_ms: claimedAt, ended_at_ms: endedAt, ...same }: AttemptRow): AttemptView {
  return { ...same, claimedAt, endedAt };
}

const NOWHERE = { planId: null, position: null, taskId: null } as const;
const CURSOR = /^([0-9a-f-]{36})\.(\d{1,9})\.([0-9a-f-]{36})$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function cursorAfter({ planId, position, taskId }: TaskView): string {
  return `${planId}.${position}.${taskId}`;
}

function placeOf(cursor: string): { readonly planId: string; readonly position: number; readonly taskId: string } {
  const [, planId, position, taskId] = CURSOR.exec(cursor) ?? [];
  if (planId === undefined || taskId === undefined || !UUID.test(planId) || !UUID.test(taskId)) {
    throw problem(workRoomProblems, "HP5024", { cursor: JSON.stringify(cursor) });
  }
  return { planId, position: Number(position), taskId };
}
