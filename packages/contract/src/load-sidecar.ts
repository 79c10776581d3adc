import { type BindingSidecar, HoldpointError, type PlanDocument, sidecarProblems } from "@holdpoint/core";
import { bindingOf, namesByGate, sidecarForGates } from "./read-sidecar.ts";
import { readSidecarText, type SidecarReading } from "./read-sidecar-text.ts";

/** A sidecar made ready for one plan. */
export interface LoadedSidecar {
  /** Its gates are keyed by the keys of the plan's gates. */
  readonly sidecar: BindingSidecar;
  /** What in it can never take effect on this plan (HP2301 to HP2306), each with its line; empty when all does. */
  readonly problems: readonly HoldpointError[];
}

/**
 * Reads a sidecar for a plan: names of metrics become keys of gates, and whatever cannot take effect is listed.
 *
 * @throws HP2201 to HP2203 when the file cannot be read, HP2205 when a name in it means several gates
 */
export function loadSidecar(text: string, file: string, plan: Pick<PlanDocument, "gates" | "checks">): LoadedSidecar {
  const reading = readSidecarText(text, file);
  const written = bindingOf(reading.value);
  const names = namesByGate(written, plan.gates, file);
  const sidecar = sidecarForGates(written, plan.gates, file);
  const problems = sidecarProblems(plan, sidecar, file).map((found) => {
    const line = lineOf(found.place.field ?? "", reading, names);
    return new HoldpointError(found.code, found.definition, found.params, { ...found.place, line }, { cause: found });
  });
  return { sidecar, problems };
}

/** The core names fields `checks.ID`, `gates.KEY` and `gates.KEY.criterion`; keys may hold dots. */
function lineOf(field: string, { value, lineOf: at }: SidecarReading, names: ReadonlyMap<string, string>): number {
  if (field.startsWith("checks.")) {
    // The last of several with one id is the one that is too many.
    const index = (value.checks ?? []).map(({ id }) => `checks.${id}`).lastIndexOf(field);
    return at(["checks", index, "id"]);
  }
  for (const [key, name] of names) {
    if (field === `gates.${key}`) return at(["gates", name]);
    if (field === `gates.${key}.criterion`) return at(["gates", name, "criterion"]);
  }
  return 1;
}
