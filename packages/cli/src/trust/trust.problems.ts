import type { ProblemTable } from "@holdpoint/core";

/** Problems with consent. */
export const trustProblems = {
  HP2101: {
    title: "The trust file was not written by you",
    message: "{file} is not sealed with your key, so nothing it lists is trusted.",
    remedy: "Look at what the plan would run, then agree with: holdpoint trust {plan}",
    why: "A repository could bring a trust file of its own and so give itself consent. Only a file that this user's key has sealed counts.",
    exit: 2,
    retryable: false,
  },
  HP2102: {
    title: "The trust file cannot be read",
    message: "{file} is not a trust file: {why}.",
    remedy: "Delete it and agree anew with: holdpoint trust {plan}",
    why: "A trust file that cannot be understood grants nothing.",
    exit: 2,
    retryable: false,
  },
} as const satisfies ProblemTable;
