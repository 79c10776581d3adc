import type { ProblemTable } from "@holdpoint/core";

/** What joining agents to a server refuses. */
export const agentSetupProblems = {
  HP9323: {
    title: "The server does not answer",
    message: "The server at {url} does not answer: {why}.",
    remedy: "See that it runs (`holdpoint up`) and that the address is right, then try again.",
    why: "Tools live on the server; this command only carries messages to it.",
    exit: 69,
    retryable: true,
  },
  HP9324: {
    title: "The server refused the token",
    message: "The server at {url} refused the request with status {status}: {why}.",
    remedy: "Use a token that is valid there and has the scope work, plan, operate or read; see HOLDPOINT_TOKEN.",
    why: "What a token may do is for the server to decide.",
    exit: 64,
    retryable: false,
  },
  HP9325: {
    title: "The managed block is broken",
    message: "{file} has {what}, so that it cannot be told which part is managed.",
    remedy: "Put both marks around the block, once each, or remove them all and call `holdpoint init` again.",
    why: "Everything outside of the marks is yours; without both marks anything could be overwritten.",
    exit: 65,
    retryable: false,
  },
  HP9326: {
    title: "The configuration cannot be extended",
    message: "{file} cannot be given an entry for Holdpoint: {why}.",
    remedy:
      "Make it valid JSON with an object `mcpServers`, or add the entry that `holdpoint init --dry-run` shows by hand.",
    why: "A file that is understood only in part would be damaged by an edit.",
    exit: 65,
    retryable: false,
  },
  HP9327: {
    title: "A file of agents cannot be read",
    message: "{file} cannot be read ({why}).",
    remedy: "Make it a readable file of at most 4 MiB, or move it away.",
    why: "What is there is kept byte for byte, and for that it has to be read whole.",
    exit: 65,
    retryable: false,
  },
} as const satisfies ProblemTable;
