export { accessProblems } from "./access.problems.ts";
export type { IssuedToken, NewToken, TenantView, TokenView } from "./access.types.ts";
export { type Access, type AccessParts, createAccess } from "./create-access.ts";
export { isToken } from "./token-format.ts";
export type { TokenStore } from "./token.store.ts";
