export {
  type Access,
  type AuditFault,
  type AuditReport,
  type IssuedToken,
  isToken,
  type NewToken,
  type TenantView,
  type TokenStore,
  type TokenView,
  verifyAudit,
} from "./access/index.ts";
export type * from "./agents/index.ts";
export { type App, type AppOptions, createApp, type PlanWithWork } from "./app.ts";
export { type ControlPlane, type ControlPlaneParts, createControlPlane, type ListenAddress } from "./control-plane.ts";
export type * from "./events/index.ts";
export { flagProblems } from "./flags/index.ts";
export * from "./gates/index.ts";
export { type Authenticate, type Principal, type RequestRecord } from "./http/index.ts";
export type { McpOptions } from "./mcp/index.ts";
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
export { SERVER_PROBLEMS } from "./server-problems.ts";
export { createSystemRuntime } from "./system-runtime.ts";
export type { TenantRooms } from "./tenant-rooms.ts";
export type * from "./work/index.ts";
export { createMemoryWorkStore } from "./work/index.ts";
