import { isOpen, type PlanDocument, type PlanItem, type Rollup, rollUp, type Verdict } from "@holdpoint/core";

/** How the items of a plan stand. */
export interface ItemCounts {
  readonly total: number;
  readonly verified: number;
  readonly failed: number;
  readonly inconclusive: number;
  readonly open: number;
}

/** How the gates of a plan stand; one that is pass but not fresh counts as inconclusive. */
export interface GateCounts {
  readonly total: number;
  readonly pass: number;
  readonly fail: number;
  readonly inconclusive: number;
}

/** What is claimed beside what is verified, in numbers. */
export interface PlanStanding {
  readonly rollup: Rollup;
  readonly items: ItemCounts;
  readonly gates: GateCounts;
}

/** Counts a plan's leaf items and gates by their newest verdicts. */
export function standingOfPlan(plan: PlanDocument, verdicts: ReadonlyMap<string, Verdict>): PlanStanding {
  const rollup = rollUp(plan, verdicts);
  const leaves = [...rollup.leaves].map((key) => rollup.items.get(key) ?? "open");
  const count = (state: string): number => leaves.filter((one) => one === state).length;
  const judged = plan.gates.map((gate) => verdicts.get(gate.key));
  const pass = judged.filter((verdict) => verdict !== undefined && isOpen(verdict)).length;
  const fail = judged.filter((verdict) => verdict?.verdict === "fail").length;
  return {
    rollup,
    items: {
      total: leaves.length,
      verified: count("verified"),
      failed: count("failed"),
      inconclusive: count("inconclusive"),
      open: count("open"),
    },
    gates: { total: judged.length, pass, fail, inconclusive: judged.length - pass - fail },
  };
}

/** Share, in percent, of the counted leaves below an item that are verified; its own state when it is a leaf. */
export function verifiedPercent(item: PlanItem, plan: PlanDocument, rollup: Rollup): number {
  const below = leavesBelow(item, childrenOf(plan)).filter(({ key }) => rollup.leaves.has(key));
  if (below.length === 0) return rollup.items.get(item.key) === "verified" ? 100 : 0;
  const verified = below.filter(({ key }) => rollup.items.get(key) === "verified").length;
  return Math.round((verified * 1000) / below.length) / 10;
}

function childrenOf(plan: PlanDocument): ReadonlyMap<string, readonly PlanItem[]> {
  const children = new Map<string, PlanItem[]>();
  for (const item of plan.items) {
    if (item.parent === null) continue;
    const known = children.get(item.parent);
    if (known === undefined) children.set(item.parent, [item]);
    else known.push(item);
  }
  return children;
}

function leavesBelow(item: PlanItem, children: ReadonlyMap<string, readonly PlanItem[]>): readonly PlanItem[] {
  const below = children.get(item.key) ?? [];
  return below.flatMap((child) =>
    (children.get(child.key) ?? []).length === 0 ? [child] : leavesBelow(child, children),
  );
}
