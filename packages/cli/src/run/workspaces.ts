import { existsSync, readFileSync, realpathSync } from "node:fs";
import { basename, join, relative } from "node:path";
import {
  attemptName,
  cleanIgnored,
  mergeWorktree,
  openWorktree,
  removeWorktree,
  type Worktree,
} from "@holdpoint/agent";
import { type PlanDocument, readPlan } from "@holdpoint/core";
import type { MergeResult, Workspaces } from "@holdpoint/server";
import type { PlanPlace } from "../place/plan-place.ts";

/** What finding a workspace needs. */
export interface WorkspacesParts {
  readonly place: PlanPlace;
  readonly stateFolder: string;
  /** The plan as the run judges it. */
  readonly plan: PlanDocument;
  /** The folder that the attempt said it worked in; null for the plan's own. */
  readonly said: (taskId: string, attempt: number) => Promise<string | null>;
}

/** The worktrees of attempts, as the engine sees them. An attempt without one worked in the plan's own folder. */
export function createWorkspaces(parts: WorkspacesParts): Workspaces {
  const { place, stateFolder } = parts;
  return {
    async of(taskId, attempt) {
      const folder = await parts.said(taskId, attempt);
      if (folder === null) return null;
      const worktree = await openWorktree({
        planDir: place.dir,
        attempt: attemptName({ taskId, attempt }),
        stateFolder,
      });
      if (worktree === null) throw new Error(`${folder} is not there any more`);
      // What git ignores is never merged, so nothing may be judged by it.
      await cleanIgnored(worktree);
      return {
        dir: worktree.planDir,
        merge: () => merge(worktree, parts),
        discard: () => removeWorktree(worktree),
      };
    },
  };
}

async function merge(worktree: Worktree, { place, plan }: WorkspacesParts): Promise<MergeResult> {
  const asked = changedDemands(join(worktree.planDir, basename(place.planFile)), [plan, place.planFile]);
  if (asked !== null) return { ok: false, why: asked };
  const planDir = relative(worktree.into, realpathSync(place.dir));
  const protect = [join(planDir, basename(place.sidecarFile)), "*.holdpoint.yaml", join(planDir, "agents", "**")];
  const merged = await mergeWorktree(worktree, { protect });
  if (merged.outcome === "merged") return { ok: true };
  if (merged.outcome === "conflict") return { ok: false, conflict: merged.files };
  return { ok: false, why: `it changed files that are not an agent's to change: ${merged.files.join(", ")}` };
}

/**
 * An attempt may tick boxes and add work; what the plan demands and how it is checked is not its to change. It began
 * with the document as it was when the run began, or as a person has edited it since.
 */
function changedDemands(file: string, [began, current]: readonly [PlanDocument, string]): string | null {
  const name = basename(file);
  if (!existsSync(file)) return `it removed the plan document ${name}`;
  const bytes = readFileSync(file);
  if (bytes.equals(began.source)) return null;
  try {
    const kept = new Set(demandsOf(readPlan(bytes, { fileName: name })));
    const missing = (plan: PlanDocument): string | undefined => demandsOf(plan).find((demand) => !kept.has(demand));
    const lost = missing(began);
    if (lost === undefined || missing(readPlan(readFileSync(current), { fileName: name })) === undefined) return null;
    return `it changed what the plan demands: ${lost} is not in its ${name} any more`;
  } catch (error) {
    return `its ${name} cannot be read as a plan: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function demandsOf(plan: PlanDocument): readonly string[] {
  return [
    ...plan.gates.map(
      ({ metric, text, severity }) => `the ${severity} gate ${metric === null ? "" : `${metric}: `}${text}`,
    ),
    ...plan.checks.map(({ command }) => `the check ${command}`),
  ];
}
