import { agentProblems } from "@holdpoint/agent";
import { configProblems, sidecarFileProblems } from "@holdpoint/contract";
import { bindingProblems, type ProblemTable, readingNotes, readPlanProblems, workProblems } from "@holdpoint/core";
import { evidenceProblems } from "@holdpoint/evidence";
import { sdkProblems } from "@holdpoint/sdk";
import {
  accessProblems,
  agentsRoomProblems,
  auditProblems,
  callbackProblems,
  eventProblems,
  gateProblems,
  guardProblems,
  httpProblems,
  mcpProblems,
  runProblems,
  workRoomProblems,
} from "@holdpoint/server";
import { storeProblems } from "@holdpoint/store";
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
  readPlanProblems,
  readingNotes,
  trustProblems,
  sidecarFileProblems,
  bindingProblems,
  evidenceProblems,
  workProblems,
  workRoomProblems,
  callbackProblems,
  runProblems,
  gateProblems,
  eventProblems,
  httpProblems,
  guardProblems,
  accessProblems,
  auditProblems,
  storeProblems,
  agentProblems,
  agentsRoomProblems,
  sdkProblems,
  placeProblems,
  commandProblems,
  configProblems,
  outputProblems,
  serveProblems,
  mcpProblems,
  agentSetupProblems,
  connectProblems,
];
