import type { Session } from "@holdpoint/store";
import { type BackgroundService, createBackgroundService, type RoundOutcome } from "../jobs/index.ts";
import type { PartHealth } from "../observe/index.ts";
import { HOLDERS, SEES_ALL, TABLES } from "./database-watch.sql.ts";

/** How often the database is looked at, and the longest pause while it does not answer; milliseconds. */
const EVERY_MS = 30_000;
const BACK_OFF_MS = 300_000;
/** A horizon that is older keeps so many dead rows that claims get slow, milliseconds. */
const OLD_HORIZON_MS = 600_000;

/** What keeps old rows from being cleared away. */
export interface HorizonHolder {
  readonly kind: "session" | "prepared transaction" | "replication slot";
  /** Process id, or name. */
  readonly name: string;
  /** State of a session or slot, such as `idle in transaction`. */
  readonly detail: string | null;
  /** Transactions that began since. */
  readonly xids: number;
  /** For how long, milliseconds; of a slot, for how long this process has seen it. */
  readonly heldMs: number;
}

/** One table that changes with every task. */
export interface TableFigures {
  readonly name: string;
  /** Rows that can be seen, and rows that wait to be cleared away; PostgreSQL's estimates. */
  readonly live: number;
  readonly dead: number;
  readonly bytes: number;
  readonly indexBytes: number;
  /** Bytes of an index for each row, on average over the table's indexes; null without rows. Rises as indexes thin out. */
  readonly indexBytesPerRow: number | null;
}

/** How the database keeps itself tidy. */
export interface DatabaseFigures {
  /** When it was looked at, milliseconds since the epoch. */
  readonly at: number;
  /** The oldest holder; null when nothing is held. */
  readonly horizon: HorizonHolder | null;
  /** False when the database user is not shown the sessions of other users: then the horizon may be older. */
  readonly seesAll: boolean;
  readonly tables: readonly TableFigures[];
}

/** Watches over the database. */
export interface DatabaseWatch {
  readonly service: BackgroundService;
  /** The figures as they were found last, for metrics; null before the first look. */
  figures(): DatabaseFigures | null;
  /** Whether the horizon moves. */
  health(): readonly PartHealth[];
  /** Looks at once. */
  look(): Promise<DatabaseFigures>;
}

/** What the watch is made from. */
export interface DatabaseWatchParts {
  readonly store: Session;
  readonly now: () => number;
  readonly random: () => number;
  readonly onRound?: (round: RoundOutcome<unknown>) => void;
}

interface TableRow {
  readonly name: string;
  readonly live: number;
  readonly dead: number;
  readonly bytes: number;
  readonly index_bytes: number;
  readonly indexes: number;
}

interface HolderRow extends Omit<HorizonHolder, "heldMs"> {
  readonly held_ms: number | null;
}

/** Makes the watch; {@link DatabaseWatch.service} looks every 30 seconds. */
export function createDatabaseWatch({ store, now, random, onRound }: DatabaseWatchParts): DatabaseWatch {
  let latest: DatabaseFigures | null = null;
  let slot: { readonly name: string; readonly since: number } | null = null;

  function slotSeenMs(row: HolderRow | undefined): number {
    if (row?.kind !== "replication slot") slot = null;
    else if (slot?.name !== row.name) slot = { name: row.name, since: now() };
    return slot === null ? 0 : now() - slot.since;
  }

  async function look(): Promise<DatabaseFigures> {
    const [holder] = await store.run<HolderRow>(HOLDERS);
    const [rights] = await store.run<{ sees_all: boolean }>(SEES_ALL);
    const tables = await store.run<TableRow>(TABLES);
    const seenMs = slotSeenMs(holder);
    latest = {
      at: now(),
      horizon: horizonOf(holder, seenMs),
      seesAll: rights?.sees_all ?? false,
      tables: tables.map(figuresOf),
    };
    return latest;
  }

  const told = onRound === undefined ? {} : { onRound };
  return {
    service: createBackgroundService({
      ...told,
      name: "database-watch",
      everyMs: EVERY_MS,
      backOffMs: BACK_OFF_MS,
      random,
      runOnce: look,
    }),
    figures: () => latest,
    health: () => (latest === null ? [] : [healthOf(latest)]),
    look,
  };
}

function horizonOf(row: HolderRow | undefined, slotMs: number): HorizonHolder | null {
  if (row === undefined) return null;
  const { held_ms, ...holder } = row;
  return { ...holder, heldMs: held_ms ?? slotMs };
}

function figuresOf({ index_bytes: indexBytes, indexes, ...row }: TableRow): TableFigures {
  const perRow = row.live > 0 && indexes > 0 ? indexBytes / indexes / row.live : null;
  return { ...row, indexBytes, indexBytesPerRow: perRow };
}

/** Tells an old horizon. What a session runs, and whose it is, is not told: whoever asks needs no token. */
export function healthOf({ horizon }: Pick<DatabaseFigures, "horizon">): PartHealth {
  const part = { name: "database horizon", tookMs: null };
  if (horizon === null || horizon.heldMs <= OLD_HORIZON_MS) return { ...part, status: "ok", detail: null };
  const { kind, name, detail, heldMs } = horizon;
  const who = `${kind} ${name}${detail === null ? "" : ` (${detail})`}`;
  const minutes = Math.floor(heldMs / 60_000);
  return {
    ...part,
    status: "degraded",
    detail: `${who} has held old rows for ${minutes} minutes: they cannot be cleared away, and reads get slower`,
  };
}
