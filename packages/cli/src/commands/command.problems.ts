import type { ProblemTable } from "@holdpoint/core";

/** Problems with how a command was called. */
export const commandProblems = {
  HP8010: {
    title: "An option is missing",
    message: "{flag} is needed here.",
    remedy: "Add {flag}; the command's --help says what it means.",
    why: "The command cannot be carried out without it, and a guess would be wrong.",
    exit: 64,
    retryable: false,
  },
  HP8011: {
    title: "No such item",
    message: "The plan has no item or gate with the key {key}.",
    remedy: "See the keys with: holdpoint inspect {plan} --json",
    why: "Items and gates are named by the keys that inspect prints.",
    exit: 64,
    retryable: false,
  },
  HP8012: {
    title: "A value cannot be understood",
    message: "{flag} cannot be {value}.",
    remedy: "{expected}",
    why: "The value has to be one that the command knows.",
    exit: 64,
    retryable: false,
  },
  HP8013: {
    title: "Not from inside an attempt",
    message: "{command} is refused inside an attempt (HOLDPOINT_TASK is set).",
    remedy: "Let a person sign from their own shell, outside of the work that is judged.",
    why: "An agent that could sign or waive its own gates would make the gates worthless.",
    exit: 64,
    retryable: false,
  },
  HP8014: {
    title: "Not inside an attempt",
    message: "{command} works only inside an attempt.",
    remedy: "Run it from an agent's command; outside, give evidence by binding a check and running verify.",
    why: "Evidence added by hand has no task and no attempt that it could speak for.",
    exit: 64,
    retryable: false,
  },
  HP8015: {
    title: "Which plan?",
    message: "{command} needs to know the plan.",
    remedy: "Add --plan FILE.",
    why: "There is no plan in this folder that was verified or run before, or there are several.",
    exit: 64,
    retryable: false,
  },
  HP8016: {
    title: "The status cannot be written",
    message: "Item {key} (line {line}) cannot be set to {status}: {why}.",
    remedy: "Edit the line by hand, or choose a status that the line's notation has.",
    why: "Holdpoint changes only the status token and refuses where that would mean rewriting the line.",
    exit: 64,
    retryable: false,
  },
  HP8017: {
    title: "The gate asks for no witness",
    message: "Gate {key} (line {line}) asks for {text}, not for a signature.",
    remedy: "Give it evidence: bind a check with holdpoint bind, then verify. To let it pass for a while: holdpoint gate waive.",
    why: "A signature speaks only for gates that ask for a named person; it does not replace a measurement.",
    exit: 64,
    retryable: false,
  },
} as const satisfies ProblemTable;
