import type { Scope } from "@holdpoint/contract";
import { problem, type Runtime } from "@holdpoint/core";
import { type StoreScope, statement } from "@holdpoint/store";
import { type Authenticate, guardProblems, type Principal, type Rate, TokenBuckets } from "../http/index.ts";
import { hashOf, isToken } from "./token-format.ts";

/** How often the version is read while requests come, milliseconds. */
const LOOK_EVERY_MS = 400;
/** A version older than this is not relied on, milliseconds; with a read in flight it is still under a second. */
const TRUST_MS = 800;
/** Tokens remembered at most; the one that was learned first is forgotten for another. */
const MOST_KNOWN = 20_000;
/** Wrong tokens that an address may send; then its tokens are looked for no more until it pauses. */
const WRONG: Rate = { perSecond: 10, burst: 100 };
/** Last use is written when the stored one is older, milliseconds. */
const COARSE_MS = 600_000;

const FIND = statement(
  "token_find",
  `SELECT k.tenant_id, k.token_id, k.name, k.scopes, k.rate_limit, k.expires_at_ms, k.last_used_at_ms
   FROM holdpoint.access_token k JOIN holdpoint.tenant t USING (tenant_id)
   WHERE k.hash = $1 AND k.revoked_at_ms IS NULL AND t.disabled_at_ms IS NULL`,
);
const VERSION = statement("access_version", "SELECT version FROM holdpoint.access_version");
const USED = statement(
  "token_used",
  `UPDATE holdpoint.access_token k SET last_used_at_ms = u.at
   FROM unnest($1::text[], $2::uuid[], $3::bigint[]) u (tenant, id, at)
   WHERE k.tenant_id = u.tenant AND k.token_id = u.id AND coalesce(k.last_used_at_ms, 0) < u.at`,
);

interface Row {
  readonly tenant_id: string;
  readonly token_id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly rate_limit: number | null;
  readonly expires_at_ms: number;
  readonly last_used_at_ms: number | null;
}

interface Known {
  readonly principal: Principal;
  readonly expiresAt: number;
  usedAt: number;
}

/** Who calls, by token. */
export interface Authenticator {
  readonly authenticate: Authenticate;
  /** Forgets what it knows: somebody lost access in this process. */
  forget(): void;
  /** Writes when tokens were last used; answers how many. */
  writeUse(): Promise<number>;
}

/**
 * Finds callers by token, from memory where it can.
 *
 * What is remembered is relied on only while the version of access, one row that grows with each loss of access, was read
 * within the last 800 ms and is the one it was learned under. So a revocation on any replica holds everywhere within a
 * second, and a replica that cannot reach the database lets nobody in from memory.
 *
 * @param store the system's scope: a token says its tenant, not the other way round
 */
export function createAuthenticator(store: StoreScope, runtime: Pick<Runtime, "now">): Authenticator {
  const known = new Map<string, Known>();
  const used = new Map<string, { readonly tenant: string; readonly id: string; readonly at: number }>();
  const wrong = new TokenBuckets(() => performance.now());
  let generation = 0;
  let version: number | null = null;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | null = null;

  const forget = (): void => {
    generation += 1;
    known.clear();
  };

  async function look(): Promise<void> {
    const began = performance.now();
    const [row] = await store.run<{ version: number }>(VERSION);
    const found = row?.version ?? null;
    if (found === null || found !== version) forget();
    version = found;
    lookedAt = began;
  }

  function lookOnce(): Promise<void> {
    looking ??= look().finally(() => {
      looking = null;
    });
    return looking;
  }

  async function find(hash: Buffer, key: string): Promise<Known | null> {
    const since = generation;
    const [row] = await store.run<Row>(FIND, [hash]);
    if (row === undefined) return null;
    const found: Known = {
      principal: {
        tenant: row.tenant_id,
        name: row.name,
        tokenId: row.token_id,
        scopes: new Set(row.scopes),
        rateLimit: row.rate_limit,
      },
      expiresAt: row.expires_at_ms,
      usedAt: row.last_used_at_ms ?? 0,
    };
    // Somebody may have lost access between the read and now.
    if (since === generation) {
      const oldest = known.size >= MOST_KNOWN ? known.keys().next() : null;
      if (oldest !== null && oldest.done !== true) known.delete(oldest.value);
      known.set(key, found);
    }
    return found;
  }

  /** @throws HoldpointError HP9414 */
  async function findFor(remote: string, hash: Buffer, key: string): Promise<Known | null> {
    if (wrong.isEmpty(remote, WRONG)) {
      throw problem(guardProblems, "HP9414", { who: "An address with wrong tokens", limit: WRONG.perSecond });
    }
    const found = await find(hash, key);
    if (found === null) wrong.take(remote, WRONG);
    return found;
  }

  return {
    forget,
    async authenticate({ token, remote }) {
      if (token === null || !isToken(token)) return null;
      const hash = hashOf(token);
      const key = hash.toString("base64");
      const age = performance.now() - lookedAt;
      if (age > TRUST_MS) await lookOnce();
      // Nobody waits for this one; when it fails, the next request after TRUST_MS does.
      else if (age > LOOK_EVERY_MS) void lookOnce().catch(() => undefined);
      const found = known.get(key) ?? (await findFor(remote, hash, key));
      const now = runtime.now();
      if (found === null || found.expiresAt <= now) return null;
      if (now - found.usedAt > COARSE_MS) {
        found.usedAt = now;
        const { tenant, tokenId } = found.principal;
        if (tokenId !== null) used.set(tokenId, { tenant, id: tokenId, at: now });
      }
      return found.principal;
    },
    async writeUse() {
      const all = [...used.values()];
      if (all.length === 0) return 0;
      used.clear();
      await store.run(USED, [all.map((one) => one.tenant), all.map((one) => one.id), all.map((one) => one.at)]);
      return all.length;
    },
  };
}
