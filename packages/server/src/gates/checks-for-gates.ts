import {
  type BindingSidecar,
  bindEvidence,
  type CheckDefinition,
  checksOf,
  type EvidenceRecord,
  type PlanDocument,
  type PlanGate,
} from "@holdpoint/core";

/**
 * The checks that could speak for some gates, in the order of the plan.
 *
 * For each gate the first of these that gives any: what the sidecar binds; what earlier evidence of its metric came
 * from; the checks of its own block; those of its item, or of the nearest item above that has some; the checks that
 * have never run, since one of them may yield the metric.
 */
export function checksForGates(
  plan: PlanDocument,
  sidecar: BindingSidecar | null,
  records: readonly EvidenceRecord[],
  gateKeys: ReadonlySet<string>,
): readonly CheckDefinition[] {
  const all = checksOf(plan, sidecar);
  const bound = bindEvidence(plan, sidecar, records);
  const ran = new Set(records.flatMap((record) => record.statement.predicate.check?.id ?? []));
  const parents = new Map(plan.items.map((item) => [item.key, item.parent]));
  const wanted = new Set<string>();
  for (const gate of plan.gates) {
    if (!gateKeys.has(gate.key)) continue;
    const ids = [
      bound.get(gate.key)?.bound.checks.map((check) => check.id) ?? [],
      inBlock(gate, all),
      onItem(gate, all, parents),
    ].find((candidates) => candidates.length > 0);
    const witnessed = bound.get(gate.key)?.bound.how === "witness";
    for (const id of ids ?? (witnessed ? [] : all.filter((check) => !ran.has(check.id)).map((check) => check.id)))
      wanted.add(id);
  }
  return all.filter((check) => wanted.has(check.id));
}

function inBlock(gate: PlanGate, all: readonly CheckDefinition[]): readonly string[] {
  if (gate.block === null) return [];
  return all.filter((check) => check.block === gate.block).map((check) => check.id);
}

function onItem(
  gate: PlanGate,
  all: readonly CheckDefinition[],
  parents: ReadonlyMap<string, string | null>,
): readonly string[] {
  for (let key = gate.item; key !== null; key = parents.get(key) ?? null) {
    const here = all.filter((check) => check.item === key).map((check) => check.id);
    if (here.length > 0) return here;
  }
  return [];
}
