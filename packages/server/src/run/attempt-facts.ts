import { type Session, type Statement, statement } from "@holdpoint/store";
import { attemptOf } from "../gates/index.ts";
import type { AttemptRef } from "../work/index.ts";

const WORKSPACE: Statement = statement(
  "attempt_workspace",
  "SELECT result ->> 'workspace' AS folder FROM holdpoint.attempt WHERE tenant_id = $1 AND task_id = $2 AND attempt = $3",
);

/** The folder that a reported attempt said it worked in; null when it worked in the plan's own. */
export async function attemptWorkspace(store: Session, tenant: string, ref: AttemptRef): Promise<string | null> {
  const [row] = await store.run<{ folder: string | null }>(WORKSPACE, [tenant, ref.taskId, ref.attempt]);
  return row?.folder ?? null;
}

const ACCEPTED: Statement = statement(
  "attempt_accepted",
  `SELECT a.task_id, a.attempt FROM holdpoint.attempt a
   JOIN holdpoint.task t ON t.tenant_id = a.tenant_id AND t.task_id = a.task_id
   WHERE a.tenant_id = $1 AND t.plan_id = $2 AND a.outcome = 'accepted'`,
);

/** The attempts of a plan that were accepted, as {@link attemptOf} names them. */
export async function acceptedAttempts(store: Session, tenant: string, planId: string): Promise<ReadonlySet<string>> {
  const rows = await store.run<{ task_id: string; attempt: number }>(ACCEPTED, [tenant, planId]);
  return new Set(rows.map((row) => attemptOf(row.task_id, row.attempt)));
}

const PRODUCERS: Statement = statement(
  "attempt_producers",
  `SELECT DISTINCT a.agent FROM holdpoint.attempt a
   JOIN holdpoint.task t ON t.tenant_id = a.tenant_id AND t.task_id = a.task_id
   WHERE a.tenant_id = $1 AND t.plan_id = $2 ORDER BY a.agent`,
);

/** The agents that ever made an attempt at a task of the plan: they cannot be its witnesses. */
export async function producersOf(store: Session, tenant: string, planId: string): Promise<readonly string[]> {
  return (await store.run<{ agent: string }>(PRODUCERS, [tenant, planId])).map(({ agent }) => agent);
}
