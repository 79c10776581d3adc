export { type ProgressRoom, progressRoutes } from "./progress.routes.ts";
export { type PartHealth, type SystemParts, systemRoutes } from "./system.routes.ts";
