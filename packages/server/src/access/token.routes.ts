import { operations, TOKEN_KINDS } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import { httpProblems, type Implementation, implement, type Principal } from "../http/index.ts";
import { toMoment } from "../moment.ts";
import { accessProblems } from "./access.problems.ts";
import type { IssuedToken, TokenView } from "./access.types.ts";
import type { TokenStore } from "./token.store.ts";

/** Milliseconds of a second. */
const SECOND_MS = 1_000;

/** Routes of tokens. */
export function tokenRoutes(tokensOf: (tenant: string) => TokenStore, now: () => number): readonly Implementation[] {
  const rotate = async (
    { tenant, name }: Principal,
    tokenId: string,
    { lifetimeS, overlapS }: { readonly lifetimeS?: number | undefined; readonly overlapS: number },
  ): Promise<ReturnType<typeof toIssued>> => {
    const lifetimeMs = lifetimeS === undefined ? null : lifetimeS * SECOND_MS;
    const next = await tokensOf(tenant).rotate(tokenId, name, lifetimeMs, now() + overlapS * SECOND_MS);
    if (next === null) throw notFound(tokenId);
    return toIssued(next);
  };
  return [
    implement(operations.createToken, async ({ body, principal }) => {
      const { kind, name, lifetimeS, rateLimit } = body;
      const scopes = [...new Set(body.scopes ?? TOKEN_KINDS[kind])];
      const lifetimeMs = lifetimeS * SECOND_MS;
      const wanted = { kind, name, scopes, rateLimit, lifetimeMs, createdBy: principal.name };
      return toIssued(await tokensOf(principal.tenant).issue(wanted));
    }),
    implement(operations.listTokens, async ({ query, principal }) => {
      const rows = await tokensOf(principal.tenant).list({ after: query.cursor ?? null, limit: query.limit + 1 });
      const page = rows.slice(0, query.limit);
      return { items: page.map(toTokenView), next: rows.length > query.limit ? (page.at(-1)?.tokenId ?? null) : null };
    }),
    implement(operations.rotateToken, ({ params, body, principal }) => rotate(principal, params.token, body)),
    implement(operations.ownToken, async ({ principal }) => {
      const { tenant, tokenId } = principal;
      if (tokenId === null) throw problem(accessProblems, "HP9405");
      const view = await tokensOf(tenant).get(tokenId);
      if (view === null) throw notFound(tokenId);
      return { view: toTokenView(view), leftMs: Math.max(0, view.expiresAt - now()) };
    }),
    implement(operations.renewToken, ({ body, principal }) => {
      if (principal.tokenId === null) throw problem(accessProblems, "HP9405");
      return rotate(principal, principal.tokenId, body);
    }),
    implement(operations.revokeToken, async ({ params, query, principal }) => {
      const found = await tokensOf(principal.tenant).revoke(params.token, query.successors === "true");
      if (!found) throw notFound(params.token);
      return null;
    }),
  ];
}

function notFound(id: string): Error {
  return problem(httpProblems, "HP9105", { kind: "token", id });
}

type Kind = keyof typeof TOKEN_KINDS;

/** A new token as it is answered. */
export function toIssued({ token, view }: IssuedToken): { token: string; view: ReturnType<typeof toTokenView> } {
  return { token, view: toTokenView(view) };
}

function toTokenView(view: TokenView): {
  id: string;
  kind: Kind;
  name: string;
  scopes: TokenView["scopes"];
  rateLimit: number | null;
  createdBy: string;
  createdAt: string;
  expiresAt: string;
  revokedAt: string | null;
  lastUsedAt: string | null;
  replaces: string | null;
} {
  const { tokenId, kind, createdAt, expiresAt, revokedAt, lastUsedAt, ...rest } = view;
  return {
    ...rest,
    id: tokenId,
    kind: kindOf(kind),
    createdAt: toMoment(createdAt),
    expiresAt: toMoment(expiresAt),
    revokedAt: toMoment(revokedAt),
    lastUsedAt: toMoment(lastUsedAt),
  };
}

function kindOf(kind: string): Kind {
  const known = Object.keys(TOKEN_KINDS).find((one): one is Kind => one === kind);
  if (known === undefined) throw new Error(`a token is of the unknown kind ${kind}`);
  return known;
}
