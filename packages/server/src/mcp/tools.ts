import { allows, type Scope } from "@holdpoint/contract";
import { z } from "zod";
import type { OperationCaller } from "./operation-caller.ts";
import { OPERATOR_TOOLS } from "./operator.tools.ts";
import { PLANNER_TOOLS } from "./planner.tools.ts";
import { READING_TOOLS } from "./reading.tools.ts";
import type { Tool } from "./tool.ts";
import { WORKER_TOOLS } from "./worker.tools.ts";

/** Every tool, in the order of `tools/list`. */
export const TOOLS: readonly Tool[] = [...WORKER_TOOLS, ...READING_TOOLS, ...PLANNER_TOOLS, ...OPERATOR_TOOLS];

/** The scopes that open any tool. */
export const TOOL_SCOPES: readonly Scope[] = [...new Set(TOOLS.flatMap(({ scopes }) => scopes))];

/** The tool that a message calls although it is not among those that are open; null when it does not. */
export function closedTool(message: string, open: readonly Tool[]): Tool | null {
  if (!message.includes('"tools/call"')) return null;
  const called = calledTool(message);
  return open.some(({ name }) => name === called) ? null : (TOOLS.find(({ name }) => name === called) ?? null);
}

/** Name of the tool that a message calls; null when it calls none. */
function calledTool(message: string): string | null {
  try {
    const call = CALL.safeParse(JSON.parse(message));
    return call.success ? call.data.params.name : null;
  } catch {
    return null;
  }
}

const CALL = z.object({ method: z.literal("tools/call"), params: z.object({ name: z.string() }) });

/** The tools that a token opens on a server that implements what they call. */
export function toolsFor(scopes: ReadonlySet<Scope>, caller: Pick<OperationCaller, "offers">): readonly Tool[] {
  return TOOLS.filter(
    (tool) =>
      tool.scopes.some((scope) => allows(scopes, scope)) && tool.calls.every((operation) => caller.offers(operation)),
  );
}
