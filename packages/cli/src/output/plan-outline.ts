import type { PlanItem } from "@holdpoint/core";

/** What of a plan does not change while it is worked: its phases and steps, and where each task and gate belongs. */
export interface PlanOutline {
  readonly title: string;
  /** In document order, each after the group it stands in. */
  readonly groups: readonly OutlineGroup[];
  /** Keys of the groups that a task stands in, outermost first; a task outside of all is not in the map. */
  readonly groupsOfTask: ReadonlyMap<string, readonly string[]>;
  /** The same for gates. */
  readonly groupsOfGate: ReadonlyMap<string, readonly string[]>;
  /** How many tasks are worked in all. */
  readonly tasks: number;
}

/** A phase, or a step with tasks of its own, with what there is to do in it. */
export interface OutlineGroup {
  readonly key: string;
  readonly title: string;
  /** 0 for a group that stands in no other. */
  readonly depth: number;
  readonly tasks: number;
  readonly gates: number;
}

/** What the outline is made from; a `PlanDocument` or an inspection has it. */
export interface OutlineSource {
  readonly title: string;
  readonly items: readonly Pick<PlanItem, "key" | "kind" | "title" | "parent">[];
  readonly gates: readonly { readonly key: string; readonly item: string | null }[];
}

/**
 * Makes the outline that a live view draws.
 *
 * @param tasks keys of the items that are worked as tasks
 */
export function outlineOf(plan: OutlineSource, tasks: readonly string[]): PlanOutline {
  const items = new Map(plan.items.map((item) => [item.key, item]));
  const parents = new Set(plan.items.flatMap((item) => (item.parent === null ? [] : [item.parent])));
  const isGroup = (key: string): boolean => {
    const kind = items.get(key)?.kind;
    return kind === "phase" || (kind === "step" && parents.has(key));
  };
  const chain = (key: string | null): string[] => {
    const keys: string[] = [];
    // A parent that points back at its child must not hang the view.
    for (let at = key; at !== null && !keys.includes(at); at = items.get(at)?.parent ?? null) keys.push(at);
    return keys.filter(isGroup).toReversed();
  };
  const worked = new Set(tasks);
  const groupsOfTask = new Map([...worked].map((key) => [key, chain(key).filter((group) => group !== key)]));
  const groupsOfGate = new Map(plan.gates.map((gate) => [gate.key, chain(gate.item)]));
  const taskCounts = countIn(groupsOfTask.values());
  const gateCounts = countIn(groupsOfGate.values());
  const groups = plan.items
    .filter((item) => isGroup(item.key))
    .map(
      (item): OutlineGroup => ({
        key: item.key,
        title: item.title,
        depth: chain(item.key).length - 1,
        tasks: taskCounts.get(item.key) ?? 0,
        gates: gateCounts.get(item.key) ?? 0,
      }),
    );
  return {
    title: plan.title,
    groups: groups.filter((group) => group.tasks + group.gates > 0),
    groupsOfTask,
    groupsOfGate,
    tasks: worked.size,
  };
}

function countIn(chains: Iterable<readonly string[]>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const keys of chains) for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
