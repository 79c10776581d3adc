import type { ProblemTable } from "@holdpoint/core";

/** What searching refuses. */
export const searchProblems = {
  HP9334: {
    title: "There is nothing to search for",
    message: "{q} has no letter and no digit.",
    remedy: "Give words, or the beginning of an id, key, name or digest.",
    why: "Signs are not kept as words, so a search for them alone would find nothing, as if there were nothing.",
    exit: 65,
    retryable: false,
    http: 422,
  },
} as const satisfies ProblemTable;
