import type { PlanItem } from "@holdpoint/core";
import type { Agent } from "./agent.ts";

/** The capability that fits every task. */
export const ANY = "any";

/** What of an agent decides what it may work on. */
export type Able = Pick<Agent, "name" | "capabilities"> & Partial<Pick<Agent, "labels">>;

/** What a capability may be at the server. */
const WORD = /^[a-z0-9][a-z0-9_.:/@-]{0,127}$/;

/** What of a task decides who may work on it. */
export type MatchableTask = Pick<PlanItem, "id" | "kind" | "owners" | "team">;

/**
 * The words of a task that a capability can name, most telling first: owners, team, id, the id without its number, kind.
 *
 * In lower case; a leading `@` is dropped, spaces become dashes.
 */
export function taskWords(task: MatchableTask): readonly string[] {
  const id = task.id ?? "";
  const stem = /^([A-Za-z]+)[-_. ]?\d/.exec(id)?.[1] ?? "";
  const words = [...task.owners, task.team ?? "", id, stem, task.kind].map(asWord);
  return [...new Set(words.filter((word) => word !== ""))];
}

/** True when the agent's name, one of its capabilities or a label is a word of the task, or the agent takes any. */
export function agentTakes(agent: Able, task: MatchableTask): boolean {
  const words = new Set(taskWords(task));
  return abilities(agent).some((ability) => ability === ANY || words.has(ability));
}

/**
 * What the store should ask of an agent for a task, given the fleet: the most telling word that some agent answers to;
 * `any` where only agents that take any are left; else the first word, so that the task waits and says for whom.
 */
export function requiredCapabilities(task: MatchableTask, fleet: readonly Able[]): readonly string[] {
  const known = new Set(fleet.flatMap(abilities));
  const words = taskWords(task);
  const named = words.find((word) => known.has(word) && word !== ANY);
  if (named !== undefined) return [named];
  return known.has(ANY) ? [ANY] : words.slice(0, 1);
}

/** What an agent says it can do when it claims, given the fleet: one that takes any answers to every word of the others. */
export function offeredCapabilities(agent: Able, fleet: readonly Able[]): readonly string[] {
  const own = abilities(agent);
  return [...new Set(own.includes(ANY) ? [...own, ...fleet.flatMap(abilities)] : own)].sort();
}

/** Name, capabilities, and each label as `name:value`. */
function abilities({ name, capabilities, labels = {} }: Able): string[] {
  const labelled = Object.entries(labels).map(([label, value]) => asWord(`${label}:${value}`));
  return [...[name, ...capabilities].map(asWord), ...labelled.filter((word) => WORD.test(word))];
}

function asWord(text: string): string {
  return text.trim().replace(/^@/, "").toLowerCase().replaceAll(/\s+/g, "-");
}
