import type { PlanItem } from "../plan/inspection.ts";

/** A plan's items as a tree, without the criteria: they are judged, not worked. */
export interface Outline {
  /** Items at the top, in document order. */
  readonly roots: readonly PlanItem[];
  readonly itemOf: ReadonlyMap<string, PlanItem>;
  readonly childrenOf: ReadonlyMap<string, readonly PlanItem[]>;
}

/** Builds the tree of phases, steps and tasks. A child whose parent is a criterion hangs on that criterion's parent. */
export function outline(items: readonly PlanItem[]): Outline {
  const itemOf = new Map(items.map((item) => [item.key, item]));
  const roots: PlanItem[] = [];
  const childrenOf = new Map<string, PlanItem[]>();
  for (const item of items) {
    if (item.kind === "criterion") continue;
    const parent = workedParent(item, itemOf);
    const siblings = parent === null ? roots : childrenOf.get(parent.key);
    if (siblings !== undefined) siblings.push(item);
    else if (parent !== null) childrenOf.set(parent.key, [item]);
  }
  return { roots, itemOf, childrenOf };
}

/** The nearest item at or above a key that is not a criterion; null at the top of the plan. */
export function hostOf(key: string | null, itemOf: ReadonlyMap<string, PlanItem>): PlanItem | null {
  const item = key === null ? undefined : itemOf.get(key);
  if (item === undefined) return null;
  return item.kind === "criterion" ? workedParent(item, itemOf) : item;
}

function workedParent(item: PlanItem, itemOf: ReadonlyMap<string, PlanItem>): PlanItem | null {
  let at = item.parent === null ? undefined : itemOf.get(item.parent);
  while (at?.kind === "criterion") at = at.parent === null ? undefined : itemOf.get(at.parent);
  return at ?? null;
}
