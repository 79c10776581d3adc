import { operations } from "@holdpoint/contract";
import { type PlanDocument, problem, type Verdict } from "@holdpoint/core";
import type { GateStore } from "../gates/index.ts";
import { httpProblems, type Implementation, implement } from "../http/index.ts";
import { type PlanStore, type PlanView, toPlanView } from "../plans/index.ts";
import type { WorkStore } from "../work/index.ts";
import { type PlanStanding, standingOfPlan, verifiedPercent } from "./progress.ts";

/** What the routes of progress need of a tenant. */
export interface ProgressRoom {
  readonly plans: PlanStore;
  readonly gates: GateStore;
  readonly work: WorkStore;
  /** The plan as it is judged; null when there is none. */
  planOf(planId: string): Promise<PlanDocument | null>;
}

interface Seen {
  readonly view: PlanView;
  readonly plan: PlanDocument;
  readonly verdicts: ReadonlyMap<string, Verdict>;
  readonly standing: PlanStanding;
}

/** Holds listed in one answer. */
const MOST_HOLDS = 200;

/** Routes of what is claimed and what is verified. */
export function progressRoutes(room: (tenant: string) => Promise<ProgressRoom>): readonly Implementation[] {
  const see = async (of: ProgressRoom, planId: string): Promise<Seen> => {
    const [view, plan] = [await of.plans.get(planId), await of.planOf(planId)];
    if (view === null || plan === null) throw problem(httpProblems, "HP9105", { kind: "plan", id: planId });
    const current = await of.gates.currentVerdicts(planId);
    const verdicts = new Map(current.map(({ gateKey, verdict }): [string, Verdict] => [gateKey, verdict]));
    return { view, plan, verdicts, standing: standingOfPlan(plan, verdicts) };
  };
  return [
    implement(operations.listItems, async ({ params, query, principal }) => {
      const of = await room(principal.tenant);
      const { plan, standing } = await see(of, params.plan);
      const from = Number(query.cursor ?? 0);
      const items = plan.items
        .slice(from, from + query.limit)
        .map(({ key, id, kind, title, line, parent, claimed, owners, window }) => ({
          key,
          id,
          kind,
          title,
          line,
          parent,
          claimed,
          verified: standing.rollup.items.get(key) ?? ("open" as const),
          owners,
          window,
        }));
      return { items, next: from + query.limit < plan.items.length ? String(from + query.limit) : null };
    }),
    implement(operations.getProgress, async ({ params, principal }) => {
      const of = await room(principal.tenant);
      const { view, standing } = await see(of, params.plan);
      const held = await of.work.list({ planId: params.plan, states: ["held"], limit: MOST_HOLDS });
      return {
        plan: toPlanView(view),
        claimed: standing.rollup.claimed,
        verified: standing.rollup.verified,
        items: standing.items,
        gates: standing.gates,
        tasks: { ...(await of.work.counts(params.plan)) },
        holds: held.map(({ taskId, key, title, missing }) => ({ task: taskId, key, title, missing })),
      };
    }),
    implement(operations.progressStatus, async ({ query, principal }) => {
      const of = await room(principal.tenant);
      const planId = query.plan ?? newest(await of.plans.list())?.planId;
      if (planId === undefined) {
        return {
          overall_completion: 0,
          claimed_completion: 0,
          phase_status: {},
          step_completion: {},
          quality_gates: {},
          blockers: [],
        };
      }
      const { plan, verdicts, standing } = await see(of, planId);
      const open = await of.work.list({ planId, states: ["held", "dead"], limit: MOST_HOLDS });
      const titled = (kind: string): PlanDocument["items"] => plan.items.filter((item) => item.kind === kind);
      return {
        overall_completion: percent(standing.rollup.verified),
        claimed_completion: percent(standing.rollup.claimed),
        phase_status: Object.fromEntries(
          titled("phase").map((item) => [item.title, standing.rollup.items.get(item.key) ?? "open"]),
        ),
        step_completion: Object.fromEntries(
          titled("step").map((item) => [item.title, verifiedPercent(item, plan, standing.rollup)]),
        ),
        quality_gates: Object.fromEntries(
          plan.gates.map((gate) => [gate.metric ?? gate.text, verdicts.get(gate.key)?.verdict ?? "inconclusive"]),
        ),
        blockers: open.map(({ title, missing, reason }) => `${title}: ${missing[0] ?? reason ?? "it is held"}`),
      };
    }),
  ];
}

function newest(plans: readonly PlanView[]): PlanView | undefined {
  return [...plans].sort((a, b) => b.importedAt - a.importedAt)[0];
}

function percent(share: number): number {
  return Math.round(share * 1000) / 10;
}
