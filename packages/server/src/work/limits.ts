import type { Runtime } from "@holdpoint/core";
import { type StoreScope, statement } from "@holdpoint/store";
import { appendEvents } from "../events/index.ts";
import { LOCK_WORK } from "./claim.sql.ts";
import type { PageOf } from "./task-desk.ts";

/** How many tasks of a concurrency key may be leased at one time, and begin in a window. At least one is set. */
export interface LimitTerms {
  readonly maxRunning: number | null;
  readonly rate: { readonly starts: number; readonly perMs: number } | null;
}

/** A limit with its use. */
export interface LimitView extends LimitTerms {
  readonly key: string;
  readonly running: number;
  /** Starts that count in the window now. */
  readonly starts: number;
  /** Ready tasks with the key. */
  readonly waiting: number;
}

/**
 * Limits of one tenant. Each is a row that counts what runs: claims take from it and the end of every lease gives back,
 * in the same transaction, so that nothing is counted when it is asked.
 */
export interface Limits {
  get(key: string): Promise<LimitView | null>;
  /** By key. @param cursor the last key of the page before */
  list(query: { readonly cursor?: string; readonly limit: number }): Promise<PageOf<LimitView>>;
  put(key: string, terms: LimitTerms, by: string): Promise<LimitView>;
  /** False when there was none. */
  remove(key: string, by: string): Promise<boolean>;
}

const VIEW = `SELECT w.key, w.max_running, w.max_starts, w.per_ms, w.running,
     (SELECT coalesce(sum(s.n), 0)::int FROM unnest(w.start_at_ms, w.start_count) AS s(at, n)
      WHERE s.at + w.per_ms > $2) AS starts,
     (SELECT count(*) FROM holdpoint.task_ready r WHERE r.tenant_id = w.tenant_id AND r.limit_key = w.key) AS waiting
   FROM holdpoint.work_limit w WHERE w.tenant_id = $1`;

const GET = statement("limit_get", `${VIEW} AND w.key = $3`);
const LIST = statement("limit_list", `${VIEW} AND w.key > $3 ORDER BY w.key LIMIT $4`);

/** What runs already is counted once, while no lease of the tenant can begin or end. */
const PUT = statement(
  "limit_put",
  `INSERT INTO holdpoint.work_limit (tenant_id, key, max_running, max_starts, per_ms, running, updated_at_ms)
   SELECT $1, $3, $4, $5, $6, count(*)::int, $2 FROM holdpoint.task_lease l WHERE l.tenant_id = $1 AND l.limit_key = $3
   ON CONFLICT (tenant_id, key) DO UPDATE SET max_running = excluded.max_running, max_starts = excluded.max_starts,
     per_ms = excluded.per_ms, updated_at_ms = excluded.updated_at_ms,
     start_at_ms = CASE WHEN work_limit.per_ms = excluded.per_ms THEN work_limit.start_at_ms ELSE '{}' END,
     start_count = CASE WHEN work_limit.per_ms = excluded.per_ms THEN work_limit.start_count ELSE '{}' END`,
);

const DELETE = statement(
  "limit_delete",
  "DELETE FROM holdpoint.work_limit WHERE tenant_id = $1 AND key = $2 RETURNING key",
);

interface Row {
  readonly key: string;
  readonly max_running: number | null;
  readonly max_starts: number | null;
  readonly per_ms: number | null;
  readonly running: number;
  readonly starts: number;
  readonly waiting: number;
}

/** The limits of one tenant. @param onChange is told after each change, so that those who wait look again */
export function createLimits(store: StoreScope, runtime: Runtime, tenant: string, onChange: () => void): Limits {
  const get = async (key: string): Promise<LimitView | null> => {
    const [row] = await store.run<Row>(GET, [tenant, runtime.now(), key]);
    return row === undefined ? null : toView(row);
  };
  return {
    get,
    list: async ({ cursor = "", limit }) => {
      const rows = await store.run<Row>(LIST, [tenant, runtime.now(), cursor, limit + 1]);
      const items = rows.slice(0, limit).map(toView);
      return { items, next: rows.length > limit ? (items.at(-1)?.key ?? null) : null };
    },
    put: async (key, { maxRunning, rate }, by) => {
      await store.transaction(async (tx) => {
        const now = runtime.now();
        await tx.run(LOCK_WORK, [tenant]);
        await tx.run(PUT, [tenant, now, key, maxRunning, rate?.starts ?? null, rate?.perMs ?? null]);
        await appendEvents(tx, tenant, now, [{ kind: "limit.set", subject: key, data: { maxRunning, rate, by } }]);
      });
      onChange();
      const view = await get(key);
      if (view === null) throw new Error(`the limit of ${key} was set and is not there`);
      return view;
    },
    remove: async (key, by) => {
      const removed = await store.transaction(async (tx) => {
        await tx.run(LOCK_WORK, [tenant]);
        if ((await tx.run(DELETE, [tenant, key])).length === 0) return false;
        await appendEvents(tx, tenant, runtime.now(), [{ kind: "limit.removed", subject: key, data: { by } }]);
        return true;
      });
      if (removed) onChange();
      return removed;
    },
  };
}

function toView({ key, running, starts, waiting, ...row }: Row): LimitView {
  const { max_starts: most, per_ms: perMs, max_running: maxRunning } = row;
  return {
    key,
    maxRunning,
    rate: most === null || perMs === null ? null : { starts: most, perMs },
    running,
    starts,
    waiting,
  };
}
