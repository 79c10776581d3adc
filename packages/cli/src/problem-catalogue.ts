import { agentProblems } from "@holdpoint/agent";
import { configProblems } from "@holdpoint/contract";
import type { ProblemTable } from "@holdpoint/core";
import { sdkProblems } from "@holdpoint/sdk";
import { SERVER_PROBLEMS } from "@holdpoint/server";
import { agentSetupProblems } from "./agent-setup/agent-setup.problems.ts";
import { commandProblems } from "./commands/command.problems.ts";
import { connectProblems } from "./connect/connect.problems.ts";
import { outputProblems } from "./output/output.problems.ts";
import { placeProblems } from "./place/place.problems.ts";
import { serveProblems } from "./serve/serve.problems.ts";
import { trustProblems } from "./trust/trust.problems.ts";

/**
 * Every problem table of the program, by area. `tools/problem-tables.test.ts` holds this list, the `*.problems.ts` files
 * and the pages in `docs/problems/` together.
 */
export const PROBLEM_CATALOGUE: readonly ProblemTable[] = [
  ...SERVER_PROBLEMS,
  trustProblems,
  agentProblems,
  sdkProblems,
  placeProblems,
  commandProblems,
  configProblems,
  outputProblems,
  serveProblems,
  agentSetupProblems,
  connectProblems,
];
