import {
  type BindingSidecar,
  checkSidecar,
  checksOf,
  HoldpointError,
  normaliseMetric,
  type PlanDocument,
  type PlanGate,
  type ProblemParams,
  parseCriterion,
  problem,
} from "@holdpoint/core";
import { readSidecarText, type SidecarReading } from "./read-sidecar-text.ts";
import { sidecarFileProblems } from "./sidecar.problems.ts";
import { sidecarBinding } from "./sidecar-binding.ts";

/** A sidecar made ready for one plan. */
export interface LoadedSidecar {
  readonly sidecar: BindingSidecar;
  /** What in it cannot take effect on this plan, by line; empty when every line does. */
  readonly problems: readonly HoldpointError[];
}

/** The plan, as far as a sidecar refers to it. */
export type SidecarPlan = Pick<PlanDocument, "gates" | "checks">;

/**
 * Reads a sidecar for a plan, and lists whatever in it cannot take effect: checks and gates that are not there, thresholds
 * that cannot be read, exit statuses that are no success. Their gates stay inconclusive; what could make a gate ask for less than the plan does is refused.
 *
 * @throws HP2201 when it is not YAML that we read, HP2202 when a key is not known, HP2203 when a value does not fit, HP2206
 *   when two checks have one id, HP2205 when one entry would give several gates another threshold
 */
export function loadSidecar(text: string, file: string, plan: SidecarPlan): LoadedSidecar {
  const reading = readSidecarText(text, file);
  refuseDuplicates(reading, file);
  const sidecar = sidecarBinding(reading.value);
  const fromCore = checkSidecar(plan, sidecar, file).map((found) => {
    const place = { ...found.place, line: lineOfField(found.place.field ?? "", reading, sidecar) };
    return new HoldpointError(found.code, found.definition, found.params, place, { cause: found });
  });
  const problems = [...badGates(reading, sidecar, plan, file), ...fromCore];
  return { sidecar, problems: problems.sort((a, b) => (a.place.line ?? 0) - (b.place.line ?? 0)) };
}

/** Two checks must not have one id. @throws HP2206 at the second of them */
function refuseDuplicates({ value, lineOf }: SidecarReading, file: string): void {
  const ids = (value.checks ?? []).map(({ id }) => id);
  const index = ids.findIndex((id, at) => ids.indexOf(id) !== at);
  const id = ids[index];
  if (id === undefined) return;
  const again = lineOf(["checks", index, "id"]);
  const params = { file, id, line: lineOf(["checks", ids.indexOf(id), "id"]), again };
  throw problem(sidecarFileProblems, "HP2206", params, { file, line: again, field: `checks[${index}].id` });
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
    const add = (code: keyof typeof sidecarFileProblems, key: string, params: ProblemParams): void => {
      const at = { file, line: lineOf(["gates", gate, key]), field: `gates.${gate}.${key}` };
      problems.push(problem(sidecarFileProblems, code, { file, gate, ...params }, at));
    };
    const meant = gatesMeant(gate, plan.gates);
    if (entry.check !== null && !known.includes(entry.check)) {
      add("HP2207", "check", { id: entry.check, known: known.join(", ") || "none so far" });
    }
    if (entry.criterion !== null && !isThreshold(entry.criterion, entry.metric ?? meant[0]?.metric ?? null)) {
      add("HP2208", "criterion", { text: entry.criterion });
    }
    if (entry.exit !== null && entry.exit !== 0) add("HP2209", "exit", { status: entry.exit });
    const threshold = (["criterion", "exit"] as const).filter((field) => entry[field] !== null);
    if (meant.length > 1 && threshold.length > 0) {
      const params = { file, name: gate, keys: meant.map(({ key }) => key).join(", "), what: threshold.join(", ") };
      const at = { file, line: lineOf(["gates", gate]), field: `gates.${gate}` };
      throw problem(sidecarFileProblems, "HP2205", params, at);
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

/** The core names fields `gates.KEY` and `gates.KEY.criterion`; keys may hold dots. */
function lineOfField(field: string, { lineOf }: SidecarReading, sidecar: BindingSidecar): number {
  for (const key of sidecar.gates.keys()) {
    if (field === `gates.${key}`) return lineOf(["gates", key]);
    if (field === `gates.${key}.criterion`) return lineOf(["gates", key, "criterion"]);
  }
  return 1;
}
