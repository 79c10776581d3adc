import { type Session, type Statement, statement } from "@holdpoint/store";
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
