export { accessProblems } from "./access.problems.ts";
export type { IssuedToken, NewToken, TenantView, TokenView } from "./access.types.ts";
export { auditProblems } from "./audit.problems.ts";
export { type Access, type AccessParts, createAccess } from "./create-access.ts";
export { SYSTEM_TENANT } from "./tenant.store.ts";
export type { TokenStore } from "./token.store.ts";
export { isToken } from "./token-format.ts";
export { type AuditFault, type AuditReport, verifyAudit } from "./verify-audit.ts";
