import { z } from "zod";
import { digest, id, logPageQuery, moment, nothing, pageOf, pageQuery } from "./common.ts";
import { operation } from "./operation.ts";
import { SCOPES } from "./scopes.ts";

/** Kinds of tokens, as the second part of a token says them, with the scopes that each has unless others are given. */
export const TOKEN_KINDS = {
  adm: ["admin"],
  opr: ["read", "plan", "operate"],
  pln: ["read", "plan"],
  agt: ["work"],
  run: ["read", "work", "judge"],
  rdr: ["read"],
  sgn: ["read", "sign"],
} as const satisfies Readonly<Record<string, readonly (typeof SCOPES)[number][]>>;

/** What people call each kind of token. */
export const TOKEN_KIND_WORDS = {
  adm: "admin",
  opr: "operator",
  pln: "planner",
  agt: "agent",
  run: "runner",
  rdr: "reader",
  sgn: "signer",
} as const satisfies Readonly<Record<keyof typeof TOKEN_KINDS, string>>;

/** Longest life of a token, days; the life of one that says nothing; and the longest beside its successor. */
export const TOKEN_DAYS = { most: 366, standard: 30, overlap: 30 } as const;

const DAY_S = 86_400;
const tokenKind = z
  .enum(["adm", "opr", "pln", "agt", "run", "rdr", "sgn"])
  .describe("Administrator, operator, planner, agent, runner, reader, signer.");
const tokenName = z
  .string()
  .trim()
  .min(1)
  .max(200)
  // All but control characters, as a range: not every reader of the schema knows \P{Cc}. Blanks alone are no name.
  .regex(/^(?=.*\S)[ -~\u00a0-\uffff]*$/, "must not be blank or have control characters")
  .describe("Who or what holds it; shown in audit and events.");
const rateLimit = z
  .int()
  .min(0)
  .max(1_000_000)
  .nullable()
  .describe("Requests a second; null for everyone's limit, 0 for none.");

/** A token, without the token. */
const tokenView = z.object({
  id,
  kind: tokenKind,
  name: tokenName,
  scopes: z.array(z.enum(SCOPES)).describe("What it allows."),
  rateLimit,
  createdBy: z.string(),
  createdAt: moment,
  expiresAt: moment,
  revokedAt: moment.nullable(),
  lastUsedAt: moment.nullable().describe("To within ten minutes."),
  replaces: id.nullable().describe("Token whose place it took."),
});

const issued = z.object({
  token: z.string().describe("The token itself: shown now and never again."),
  view: tokenView,
});

const lifetime = z
  .int()
  .min(60)
  .max(TOKEN_DAYS.most * DAY_S)
  .describe("How long it is valid, seconds.");
const overlapS = z
  .int()
  .min(0)
  .max(TOKEN_DAYS.overlap * DAY_S)
  .default(3_600)
  .describe("How long the old token stays valid beside the new one, seconds; never longer than it was.");
const tokenParams = z.object({ token: id.describe("Id of the token, not the token.") });

/** Makes a token. */
export const createToken = operation({
  id: "createToken",
  method: "POST",
  path: "/v1/tokens",
  tag: "access",
  summary: "Create a token; it is shown once",
  scope: "admin",
  body: z.object({
    kind: tokenKind,
    name: tokenName,
    scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length).optional().describe("Default: those of its kind."),
    lifetimeS: lifetime.default(TOKEN_DAYS.standard * DAY_S),
    rateLimit: rateLimit.default(null),
  }),
  response: issued,
  status: 201,
  // A kept answer would store the token.
  idempotency: "none",
});

/** Tokens of the tenant. */
export const listTokens = operation({
  id: "listTokens",
  method: "GET",
  path: "/v1/tokens",
  tag: "access",
  summary: "List tokens, without the tokens",
  scope: "admin",
  query: z.object({ ...pageQuery, cursor: id.optional().describe("`next` of the page before.") }),
  response: pageOf(tokenView),
});

/** Makes a successor. */
export const rotateToken = operation({
  id: "rotateToken",
  method: "POST",
  path: "/v1/tokens/{token}/rotate",
  tag: "access",
  summary: "Replace a token by a new one with the same rights",
  scope: "admin",
  params: tokenParams,
  body: z.object({ lifetimeS: lifetime.optional().describe("Default: as the old one had, seconds."), overlapS }),
  response: issued,
  status: 201,
  problems: [404, 409],
  idempotency: "none",
});

/** Ends a token. */
export const revokeToken = operation({
  id: "revokeToken",
  method: "DELETE",
  path: "/v1/tokens/{token}",
  tag: "access",
  summary: "End a token at once, on every replica within a second",
  scope: "admin",
  params: tokenParams,
  query: z.object({
    successors: z
      .enum(["true", "false"])
      .default("false")
      .describe("`true` ends all that took its place too: for a token that leaked."),
  }),
  response: nothing,
  status: 204,
  problems: [404],
});

/** The caller's own token. */
export const ownToken = operation({
  id: "ownToken",
  method: "GET",
  path: "/v1/tokens/self",
  tag: "access",
  summary: "The token of this request, and how long it is still valid",
  scope: "work",
  response: z.object({
    view: tokenView,
    leftMs: z.int().min(0).describe("How long it is still valid by the server's clock, milliseconds."),
  }),
  problems: [404, 409],
});

/** The caller's own successor. */
export const renewToken = operation({
  id: "renewToken",
  method: "POST",
  path: "/v1/tokens/self/renew",
  tag: "access",
  summary: "Replace the token of this request, before it expires",
  description:
    "For runners that work for months. The new token has the rights and the lifetime of the old one, which stays valid for `overlapS`.",
  scope: "work",
  body: z.object({ overlapS }),
  response: issued,
  status: 201,
  problems: [404, 409],
  idempotency: "none",
});

const tenantName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "must begin with a letter or digit; a-z, 0-9, _ and -; at most 63")
  .describe("Name of the tenant.");
const tenantView = z.object({ tenant: tenantName, createdAt: moment, disabledAt: moment.nullable() });
const tenantParams = z.object({ tenant: tenantName });

/** Makes a tenant. */
export const createTenant = operation({
  id: "createTenant",
  method: "POST",
  path: "/v1/tenants",
  tag: "access",
  summary: "Create a tenant, with its first admin token; only in the tenant local",
  scope: "admin",
  body: z.object({ tenant: tenantName }),
  response: z.object({ tenant: tenantView, admin: issued }),
  status: 201,
  problems: [409],
  idempotency: "none",
});

/** All tenants. */
export const listTenants = operation({
  id: "listTenants",
  method: "GET",
  path: "/v1/tenants",
  tag: "access",
  summary: "List tenants; only in the tenant local",
  scope: "admin",
  query: z.object({ ...pageQuery, cursor: tenantName.optional() }),
  response: pageOf(tenantView),
});

/** Lets nobody of a tenant in. */
export const disableTenant = operation({
  id: "disableTenant",
  method: "POST",
  path: "/v1/tenants/{tenant}/disable",
  tag: "access",
  summary: "Let no token of a tenant in; its data stays; only in the tenant local",
  scope: "admin",
  params: tenantParams,
  response: tenantView,
  problems: [404, 409],
});

/** Lets a tenant in again. */
export const enableTenant = operation({
  id: "enableTenant",
  method: "POST",
  path: "/v1/tenants/{tenant}/enable",
  tag: "access",
  summary: "Let the tokens of a tenant in again; only in the tenant local",
  scope: "admin",
  params: tenantParams,
  response: tenantView,
  problems: [404, 409],
});

const auditEntry = z.object({
  v: z.literal(1).describe("Version of the shape."),
  tenant: z.string(),
  seq: z.int().min(1).describe("Counts up without gaps within the tenant."),
  at: moment,
  who: z.object({ name: z.string(), token: z.string().nullable() }).describe("Name and id of the token."),
  operation: z.string().describe("Id of the operation."),
  params: z.record(z.string(), z.string()).describe("Names in the path."),
  body: digest.nullable().describe("Of the canonical JSON of the body; the body itself is not kept."),
  status: z.int().describe("HTTP status of the answer."),
  code: z.string().nullable().describe("Code of the problem, when it was refused."),
  trace: z.string().describe("Correlation id."),
  tool: z
    .string()
    .exactOptional()
    .describe("Tool of the Model Context Protocol that it came through; absent when it came over HTTP."),
  prev: digest.describe("Hash of the entry before; of nothing for the first."),
});

/** Shape of an entry of the audit log, with its hash. */
export const auditLine = z.object({ entry: auditEntry, hash: digest.describe("Of the canonical JSON of `entry`.") });

/** Shape of a checkpoint. */
export const auditCheckpoint = z.object({
  v: z.literal(1).describe("Version of the shape."),
  tenant: z.string(),
  seq: z.int().min(1).describe("Entries of the chain then."),
  hash: digest.describe("Hash of the last of them."),
  at: moment,
  key: digest.describe("Of the public key, as DER SPKI."),
  signature: z.string().describe("Ed25519 over the canonical JSON of the rest, base64."),
});

/** One line of the log. */
export type AuditLine = z.infer<typeof auditLine>;
/** One checkpoint. */
export type AuditCheckpoint = z.infer<typeof auditCheckpoint>;

/** The audit log. */
export const listAudit = operation({
  id: "listAudit",
  method: "GET",
  path: "/v1/audit",
  tag: "access",
  summary: "Read the audit log from its beginning",
  scope: "admin",
  query: z.object({ ...logPageQuery }),
  response: pageOf(auditLine),
});

/** Signed checkpoints of the audit log. */
export const listAuditCheckpoints = operation({
  id: "listAuditCheckpoints",
  method: "GET",
  path: "/v1/audit/checkpoints",
  tag: "access",
  summary: "Read the signed checkpoints of the audit log",
  scope: "admin",
  query: z.object({ ...logPageQuery }),
  response: pageOf(auditCheckpoint),
});
