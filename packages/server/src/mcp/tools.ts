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
export function closedTool(message: unknown, open: readonly Tool[]): Tool | null {
  const call = CALL.safeParse(message);
  if (!call.success || open.some(({ name }) => name === call.data.params.name)) return null;
  return TOOLS.find(({ name }) => name === call.data.params.name) ?? null;
}

const CALL = z.object({ method: z.literal("tools/call"), params: z.object({ name: z.string() }) });

/** The tools that a token opens on a server that implements what they call. */
export function toolsFor(scopes: ReadonlySet<Scope>, caller: Pick<OperationCaller, "offers">): readonly Tool[] {
  return TOOLS.filter(
    (tool) =>
      tool.scopes.some((scope) => allows(scopes, scope)) && tool.calls.every((operation) => caller.offers(operation)),
  );
}
