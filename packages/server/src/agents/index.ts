export { type AgentDesk, type AgentDeskParts, type AgentRoom, createAgentDesk } from "./agent-desk.ts";
export { agentsRoomProblems } from "./agents.problems.ts";
export { type AgentRoutesParts, agentRoutes } from "./agents.routes.ts";
export type * from "./agents.types.ts";
export { watchWork } from "./watched-work.ts";
