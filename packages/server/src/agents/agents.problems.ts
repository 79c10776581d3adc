import type { ProblemTable } from "@holdpoint/core";

/** What the room of agents refuses. */
export const agentsRoomProblems = {
  HP7301: {
    title: "Too much live output waits to be written",
    message: "{waiting} characters of live output wait for the database; {bound} is the bound.",
    remedy:
      "Try again in a moment, or send less: the output of an attempt is for people to look at, not for its result.",
    why: "Output that nobody could read in time must not use up the memory of the server.",
    exit: 69,
    retryable: true,
  },
} as const satisfies ProblemTable;
