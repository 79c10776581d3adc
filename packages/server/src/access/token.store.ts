import type { Scope } from "@holdpoint/contract";
import { problem, type Runtime } from "@holdpoint/core";
import { type Session, type StoreScope, statement } from "@holdpoint/store";
import { accessProblems } from "./access.problems.ts";
import type { IssuedToken, NewToken, TokenView } from "./access.types.ts";
import { hashOf, makeToken } from "./token-format.ts";

/** Tokens of one tenant. */
export interface TokenStore {
  issue(token: NewToken): Promise<IssuedToken>;
  /** Null when there is none. */
  get(tokenId: string): Promise<TokenView | null>;
  /** In the order in which they were made. */
  list(page: { readonly after: string | null; readonly limit: number }): Promise<readonly TokenView[]>;
  /** Makes a successor with the same rights; the old one is valid until `oldUntil` at most. Null when there is none. */
  rotate(tokenId: string, by: string, lifetimeMs: number | null, oldUntil: number): Promise<IssuedToken | null>;
  /**
   * Ends a token now, and with `successors` all that took its place; false when there is none. One that has ended already
   * stays as it is.
   */
  revoke(tokenId: string, successors: boolean): Promise<boolean>;
}

const COLUMNS = `token_id, kind, name, scopes, rate_limit, created_by, created_at_ms, expires_at_ms, revoked_at_ms,
  last_used_at_ms, replaces`;

const ADD = statement(
  "token_add",
  `INSERT INTO holdpoint.access_token (tenant_id, token_id, kind, name, scopes, hash, rate_limit, created_by,
     created_at_ms, expires_at_ms, replaces)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING ${COLUMNS}`,
);
const LIST = statement(
  "token_list",
  `SELECT ${COLUMNS} FROM holdpoint.access_token
   WHERE tenant_id = $1 AND ($2::uuid IS NULL OR token_id > $2) ORDER BY token_id LIMIT $3`,
);
const GET = statement(
  "token_get",
  `SELECT ${COLUMNS} FROM holdpoint.access_token WHERE tenant_id = $1 AND token_id = $2`,
);
const LOCK = statement(
  "token_lock",
  `SELECT ${COLUMNS} FROM holdpoint.access_token WHERE tenant_id = $1 AND token_id = $2 FOR UPDATE`,
);
const SHORTEN = statement(
  "token_shorten",
  `UPDATE holdpoint.access_token SET expires_at_ms = greatest(created_at_ms + 1, least(expires_at_ms, $3))
   WHERE tenant_id = $1 AND token_id = $2`,
);
const REVOKE = statement(
  "token_revoke",
  `WITH RECURSIVE line AS (
     SELECT token_id FROM holdpoint.access_token WHERE tenant_id = $1 AND token_id = $2
     UNION
     SELECT k.token_id FROM holdpoint.access_token k JOIN line l ON k.replaces = l.token_id
     WHERE k.tenant_id = $1 AND $4
   )
   UPDATE holdpoint.access_token SET revoked_at_ms = coalesce(revoked_at_ms, $3)
   WHERE tenant_id = $1 AND token_id IN (SELECT token_id FROM line) RETURNING token_id`,
);
const BUMP = statement("access_bump", "UPDATE holdpoint.access_version SET version = version + 1");

interface Row {
  readonly token_id: string;
  readonly kind: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly rate_limit: number | null;
  readonly created_by: string;
  readonly created_at_ms: number;
  readonly expires_at_ms: number;
  readonly revoked_at_ms: number | null;
  readonly last_used_at_ms: number | null;
  readonly replaces: string | null;
}

/** Tells every replica, once the transaction is committed, that somebody lost access. */
export async function bumpAccess(tx: Session): Promise<void> {
  await tx.run(BUMP);
}

/** Puts a new token into a transaction. */
export async function addToken(
  tx: Session,
  runtime: Pick<Runtime, "now" | "newId">,
  tenant: string,
  wanted: NewToken & { readonly replaces?: string },
): Promise<IssuedToken> {
  const token = makeToken(wanted.kind);
  const now = runtime.now();
  const values = [
    tenant,
    runtime.newId(),
    wanted.kind,
    wanted.name,
    wanted.scopes,
    hashOf(token),
    wanted.rateLimit,
    wanted.createdBy,
    now,
    now + wanted.lifetimeMs,
    wanted.replaces ?? null,
  ];
  const [row] = await tx.run<Row>(ADD, values);
  if (row === undefined) throw new Error("a token was added and is not there");
  return { token, view: toView(row) };
}

/** The tokens of a tenant. @param lostAccess is told after each commit by which somebody lost access */
export function createTokenStore(
  store: StoreScope,
  runtime: Pick<Runtime, "now" | "newId">,
  tenant: string,
  lostAccess: () => void,
): TokenStore {
  return {
    issue: (token) => store.transaction((tx) => addToken(tx, runtime, tenant, token)),
    get: async (tokenId) => (await store.run<Row>(GET, [tenant, tokenId])).map(toView)[0] ?? null,
    list: async ({ after, limit }) => (await store.run<Row>(LIST, [tenant, after, limit])).map(toView),
    async rotate(tokenId, by, lifetimeMs, oldUntil) {
      const issued = await store.transaction(async (tx) => {
        const [row] = await tx.run<Row>(LOCK, [tenant, tokenId]);
        if (row === undefined) return null;
        if (row.revoked_at_ms !== null || row.expires_at_ms <= runtime.now()) {
          throw problem(accessProblems, "HP9404", { id: tokenId });
        }
        const old = toView(row);
        const next = await addToken(tx, runtime, tenant, {
          kind: old.kind,
          name: old.name,
          scopes: old.scopes,
          rateLimit: old.rateLimit,
          createdBy: by,
          lifetimeMs: lifetimeMs ?? old.expiresAt - old.createdAt,
          replaces: tokenId,
        });
        await tx.run(SHORTEN, [tenant, tokenId, oldUntil]);
        await bumpAccess(tx);
        return next;
      });
      if (issued !== null) lostAccess();
      return issued;
    },
    async revoke(tokenId, successors) {
      const found = await store.transaction(async (tx) => {
        const rows = await tx.run(REVOKE, [tenant, tokenId, runtime.now(), successors]);
        if (rows.length > 0) await bumpAccess(tx);
        return rows.length > 0;
      });
      if (found) lostAccess();
      return found;
    },
  };
}

function toView(row: Row): TokenView {
  return {
    tokenId: row.token_id,
    kind: row.kind,
    name: row.name,
    scopes: row.scopes,
    rateLimit: row.rate_limit,
    createdBy: row.created_by,
    createdAt: row.created_at_ms,
    expiresAt: row.expires_at_ms,
    revokedAt: row.revoked_at_ms,
    lastUsedAt: row.last_used_at_ms,
    replaces: row.replaces,
  };
}
