import { problem } from "@holdpoint/core";
import { type Session, type Statement, statement } from "../statement.ts";
import { storeProblems } from "../store.problems.ts";
import type { Store } from "../store.types.ts";
import { codeOf } from "../store-error.ts";
import {
  addPartition,
  DAY_MS,
  HISTORY_TABLES,
  type HistoryTable,
  isHistoryTable,
  listPartitions,
  type Partition,
} from "./partitions.ts";

/** How long each kind of history is kept, milliseconds; null for ever. */
export type Retention = Readonly<Record<HistoryTable, number | null>>;

/** What one round did. */
export interface HistoryRound {
  /** Whether another process had its round at this moment; then this one did nothing. */
  readonly isTaken: boolean;
  readonly made: readonly string[];
  readonly dropped: readonly string[];
  /** Partitions that are old enough and were in use; the next round tries them again. */
  readonly left: readonly string[];
}

/** Held for a transaction, so that replicas take turns. Any number that nobody else uses. */
const ADVISORY_LOCK = 5_005_002;
/** A read of the log holds its partitions for as long as it runs; whoever waits to drop one holds up all who come after. */
const LOCK_TIMEOUT = "500ms";
/** About so many partitions are kept; reads from the beginning pay for each of them. See docs/adr/0013. */
const PARTITIONS = 30;

const TAKE_TURN: Statement = statement("history_turn", `SELECT pg_try_advisory_xact_lock(${ADVISORY_LOCK}) AS taken`);
const WAIT_BRIEFLY: Statement = statement(
  "history_wait_briefly",
  `SELECT set_config('lock_timeout', '${LOCK_TIMEOUT}', true)`,
);
/** Of two clocks the earlier one: a clock that is ahead must neither use up days nor drop what is young. */
const NOW: Statement = statement(
  "history_now",
  "SELECT least($1::bigint, (extract(epoch FROM clock_timestamp()) * 1000)::bigint) AS now",
);
const MOVE_ON: Statement = statement(
  "history_move_on",
  "SELECT setval('holdpoint.event_number', $1) FROM holdpoint.event_number WHERE last_value < $1",
);
const HISTORY_DAY: Statement = statement("history_day", "SELECT holdpoint.history_day() AS day");
/** The last event of each tenant in a range, as `e` beside its tenant `t`. */
const LAST_EVENTS = `holdpoint.tenant t CROSS JOIN LATERAL (
     SELECT seq, at_ms FROM holdpoint.event
     WHERE tenant_id = t.tenant_id AND seq >= $1 AND seq < $2 ORDER BY seq DESC LIMIT 1
   ) e`;
/**
 * Whether a range of the log, or of output, holds anything that was written after `$3`; neither reads the range. Numbers are
 * drawn in the order of time, so the last event of each tenant is its youngest.
 */
const YOUNG: Readonly<Record<HistoryTable, Statement>> = {
  event: statement("history_young_event", `SELECT EXISTS (SELECT FROM ${LAST_EVENTS} WHERE e.at_ms > $3) AS young`),
  attempt_output: statement(
    "history_young_output",
    "SELECT EXISTS (SELECT FROM holdpoint.attempt_output WHERE day >= $1 AND day < $2 AND at_ms > $3) AS young",
  ),
};
const RAISE_FLOOR: Statement = statement(
  "history_raise_floor",
  `INSERT INTO holdpoint.event_floor AS f (tenant_id, seq, dropped_at_ms)
   SELECT t.tenant_id, e.seq, $3 FROM ${LAST_EVENTS}
   ON CONFLICT (tenant_id) DO UPDATE SET seq = greatest(f.seq, excluded.seq), dropped_at_ms = excluded.dropped_at_ms`,
);

/**
 * One round of keeping history: makes partitions ahead, moves the numbers of events on to the day, and drops partitions in
 * which everything is older than what is kept. Works as the database user, who has to own the schema.
 *
 * @param now milliseconds since the epoch
 * @throws HoldpointError HP6040 when the database user does not own the schema
 */
export async function keepHistory(store: Store, now: number, retention: Retention): Promise<HistoryRound> {
  try {
    return await new Round(store, now, retention).run();
  } catch (error) {
    if (codeOf(error) !== "42501" || !(error instanceof Error)) throw error;
    throw problem(storeProblems, "HP6040", { database: store.description, detail: error.message }, { cause: error });
  }
}

class Round {
  readonly #store: Store;
  readonly #now: number;
  readonly #retention: Retention;
  readonly #made: string[] = [];
  readonly #dropped: string[] = [];
  readonly #left: string[] = [];

  constructor(store: Store, now: number, retention: Retention) {
    this.#store = store;
    this.#now = now;
    this.#retention = retention;
  }

  async run(): Promise<HistoryRound> {
    const partitions = await this.#inTurn((tx, today) => this.#make(tx, today));
    // Not in the transaction that makes the partition: numbers are not taken back when one fails.
    if (partitions !== null) await this.#inTurn((tx, today) => this.#moveOn(tx, today));
    for (const partition of partitions ?? []) await this.#dropOld(partition);
    return { isTaken: partitions === null, made: this.#made, dropped: this.#dropped, left: this.#left };
  }

  /** The work, or null when it is another's turn. */
  async #inTurn<T>(work: (tx: Session, today: number, now: number) => Promise<T>): Promise<T | null> {
    return await this.#store.transaction(async (tx) => {
      const [turn] = await tx.run<{ taken: boolean }>(TAKE_TURN);
      if (turn?.taken !== true) return null;
      await tx.run(WAIT_BRIEFLY);
      const [clock] = await tx.run<{ now: number }>(NOW, [this.#now]);
      const now = clock?.now ?? 0;
      return await work(tx, Math.floor(now / DAY_MS), now);
    });
  }

  /** Makes what today and tomorrow need, and answers what there was before. */
  async #make(tx: Session, today: number): Promise<readonly Partition[]> {
    const partitions = await listPartitions(tx);
    for (const table of Object.keys(HISTORY_TABLES).filter(isHistoryTable)) {
      const days = daysOfPartition(this.#retention[table]);
      let end = Math.max(0, ...partitions.filter((one) => one.table === table).map(({ toDay }) => toDay));
      while (end <= today + 1) {
        const fromDay = Math.max(end, today);
        end = fromDay + days;
        await addPartition(tx, { table, fromDay, toDay: end });
        this.#made.push(`${table}_d${fromDay}`);
      }
    }
    return partitions;
  }

  async #moveOn(tx: Session, today: number): Promise<void> {
    const ready = (await listPartitions(tx)).filter(({ fromDay, toDay }) => fromDay <= today && today < toDay);
    if (ready.length === Object.keys(HISTORY_TABLES).length) await tx.run(MOVE_ON, [today * HISTORY_TABLES.event.unit]);
  }

  async #dropOld(partition: Partition): Promise<void> {
    const keptMs = this.#retention[partition.table];
    if (keptMs === null) return;
    try {
      const dropped = await this.#inTurn((tx, _today, now) => this.#dropIfOld(tx, partition, { now, keptMs }));
      if (dropped === true) this.#dropped.push(partition.name);
    } catch (error) {
      if (codeOf(error) !== LOCK_NOT_AVAILABLE) throw error;
      this.#left.push(partition.name);
    }
  }

  async #dropIfOld(
    tx: Session,
    { name, table, fromDay, toDay }: Partition,
    { now, keptMs }: { readonly now: number; readonly keptMs: number },
  ): Promise<boolean> {
    const cutoff = now - keptMs;
    if (toDay * DAY_MS > cutoff) return false;
    const { unit } = HISTORY_TABLES[table];
    const range = [fromDay * unit, toDay * unit];
    const [history] = await tx.run<{ day: number }>(HISTORY_DAY);
    // Rows still go there: nobody has moved the numbers on since.
    if (history === undefined || history.day < toDay) return false;
    const [found] = await tx.run<{ young: boolean }>(YOUNG[table], [...range, cutoff]);
    if (found?.young !== false) return false;
    if (table === "event") await tx.run(RAISE_FLOOR, [...range, now]);
    await tx.run(statement("", `DROP TABLE holdpoint."${name}"`));
    return true;
  }
}

/** SQLSTATE of a lock that could not be had in time. */
const LOCK_NOT_AVAILABLE = "55P03";

/** Days that a partition holds, so that about {@link PARTITIONS} are kept; a month when all is kept. */
function daysOfPartition(keptMs: number | null): number {
  return keptMs === null ? PARTITIONS : Math.max(1, Math.ceil(keptMs / DAY_MS / PARTITIONS));
}
