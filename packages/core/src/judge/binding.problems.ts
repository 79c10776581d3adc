import type { ProblemTable } from "../problem.ts";

/** What can be wrong with a binding although its file has the right shape. */
export const bindingProblems = {
  HP2301: {
    title: "Expression cannot be read",
    message: 'The expression of gate "{gate}" cannot be read at character {position}: {detail}.',
    remedy: "Correct the CEL expression at that place; names in it are metric names.",
    why: "An expression that cannot be read can never be true, so its gate would stay closed without saying why.",
    exit: 65,
    retryable: false,
  },
  HP2302: {
    title: "Margin of a percentage is ambiguous",
    message: 'The margin "{text}" of gate "{gate}" can mean two things, because its metric is a percentage.',
    remedy: "Write the margin in points (such as -2pp) or relative to the baseline (such as -2%rel).",
    why: "Two percent of 80 % and two points of 80 % are different demands; guessing would let one of them through.",
    exit: 65,
    retryable: false,
  },
  HP2303: {
    title: "Binding names an unknown gate",
    message: 'The sidecar binds the gate "{gate}", which the plan does not hold.',
    remedy: "Look its key up with holdpoint inspect; a key changes when the gate's item or metric is renamed.",
    why: "A binding that no longer meets its gate leaves that gate unproven while the sidecar looks complete.",
    exit: 65,
    retryable: false,
  },
} as const satisfies ProblemTable;
