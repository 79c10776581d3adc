import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { SCOPES, type Scope } from "@holdpoint/contract";
import type { Authenticate, Principal } from "@holdpoint/server";

/** The tenant of whoever has no other. */
const LOCAL_TENANT = "local";

/** The way in for the user who started the server. */
export interface LocalAccess {
  readonly token: string;
  readonly authenticate: Authenticate;
}

/**
 * Makes a token that is never stored and ends with the process. It opens everything of the local tenant except
 * signatures, which a person gives by name with a token of their own.
 */
export function createLocalAccess(): LocalAccess {
  const token = `hp_loc_${randomBytes(32).toString("hex")}`;
  const digest = digestOf(token);
  const scopes = new Set<Scope>(SCOPES.filter((scope) => scope !== "sign"));
  const principal: Principal = { tenant: LOCAL_TENANT, name: "local", tokenId: null, scopes };
  return {
    token,
    authenticate: (credentials) => {
      const given = credentials.token;
      const fits = given !== null && timingSafeEqual(digestOf(given), digest);
      return Promise.resolve(fits ? principal : null);
    },
  };
}

function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
