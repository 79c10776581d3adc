import type { Criterion } from "../criteria/criterion.ts";
import { parseCriterion } from "../criteria/parse-criterion.ts";
import type { PlanDocument } from "../plan/inspection.ts";
import { type HoldpointError, type ProblemPlace, problem } from "../problem.ts";
import { bindingProblems } from "./binding.problems.ts";
import { gateOfEntry } from "./bound-gate.ts";
import { compileExpression } from "./expression.ts";
import type { BindingSidecar } from "./sidecar.ts";

/**
 * What in a sidecar can never work although its shape is right: gates that the plan does not hold (HP2303), expressions
 * that cannot be read (HP2301), margins in percent on a percentage (HP2302).
 *
 * @param file path of the sidecar, for the messages
 */
export function checkSidecar(
  plan: Pick<PlanDocument, "gates">,
  sidecar: BindingSidecar,
  file: string,
): readonly HoldpointError[] {
  const problems: HoldpointError[] = [];
  for (const [key, entry] of sidecar.gates) {
    const gate = gateOfEntry(key, plan.gates);
    if (gate === null) {
      problems.push(problem(bindingProblems, "HP2303", { gate: key }, { file, field: `gates.${key}` }));
    }
    if (entry.criterion === null) continue;
    const place = { file, field: `gates.${key}.criterion` };
    problems.push(...criterionProblems(entry.criterion, key, entry.metric ?? gate?.metric ?? null, place));
  }
  return problems;
}

/** What makes a criterion that is typed useless all the same; a text that is no criterion gives none. */
function criterionProblems(
  text: string,
  gate: string,
  metric: string | null,
  at: ProblemPlace,
): readonly HoldpointError[] {
  const { criterion, notes } = parseCriterion(text, { metric });
  if (criterion === null) return [];
  const ambiguous = metric !== null && notes.some((note) => note.code === "relative_percent");
  const margin = ambiguous ? [problem(bindingProblems, "HP2302", { text, gate }, at)] : [];
  return [...margin, ...expressionProblems(criterion, gate, at)];
}

function expressionProblems(criterion: Criterion, gate: string, at: ProblemPlace): readonly HoldpointError[] {
  if (criterion.kind === "composite") return criterion.of.flatMap((part) => expressionProblems(part, gate, at));
  if (criterion.kind === "window") return criterion.holds.flatMap((part) => expressionProblems(part, gate, at));
  if (criterion.kind !== "expression") return [];
  const compiled = compileExpression(criterion);
  if (!("message" in compiled)) return [];
  const params = { gate, position: compiled.position + 1, detail: compiled.message };
  return [problem(bindingProblems, "HP2301", params, at)];
}
