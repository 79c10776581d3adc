import type { Scope } from "@holdpoint/contract";

/** A token as administrators see it: everything but the token. */
export interface TokenView {
  readonly tokenId: string;
  readonly kind: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Requests a second; null for everyone's limit, 0 for none. */
  readonly rateLimit: number | null;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
  /** To within ten minutes. */
  readonly lastUsedAt: number | null;
  /** Token that it took the place of. */
  readonly replaces: string | null;
}

/** What a new token shall be. */
export interface NewToken {
  readonly kind: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly rateLimit: number | null;
  readonly createdBy: string;
  /** Milliseconds. */
  readonly lifetimeMs: number;
}

/** A new token, the only time that it is seen. */
export interface IssuedToken {
  readonly token: string;
  readonly view: TokenView;
}

/** A tenant. */
export interface TenantView {
  readonly tenant: string;
  readonly createdAt: number;
  readonly disabledAt: number | null;
}
