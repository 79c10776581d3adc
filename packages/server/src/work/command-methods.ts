import type { WorkCommand, WorkResult } from "./work.commands.ts";
import type { CommandOutcome, WorkStore } from "./work.types.ts";

/** The methods of a work store that are commands. */
export type CommandMethods = Pick<
  WorkStore,
  | "claim"
  | "renew"
  | "report"
  | "accept"
  | "refuse"
  | "handBack"
  | "fail"
  | "release"
  | "hold"
  | "cancel"
  | "redrive"
  | "halt"
  | "reoffer"
  | "prioritise"
  | "assign"
  | "create"
  | "expire"
>;

/** The methods of a work store over whatever carries commands out, one by one or in batches. */
export function commandMethods(carryOut: (command: WorkCommand) => Promise<WorkResult>): CommandMethods {
  const outcome = async (command: WorkCommand): Promise<CommandOutcome> => {
    const result = await carryOut(command);
    if (result.kind !== "outcome") throw mismatch(command);
    return result.outcome;
  };
  return {
    claim: async (input) => {
      const result = await carryOut({ kind: "claim", input });
      if (result.kind !== "claims") throw mismatch({ kind: "claim", input });
      return result.claims;
    },
    renew: (input) => outcome({ kind: "renew", input }),
    report: (input) => outcome({ kind: "report", input }),
    accept: (input) => outcome({ kind: "accept", input }),
    refuse: (input) => outcome({ kind: "refuse", input }),
    handBack: (input) => outcome({ kind: "handBack", input }),
    fail: (input) => outcome({ kind: "fail", input }),
    release: (input) => outcome({ kind: "release", input }),
    hold: (input) => outcome({ kind: "hold", input }),
    cancel: (input) => outcome({ kind: "cancel", input }),
    redrive: (input) => outcome({ kind: "redrive", input }),
    halt: (input) => outcome({ kind: "halt", input }),
    reoffer: (input) => outcome({ kind: "reoffer", input }),
    prioritise: (input) => outcome({ kind: "prioritise", input }),
    assign: (input) => outcome({ kind: "assign", input }),
    create: async (input) => {
      const result = await carryOut({ kind: "create", input });
      if (result.kind !== "created") throw mismatch({ kind: "create", input });
      if (!result.created.ok) throw result.created.error;
      return result.created.tasks;
    },
    expire: async (input = {}) => {
      const result = await carryOut({ kind: "expire", input });
      if (result.kind !== "freed") throw mismatch({ kind: "expire", input });
      return result.freed;
    },
  };
}

function mismatch(command: WorkCommand): Error {
  return new Error(`${command.kind} was answered with something else`);
}
