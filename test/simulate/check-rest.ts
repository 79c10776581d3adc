import { isFinal } from "@holdpoint/core";
import type { Violation } from "./check-world.ts";
import type { LastFacts, WorldHistory } from "./records.ts";

/** At the end of a world nothing is left that somebody could still move. */
export function checkRest(history: WorldHistory): readonly Violation[] {
  const byKey = new Map(history.last.map((task) => [task.key, task]));
  const wanted = new Map(history.wanted.map((task) => [task.key, task]));
  return history.last.flatMap((task): Violation[] => {
    const why = stuckFor(task, wanted.get(task.key)?.dependsOn ?? [], byKey, history.agents);
    if (why === null) return [];
    const what = `it is ${task.state} at the end, after attempt ${task.attempt}: ${why}`;
    return [{ rule: "nothing stuck", task: task.task, at: history.endedAt, what }];
  });
}

/** Tasks that somebody could still move: neither at an end, nor held, nor waiting for one that is not accepted. */
export function isOpen(
  task: Pick<LastFacts, "state" | "unmet" | "assigned" | "capabilities">,
  agents: WorldHistory["agents"],
): boolean {
  if (isFinal(task.state) || task.state === "held") return false;
  if (task.state === "waiting") return task.unmet === 0;
  return task.state !== "ready" || isAble(task, agents);
}

/** Null for a task that rightly moves no more. What it waits for is taken from what was asked for, not from its counter. */
function stuckFor(
  task: LastFacts,
  dependsOn: readonly string[],
  byKey: ReadonlyMap<string, LastFacts>,
  agents: WorldHistory["agents"],
): string | null {
  if (isFinal(task.state) || task.state === "held") return null;
  if (task.state === "waiting") {
    const open = dependsOn.filter((key) => byKey.get(key)?.state !== "accepted");
    if (open.length === 0) return "all that it depends on is accepted";
    return open.length === task.unmet ? null : `it waits for ${open.length} tasks and counts ${task.unmet}`;
  }
  if (task.state !== "ready") return "nobody ends it";
  return isAble(task, agents) ? "an able agent is there, and is not given it" : null;
}

function isAble(
  { assigned, capabilities }: Pick<LastFacts, "assigned" | "capabilities">,
  agents: WorldHistory["agents"],
): boolean {
  for (const [name, can] of agents) {
    // A runner's agents can also do what is asked of them by name.
    if ((assigned === null || assigned === name) && capabilities.every((one) => can.includes(one))) return true;
  }
  return false;
}
