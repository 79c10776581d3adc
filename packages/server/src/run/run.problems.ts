import type { ProblemTable } from "@holdpoint/core";

/** What settling refuses. */
export const runProblems = {
  HP5010: {
    title: "The plan has no document",
    message: "{plan} is no plan with a document, so it has no gates to judge.",
    remedy: "Import the document again, or name another plan.",
    why: "Gates stand in documents; a queue of tasks has none.",
    exit: 64,
    retryable: false,
    http: 404,
  },
  HP5011: {
    title: "The attempt does not hold the task",
    message: "Attempt {attempt} of task {task} cannot {verb} it: {why}.",
    remedy:
      "Stop working on it, and claim work again. What was done belongs to nobody's attempt and can be handed to the next one.",
    why: "Every write carries the number of its attempt, so that an agent that was slow or lost cannot overwrite the work of the one that followed it.",
    exit: 2,
    retryable: false,
    http: 409,
  },
  HP5012: {
    title: "The task is in another state",
    message: "Task {task} cannot be moved so: it is {state}.",
    remedy: "Look at the task; another process or person may have moved it meanwhile.",
    why: "The transition table says which command fits which state; anything else would lose what happened in between.",
    exit: 2,
    retryable: false,
    http: 409,
  },
  HP5032: {
    title: "The evidence is larger than one call may hand in",
    message: "The evidence for task {task} has {bytes} bytes; {bound} is the bound in this tenant.",
    remedy:
      "Hand it in with several calls, or leave out what no gate asks for. The bound is the flag `evidence-bytes`, which an administrator sets.",
    why: "Evidence is kept for good, so how much of it there is must be for the tenant's people to decide.",
    exit: 64,
    retryable: false,
    http: 413,
  },
} as const satisfies ProblemTable;
