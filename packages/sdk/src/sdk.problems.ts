import type { ProblemTable } from "@holdpoint/core";

/** What can go wrong between a client and the server. What the server itself refuses comes as {@link ServerProblem}. */
export const sdkProblems = {
  HP9201: {
    title: "The server cannot be reached",
    message: "{operation} could not be sent to {url}: {why}.",
    remedy: "Check that the server runs and that the address is right; `{url}/health` answers without a token.",
    why: "The client tried again several times and got no answer; whether the last try was carried out is not known.",
    exit: 69,
    retryable: true,
  },
  HP9202: {
    title: "The server answered something else",
    message: "{operation} at {url} was answered with status {status} and no problem document.",
    remedy: "Check that the address is that of a Holdpoint server and not of something in front of it.",
    why: "An answer in another form is never guessed at.",
    exit: 69,
    retryable: false,
  },
  HP9203: {
    title: "The address of the server cannot be used",
    message: '"{url}" is not an http or https address.',
    remedy: "Give an address such as http://127.0.0.1:5005.",
    why: "A token must not be sent to somewhere that was not meant.",
    exit: 64,
    retryable: false,
  },
} as const satisfies ProblemTable;
