import { join, resolve } from "node:path";
import { type Agent, loadAgents as readManifests } from "@holdpoint/agent";
import type { PlanPlace } from "../place/plan-place.ts";
import { agentConsentTexts } from "../trust/consent-text.ts";
import type { Trust } from "../trust/trust-file.ts";

/** The agents of a plan, and every command line that starting them means. */
export interface Fleet {
  readonly folder: string;
  readonly agents: readonly Agent[];
  readonly commands: readonly string[];
}

/** Reads the manifests in `agents/` beside the plan, or in the folder that is named. @throws HP7101 to HP7105 */
export async function loadFleet(place: PlanPlace, folder: string | undefined, cwd: string): Promise<Fleet> {
  const where = folder === undefined ? join(place.dir, "agents") : resolve(cwd, folder);
  const agents = await readManifests(where);
  return { folder: where, agents, commands: agents.flatMap((agent) => agentConsentTexts(agent)) };
}

/** Whether the user agreed to everything that starting the agent means, as it and its scripts are now. */
export function isTrusted(agent: Agent, trust: Trust): boolean {
  return agentConsentTexts(agent).every((command) => trust.consentTo(command) === "trusted");
}
