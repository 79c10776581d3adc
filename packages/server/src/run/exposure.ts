import type { EvidenceRecord } from "@holdpoint/core";
import { type Session, type Statement, type Store, statement } from "@holdpoint/store";
import { appendEvents } from "../events/index.ts";
import type { AttemptRef } from "../work/index.ts";

const KIND = "attempt.exposed";

const EXPOSED: Statement = statement(
  "attempt_exposed",
  // The log as well: a replica of an older version writes there alone.
  `SELECT exposed_at_ms IS NOT NULL
     OR EXISTS (SELECT FROM holdpoint.event WHERE tenant_id = $1 AND plan_id = $2 AND kind = $3) AS exposed
   FROM holdpoint.plan WHERE tenant_id = $1 AND plan_id = $2`,
);

const EXPOSE: Statement = statement(
  "attempt_expose",
  `UPDATE holdpoint.plan SET exposed_at_ms = $3
   WHERE tenant_id = $1 AND plan_id = $2 AND exposed_at_ms IS NULL`,
);

/** An attempt that runs, or ran, where it could reach what is kept beside the plan. */
export interface Exposure extends AttemptRef {
  readonly planId: string;
  /** Why there was no isolation. */
  readonly reason: string | null;
}

/** Notes for ever, and in the log, that an attempt of a plan had no isolation: whatever it left running could sign for people from then on. */
export async function recordExposure(store: Store, tenant: string, now: number, exposure: Exposure): Promise<void> {
  const { planId, taskId: subject, attempt, reason } = exposure;
  const event = { kind: KIND, planId, subject, attempt, data: { reason } };
  await store.transaction(async (tx) => {
    await tx.run(EXPOSE, [tenant, planId, now]);
    await appendEvents(tx, tenant, now, [event]);
  });
}

/**
 * How well a signature that is made now is shielded: `none` once any attempt or check of the plan ran without isolation,
 * since a process that escaped from it could be the one that signs.
 *
 * @param records the evidence of the plan
 */
export async function signingIsolation(
  store: Session,
  tenant: string,
  planId: string,
  records: readonly EvidenceRecord[],
): Promise<"full" | "none"> {
  const [row] = await store.run<{ exposed: boolean }>(EXPOSED, [tenant, planId, KIND]);
  const byCheck = records.some(
    ({ statement: { predicate } }) =>
      predicate.kind === "check" && predicate.exit?.started === true && predicate.isolation === "none",
  );
  return row?.exposed === false && !byCheck ? "full" : "none";
}
