export { accessProblems } from "./access.problems.ts";
export type { IssuedToken, NewToken, TenantView, TokenView } from "./access.types.ts";
export { auditProblems } from "./audit.problems.ts";
export { CHECKPOINT_FILE } from "./audit-checkpoints.store.ts";
export { type Access, type AccessParts, createAccess } from "./create-access.ts";
export { PUBLIC_FILE } from "./installation-key.ts";
export type { TokenStore } from "./token.store.ts";
export { isToken } from "./token-format.ts";
export { type AuditFault, type AuditReport, verifyAudit } from "./verify-audit.ts";
