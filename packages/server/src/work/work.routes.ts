import { operations } from "@holdpoint/contract";
import { type Implementation, implement, NothingDone, type Principal } from "../http/index.ts";
import type { HandOut } from "./hand-out.ts";
import type { AttemptRef, Claim, CommandOutcome, JsonValue, WorkStore } from "./work.types.ts";

/** What an agent is told of a gate. */
interface GateBrief {
  readonly key: string;
  readonly metric: string | null;
  readonly text: string;
}

/** What the routes of work need of a tenant. */
export interface WorkRoom {
  readonly work: WorkStore;
  readonly handOut: HandOut;
  /** What a plan's gates ask, by key. */
  gateBriefs(planId: string, keys: readonly string[]): Promise<readonly GateBrief[]>;
  /** What tasks were created with, by task id. */
  payloads(taskIds: readonly string[]): Promise<ReadonlyMap<string, JsonValue>>;
  /** Keeps what an agent says of how far it is, as an event: a claim, never judged. */
  noteProgress(
    ref: AttemptRef,
    said: { readonly message: string | undefined; readonly percent: number | undefined },
  ): Promise<void>;
  /** The problem of a command that changed nothing. */
  refused(ref: AttemptRef, verb: string, outcome: Extract<CommandOutcome, { readonly ok: false }>): Error;
}

/** Routes of leasing work and telling what became of it. */
export function workRoutes(
  room: (tenant: string) => Promise<WorkRoom>,
  replica: string,
  now: () => number,
): readonly Implementation[] {
  return [
    implement(operations.claimWork, async ({ body, principal, request }) => {
      const of = await room(principal.tenant);
      const { agent, capabilities, plan, limit, leaseTtlMs } = body;
      const claims = await of.handOut.claim(
        {
          agent,
          capabilities,
          limit,
          leaseTtlMs,
          owner: ownerOf(replica, principal, agent),
          ...(plan === undefined ? {} : { planId: plan }),
        },
        body.waitMs,
        request.signal,
      );
      return claims.length === 0 ? new NothingDone({ tasks: [] }) : { tasks: await claimedTasks(of, claims) };
    }),
    implement(operations.renewWork, async ({ body, principal }) => {
      const { work } = await room(principal.tenant);
      const outcomes = await Promise.all(
        body.leases.map(({ task, attempt }) => work.renew({ taskId: task, attempt, leaseTtlMs: body.leaseTtlMs })),
      );
      return { leases: outcomes.map((outcome, at) => toEntry(body.leases[at]?.task ?? "", outcome)) };
    }),
    implement(operations.completeWork, async ({ body, principal }) => {
      const { work } = await room(principal.tenant);
      const outcomes = await Promise.all(
        body.tasks.map(({ task, attempt, result }) =>
          work.report({ taskId: task, attempt, result: { result: result ?? null } }),
        ),
      );
      return { tasks: outcomes.map((outcome, at) => toEntry(body.tasks[at]?.task ?? "", outcome)) };
    }),
    implement(operations.failAttempt, async ({ params, body, principal }) => {
      const of = await room(principal.tenant);
      const ref = { taskId: params.task, attempt: params.attempt };
      return told(of, ref, "fail", await of.work.fail({ ...ref, reason: body.reason }));
    }),
    implement(operations.releaseAttempt, async ({ params, body, principal }) => {
      const of = await room(principal.tenant);
      const ref = { taskId: params.task, attempt: params.attempt };
      return told(of, ref, "release", await of.work.release({ ...ref, reason: body.reason }));
    }),
    implement(operations.blockAttempt, async ({ params, body, principal }) => {
      const of = await room(principal.tenant);
      const ref = { taskId: params.task, attempt: params.attempt };
      return told(of, ref, "block", await of.work.halt({ ...ref, reason: body.reason }));
    }),
    implement(operations.tellProgress, async ({ params, body, principal }) => {
      const of = await room(principal.tenant);
      const ref = { taskId: params.task, attempt: params.attempt };
      const expiresAt = now() + body.leaseTtlMs;
      told(of, ref, "renew", await of.work.renew({ ...ref, leaseTtlMs: body.leaseTtlMs }));
      const { message, percent } = body;
      if (message !== undefined || percent !== undefined) await of.noteProgress(ref, { message, percent });
      return { expiresAt: new Date(expiresAt).toISOString() };
    }),
  ];
}

/** The holder of a lease, so that all leases of one caller can be freed at once when it is known to be gone. */
export function ownerOf(replica: string, principal: Principal, agent: string): string {
  return `${replica}/${principal.tokenId ?? principal.name}/${agent}`;
}

/** Claims as agents are told of them, in the same order. */
export async function claimedTasks(
  of: WorkRoom,
  claims: readonly Claim[],
): Promise<
  {
    id: string;
    plan: string;
    key: string;
    title: string;
    attempt: number;
    tries: number;
    maxAttempts: number;
    expiresAt: string;
    gates: readonly GateBrief[];
    missing: readonly string[];
    payload: JsonValue;
  }[]
> {
  if (claims.length === 0) return [];
  const payloads = await of.payloads(claims.map(({ taskId }) => taskId));
  return await Promise.all(
    claims.map(async (claim) => ({
      id: claim.taskId,
      plan: claim.planId,
      key: claim.key,
      title: claim.title,
      attempt: claim.attempt,
      tries: claim.tries,
      maxAttempts: claim.maxAttempts,
      expiresAt: new Date(claim.expiresAt).toISOString(),
      gates: claim.gates.length === 0 ? [] : await of.gateBriefs(claim.planId, claim.gates),
      missing: claim.missing,
      payload: payloads.get(claim.taskId) ?? null,
    })),
  );
}

function told(
  of: WorkRoom,
  ref: AttemptRef,
  verb: string,
  outcome: CommandOutcome,
): { state: Extract<CommandOutcome, { ok: true }>["state"]; attempt: number; tries: number } {
  if (!outcome.ok) throw of.refused(ref, verb, outcome);
  const { state, attempt, tries } = outcome;
  return { state, attempt, tries };
}

function toEntry(
  task: string,
  outcome: CommandOutcome,
): {
  task: string;
  ok: boolean;
  state: CommandOutcome["state"];
  attempt: number | null;
  reason: Extract<CommandOutcome, { ok: false }>["reason"] | null;
  holder: string | null;
} {
  const { ok, state, attempt } = outcome;
  return {
    task,
    ok,
    state,
    attempt,
    reason: outcome.ok ? null : outcome.reason,
    holder: outcome.ok ? null : outcome.holder,
  };
}
