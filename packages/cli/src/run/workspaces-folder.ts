import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";
import type { PlanPlace } from "../place/plan-place.ts";

/**
 * Where the working trees of a plan folder's attempts lie: below `$XDG_STATE_HOME/holdpoint`, else
 * `~/.local/state/holdpoint`. Each folder with plans has one of its own, so that clearing up after a killed run never
 * takes what another plan of the same repository still holds.
 */
export function workspacesFolder(place: PlanPlace, env: NodeJS.ProcessEnv): string {
  const base = env["XDG_STATE_HOME"];
  const state = base !== undefined && base !== "" ? base : join(homedir(), ".local", "state");
  const name = createHash("sha256").update(place.stateDir).digest("hex").slice(0, 16);
  return join(state, "holdpoint", "plans", name);
}
