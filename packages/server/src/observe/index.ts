export { docsAssets } from "./docs-ui.ts";
export { createHealth } from "./health.ts";
export {
  createLog,
  LOG_LEVELS,
  type Log,
  type LogFields,
  type LogLevel,
  type LogOptions,
  logControlPlane,
} from "./log.ts";
export { createMetrics, type Present } from "./metrics.ts";
export { progressRoutes } from "./progress.routes.ts";
export { createRoundWatch } from "./round-watch.ts";
export { type PartHealth, systemRoutes, type TenantSummary } from "./system.routes.ts";
