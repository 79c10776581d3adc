import { isOpen, type WorkGraph } from "@holdpoint/core";
import type { Gatekeeper, TaskView, WorkStore } from "@holdpoint/server";

const ALL = 1_000_000;

/** What {@link checkpointsToReopen} looks at. */
export interface StandingPlan {
  readonly work: Pick<WorkStore, "list">;
  readonly planId: string;
  readonly graph: WorkGraph;
  readonly gatekeeper: Pick<Gatekeeper, "judge">;
  readonly planDir: string;
}

/**
 * Keys of accepted checkpoints whose gates do not hold any more while nothing behind them has begun.
 *
 * A gate that passed in an earlier run opens what follows only while it is still pass and fresh. Where the work behind
 * it has begun it is left open: closing it then would leave nobody who could mend it.
 */
export async function checkpointsToReopen(standing: StandingPlan): Promise<readonly string[]> {
  const { work, planId, graph, gatekeeper, planDir } = standing;
  const tasks = new Map((await work.list({ planId, limit: ALL })).map((task) => [task.key, task]));
  const candidates = graph.nodes.filter((node) => {
    if (node.kind !== "checkpoint" || node.gates.length === 0) return false;
    const next = graph.nodes.filter((other) => other.dependsOn.includes(node.key));
    const begun = next.some((other) => hasBegun(tasks.get(other.key)));
    return tasks.get(node.key)?.state === "accepted" && next.length > 0 && !begun;
  });
  if (candidates.length === 0) return [];
  const gates = [...new Set(candidates.flatMap((node) => node.gates))];
  const verdicts = await gatekeeper.judge({ gates, dir: planDir, task: null, attempt: null, run: "stale" });
  const holds = (key: string): boolean => {
    const verdict = verdicts.get(key);
    return verdict !== undefined && isOpen(verdict);
  };
  return candidates.filter((node) => !node.gates.every((key) => holds(key))).map((node) => node.key);
}

function hasBegun(task: TaskView | undefined): boolean {
  if (task === undefined) return false;
  return task.attempt > 0 || task.state === "accepted" || task.state === "leased" || task.state === "dead";
}
