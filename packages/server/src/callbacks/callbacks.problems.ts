import type { ProblemTable } from "@holdpoint/core";

/** What callbacks refuse. */
export const callbackProblems = {
  HP5030: {
    title: "Callbacks may not go to this address",
    message: "{origin} is not an address that callbacks may go to: {why}.",
    remedy:
      "Name one that the server reaches over the internet, or let whoever runs the server allow it with `callback-allow`.",
    why: "A callback is sent from inside of the server's network. Without this bound, whoever may create a task could reach what only the server can.",
    exit: 65,
    retryable: false,
    http: 422,
  },
  HP5031: {
    title: "The callback has nothing to send yet",
    message: "The callback {callback} waits for {open} tasks to be settled.",
    remedy: "Wait until they are accepted, dead or cancelled. It is told by itself then.",
    why: "A notification tells how something ended; before it has ended there is nothing to tell.",
    exit: 2,
    retryable: false,
    http: 409,
  },
} as const satisfies ProblemTable;
