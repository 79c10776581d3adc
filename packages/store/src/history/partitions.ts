import { type Session, type Statement, statement } from "../statement.ts";

/** A day in milliseconds; history counts days since 1970 in UTC. */
export const DAY_MS = 86_400_000;

/** Numbers that a day of the log has: the number of an event is its day times this, and a count. See migration 0013. */
const EVENTS_OF_A_DAY = 10_000_000_000;

/** A table that lives in partitions by time. */
export type HistoryTable = "event" | "attempt_output";

/** Every one, with the column that says the day of a row, and how many of its values are one day. */
export const HISTORY_TABLES: Readonly<Record<HistoryTable, { readonly column: string; readonly unit: number }>> = {
  event: { column: "seq", unit: EVENTS_OF_A_DAY },
  attempt_output: { column: "day", unit: 1 },
};

/** A partition with the days that it holds. */
export interface Partition {
  readonly name: string;
  readonly table: HistoryTable;
  readonly fromDay: number;
  /** The first day that it does not hold. */
  readonly toDay: number;
}

const LIST: Statement = statement(
  "history_partitions",
  `SELECT c.relname AS name, p.relname AS table, pg_get_expr(c.relpartbound, c.oid) AS bound
   FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
   WHERE p.relnamespace = 'holdpoint'::regnamespace AND p.relkind = 'p'`,
);

const ADD: Statement = statement("history_add_partition", "SELECT holdpoint.add_partition($1, $2, $3)");

/** Every partition of history, oldest first. */
export async function listPartitions(session: Session): Promise<readonly Partition[]> {
  const rows = await session.run<{ name: string; table: string; bound: string }>(LIST);
  return rows
    .flatMap(({ name, table, bound }) => partitionOf(name, table, bound))
    .sort((a, b) => a.fromDay - b.fromDay);
}

/** Makes a partition; the caller knows that no other holds one of its days. */
export async function addPartition(session: Session, of: Omit<Partition, "name">): Promise<void> {
  await session.run(ADD, [of.table, of.fromDay, of.toDay]);
}

/** Makes the partitions that rows need and a database does not have: those of a copy lie in days of their own. */
export async function addMissingPartitions(
  session: Session,
  table: HistoryTable,
  values: Iterable<string | null | undefined>,
): Promise<void> {
  const { unit } = HISTORY_TABLES[table];
  const days = new Set(Array.from(values, (value) => Math.floor(Number(value ?? 0) / unit)));
  const known = (await listPartitions(session)).filter((one) => one.table === table);
  for (const fromDay of [...days].sort((a, b) => a - b)) {
    if (known.some((one) => one.fromDay <= fromDay && fromDay < one.toDay)) continue;
    await addPartition(session, { table, fromDay, toDay: fromDay + 1 });
  }
}

/** Whether a table lives in partitions by time. */
export function isHistoryTable(table: string): table is HistoryTable {
  return Object.hasOwn(HISTORY_TABLES, table);
}

function partitionOf(name: string, table: string, bound: string): readonly Partition[] {
  const [, from, to] = /FROM \('?(\d+)'?\) TO \('?(\d+)'?\)/.exec(bound) ?? [];
  if (from === undefined || to === undefined || !isHistoryTable(table)) return [];
  const { unit } = HISTORY_TABLES[table];
  return [{ name, table, fromDay: Number(from) / unit, toDay: Number(to) / unit }];
}
