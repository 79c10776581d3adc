import { checkAcknowledged } from "./check-acknowledged.ts";
import { checkLeases } from "./check-leases.ts";
import { checkMoves } from "./check-moves.ts";
import { checkRest } from "./check-rest.ts";
import type { WorldHistory } from "./records.ts";

/** What must hold of every world. The first words are the name by which a violation is told. */
export const RULES = {
  "accepted once": "a task is accepted at most once",
  "fence held":
    "what is done for a task is done by the attempt that holds it, and its acceptance is of the attempt that reported",
  "fence grows": "each claim of a task has the next number, and begins when no lease of it is left",
  "order kept": "no attempt begins before all that its task depends on is accepted",
  "tries counted": "a try is counted when an attempt failed, ran out or was refused, and not when it was handed back",
  "dead in time": "a task is dead when its tries are used up, and not before or after",
  "lease kept": "a lease is taken from its agent only after its end, by the clock of whoever takes it",
  "lease ended": "a lease that ran out is offered again within the bound, while a server with its store is there",
  "nothing lost": "what was acknowledged stays so",
  "told right": "a runner brings in the changes of accepted attempts, and of no others",
  "nothing stuck": "when nothing goes wrong any more every task comes to its end, or waits for somebody",
  "nothing uncaught": "no error is of a kind that no code expects",
} as const;

/** One of {@link RULES}. */
export type Rule = keyof typeof RULES;

/** A rule that did not hold. */
export interface Violation {
  readonly rule: Rule;
  /** Task id; null when it is not about one. */
  readonly task: string | null;
  readonly at: number;
  readonly what: string;
}

/** Reads the history of a world and tells what must not be in it. */
export function checkWorld(history: WorldHistory): readonly Violation[] {
  return [
    ...checkMoves(history),
    ...checkLeases(history),
    ...checkAcknowledged(history),
    ...checkRest(history),
    ...history.uncaught.map((what): Violation => ({ rule: "nothing uncaught", task: null, at: history.endedAt, what })),
  ];
}
