import { agentProblems } from "@holdpoint/agent";
import { SIDECAR_FILE_PROBLEMS } from "@holdpoint/contract";
import { CRITERIA_PROBLEMS, type ProblemTable, readingNotes, readPlanProblems, WORK_PROBLEMS } from "@holdpoint/core";
import { EVIDENCE_PROBLEMS } from "@holdpoint/evidence";
import { WORK_ROOM_PROBLEMS } from "@holdpoint/server";
import { STORE_PROBLEMS } from "@holdpoint/store";
import { commandProblems } from "./commands/command.problems.ts";
import { outputProblems } from "./output/output.problems.ts";
import { placeProblems } from "./place/place.problems.ts";
import { trustProblems } from "./trust/trust.problems.ts";

/**
 * Every problem table of the program, by area. `tools/problem-tables.test.ts` holds this list, the `*.problems.ts` files
 * and the pages in `docs/problems/` together.
 */
export const PROBLEM_CATALOGUE: readonly ProblemTable[] = [
  readPlanProblems,
  readingNotes,
  trustProblems,
  SIDECAR_FILE_PROBLEMS,
  CRITERIA_PROBLEMS,
  EVIDENCE_PROBLEMS,
  WORK_PROBLEMS,
  WORK_ROOM_PROBLEMS,
  STORE_PROBLEMS,
  agentProblems,
  placeProblems,
  commandProblems,
  outputProblems,
];
