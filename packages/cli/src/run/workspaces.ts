import { relative } from "node:path";
import { attemptName, mergeWorktree, openWorktree, removeWorktree } from "@holdpoint/agent";
import type { Workspaces } from "@holdpoint/server";
import type { PlanPlace } from "../place/plan-place.ts";

/** The worktrees of attempts, as the engine sees them. An attempt without one worked in the plan's own folder. */
export function createWorkspaces(place: PlanPlace): Workspaces {
  return {
    async of(taskId, attempt) {
      const worktree = await openWorktree({ planDir: place.dir, attempt: attemptName({ taskId, attempt }) });
      if (worktree === null) return null;
      return {
        dir: worktree.planDir,
        async merge() {
          const merged = await mergeWorktree(worktree, { protect: [relative(worktree.into, place.sidecarFile)] });
          if (merged.outcome === "merged") return { ok: true };
          const files = merged.files.join(", ");
          const why =
            merged.outcome === "refused"
              ? `it changed files that are not an agent's to change: ${files}`
              : `its changes do not fit the working tree any more: ${files}`;
          return { ok: false, why };
        },
        discard: () => removeWorktree(worktree),
      };
    },
  };
}
