import type { Agent } from "@holdpoint/agent";
import { problem } from "@holdpoint/core";
import type { CommandCall } from "../command.ts";
import { commandProblems } from "../commands/command.problems.ts";
import { decideConsent } from "../engine/consent.ts";
import type { Fleet } from "../engine/load-fleet.ts";
import { oneLine } from "../output/plain-text.ts";
import type { PlanPlace } from "../place/plan-place.ts";
import { trustArguments } from "../place/trust-arguments.ts";
import { fleetTrustStamp, readFleetTrust } from "./trust-file.ts";
import { hasChanged, whyBarred } from "./why-barred.ts";

/** The agents of a folder that may run for a server. */
export interface ConsentedFleet {
  readonly agents: readonly Agent[];
  /**
   * Why an agent may not run at this moment; null when it may. Scripts may change, and consent may be taken back, while a
   * runner works for months.
   */
  readonly barred: (agent: Agent) => string | null;
}

/**
 * Leaves out the agents that the user has not agreed to as they are now, and tells which and why.
 *
 * @throws HP8024 when no agent is left
 */
export async function consentedFleet(call: CommandCall, place: PlanPlace, fleet: Fleet): Promise<ConsentedFleet> {
  let stamp = fleetTrustStamp(place);
  const { trust, again } = await decideConsent(call, place, fleet.commands, readFleetTrust);
  const agents: Agent[] = [];
  const refused: Agent[] = [];
  for (const agent of fleet.agents) {
    const why = whyBarred(agent, trust);
    (why === null ? agents : refused).push(agent);
    if (why !== null) call.err.write(`${oneLine(agent.name)} may not run: ${why}\n`);
  }
  if (agents.length === 0) {
    const changed = refused.filter((agent) => hasChanged(agent, trust)).length;
    const what = `you have not agreed to ${refused.length - changed} of them, and ${changed} changed since you did`;
    throw problem(
      commandProblems,
      "HP8024",
      { folder: fleet.folder, what, arguments: trustArguments(place) },
      { file: fleet.folder },
    );
  }
  let current = trust;
  return {
    agents,
    barred(agent) {
      const now = fleetTrustStamp(place);
      // Consent may have been taken back, or given anew.
      if (now !== stamp) current = again();
      stamp = now;
      return whyBarred(agent, current);
    },
  };
}
