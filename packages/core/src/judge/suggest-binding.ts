import type { PlanGate } from "../plan/inspection.ts";

/**
 * The lines to add to `PLAN.holdpoint.yaml` so that a check speaks for a gate, ready to be pasted under `gates:`.
 *
 * @param checkId the check that could mean it; a placeholder where none is known
 */
export function suggestBinding(
  gate: Pick<PlanGate, "key" | "metric" | "criterion">,
  checkId: string | null = null,
): string {
  const lines = [
    `  ${JSON.stringify(gate.key)}:`,
    `    check: ${checkId === null ? "<id of a check>" : JSON.stringify(checkId)}`,
  ];
  lines.push(`    metric: ${gate.metric === null ? "<name of its metric>" : JSON.stringify(gate.metric)}`);
  if (gate.criterion === null) lines.push('    criterion: "<such as >=95%>"');
  return lines.join("\n");
}
