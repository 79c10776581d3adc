import { sidecarFileProblems } from "@holdpoint/contract";
import { bindingProblems, type ProblemTable, readingNotes, readPlanProblems, workProblems } from "@holdpoint/core";
import { evidenceProblems } from "@holdpoint/evidence";
import { storeProblems } from "@holdpoint/store";
import { accessProblems, auditProblems } from "./access/index.ts";
import { agentsRoomProblems } from "./agents/index.ts";
import { callbackProblems } from "./callbacks/index.ts";
import { eventProblems } from "./events/index.ts";
import { flagProblems } from "./flags/index.ts";
import { gateProblems } from "./gates/index.ts";
import { guardProblems, httpProblems } from "./http/index.ts";
import { mcpProblems } from "./mcp/index.ts";
import { runProblems } from "./run/index.ts";
import { searchProblems } from "./search/index.ts";
import { workRoomProblems } from "./work/index.ts";

/** The tables of the server and of what it stands on. */
export const SERVER_PROBLEMS: readonly ProblemTable[] = [
  readPlanProblems,
  readingNotes,
  sidecarFileProblems,
  bindingProblems,
  evidenceProblems,
  workProblems,
  workRoomProblems,
  callbackProblems,
  runProblems,
  gateProblems,
  storeProblems,
  httpProblems,
  guardProblems,
  accessProblems,
  auditProblems,
  flagProblems,
  searchProblems,
  mcpProblems,
  agentsRoomProblems,
  eventProblems,
];
