import type { BindingSidecar, PlanDocument } from "@holdpoint/core";

/** The plan with the severities that its sidecar sets, so that only gates that must pass hold the work. */
export function withSeverities(plan: PlanDocument, sidecar: BindingSidecar | null): PlanDocument {
  if (sidecar === null) return plan;
  return {
    ...plan,
    gates: plan.gates.map((gate) => ({ ...gate, severity: sidecar.gates.get(gate.key)?.severity ?? gate.severity })),
  };
}
