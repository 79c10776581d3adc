import type { ItemKind } from "../plan/inspection.ts";
import { statusOfValue } from "./status.ts";
import type { YamlNode, YamlPair, YamlSource } from "./yaml-source.ts";
import { isMapping, isSequence, normalKey } from "./yaml-source.ts";

/** Keys whose entries are items, and of which kind. */
export const ITEM_KEYS: ReadonlyMap<string, ItemKind> = new Map<string, ItemKind>([
  ["phases", "phase"],
  ["stages", "phase"],
  ["milestones", "phase"],
  ["sprints", "phase"],
  ["epics", "phase"],
  ["fases", "phase"],
  ["etapas", "phase"],
  ["iterations", "phase"],
  ["steps", "step"],
  ["stories", "step"],
  ["user_stories", "step"],
  ["work_packages", "step"],
  ["tasks", "task"],
  ["subtasks", "task"],
  ["todos", "task"],
  ["tareas", "task"],
  ["aufgaben", "task"],
  ["todo", "task"],
  ["work_items", "task"],
  ["action_items", "task"],
  ["jobs_to_do", "task"],
]);

/** Keys whose value is a block of gates; true where each entry is a criterion even without a threshold. */
export const GATE_KEYS = new Set(
  (
    "quality_gates gates success_criteria acceptance_criteria exit_criteria criteria kpis kpi slos slo thresholds " +
    "definition_of_done dod success_metrics deliverables release_criteria performance quality coverage_targets targets " +
    "gate_criteria acceptance requirements_met unit_tests integration_tests security reliability"
  ).split(" "),
);
/** Gate keys that are also ordinary words: taken only when their value states a threshold with an operator. */
export const WEAK_GATE_KEYS = new Set(
  "performance quality security reliability unit_tests integration_tests targets criteria".split(" "),
);
/** Keys whose text is one gate text. */
export const SINGLE_GATE_KEYS = new Set(
  "deployment_gate release_gate gate phase_gate exit_gate launch_gate go_live_gate quality_gate".split(" "),
);
/** Keys that hold commands. */
export const CHECK_KEYS = new Set(
  "automated_checks checks check_commands verify verification verification_commands gate_commands validation_commands".split(
    " ",
  ),
);
/** Keys that only wrap a plan. */
export const WRAPPERS = new Set("plan project roadmap spec workflow program".split(" "));

const ANNOUNCED_CRITERIA =
  /^(?:[a-z]+_)?(?:pass|passes|done|complete|completed|ready|exit|close|accept|accepted|verified)_(?:when|if)$|^punch_?list$|^(?:acceptance|must_pass|exit_checks|acceptance_checks|acceptance_tests|definition_of_ready|entry_criteria|pass_criteria|success)$|_criteria$/;

/** Whether a key announces a list of criteria: `pass_when`, `done_when`, `punch_list`, `entry_criteria`. */
export function announcesCriteria(pair: YamlPair): boolean {
  return ANNOUNCED_CRITERIA.test(normalKey(pair.key)) && isSequence(pair.value);
}

const STAGE_KEY = /^(phase|stage|milestone|sprint|week|iteration|wave|epic|step|task|story)_?(\d{1,3})(?:_.*)?$/;

/** The kind of item that a key such as `phase_2` names by itself; null for any other key. */
export function stageKeyKind(pair: YamlPair): ItemKind | null {
  const word = STAGE_KEY.exec(normalKey(pair.key))?.[1];
  if (word === undefined || !isMapping(pair.value)) return null;
  return word === "task" ? "task" : word === "step" || word === "story" ? "step" : "phase";
}

const TITLES = new Set(["title", "name", "task", "summary", "goal", "description"]);
const SIGNS_OF_WORK = new Set(
  (
    "depends_on dependencies blocked_by assignee owner owners effort estimate priority milestone phase sprint " +
    "acceptance acceptance_criteria success_criteria exit_criteria done_when pass_when punch_list deliverables tasks steps"
  ).split(" "),
);
/** Lists of mappings with a title and a state that are no work. */
const NO_WORK =
  /^(?:history|changelog|logs?|events?|notes?|risks?|decisions?|references?|links?|people|team|owners?|members|alerts?|issues_found|versions?|releases?|services?|containers?|jobs|env|volumes|incidents?|audits?)$/;

/**
 * Whether a list or mapping of mappings, whatever its key, lists pieces of work: at least half of its entries have a
 * title and a state, or a title and something that only work has.
 *
 * @param own true for a document that is YAML as a whole, where an id and a title are enough
 */
export function isWorkList(source: YamlSource, pair: YamlPair, own: boolean): boolean {
  if (NO_WORK.test(normalKey(pair.key))) return false;
  const entries: YamlNode[] = isMapping(pair.value)
    ? source.pairsOf(pair.value).map(({ value }) => value)
    : source.entriesOf(pair.value);
  const named = isMapping(pair.value);
  let work = 0;
  for (const entry of entries) if (isWorkEntry(source, entry, own && !named)) work += 1;
  return work > 0 && work * 2 >= entries.length;
}

function isWorkEntry(source: YamlSource, entry: YamlNode, own: boolean): boolean {
  if (!isMapping(entry)) return false;
  let titled = false;
  let hasId = false;
  let sign = false;
  for (const { key, value } of source.pairsOf(entry)) {
    const name = normalKey(key);
    if (TITLES.has(name)) titled = true;
    else if (name === "id" || name === "key") hasId = true;
    else if (name === "status" || name === "state") {
      const text = source.textOf(value);
      sign ||= text !== null && statusOfValue(text.replaceAll("_", " ")) !== null;
    } else if (SIGNS_OF_WORK.has(name)) sign = true;
  }
  return titled && (sign || (own && hasId));
}

/** The kind of the entries of a list whose key names none, by the last word of the key: `q3_milestones`. */
export function kindOfKey(key: string): ItemKind {
  const last = normalKey(key).split("_").at(-1) ?? "";
  return ITEM_KEYS.get(last) ?? "task";
}
