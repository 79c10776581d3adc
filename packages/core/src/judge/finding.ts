import type { Run } from "./runs.ts";
import type { Reason, VerdictValue } from "./verdict.ts";

/**
 * What one criterion comes to, before it becomes a verdict.
 *
 * `doubt` says why a pass may not be had from it. It travels with the value, so that a `not` cannot turn a doubtful fail
 * into a pass.
 */
export interface Finding {
  readonly value: VerdictValue;
  readonly reason: Reason;
  readonly doubt: Reason | null;
  /** One sentence without its full stop. */
  readonly says: string;
  readonly runs: readonly Run[];
  /** Digests of witness records it rests on. */
  readonly signatures: readonly string[];
  readonly hint: string | null;
}

/** Makes an inconclusive finding. */
export function inconclusive(reason: Reason, says: string, runs: readonly Run[] = []): Finding {
  return { value: "inconclusive", reason, doubt: null, says, runs, signatures: [], hint: null };
}

/** Makes a finding of a comparison that could be made. */
export function measured(met: boolean, says: string, runs: readonly Run[], doubt: Doubt | null): Finding {
  return withDoubt(
    {
      value: met ? "pass" : "fail",
      reason: met ? "met" : "violated",
      doubt: null,
      says,
      runs,
      signatures: [],
      hint: null,
    },
    doubt,
  );
}

/** Why evidence may not pass, in one word of the closed list and in a few for people. */
export interface Doubt {
  readonly reason: Reason;
  readonly says: string;
  /** True when the measurement itself says nothing, so that it may not fail a gate either. */
  readonly voids: boolean;
}

function withDoubt(finding: Finding, doubt: Doubt | null): Finding {
  if (doubt === null) return finding;
  if (doubt.voids) return inconclusive(doubt.reason, `${finding.says}, but ${doubt.says}`, finding.runs);
  return { ...finding, doubt: doubt.reason, says: `${finding.says}, but ${doubt.says}` };
}

/** The finding as it counts: a doubtful pass is inconclusive, a doubtful fail stays a fail. */
export function settle(finding: Finding): Finding {
  if (finding.value !== "pass" || finding.doubt === null) return finding;
  return { ...finding, value: "inconclusive", reason: finding.doubt, doubt: null };
}
