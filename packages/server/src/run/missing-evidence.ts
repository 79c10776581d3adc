import type { PlanDocument, Reason, Verdict, VerdictValue } from "@holdpoint/core";

/** What keeps one gate from opening. */
export interface MissingEvidence {
  /** Key of the gate; null when it is not about one. */
  readonly gate: string | null;
  readonly metric: string | null;
  /** The threshold as written. */
  readonly text: string | null;
  readonly verdict: VerdictValue | null;
  readonly reason: Reason | null;
  /** One sentence: what was measured against what was asked. */
  readonly explanation: string;
}

/** What a gate that is not open asks for. */
export function missingOf(key: string, verdict: Verdict | undefined, plan: PlanDocument | null): MissingEvidence {
  const gate = plan?.gates.find((candidate) => candidate.key === key);
  return {
    gate: key,
    metric: gate?.metric ?? null,
    text: gate?.text ?? null,
    verdict: verdict?.verdict ?? null,
    reason: verdict?.reason ?? null,
    explanation: verdict?.explanation ?? `gate ${key} was not judged`,
  };
}

type Settled = "accepted" | "refused" | "held" | "pending";

const ACTION: Partial<Record<Reason, (missing: MissingEvidence) => string>> = {
  no_evidence: ({ metric }) => `Hand in evidence for ${metric ?? "the gate"}: a report, or the output of its check.`,
  unbound: ({ gate }) =>
    `Bind a metric to gate ${gate ?? ""} in the sidecar (holdpoint bind), or hand in evidence under its metric's name.`,
  tier_too_low: () =>
    "A metric that an agent sends counts as E0, a report as E1: hand in the report where that is enough, else let a runner of the plan run the check (holdpoint run, in the plan's folder).",
  stale_subject: () =>
    "Say which tree the evidence is of (`subject.tree`), and make it anew if the files have changed.",
  awaiting_witness: ({ gate }) => `A named person signs gate ${gate ?? ""}.`,
  window_incomplete: () => "Wait: the window is not full yet.",
  violated: ({ metric }) => `Improve ${metric ?? "what the gate measures"}, then report again.`,
};

/** What can be done about a report that was not accepted, one sentence each, without repeats. */
export function nextActionsOf(outcome: Settled, missing: readonly MissingEvidence[], state: string): readonly string[] {
  if (outcome === "accepted") return [];
  if (outcome === "pending") return ["Ask for the task again: a runner of the plan is judging it."];
  const actions = missing.flatMap((one) => {
    const action = one.reason === null ? undefined : ACTION[one.reason];
    return action === undefined ? [] : [action(one)];
  });
  if (state === "ready") actions.push("Claim the task again: it is offered once more, with what is missing.");
  if (state === "dead") actions.push("It is out of tries: an operator can put it back (retryTask).");
  return [...new Set(actions)];
}
