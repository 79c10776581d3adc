import type { Agent } from "@holdpoint/agent";
import { isTrusted } from "../engine/load-fleet.ts";
import { agentConsentTexts } from "./consent-text.ts";
import type { Trust } from "./trust-file.ts";

/** Why an agent may not run, as it and its scripts are now; null when the user agreed to them. */
export function whyBarred(agent: Agent, trust: Trust): string | null {
  if (isTrusted(agent, trust)) return null;
  return hasChanged(agent, trust)
    ? "its manifest, or a script that it names, changed since you agreed"
    : "you have not agreed to its commands";
}

/** Whether the user agreed to the agent in another form. */
export function hasChanged(agent: Agent, trust: Trust): boolean {
  return agentConsentTexts(agent).some((command) => trust.consentTo(command) === "changed");
}
