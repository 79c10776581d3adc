import { createHash } from "node:crypto";
import { type Agent, commandsOf } from "@holdpoint/agent";
import type { SidecarCheck } from "@holdpoint/core";
import { shellWord } from "../output/plain-text.ts";

/** What the user agrees to when a check may run: its command line, with the folder it runs in. */
export function consentText(check: Pick<SidecarCheck, "run" | "cwd">): string {
  return check.cwd === null ? check.run : `cd ${shellWord(check.cwd)} && ${check.run}`;
}

/**
 * What the user agrees to when an agent may be started: its command lines, and by a digest everything else that its
 * manifest grants it.
 */
export function agentConsentTexts(agent: Agent): readonly string[] {
  const { file: _, ...granted } = agent;
  const digest = createHash("sha256").update(JSON.stringify(granted)).digest("hex").slice(0, 12);
  return commandsOf(agent).map((command) => `${command} # agent ${agent.name}, manifest ${digest}`);
}

/** The agent of a text of {@link agentConsentTexts}; null when it is of a check. */
export function agentNamedIn(text: string): string | null {
  return / # agent (.+), manifest [0-9a-f]{12}$/.exec(text)?.[1] ?? null;
}
