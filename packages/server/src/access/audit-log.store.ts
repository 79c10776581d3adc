import type { Runtime } from "@holdpoint/core";
import { type StoreScope, statement } from "@holdpoint/store";
import type { AuditTrail, Deed } from "../http/index.ts";
import { type AuditEntry, CHAIN_START, seal } from "./audit-chain.ts";

/** Entries that wait at most in one tenant; then writes are refused. */
const MOST_WAITING = 10_000;
/** Entries of one statement at most. */
const AT_ONCE = 1_000;
/** First and longest pause after a failure, milliseconds. */
const PAUSE_MS = { first: 100, most: 1_000 } as const;

/** Left out: they come far too often, and the event log has every change that they make; a sign of life makes none. */
const IN_THE_EVENT_LOG: ReadonlySet<string> = new Set([
  "heartbeat",
  "claimWork",
  "renewWork",
  "tellProgress",
  "completeWork",
  "completeAttempt",
]);

const HEAD = statement("audit_head", "SELECT seq, hash FROM holdpoint.audit_head WHERE tenant_id = $1");
const START = statement(
  "audit_start",
  `WITH known AS (
     INSERT INTO holdpoint.tenant (tenant_id, created_at_ms) VALUES ($1, $3) ON CONFLICT DO NOTHING
   )
   INSERT INTO holdpoint.audit_head (tenant_id, seq, hash) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING`,
);
// One round trip: the entries are added only if the chain still ends where they were computed to follow.
const APPEND = statement(
  "audit_append",
  `WITH moved AS (
     UPDATE holdpoint.audit_head SET seq = $2, hash = $3 WHERE tenant_id = $1 AND seq = $4 AND hash = $5 RETURNING 1
   ), added AS (
     INSERT INTO holdpoint.audit_entry (tenant_id, seq, entry, hash)
     SELECT $1, u.seq, u.entry, u.hash FROM moved, unnest($6::bigint[], $7::text[], $8::text[]) u (seq, entry, hash)
     RETURNING 1
   )
   SELECT count(*)::int AS added FROM added`,
);
const READ = statement(
  "audit_read",
  "SELECT seq, entry, hash FROM holdpoint.audit_entry WHERE tenant_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
);

/** The end of a chain. */
interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** An entry as it is stored. */
export interface AuditRow extends Head {
  readonly entry: string;
}

interface Waiting {
  readonly deed: Deed;
  readonly at: number;
  /** Are told when the entry is stored, or has failed once. */
  readonly told: (() => void)[];
}

interface Queue {
  readonly waiting: Waiting[];
  head: Head | null;
  /** End of a batch of which it is not known whether it was stored. */
  tried: (Head & { readonly count: number }) | null;
  running: Promise<void> | null;
}

/** The audit log of every tenant. */
export interface AuditLog extends AuditTrail {
  /** Waits until all that waits is stored, or has failed once more. */
  flush(): Promise<void>;
}

/** Reads entries after a number. */
export async function readAudit(
  store: Pick<StoreScope, "run">,
  tenant: string,
  after: number,
  limit: number,
): Promise<readonly AuditRow[]> {
  return await store.run<AuditRow>(READ, [tenant, after, limit]);
}

/**
 * The log of who did what: entries of a tenant are added in batches, one statement for all that came while the statement
 * before ran. A write is answered when its entry is stored. When that fails the entry stays, is tried again, and once
 * 10,000 wait, the tenant's writes are refused before they are begun.
 */
export function createAuditLog(scopeOf: (tenant: string) => StoreScope, runtime: Pick<Runtime, "now">): AuditLog {
  const queues = new Map<string, Queue>();

  function queueOf(tenant: string): Queue {
    const known = queues.get(tenant);
    if (known !== undefined) return known;
    const made: Queue = { waiting: [], head: null, tried: null, running: null };
    queues.set(tenant, made);
    return made;
  }

  async function run(tenant: string, queue: Queue): Promise<void> {
    let pauseMs: number = PAUSE_MS.first;
    while (queue.waiting.length > 0) {
      const batch = queue.waiting.slice(0, queue.tried?.count ?? AT_ONCE);
      try {
        await append(scopeOf(tenant), tenant, queue, batch);
        queue.waiting.splice(0, batch.length);
        pauseMs = PAUSE_MS.first;
      } catch {
        queue.head = null;
        // Those that came while the batch was tried wait for the same database: they must not wait for its return.
        tell(queue.waiting);
        await pause(pauseMs);
        pauseMs = Math.min(PAUSE_MS.most, pauseMs * 2);
      }
      tell(batch);
    }
  }

  return {
    covers: ({ id }) => !IN_THE_EVENT_LOG.has(id),
    takes: (tenant) => (queues.get(tenant)?.waiting.length ?? 0) < MOST_WAITING,
    record(deed) {
      const { tenant } = deed.principal;
      const queue = queueOf(tenant);
      return new Promise((done) => {
        queue.waiting.push({ deed, at: runtime.now(), told: [done] });
        queue.running ??= run(tenant, queue).finally(() => {
          queue.running = null;
        });
      });
    },
    async flush() {
      const all = [...queues.values()].flatMap(({ waiting }) => waiting.at(-1) ?? []);
      await Promise.all(all.map(({ told }) => new Promise<void>((resolve) => told.push(resolve))));
    },
  };
}

function tell(batch: readonly Waiting[]): void {
  for (const { told } of batch) for (const done of told.splice(0)) done();
}

async function append(store: StoreScope, tenant: string, queue: Queue, batch: readonly Waiting[]): Promise<void> {
  if (queue.tried !== null && (await isStored(store, tenant, queue.tried))) {
    queue.tried = null;
    return;
  }
  for (;;) {
    queue.head ??= await headOf(store, tenant, batch[0]?.at ?? 0);
    const { head } = queue;
    const rows = follow(tenant, head, batch);
    const last = rows.at(-1);
    if (last === undefined) return;
    queue.tried = { seq: last.seq, hash: last.hash, count: batch.length };
    const [result] = await store.run<{ added: number }>(APPEND, [
      tenant,
      last.seq,
      last.hash,
      head.seq,
      head.hash,
      rows.map(({ seq }) => seq),
      rows.map(({ entry }) => entry),
      rows.map(({ hash }) => hash),
    ]);
    queue.tried = null;
    if (result?.added === rows.length) {
      queue.head = last;
      return;
    }
    // Another replica was first.
    queue.head = null;
  }
}

/** Whether a batch is there although its answer was lost. */
async function isStored(store: StoreScope, tenant: string, { seq, hash }: Head): Promise<boolean> {
  return (await readAudit(store, tenant, seq - 1, 1))[0]?.hash === hash;
}

async function headOf(store: StoreScope, tenant: string, now: number): Promise<Head> {
  const [head] = await store.run<Head>(HEAD, [tenant]);
  if (head !== undefined) return head;
  await store.run(START, [tenant, CHAIN_START, now]);
  return (await store.run<Head>(HEAD, [tenant]))[0] ?? { seq: 0, hash: CHAIN_START };
}

function follow(tenant: string, head: Head, batch: readonly Waiting[]): readonly AuditRow[] {
  let { seq, hash } = head;
  return batch.map(({ deed, at }) => {
    const entry: AuditEntry = {
      v: 1,
      tenant,
      seq: seq + 1,
      at: new Date(at).toISOString(),
      who: { name: deed.principal.name, token: deed.principal.tokenId },
      operation: deed.operation,
      params: { ...deed.params },
      body: deed.body,
      status: deed.status,
      code: deed.code,
      trace: deed.trace,
      ...(deed.tool === undefined ? {} : { tool: deed.tool }),
      prev: hash,
    };
    const sealed = seal(entry);
    seq += 1;
    hash = sealed.hash;
    return { seq, hash, entry: sealed.text };
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
