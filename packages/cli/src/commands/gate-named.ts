import { normaliseMetric, type PlanDocument, type PlanGate, problem } from "@holdpoint/core";
import { commandProblems } from "./command.problems.ts";

/**
 * The gate that a person means: by its key, else by its metric in any spelling, else by the item that it stands on.
 *
 * @throws HP8011 when there is none, HP8020 when the name could mean several
 */
export function gateNamed(plan: PlanDocument, name: string, planPath: string): PlanGate {
  const byKey = plan.gates.find((gate) => gate.key === name);
  if (byKey !== undefined) return byKey;
  const metric = normaliseMetric(name);
  const byMetric = plan.gates.filter(
    (gate) => metric !== "" && gate.metric !== null && normaliseMetric(gate.metric) === metric,
  );
  const found = byMetric.length > 0 ? byMetric : onItem(plan, name);
  const [only, ...more] = found;
  if (only === undefined) throw problem(commandProblems, "HP8011", { key: name, plan: planPath }, { file: planPath });
  if (more.length === 0) return only;
  const gates = found.map((gate) => `${gate.key} (line ${gate.line})`).join(", ");
  throw problem(commandProblems, "HP8020", { name, gates, plan: planPath }, { file: planPath, line: only.line });
}

function onItem(plan: PlanDocument, name: string): readonly PlanGate[] {
  const item = plan.items.find((candidate) => candidate.key === name || candidate.id === name);
  return item === undefined ? [] : plan.gates.filter((gate) => gate.item === item.key);
}
