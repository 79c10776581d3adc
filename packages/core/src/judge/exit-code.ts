import type { Severity } from "../plan/inspection.ts";
import { isOpen } from "./judge.ts";
import type { Verdict } from "./verdict.ts";

/** What besides the gates decides how `verify` and `run` end. */
export interface Outcome {
  /** Tasks that ended in the dead letters. */
  readonly deadTasks: number;
  /** True when consent was missing, so that no check could run. */
  readonly nothingAllowed: boolean;
}

/**
 * The exit code of `verify` and `run`: 1 = a critical gate is `fail` or a task is dead; 2 = none of that, but a critical
 * gate is not pass and fresh, or there is no gate, or nothing was allowed to run; 0 = otherwise.
 */
export function exitCodeOf(
  gates: readonly { readonly severity: Severity; readonly verdict: Pick<Verdict, "verdict" | "freshness"> }[],
  outcome: Outcome,
): 0 | 1 | 2 {
  const critical = gates.filter((gate) => gate.severity === "critical");
  if (outcome.deadTasks > 0 || critical.some((gate) => gate.verdict.verdict === "fail")) return 1;
  if (outcome.nothingAllowed || gates.length === 0) return 2;
  return critical.every((gate) => isOpen(gate.verdict)) ? 0 : 2;
}
