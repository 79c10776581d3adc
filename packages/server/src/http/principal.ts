import type { Scope } from "@holdpoint/contract";

/** Who calls: what the token of a request stands for. */
export interface Principal {
  readonly tenant: string;
  /** Name for events, audit and logs. */
  readonly name: string;
  /** Id of the token; null for the one that a process makes for its own user. */
  readonly tokenId: string | null;
  readonly scopes: ReadonlySet<Scope>;
  /** Requests a second that an administrator allowed this token; 0 for any number; null or absent for everyone's limit. */
  readonly rateLimit?: number | null;
}

/** What a request says of its caller. */
export interface Credentials {
  /** From `Authorization: Bearer` or `X-Auth-Token`; null when neither was given. */
  readonly token: string | null;
  /** From `X-Client-Id`: a name for logs. It grants nothing. */
  readonly clientId: string | null;
  /** Address of the peer. */
  readonly remote: string;
}

/** Finds the caller of a request; null when the token is missing, unknown, expired or revoked. */
export type Authenticate = (credentials: Credentials) => Promise<Principal | null>;
