import { HoldpointError } from "@holdpoint/core";
import {
  type McpServer,
  type ReadResourceResult,
  ResourceNotFoundError,
  ResourceTemplate,
} from "@modelcontextprotocol/server";
import { toMoment } from "../moment.ts";
import { briefOf } from "./brief.ts";
import { READING_TOOLS } from "./reading.tools.ts";
import type { Tool, ToolContext } from "./tool.ts";

/** Plans listed as resources at most; the rest are found with plan_list. */
const LISTED = 100;
/** What is read may change at any moment; a client may keep it for as long as it takes to use it, milliseconds. */
const READ_TTL_MS = 1_000;
const JSON_TYPE = "application/json";

/** Context of the request that a server was made for. @param name tool or resource that needs it */
export type ContextOf = (signal: AbortSignal, name: string) => Promise<ToolContext>;

/**
 * Registers plans, gates and tasks as resources. Each is also told by a tool, since many clients show only those:
 * plan_status, gate_explain, work_get.
 */
export function registerResources(server: McpServer, contextOf: ContextOf): void {
  const shared = { mimeType: JSON_TYPE, cacheHint: { ttlMs: READ_TTL_MS, cacheScope: "private" as const } };
  server.registerResource(
    "plan",
    new ResourceTemplate("holdpoint://plan/{plan}", {
      list: async (ctx) => {
        const { room } = await contextOf(ctx.mcpReq.signal, "plan_list");
        const plans = (await room.plans()).slice(0, LISTED);
        return {
          resources: plans.map(({ planId, title, importedAt }) => ({
            uri: `holdpoint://plan/${planId}`,
            name: title,
            mimeType: JSON_TYPE,
            annotations: { lastModified: toMoment(importedAt) },
          })),
        };
      },
    }),
    { title: "Plan", description: "How a plan stands, as plan_status tells it.", ...shared },
    (uri, { plan }, ctx) => read(uri, "plan_status", { plan }, contextOf(ctx.mcpReq.signal, "plan_status")),
  );
  server.registerResource(
    "gate",
    new ResourceTemplate("holdpoint://plan/{plan}/gate/{gate}", { list: undefined }),
    { title: "Gate", description: "A gate and what would open it, as gate_explain tells it.", ...shared },
    (uri, { plan, gate }, ctx) =>
      read(uri, "gate_explain", { plan, gate: decoded(gate) }, contextOf(ctx.mcpReq.signal, "gate_explain")),
  );
  server.registerResource(
    "task",
    new ResourceTemplate("holdpoint://task/{task}", { list: undefined }),
    { title: "Task", description: "A task with what it must prove, as work_get tells it.", ...shared },
    async (uri, { task }, ctx) => {
      const { room } = await contextOf(ctx.mcpReq.signal, "work_get");
      const view = typeof task === "string" && UUID.test(task) ? await room.task(task) : null;
      if (view === null) throw new ResourceNotFoundError(uri.href);
      return contents(uri, await briefOf(room, view));
    },
  );
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Reads by the tool that tells the same. What is not there is not found, whatever the reason. */
async function read(uri: URL, name: string, input: unknown, given: Promise<ToolContext>): Promise<ReadResourceResult> {
  const tool: Tool | undefined = READING_TOOLS.find((one) => one.name === name);
  const context = await given;
  const parsed = tool?.input.safeParse(input);
  if (tool === undefined || parsed?.success !== true) throw new ResourceNotFoundError(uri.href);
  try {
    return contents(uri, (await tool.run(parsed.data, context)).data);
  } catch (error) {
    if (error instanceof HoldpointError && error.code === "HP9105") throw new ResourceNotFoundError(uri.href);
    throw error;
  }
}

function contents(uri: URL, data: unknown): ReadResourceResult {
  return { contents: [{ uri: uri.href, mimeType: JSON_TYPE, text: JSON.stringify(data) }] };
}

function decoded(value: string | string[] | undefined): string {
  const text = typeof value === "string" ? value : (value?.join("/") ?? "");
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
