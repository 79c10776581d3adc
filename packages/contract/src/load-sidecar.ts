import {
  type BindingSidecar,
  checksOf,
  HoldpointError,
  normaliseMetric,
  type PlanDocument,
  type PlanGate,
  type ProblemParams,
  parseCriterion,
  problem,
  type SidecarGate,
  sidecarProblems,
} from "@holdpoint/core";
import { bindingOf } from "./read-sidecar.ts";
import { readSidecarText, type SidecarReading } from "./read-sidecar-text.ts";
import { SIDECAR_FILE_PROBLEMS } from "./sidecar.problems.ts";

/** A sidecar made ready for one plan. */
export interface LoadedSidecar {
  readonly sidecar: BindingSidecar;
  /** What in it cannot take effect on this plan, by line; empty when every line does. */
  readonly problems: readonly HoldpointError[];
}

/** The plan, as far as a sidecar refers to it. */
export type SidecarPlan = Pick<PlanDocument, "gates" | "checks">;

/**
 * Reads a sidecar for a plan, and lists whatever in it cannot take effect: checks that stand twice or are not there,
 * gates that the plan does not have, thresholds that cannot be read.
 *
 * @throws HP2201 when it is not YAML that we read, HP2202 when a key is not known, HP2203 when a value does not fit
 */
export function loadSidecar(text: string, file: string, plan: SidecarPlan): LoadedSidecar {
  const reading = readSidecarText(text, file);
  const sidecar = bindingOf(reading.value);
  const fromCore = sidecarProblems(plan, sidecar, file).map((found) => {
    const place = { ...found.place, line: lineOfField(found.place.field ?? "", reading, sidecar) };
    return new HoldpointError(found.code, found.definition, found.params, place, { cause: found });
  });
  const problems = [...duplicates(reading, file), ...badGates(reading, sidecar, plan, file), ...fromCore];
  return { sidecar, problems: problems.sort((a, b) => (a.place.line ?? 0) - (b.place.line ?? 0)) };
}

function duplicates({ value, lineOf }: SidecarReading, file: string): readonly HoldpointError[] {
  const ids = (value.checks ?? []).map(({ id }) => id);
  return ids.flatMap((id, index) => {
    const first = ids.indexOf(id);
    if (first === index) return [];
    const again = lineOf(["checks", index, "id"]);
    const params = { file, id, line: lineOf(["checks", first, "id"]), again };
    return [problem(SIDECAR_FILE_PROBLEMS, "HP2206", params, { file, line: again, field: `checks[${index}].id` })];
  });
}

function badGates(
  { lineOf }: SidecarReading,
  sidecar: BindingSidecar,
  plan: SidecarPlan,
  file: string,
): readonly HoldpointError[] {
  const known = checksOf(plan, sidecar).map(({ id }) => id);
  const problems: HoldpointError[] = [];
  for (const [gate, entry] of sidecar.gates) {
    const add = (code: keyof typeof SIDECAR_FILE_PROBLEMS, key: string, params: ProblemParams): void => {
      const at = { file, line: lineOf(["gates", gate, key]), field: `gates.${gate}${key === "" ? "" : `.${key}`}` };
      problems.push(problem(SIDECAR_FILE_PROBLEMS, code, { file, gate, ...params }, at));
    };
    const meant = gatesMeant(gate, plan.gates);
    if (entry.check !== null && !known.includes(entry.check)) {
      add("HP2207", "check", { id: entry.check, known: known.join(", ") || "none so far" });
    }
    if (entry.criterion !== null && !isThreshold(entry.criterion, entry.metric ?? meant[0]?.metric ?? null)) {
      add("HP2208", "criterion", { text: entry.criterion });
    }
    const demands = demandsOf(entry);
    if (meant.length > 1 && demands.length > 0) {
      add("HP2205", "", { name: gate, keys: meant.map(({ key }) => key).join(", "), what: demands.join(", ") });
    }
  }
  return problems;
}

/** The gates that an entry speaks about: the one with this key, else all on the metric of this name. */
function gatesMeant(name: string, gates: readonly PlanGate[]): readonly PlanGate[] {
  const byKey = gates.filter(({ key }) => key === name);
  if (byKey.length > 0) return byKey;
  const wanted = normaliseMetric(name);
  return gates.filter(({ metric }) => metric !== null && normaliseMetric(metric) === wanted);
}

function isThreshold(text: string, metric: string | null): boolean {
  return parseCriterion(text, { metric }).criterion !== null;
}

/** The fields of an entry that say what a gate asks for, rather than what measures it. */
function demandsOf(entry: SidecarGate): readonly string[] {
  const fields = ["criterion", "exit", "severity", "minTier", "isolation", "maxAgeMs"] as const;
  return fields.filter((field) => entry[field] !== null).map((field) => (field === "maxAgeMs" ? "maxAge" : field));
}

/** The core names fields `gates.KEY` and `gates.KEY.criterion`; keys may hold dots. */
function lineOfField(field: string, { lineOf }: SidecarReading, sidecar: BindingSidecar): number {
  for (const key of sidecar.gates.keys()) {
    if (field === `gates.${key}`) return lineOf(["gates", key]);
    if (field === `gates.${key}.criterion`) return lineOf(["gates", key, "criterion"]);
  }
  return 1;
}
