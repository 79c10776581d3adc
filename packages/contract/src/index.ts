export * from "./agent-lines.ts";
export * from "./agent-manifest.ts";
export {
  type AuditCheckpoint,
  type AuditLine,
  auditCheckpoint,
  auditLine,
  TOKEN_DAYS,
  TOKEN_KIND_WORDS,
  TOKEN_KINDS,
} from "./api/access.operations.ts";
export { AGENT_STATES, AGENT_WANTED, MOST_AGENTS_PER_CALL, OUTPUT_BOUNDS } from "./api/agents.operations.ts";
export { CALLBACK_STATES } from "./api/callbacks.operations.ts";
export * from "./api/common.ts";
export * from "./api/common.ts";
export { type OpenApiDocument, openApiDocument } from "./api/openapi.ts";
export * from "./api/operation.ts";
export { OPERATIONS, operations } from "./api/operations.ts";
export * from "./api/scopes.ts";
export { MOST_HITS, SEARCH_KINDS, USUAL_HITS } from "./api/search.operations.ts";
export { LEASE_TTL_MS, MAX_CLAIM_WAIT_MS } from "./api/work.operations.ts";
export { configProblems } from "./config/config.problems.ts";
export { FLAGS, type Flag, type FlagValue, flags } from "./config/flags.ts";
export * from "./config/load-config.ts";
export { SETTINGS, type Setting, settings, standardOf } from "./config/settings.ts";
export * from "./duration.ts";
export * from "./duration-shape.ts";
export * from "./edit-sidecar.ts";
export * from "./event-line.ts";
export * from "./evidence-record.ts";
export * from "./inspection.ts";
export * from "./inspection-shape.ts";
export * from "./load-sidecar.ts";
export * from "./problem-report.ts";
export * from "./report-formats.ts";
export * from "./sidecar.problems.ts";
export * from "./storable.ts";
export * from "./task-input.ts";
export * from "./trust-file.ts";
export * from "./verification.ts";
export * from "./yaml-reading.ts";
export type { FieldMap, FieldValue } from "./yaml-text.ts";
