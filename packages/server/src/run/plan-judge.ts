import { type EvidenceRecord, type JudgedSubject, problem, type Runtime, type Verdict } from "@holdpoint/core";
import { createGatekeeper, type Gatekeeper, type GateStore } from "../gates/index.ts";
import type { JudgedPlan } from "../plans/index.ts";
import { runProblems } from "./run.problems.ts";

/** What judging without a folder needs. */
export interface PlanJudgeParts {
  readonly gates: GateStore;
  readonly runtime: Runtime;
  readonly tenant: string;
  /** The plan with its sidecar; null when there is none, or it is a queue. */
  readonly planOf: (planId: string) => Promise<JudgedPlan | null>;
  /** Agents that ever worked on the plan: they cannot be its witnesses. */
  readonly producersOf: (planId: string) => Promise<readonly string[]>;
  /** Attempts of the plan that were accepted. */
  readonly acceptedOf: (planId: string) => Promise<ReadonlySet<string>>;
}

/** What is judged: an attempt at what its agent said it worked on, or the plan as it was last told of. */
export type JudgedPlace =
  | { readonly task: string; readonly attempt: number; readonly subject: JudgedSubject | null }
  | { readonly task: null; readonly attempt: null };

/** Judges gates of plans by the evidence that there is; runs nothing. */
export interface PlanJudge {
  /** The gatekeeper of a plan's current revision. @throws HP5010 when it is no plan with a document */
  gatekeeper(planId: string): Promise<{ readonly plan: JudgedPlan; readonly gatekeeper: Gatekeeper }>;
  /** Verdicts by gate key. */
  judge(planId: string, gates: readonly string[], place: JudgedPlace): Promise<ReadonlyMap<string, Verdict>>;
}

/** Gatekeepers that are kept open. */
const KEPT = 20;

/** What nobody has said anything about: no evidence can be of it. */
const UNKNOWN: JudgedSubject = { commit: null, tree: "unknown", dirty: false };

/** A judge without a folder: whether evidence is of the present is decided by what agents said they worked on. */
export function createPlanJudge(parts: PlanJudgeParts): PlanJudge {
  interface Open {
    readonly revision: number;
    readonly plan: JudgedPlan;
    readonly gatekeeper: Gatekeeper;
    readonly subjects: Map<string, JudgedSubject>;
  }
  const open = new Map<string, Open>();

  async function openOf(planId: string): Promise<Open> {
    const plan = await parts.planOf(planId);
    if (plan === null) throw problem(runProblems, "HP5010", { plan: planId });
    const known = open.get(planId);
    if (known !== undefined && known.plan === plan) return known;
    const subjects = new Map<string, JudgedSubject>();
    const producers = await parts.producersOf(planId);
    const gatekeeper = await createGatekeeper({
      store: parts.gates,
      runner: { run: () => Promise.reject(new Error("the control plane runs no commands")) },
      subjects: {
        subjectOf: async (dir) => subjects.get(dir) ?? newestSubject(await records(planId)) ?? UNKNOWN,
        digestInputs: () => Promise.resolve("unknown"),
      },
      runtime: parts.runtime,
      tenant: parts.tenant,
      planId,
      plan: plan.plan,
      sidecar: plan.sidecar,
      allowed: () => false,
      listener: { checkStarted: () => undefined, checkEnded: () => undefined, gateJudged: () => undefined },
      producers: () => producers,
      accepted: () => parts.acceptedOf(planId),
    });
    const made = { revision: plan.revision, plan, gatekeeper, subjects };
    open.delete(planId);
    open.set(planId, made);
    for (const oldest of open.keys()) if (open.size > KEPT) open.delete(oldest);
    return made;
  }

  async function records(planId: string): Promise<readonly EvidenceRecord["statement"][]> {
    const stored = await parts.gates.evidence({ planId, limit: 100 });
    return stored.map(({ canonical }): EvidenceRecord["statement"] => JSON.parse(new TextDecoder().decode(canonical)));
  }

  return {
    gatekeeper: openOf,
    async judge(planId, gates, place) {
      const { gatekeeper, subjects } = await openOf(planId);
      const dir = place.task === null ? "plan" : `${place.task}/${place.attempt}`;
      if (place.task !== null && place.subject !== null) subjects.set(dir, place.subject);
      const { task, attempt } = place;
      try {
        return await gatekeeper.judge({ gates, dir, task, attempt, run: "never" });
      } finally {
        subjects.delete(dir);
      }
    },
  };
}

/**
 * What the newest evidence of an agent is about, as it said. What a host measured in the plan's folder says nothing of
 * how that folder is now: only a host can look.
 */
function newestSubject(statements: readonly EvidenceRecord["statement"][]): JudgedSubject | null {
  for (const { subject, predicate } of statements.toReversed()) {
    if (predicate.kind !== "artifact" && predicate.kind !== "claim") continue;
    const tree = subject.find(({ name }) => name === "tree");
    const digest = tree?.digest["sha256"];
    if (digest === undefined) continue;
    const commit = subject.find(({ name }) => name === "git")?.digest["gitCommit"] ?? null;
    return { commit, tree: digest, dirty: tree?.annotations?.["dirty"] === true };
  }
  return null;
}
