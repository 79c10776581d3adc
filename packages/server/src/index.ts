export {
  type Access,
  type AuditFault,
  type AuditReport,
  accessProblems,
  auditProblems,
  type IssuedToken,
  isToken,
  type NewToken,
  type TenantView,
  type TokenStore,
  type TokenView,
  verifyAudit,
} from "./access/index.ts";
export type * from "./agents/index.ts";
export { agentsRoomProblems } from "./agents/index.ts";
export { type App, type AppOptions, createApp, type PlanWithWork } from "./app.ts";
export { callbackProblems } from "./callbacks/index.ts";
export { type ControlPlane, type ControlPlaneParts, createControlPlane, type ListenAddress } from "./control-plane.ts";
export type * from "./events/index.ts";
export { eventProblems } from "./events/index.ts";
export * from "./gates/index.ts";
export { type Authenticate, guardProblems, httpProblems, type Principal, type RequestRecord } from "./http/index.ts";
export { type McpOptions, mcpProblems } from "./mcp/index.ts";
export {
  createLog,
  LOG_LEVELS,
  type Log,
  type LogFields,
  type LogLevel,
  type LogOptions,
  logControlPlane,
  type PartHealth,
} from "./observe/index.ts";
export type * from "./plans/index.ts";
export * from "./run/index.ts";
export { createSystemRuntime } from "./system-runtime.ts";
export type { TenantRooms } from "./tenant-rooms.ts";
export type * from "./work/index.ts";
export { createMemoryWorkStore, workRoomProblems } from "./work/index.ts";
