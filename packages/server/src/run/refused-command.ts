import { type HoldpointError, problem } from "@holdpoint/core";
import { httpProblems } from "../http/index.ts";
import type { CommandOutcome } from "../work/index.ts";
import { runProblems } from "./run.problems.ts";

type Refused = Extract<CommandOutcome, { readonly ok: false }>;

/**
 * The problem of a command that changed nothing, with where the task stands now.
 *
 * @param attempt the attempt that the command spoke for; null for an operator's
 */
export function refusedCommand(taskId: string, attempt: number | null, verb: string, outcome: Refused): HoldpointError {
  const { state, attempt: current, holder } = outcome;
  if (outcome.reason === "not_found") return problem(httpProblems, "HP9105", { kind: "task", id: taskId });
  const task = { state, attempt: current, holder };
  if (attempt !== null) {
    const why =
      outcome.reason === "fenced"
        ? `attempt ${current ?? "unknown"} is the current one${holder === null ? "" : `, held by ${holder}`}`
        : `the task is ${state ?? "gone"}`;
    return Object.assign(problem(runProblems, "HP5011", { task: taskId, attempt, verb, why }), { task });
  }
  return Object.assign(problem(runProblems, "HP5012", { task: taskId, state: state ?? "gone" }), { task });
}
