import type { ProblemTable } from "@holdpoint/core";

/** What is wrong with an audit log. */
export const auditProblems = {
  HP9421: {
    title: "The audit log was changed",
    message: "The audit log of the tenant {tenant} is not what was signed: entry {seq} does not follow.",
    remedy:
      "Keep the database as it is, export the log and compare it with the checkpoints that were kept elsewhere: holdpoint audit verify FILE --checkpoints FILE --key FILE.",
    why: "Entries are only ever added. Nothing that was changed behind the program's back gets a signature.",
    exit: 70,
    retryable: false,
  },
} as const satisfies ProblemTable;
