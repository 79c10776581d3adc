import type { PlanProblem } from "../plan/inspection.ts";
import type { ProblemParams } from "../problem.ts";
import { fill } from "../problem.ts";
import { readingNotes } from "./read-plan.problems.ts";

const MOST_LINES = 20;

/** Makes a note of the catalogue into a problem of the document. */
export function note(
  code: keyof typeof readingNotes,
  severity: PlanProblem["severity"],
  kind: string,
  lines: readonly number[],
  params: ProblemParams,
): PlanProblem {
  const definition = readingNotes[code];
  return {
    code,
    severity,
    kind,
    line: lines[0] ?? 1,
    lines: lines.slice(0, MOST_LINES),
    message: fill(definition.message, params),
    hint: fill(definition.remedy, params),
  };
}
