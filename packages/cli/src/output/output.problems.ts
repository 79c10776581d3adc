import type { ProblemTable } from "@holdpoint/core";

/** What is said when something that no catalogue entry covers ends a command. */
export const outputProblems = {
  HP9000: {
    title: "A bug in Holdpoint",
    message: "Something went wrong that Holdpoint has no name for: {what}",
    remedy: "Run it again with HOLDPOINT_DEBUG=1 and report the bug with what that prints.",
    why: "Every failure that a user can act on has a code of its own. This one has none, so it is a mistake in the program; nothing was judged as passing because of it.",
    exit: 70,
    retryable: false,
  },
} as const satisfies ProblemTable;
