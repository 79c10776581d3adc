import type { ProblemTable } from "@holdpoint/core";

/** What the work room refuses to do. Refused commands of single tasks are values, not problems. */
export const workRoomProblems = {
  HP5003: {
    title: "Too many commands are waiting for the database",
    message: "{waiting} commands are waiting to be committed; {bound} is the bound.",
    remedy: "Try again in a moment. If it stays so, the disk or the database server is too slow for this many agents.",
    why: "A queue without a bound would use up the memory and answer everyone late. The callers are told to slow down instead.",
    exit: 69,
    retryable: true,
  },
} as const satisfies ProblemTable;
