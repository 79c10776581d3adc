import type { AttemptAccount, ClaimedWork, WorkSource } from "@holdpoint/agent";
import type { TaskInput } from "@holdpoint/contract";
import { isOpen, type PlanDocument, type TaskState } from "@holdpoint/core";
import type { App, Claim } from "@holdpoint/server";

/** What the source of work needs to know. */
export interface WorkSourceParts {
  readonly app: App;
  readonly planId: string;
  readonly plan: PlanDocument;
  /** The process that holds the leases. */
  readonly owner: string;
  /** Is told of each attempt before its agent is started. */
  readonly begins: (work: { taskId: string; attempt: number }) => Promise<void>;
  /** Takes what the agent handed over, before its attempt is reported. Rejects only when the database is away. */
  readonly handedOver: (work: { taskId: string; attempt: number }, account: AttemptAccount) => Promise<void>;
}

/** States that a task can only be in after its attempt was reported. */
const TOLD: ReadonlySet<TaskState | null> = new Set<TaskState>(["reported", "held", "accepted"]);

/** Lets the local agents lease work from the engine in this process. */
export function createWorkSource({ app, planId, plan, owner, begins, handedOver }: WorkSourceParts): WorkSource {
  const { work } = app;
  return {
    async claim(request) {
      const claims = await work.claim({ planId, owner, ...request });
      for (const { taskId, attempt } of claims) await begins({ taskId, attempt });
      return Promise.all(claims.map((claim) => toWork(claim)));
    },
    async renew(ref, leaseTtlMs) {
      const outcome = await work.renew({ ...pick(ref), leaseTtlMs });
      return outcome.ok ? "held" : "lost";
    },
    async report(ref, account) {
      await handedOver(ref, account);
      const { summary, exitCode, stdout, stderr, workspace } = account;
      const outcome = await work.report({ ...pick(ref), result: { summary, exitCode, stdout, stderr, workspace } });
      // Told before, and the answer was lost on the way.
      if (outcome.ok || (outcome.reason === "wrong_state" && TOLD.has(outcome.state))) return;
      throw new Error(`attempt ${ref.attempt} is not the one that counts any more (${outcome.reason})`);
    },
    async fail(ref, reason) {
      await work.fail({ ...pick(ref), reason });
    },
    async release(ref, reason) {
      await work.release({ ...pick(ref), reason });
    },
  };

  async function toWork(claim: Claim): Promise<ClaimedWork> {
    const item = plan.items.find((candidate) => candidate.key === claim.key);
    const gates = claim.gates.flatMap((key) => {
      const gate = plan.gates.find((candidate) => candidate.key === key);
      return gate === undefined ? [] : [{ key, metric: gate.metric, text: gate.text }];
    });
    return {
      taskId: claim.taskId,
      attempt: claim.attempt,
      task: {
        key: claim.key,
        id: item?.id ?? null,
        title: claim.title,
        line: item?.line ?? 1,
        kind: item?.kind ?? "task",
        owners: (item?.owners ?? []).map((owner_) => owner_.replace(/^@/, "")),
      },
      gates,
      refusal: claim.missing.length === 0 ? null : { missing: await missingOf(claim) },
    };
  }

  /** What the last refusal said, gate by gate where a gate said it. */
  async function missingOf(claim: Claim): Promise<NonNullable<TaskInput["refusal"]>["missing"]> {
    const verdicts = new Map(
      (await app.gates.currentVerdicts(planId)).map(({ gateKey, verdict }) => [gateKey, verdict]),
    );
    const ofGates = claim.gates.flatMap((key) => {
      const verdict = verdicts.get(key);
      const gate = plan.gates.find((candidate) => candidate.key === key);
      if (verdict === undefined || gate === undefined || isOpen(verdict)) return [];
      const { verdict: value, reason, explanation } = verdict;
      return [{ gate: key, metric: gate.metric, text: gate.text, verdict: value, reason, explanation }];
    });
    const told = new Set(ofGates.map(({ explanation }) => explanation));
    const others = claim.missing
      .filter((explanation) => !told.has(explanation))
      .map((explanation) => ({ gate: null, metric: null, text: null, verdict: null, reason: null, explanation }));
    return [...ofGates, ...others];
  }
}

function pick(ref: { readonly taskId: string; readonly attempt: number }): { taskId: string; attempt: number } {
  return { taskId: ref.taskId, attempt: ref.attempt };
}
