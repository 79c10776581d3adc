import type { Runtime } from "@holdpoint/core";
import { type Statement, type StoreScope, statement } from "@holdpoint/store";
import { appendEvents } from "../events/index.ts";
import { queueSource } from "./create-tasks.ts";

/** Who pauses or resumes, and why. */
export interface PauseWord {
  readonly by: string;
  readonly reason: string | null;
}

/** The pause of a whole tenant. */
export interface TenantPause {
  readonly by: string;
  readonly reason: string | null;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/**
 * Holds work back. What is paused is not offered; what is leased goes on and may be reported. A pause holds for every
 * claim that begins after it was answered.
 */
export interface Pauses {
  /** False when there is no such plan or queue. Pausing what is paused changes nothing. */
  pausePlan(planId: string, word: PauseWord): Promise<boolean>;
  resumePlan(planId: string, word: PauseWord): Promise<boolean>;
  pauseAll(word: PauseWord): Promise<void>;
  resumeAll(word: PauseWord): Promise<void>;
  /** Null when the tenant is not paused as a whole. */
  ofAll(): Promise<TenantPause | null>;
  /** Id of a queue; null when there is none of that name. */
  queueId(name: string): Promise<string | null>;
}

const HAS_PLAN = statement("pause_has_plan", "SELECT FROM holdpoint.plan WHERE tenant_id = $1 AND plan_id = $2");

const PAUSE_PLAN = statement(
  "pause_plan",
  `INSERT INTO holdpoint.plan_pause (tenant_id, plan_id, by, reason, paused_at_ms) VALUES ($1, $2, $3, $4, $5)
   ON CONFLICT DO NOTHING RETURNING plan_id`,
);

const RESUME_PLAN = statement(
  "resume_plan",
  "DELETE FROM holdpoint.plan_pause WHERE tenant_id = $1 AND plan_id = $2 RETURNING plan_id",
);

const PAUSE_ALL = statement(
  "pause_all",
  `INSERT INTO holdpoint.tenant_pause (tenant_id, by, reason, paused_at_ms) VALUES ($1, $2, $3, $4)
   ON CONFLICT DO NOTHING RETURNING tenant_id`,
);

const RESUME_ALL = statement(
  "resume_all",
  "DELETE FROM holdpoint.tenant_pause WHERE tenant_id = $1 RETURNING tenant_id",
);

const PAUSE_OF_ALL = statement(
  "pause_of_all",
  "SELECT by, reason, paused_at_ms AS since FROM holdpoint.tenant_pause WHERE tenant_id = $1",
);

const QUEUE_ID = statement(
  "pause_queue_id",
  "SELECT plan_id FROM holdpoint.plan WHERE tenant_id = $1 AND kind = 'queue' AND source = $2",
);

/** The pauses of one tenant. @param onChange is told after each change, so that those who wait look again */
export function createPauses(store: StoreScope, runtime: Runtime, tenant: string, onChange: () => void): Pauses {
  async function change(
    write: Statement,
    values: readonly unknown[],
    event: { readonly kind: string; readonly planId: string | null; readonly word: PauseWord },
  ): Promise<boolean> {
    const found = await store.transaction(async (tx) => {
      const { kind, planId, word } = event;
      if (planId !== null && (await tx.run(HAS_PLAN, [tenant, planId])).length === 0) return false;
      const changed = await tx.run(write, [tenant, ...values]);
      const data = { by: word.by, reason: word.reason ?? undefined };
      if (changed.length > 0)
        await appendEvents(tx, tenant, runtime.now(), [{ kind, planId, subject: planId ?? tenant, data }]);
      return true;
    });
    onChange();
    return found;
  }
  return {
    pausePlan: (planId, word) =>
      change(PAUSE_PLAN, [planId, word.by, word.reason, runtime.now()], { kind: "plan.paused", planId, word }),
    resumePlan: (planId, word) => change(RESUME_PLAN, [planId], { kind: "plan.resumed", planId, word }),
    pauseAll: async (word) => {
      await change(PAUSE_ALL, [word.by, word.reason, runtime.now()], { kind: "tenant.paused", planId: null, word });
    },
    resumeAll: async (word) => {
      await change(RESUME_ALL, [], { kind: "tenant.resumed", planId: null, word });
    },
    ofAll: async () => (await store.run<TenantPause>(PAUSE_OF_ALL, [tenant]))[0] ?? null,
    queueId: async (name) =>
      (await store.run<{ plan_id: string }>(QUEUE_ID, [tenant, queueSource(name)]))[0]?.plan_id ?? null,
  };
}
