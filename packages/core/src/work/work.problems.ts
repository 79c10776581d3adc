import type { ProblemTable } from "../problem.ts";

/** What keeps a plan from becoming a graph of work. */
export const workProblems = {
  HP5001: {
    title: "The plan's dependencies form a circle",
    message: "These items wait for each other, so none of them can begin: {cycle}.",
    remedy: "Take one of the dependencies out of the plan, then run again.",
    why: "Work that waits for itself never begins. Holdpoint refuses it at the start instead of stopping half-way.",
    exit: 65,
    retryable: false,
  },
  HP5002: {
    title: "A dependency names no item",
    message: "“{title}” depends on {key}, and the plan has no such item.",
    remedy: "Correct the reference or add the item. `holdpoint lint` lists every reference that leads nowhere.",
    why: "An item whose dependency cannot be found must not begin as if the dependency were met.",
    exit: 65,
    retryable: false,
  },
} as const satisfies ProblemTable;
