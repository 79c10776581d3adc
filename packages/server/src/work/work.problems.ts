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
  HP5020: {
    title: "A task depends on one that will never be accepted",
    message: "{task} depends on {key}, and the queue {queue} {why}.",
    remedy: "Correct the key, create that task first, or send it in the same batch. None of the batch was created.",
    why: "A task whose dependency cannot be met would wait for ever, and one that ignored it would begin too early.",
    exit: 65,
    retryable: false,
    http: 422,
  },
  HP5021: {
    title: "Tasks depend on each other in a circle",
    message: "These tasks wait for each other, so none of them can begin: {cycle}.",
    remedy: "Take one of the dependencies out and send the tasks again. None of them was created.",
    why: "Work that waits for itself never begins, so it is refused before anything is stored.",
    exit: 65,
    retryable: false,
    http: 422,
  },
  HP5022: {
    title: "The payload of a task is too large",
    message: "The payload of {task} has {bytes} bytes; {bound} is the bound.",
    remedy: "Keep large inputs where agents can fetch them, and put their address and digest into the payload.",
    why: "Payloads are read with every claim; a few large ones would slow down every agent.",
    exit: 64,
    retryable: false,
    http: 413,
  },
  HP5024: {
    title: "The cursor is not one of this list",
    message: "{cursor} is not a cursor of this list.",
    remedy: "Begin without a cursor, and go on with the `next` of the page before.",
    why: "A list that goes on from an unknown place would leave entries out without a word.",
    exit: 64,
    retryable: false,
    http: 422,
  },
} as const satisfies ProblemTable;
