import { runCommand } from "../command/run-command.ts";
import { planProtection } from "../isolation/protection.ts";
import type { Agent } from "../manifest/agent.ts";
import type { AttemptSettings } from "./attempt.types.ts";

/** Longest a health command may take, milliseconds. */
const HEALTH_MS = 30_000;

/**
 * Asks an agent's health command whether it can work, in the plan's own folder and protected as an attempt is.
 *
 * @throws Error when it cannot; the message says how the command ended
 */
export async function checkHealth(agent: Agent, settings: AttemptSettings): Promise<void> {
  const { plan, runtime, isolation, isolationReport } = settings;
  const { readOnly, hidden, dir: planDir } = plan;
  const result = await runCommand(
    {
      command: agent.health ?? "true",
      root: planDir,
      passEnv: agent.env,
      limits: { wallMs: HEALTH_MS },
      protection: planProtection({ planDir, readOnly, hidden }),
      ...(isolation === undefined ? {} : { isolation }),
    },
    { runtime, ...(isolationReport === undefined ? {} : { isolation: isolationReport }) },
  );
  if (result.exitCode !== 0)
    throw new Error(`its health command ended with ${result.exitCode ?? result.signal ?? "no start"}`);
}
