import type { ProblemTable } from "@holdpoint/core";

/** What the room of gates refuses. */
export const gateProblems = {
  HP4010: {
    title: "A waiver must end in the future",
    message: "The waiver would end at {expiresAt}, which is not in the future.",
    remedy: "Give a time that is still to come, in RFC 3339 with its zone.",
    why: "A waiver lets a gate pass without evidence, so it always has an end that somebody chose.",
    exit: 64,
    retryable: false,
    http: 422,
  },
} as const satisfies ProblemTable;
