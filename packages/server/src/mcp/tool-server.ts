import { HoldpointError } from "@holdpoint/core";
import type { CallToolResult, McpServerOptions } from "@modelcontextprotocol/server";
import { McpServer } from "@modelcontextprotocol/server";
import { refusedResult } from "./refusal.ts";
import { type ContextOf, registerResources } from "./resources.ts";
import type { Tool, ToolContext } from "./tool.ts";
import { wireSchema } from "./wire-schema.ts";

/** A call of a tool that was answered. */
export interface ToolCall {
  readonly tool: string;
  readonly outcome: "ok" | "refused" | "fault";
  readonly tookMs: number;
}

/** What a server for one request is made from. */
export interface ToolServerParts {
  readonly version: string;
  readonly tools: readonly Tool[];
  readonly contextOf: ContextOf;
  /** Is told of what went wrong inside; the caller is not told its particulars. */
  readonly onFault: (error: unknown) => void;
  readonly onCall: (call: ToolCall) => void;
  /** Options of the protocol besides its own. */
  readonly options: McpServerOptions;
}

/** Largest text of an answer, characters: about 20,000 tokens; clients cut at 25,000. */
const MOST_CHARS = 80_000;
/** Lists of tools and templates change with a release only, milliseconds. They vary by token, so they are private. */
const LIST_TTL_MS = 300_000;
/** Plans come and go, milliseconds. */
const PLANS_TTL_MS = 5_000;

const INSTRUCTIONS =
  "Holdpoint hands out tasks of a plan and calls one done only when its gates pass on evidence. Loop: work_next, do the work, evidence_submit, work_finish. A refusal says what is missing. Attempt numbers are fencing tokens: when a lease is lost, stop and call work_next.";

/** A Model Context Protocol server with these tools and the resources; made anew for each request. */
export function createToolServer(parts: ToolServerParts): McpServer {
  const { version, tools, contextOf, options } = parts;
  const hint = (ttlMs: number): { ttlMs: number; cacheScope: "private" } => ({ ttlMs, cacheScope: "private" });
  const server = new McpServer(
    { name: "holdpoint", title: "Holdpoint", version },
    {
      ...options,
      instructions: INSTRUCTIONS,
      capabilities: { tools: { listChanged: false }, resources: { listChanged: false, subscribe: false } },
      cacheHints: {
        "tools/list": hint(LIST_TTL_MS),
        "server/discover": hint(LIST_TTL_MS),
        "resources/templates/list": hint(LIST_TTL_MS),
        "resources/list": hint(PLANS_TTL_MS),
        "resources/read": hint(0),
      },
    },
  );
  for (const tool of tools) {
    server.registerTool(
      tool.name,
      {
        description: tool.description,
        inputSchema: schemasOf(tool).input,
        outputSchema: schemasOf(tool).output,
        annotations: { ...tool.hints },
      },
      async (input, ctx) => answer(tool, input, await contextOf(ctx.mcpReq.signal, tool.name), parts),
    );
  }
  registerResources(server, contextOf);
  return server;
}

type Schemas = Readonly<Record<"input" | "output", ReturnType<typeof wireSchema<unknown>>>>;

const SCHEMAS = new WeakMap<Tool, Schemas>();

/** The schemas of a tool, converted once: servers are made for every request. */
function schemasOf(tool: Tool): Schemas {
  const known = SCHEMAS.get(tool);
  if (known !== undefined) return known;
  const made = { input: wireSchema(tool.input, "input"), output: wireSchema(tool.output, "output") };
  SCHEMAS.set(tool, made);
  return made;
}

async function answer(
  tool: Tool,
  input: unknown,
  context: ToolContext,
  { onFault, onCall }: Pick<ToolServerParts, "onFault" | "onCall">,
): Promise<CallToolResult> {
  const began = performance.now();
  const tell = (outcome: ToolCall["outcome"]): void => {
    onCall({ tool: tool.name, outcome, tookMs: performance.now() - began });
  };
  try {
    const { data, text } = await tool.run(input, context);
    tell("ok");
    const shown = text.length <= MOST_CHARS ? text : `${text.slice(0, MOST_CHARS)}…`;
    return { content: [{ type: "text", text: shown }], structuredContent: asObject(data) };
  } catch (error) {
    const isFault = !(error instanceof HoldpointError) || error.definition.exit === 70;
    tell(isFault ? "fault" : "refused");
    if (isFault) onFault(error);
    return refusedResult(error);
  }
}

function asObject(data: unknown): Record<string, unknown> {
  if (typeof data !== "object" || data === null) throw new Error("a tool answered with something that is no object");
  return { ...data };
}
