import type { ProblemTable } from "@holdpoint/core";

/** What the configuration refuses. */
export const configProblems = {
  HP8101: {
    title: "The configuration is not YAML that can be read",
    message: "{file} {what}.",
    remedy: "Mend the line that is named. One document, plain YAML 1.2, no tags, no key twice.",
    why: "A server that starts with half of its configuration does something else than its operator decided.",
    exit: 65,
    retryable: false,
  },
  HP8102: {
    title: "The configuration has a key that is not known",
    message: "{file}: {what}{more}.",
    remedy: "Correct the spelling or take the line out; docs/reference/config.md lists every key.",
    why: "A mistyped key would be a setting that silently does not apply.",
    exit: 65,
    retryable: false,
  },
  HP8103: {
    title: "A setting has a value that does not fit",
    message: "{place} cannot be {value}.",
    remedy: "Give {expected}.",
    why: "A value that is guessed at could open more than was meant, or stop what was to run.",
    exit: 64,
    retryable: false,
  },
} as const satisfies ProblemTable;
