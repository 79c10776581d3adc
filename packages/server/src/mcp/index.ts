export { mcpProblems } from "./mcp.problems.ts";
export { type McpOptions, type McpParts, mountMcp } from "./mcp-endpoint.ts";
export type { McpRoom } from "./tool.ts";
export type { ToolCall } from "./tool-server.ts";
