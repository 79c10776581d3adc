import { loadSidecar } from "@holdpoint/contract";
import type { BindingSidecar, HoldpointError, PlanDocument, PlanProblem } from "@holdpoint/core";
import type { PlanPlace } from "../place/plan-place.ts";
import { displayPath, readPlanFile } from "../place/read-plan-file.ts";
import { readSidecarFile } from "../place/read-sidecar-file.ts";

/** A plan with its sidecar, as read just now. */
export interface LoadedPlan {
  readonly plan: PlanDocument;
  readonly sidecar: BindingSidecar | null;
  /** The sidecar as written. */
  readonly sidecarText: string | null;
  /** The plan's own problems and those of the sidecar. */
  readonly problems: readonly PlanProblem[];
}

/** Reads the plan and, where there is one, its sidecar. @throws HP1xxx, HP22xx, HP80xx */
export function loadPlan(place: PlanPlace, cwd: string): LoadedPlan {
  const plan = readPlanFile(place, cwd);
  const text = readSidecarFile(place, cwd);
  if (text === null) return { plan, sidecar: null, sidecarText: null, problems: plan.problems };
  const name = displayPath(place.sidecarFile, cwd);
  const { sidecar, problems } = loadSidecar(text, name, plan);
  return { plan, sidecar, sidecarText: text, problems: [...plan.problems, ...problems.map(toPlanProblem)] };
}

/** Codes of entries that name what is not there. */
const DANGLING: ReadonlySet<string> = new Set(["HP2207", "HP2303"]);

function toPlanProblem(found: HoldpointError): PlanProblem {
  const file = found.place.file ?? "the sidecar";
  return {
    code: found.code,
    severity: "warning",
    kind: DANGLING.has(found.code) ? "dangling-reference" : "unsatisfiable",
    line: found.place.line ?? 0,
    lines: [],
    message: found.message.startsWith(file) ? found.message : `${file}: ${found.message}`,
    hint: found.remedy,
  };
}
