import { problem, type Runtime, retryDelayMs } from "@holdpoint/core";
import { type StoreScope, statement } from "@holdpoint/store";
import { guardProblems } from "./guard.problems.ts";
import type { KeyedWrite, RetryKeeper, WrittenAnswer } from "./guards.ts";

/** How long an answer is kept, milliseconds. */
const KEEP_MS = 86_400_000;
/** How long a key stays with a request of whose process nothing is heard: it is then taken for dead, milliseconds. */
const RUNNING_MS = 30_000;
/** How often a request that still runs says so, milliseconds; most are over long before. */
const STILL_RUNNING_MS = 10_000;
/** Seconds after which whoever came second may ask again. */
const RETRY_AFTER_S = 1;
/** Pauses before a key that could not be settled is settled again, milliseconds. */
const SETTLE_AGAIN = { baseMs: 200, capMs: 10_000 } as const;
/** Tries of that; the last comes when the key is about to be given to another anyway. */
const SETTLE_TRIES = 12;
/** Answers removed in one round. */
const REMOVE_AT_ONCE = 5_000;

const TAKE = statement(
  "kept_take",
  `INSERT INTO holdpoint.kept_answer AS k (tenant_id, token, operation, key, request_digest, holder, expires_at_ms)
   VALUES ($1, $2, $3, $4, $5, $6, $7)
   ON CONFLICT (tenant_id, token, operation, key) DO UPDATE SET
     request_digest = excluded.request_digest, holder = excluded.holder, status = NULL, headers = NULL, body = NULL,
     expires_at_ms = excluded.expires_at_ms
   WHERE k.expires_at_ms <= $8
   RETURNING holder`,
);
const LOOK = statement(
  "kept_look",
  `SELECT request_digest, status, headers, body FROM holdpoint.kept_answer
   WHERE tenant_id = $1 AND token = $2 AND operation = $3 AND key = $4`,
);
const KEEP = statement(
  "kept_keep",
  `UPDATE holdpoint.kept_answer SET status = $6, headers = $7, body = $8, expires_at_ms = $9
   WHERE tenant_id = $1 AND token = $2 AND operation = $3 AND key = $4 AND holder = $5`,
);
const STILL_RUNNING = statement(
  "kept_still_running",
  `UPDATE holdpoint.kept_answer SET expires_at_ms = $6
   WHERE tenant_id = $1 AND token = $2 AND operation = $3 AND key = $4 AND holder = $5 AND status IS NULL`,
);
const GIVE_BACK = statement(
  "kept_give_back",
  `DELETE FROM holdpoint.kept_answer
   WHERE tenant_id = $1 AND token = $2 AND operation = $3 AND key = $4 AND holder = $5`,
);
const REMOVE = statement(
  "kept_remove",
  `DELETE FROM holdpoint.kept_answer WHERE ctid = ANY (ARRAY(
     SELECT ctid FROM holdpoint.kept_answer WHERE expires_at_ms <= $1 LIMIT $2)) RETURNING 1`,
);

interface Row {
  readonly request_digest: string;
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>> | null;
  readonly body: string | null;
}

/**
 * Keeps answers in the database for 24 hours, by tenant, token, operation and key.
 *
 * ```
 *   (none) ──take──▶ running ──keep──▶ kept ──24 h──▶ (none)
 *                     │  ▲ └─abandon, or 30 s without a word─▶ (none)
 *                     └──┘ still running, every 10 s
 * ```
 *
 * Who dies between the write and `keep` leaves a key that is taken anew after 30 seconds: the write may then be done
 * twice, as without a key. A database that was away for a moment leaves none: what could not be settled is settled later.
 */
export function createKeptAnswers(scopeOf: (tenant: string) => StoreScope, runtime: Runtime): RetryKeeper {
  return { begin };

  async function begin(write: KeyedWrite): Promise<Awaited<ReturnType<RetryKeeper["begin"]>>> {
    const { principal, operation, key, digest } = write;
    const store = scopeOf(principal.tenant);
    const place = [principal.tenant, principal.tokenId ?? "", operation, key];
    const holder = runtime.newId();
    const now = runtime.now();
    const giveBack = (): Promise<unknown> => store.run(GIVE_BACK, [...place, holder]);
    const taken = await store.run(TAKE, [...place, digest, holder, now + RUNNING_MS, now]).catch((error: unknown) => {
      // It may have been taken all the same, and nobody else knows by whom.
      settleLater(giveBack, 1);
      throw error;
    });
    if (taken.length === 0) return answerOf(operation, digest, (await store.run<Row>(LOOK, place))[0]);
    const stillRunning = setInterval(() => {
      // One that is missed is made up for by the next.
      store.run(STILL_RUNNING, [...place, holder, runtime.now() + RUNNING_MS]).catch(() => undefined);
    }, STILL_RUNNING_MS);
    stillRunning.unref();
    const settle = (how: () => Promise<unknown>): Promise<void> => {
      clearInterval(stillRunning);
      return settleOnce(how);
    };
    return {
      keep: ({ status, headers, text }) =>
        settle(() => store.run(KEEP, [...place, holder, status, headers, text, runtime.now() + KEEP_MS])),
      abandon: () => settle(giveBack),
    };
  }

  /** Rejects when the first try fails, and goes on trying all the same. */
  async function settleOnce(write: () => Promise<unknown>): Promise<void> {
    try {
      await write();
    } catch (error) {
      settleLater(write, 1);
      throw error;
    }
  }

  function settleLater(write: () => Promise<unknown>, tries: number): void {
    if (tries > SETTLE_TRIES) return;
    const again = (): void => void write().catch(() => settleLater(write, tries + 1));
    setTimeout(again, retryDelayMs(tries, runtime.random(), SETTLE_AGAIN)).unref();
  }
}

/** @throws HoldpointError HP9412, HP9413 */
function answerOf(operation: string, digest: string, row: Row | undefined): WrittenAnswer {
  if (row !== undefined && row.request_digest !== digest) throw problem(guardProblems, "HP9412", { operation });
  // Not there any more: it was abandoned between the two looks, and the next request is the first.
  if (row === undefined || row.status === null) {
    throw Object.assign(problem(guardProblems, "HP9413", { operation }), { retryAfterS: RETRY_AFTER_S });
  }
  return { status: row.status, headers: row.headers ?? {}, text: row.body ?? "" };
}

/** Removes answers that are kept no longer, of every tenant. @returns how many */
export async function removeKeptAnswers(system: StoreScope, now: number): Promise<number> {
  return (await system.run(REMOVE, [now, REMOVE_AT_ONCE])).length;
}
