import { SIDECAR_FILE_PROBLEMS } from "@holdpoint/contract";
import { type ProblemDefinition, type ProblemTable, WORK_PROBLEMS } from "@holdpoint/core";
import { STORE_PROBLEMS } from "@holdpoint/store";
import { commandProblems } from "./commands/command.problems.ts";
import { outputProblems } from "./output/output.problems.ts";
import { placeProblems } from "./place/place.problems.ts";
import { trustProblems } from "./trust/trust.problems.ts";

/**
 * Every problem table of the program. `tools/problem-tables.test.ts` holds this list, the `*.problems.ts` files and the
 * pages in `docs/problems/` together.
 */
export const PROBLEM_CATALOGUE: readonly ProblemTable[] = [
  SIDECAR_FILE_PROBLEMS,
  trustProblems,
  WORK_PROBLEMS,
  STORE_PROBLEMS,
  placeProblems,
  commandProblems,
  outputProblems,
];

/** The entry of a code; null when there is none. */
export function problemDefinition(code: string): ProblemDefinition | null {
  for (const table of PROBLEM_CATALOGUE) {
    const found = Object.entries(table).find(([known]) => known === code);
    if (found !== undefined) return found[1];
  }
  return null;
}
