import type { ProblemTable } from "@holdpoint/core";

/** What the log of events refuses. */
export const eventProblems = {
  HP9110: {
    title: "The log is no longer kept from there on",
    message: "Events after the cursor {after} were dropped, since they are older than what is kept.",
    remedy:
      "Read the state of what you follow anew, then go on from the cursor {from}, which `cursor` of this answer holds as well. Without a cursor a page begins with the oldest event that is kept.",
    why: "Whoever went on after a gap without being told would believe in a history that never happened. `retention-events` says how long events are kept.",
    exit: 64,
    retryable: false,
    http: 410,
  },
} as const satisfies ProblemTable;
