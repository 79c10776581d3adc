import type { TaskState } from "@holdpoint/core";
import type { TaskView } from "./work.types.ts";

/** A task as the database answers it. */
export interface ViewRow {
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
  readonly blocked: boolean;
  readonly assigned: string | null;
  readonly limit_key: string | null;
}

/** A task as it is handed on. */
export function toView(row: ViewRow): TaskView {
  const { key, kind, title, state, unmet, attempt, tries, position, priority, gates, capabilities, missing } = row;
  const { agent, owner, expires_at_ms: expiresAt, blocked, assigned } = row;
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
    blocked,
    assigned,
    concurrencyKey: row.limit_key,
  };
}
