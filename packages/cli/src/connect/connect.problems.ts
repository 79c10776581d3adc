import type { ProblemTable } from "@holdpoint/core";

/** What finding the server that a command speaks to refuses. */
export const connectProblems = {
  HP9321: {
    title: "No server is named",
    message: "{command} does not know which server to speak to.",
    remedy: "Start one with `holdpoint up`, in this folder or one above it; or set HOLDPOINT_URL and HOLDPOINT_TOKEN.",
    why: "The address and the token come from the environment or from `.holdpoint/server.json`, which a running server writes.",
    exit: 69,
    retryable: true,
  },
  HP9322: {
    title: "What says where the server is cannot be read",
    message: "{place} does not say where the server is: {why}.",
    remedy:
      "Correct it. `.holdpoint/server.json` is written anew by `holdpoint up`; a URL begins with http:// or https://.",
    why: "A guess could send a token to somebody else.",
    exit: 65,
    retryable: false,
  },
} as const satisfies ProblemTable;
