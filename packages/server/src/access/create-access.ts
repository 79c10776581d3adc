import { settings, standardOf } from "@holdpoint/contract";
import type { Runtime } from "@holdpoint/core";
import type { Store, StoreScope } from "@holdpoint/store";
import {
  type Authenticate,
  createKeptAnswers,
  createRateLimits,
  createRedisCount,
  type Guards,
  type Implementation,
  removeKeptAnswers,
} from "../http/index.ts";
import { type BackgroundService, createBackgroundService, type RoundOutcome } from "../jobs/index.ts";
import type { IssuedToken } from "./access.types.ts";
import { auditRoutes } from "./audit.routes.ts";
import { createCheckpoints } from "./audit-checkpoints.store.ts";
import { createAuditLog } from "./audit-log.store.ts";
import { createAuthenticator } from "./authenticator.store.ts";
import { firstAdmin, tenantRoutes } from "./tenant.routes.ts";
import { createTenantStore } from "./tenant.store.ts";
import { tokenRoutes } from "./token.routes.ts";
import { createTokenStore, type TokenStore } from "./token.store.ts";

/** What access is made from. */
export interface AccessParts {
  readonly store: Store;
  readonly runtime: Runtime;
  /**
   * Folder of the key that signs the audit log and of the checkpoints that it signs; outside of the database. Without one
   * nothing is signed.
   */
  readonly auditFolder?: string;
  /** Requests a second of a token that says nothing else. @default that of the setting, 1000 */
  readonly requestsPerSecond?: number;
  /** Monotonic clock by which requests are counted, milliseconds. @default performance.now */
  readonly monotonicMs?: () => number;
  /** Redis in which replicas share their counts of requests. @default each counts for itself */
  readonly redisUrl?: string;
  readonly onRound?: (round: RoundOutcome<unknown>) => void;
}

/** Tokens and tenants on one replica. */
export interface Access {
  readonly authenticate: Authenticate;
  /** The tokens of a tenant, for callers in this process. */
  tokensOf(tenant: string): TokenStore;
  /** At the first run on a database: makes the system tenant's admin token. Null ever after: nobody can see it again. */
  ensureFirstAdmin(): Promise<IssuedToken | null>;
  /** What stands between requests and handlers. */
  readonly guards: Guards;
  readonly routes: readonly Implementation[];
  readonly services: readonly BackgroundService[];
  /** Waits for what the audit log still has to store. */
  close(): Promise<void>;
}

/** Pause between two writes of when tokens were last used, milliseconds. */
const USE_EVERY_MS = 60_000;
/** Pause between two removals of answers that are kept no longer, milliseconds. */
const REMOVE_EVERY_MS = 60_000;
/** Pause between two checkpoints of the audit log, milliseconds: what was changed is seen within it. */
const CHECKPOINT_EVERY_MS = 30_000;
/** Longest pause of a service whose rounds fail, milliseconds. */
const BACK_OFF_MS = 300_000;

/** Puts tokens and tenants together. */
export function createAccess(parts: AccessParts): Access {
  const { store, runtime, auditFolder, onRound, redisUrl, requestsPerSecond = standardOf(settings.rateLimit) } = parts;
  const system = store.asSystem();
  const authenticator = createAuthenticator(system, runtime);
  const lostAccess = (): void => authenticator.forget();
  const tenants = createTenantStore(system, runtime, lostAccess);
  const tokensOf = (tenant: string): TokenStore =>
    createTokenStore(store.forTenant(tenant), runtime, tenant, lostAccess);
  const scopeOf = (tenant: string): StoreScope => store.forTenant(tenant);
  const shared = redisUrl === undefined ? null : createRedisCount(redisUrl);
  const limits = createRateLimits({
    perSecond: requestsPerSecond,
    now: parts.monotonicMs ?? (() => performance.now()),
    ...(shared === null ? {} : { shared }),
  });
  const audit = createAuditLog(scopeOf, runtime);
  const signed = auditFolder === undefined ? null : createCheckpoints(system, runtime, auditFolder);
  return {
    authenticate: authenticator.authenticate,
    tokensOf,
    ensureFirstAdmin: () => tenants.firstOf(firstAdmin("holdpoint up")),
    routes: [...tokenRoutes(tokensOf, () => runtime.now()), ...tenantRoutes(tenants), ...auditRoutes(scopeOf)],
    guards: { retries: createKeptAnswers(scopeOf, runtime), audit, limits },
    services: [
      service("token-use", USE_EVERY_MS, () => authenticator.writeUse()),
      service("kept-answers", REMOVE_EVERY_MS, () => removeKeptAnswers(system, runtime.now())),
      ...(signed === null ? [] : [service("audit-checkpoints", CHECKPOINT_EVERY_MS, signed)]),
    ],
    close: async () => {
      await audit.flush();
      shared?.close();
    },
  };

  function service(name: string, everyMs: number, runOnce: () => Promise<number>): BackgroundService {
    return createBackgroundService({
      name,
      everyMs,
      backOffMs: BACK_OFF_MS,
      random: () => runtime.random(),
      runOnce,
      ...(onRound === undefined ? {} : { onRound }),
    });
  }
}
