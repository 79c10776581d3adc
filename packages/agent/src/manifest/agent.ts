import { type AgentManifestText, parseDurationMs, parseSizeBytes } from "@holdpoint/contract";
import { type CommandLimits, DEFAULT_LIMITS } from "../command/command.types.ts";

/** An agent that can be started: its manifest with all defaults filled in. */
export interface Agent {
  readonly name: string;
  readonly version: string | null;
  readonly capabilities: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** A string runs by `/bin/sh -c`; an array as it is. */
  readonly command: string | readonly string[];
  readonly workspace: "worktree" | "shared";
  readonly link: readonly string[];
  readonly writes: readonly string[];
  readonly env: readonly string[];
  readonly limits: CommandLimits;
  /** Attempts at one time. */
  readonly concurrency: number;
  readonly backoff: { readonly firstMs: number; readonly longestMs: number };
  readonly health: string | null;
  /** The manifest's path; null for an agent that no file defines. */
  readonly file: string | null;
}

/** Fills in what a manifest leaves out. */
export function agentOf(manifest: AgentManifestText, file: string | null): Agent {
  return {
    name: manifest.name,
    version: manifest.version ?? null,
    capabilities: manifest.capabilities,
    labels: manifest.labels ?? {},
    command: manifest.argv ?? manifest.command ?? "",
    workspace: manifest.workspace ?? "worktree",
    link: manifest.link ?? [],
    writes: manifest.writes ?? [],
    env: manifest.env ?? [],
    limits: {
      wallMs: parseDurationMs(manifest.limits?.timeout ?? "") ?? DEFAULT_LIMITS.wallMs,
      memoryBytes: parseSizeBytes(manifest.limits?.memory ?? "") ?? DEFAULT_LIMITS.memoryBytes,
      cpuMs: parseDurationMs(manifest.limits?.cpu ?? "") ?? DEFAULT_LIMITS.cpuMs,
      processes: manifest.limits?.processes ?? DEFAULT_LIMITS.processes,
      cpus: manifest.limits?.cpus ?? DEFAULT_LIMITS.cpus,
      outputBytes: parseSizeBytes(manifest.limits?.output ?? "") ?? DEFAULT_LIMITS.outputBytes,
    },
    concurrency: manifest.concurrency ?? 1,
    backoff: {
      firstMs: parseDurationMs(manifest.backoff?.first ?? "") ?? 1000,
      longestMs: parseDurationMs(manifest.backoff?.longest ?? "") ?? 60_000,
    },
    health: manifest.health ?? null,
    file,
  };
}

/** Every command line that running this agent means, for the user's consent. Arguments are joined as JSON. */
export function commandsOf(agent: Agent): readonly string[] {
  const command = typeof agent.command === "string" ? agent.command : JSON.stringify(agent.command);
  return agent.health === null ? [command] : [command, agent.health];
}
