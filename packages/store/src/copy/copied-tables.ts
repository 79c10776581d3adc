import { type Session, statement } from "../statement.ts";

/** A table as it is copied. */
export interface CopiedTable {
  readonly name: string;
  readonly columns: readonly CopiedColumn[];
  /** Names of the columns that order its rows: the primary key, or all. */
  readonly key: readonly string[];
}

/** A column as it is copied. */
export interface CopiedColumn {
  readonly name: string;
  readonly type: string;
  /** The sequence that numbers it, or null. */
  readonly sequence: string | null;
}

const COLUMNS = statement(
  "copy_columns",
  `SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, NULL) AS type,
     pg_get_serial_sequence(c.oid::regclass::text, a.attname) AS sequence, array_position(i.indkey::int2[], a.attnum) AS place
   FROM pg_class c
   JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
   LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
   WHERE c.relnamespace = 'holdpoint'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
     AND c.relname <> 'migration'
   ORDER BY c.relname COLLATE "C", a.attnum`,
);

const REFERENCES = statement(
  "copy_references",
  `SELECT DISTINCT r.relname AS child, p.relname AS parent
   FROM pg_constraint f JOIN pg_class r ON r.oid = f.conrelid JOIN pg_class p ON p.oid = f.confrelid
   WHERE f.contype = 'f' AND f.connamespace = 'holdpoint'::regnamespace AND f.conrelid <> f.confrelid`,
);

interface ColumnRow {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly sequence: string | null;
  readonly place: number | null;
}

/** Every table of the schema but the list of migrations, each after those that it refers to. */
export async function copiedTables(session: Session): Promise<readonly CopiedTable[]> {
  const columns = await session.run<ColumnRow>(COLUMNS);
  const references = await session.run<{ child: string; parent: string }>(REFERENCES);
  const ordered: CopiedTable[] = [];
  const waiting = new Map(grouped(columns));
  while (waiting.size > 0) {
    const free = [...waiting.keys()].filter(
      (name) => !references.some(({ child, parent }) => child === name && waiting.has(parent)),
    );
    if (free.length === 0) throw new Error(`tables refer to each other in a circle: ${[...waiting.keys()].join(", ")}`);
    for (const name of free) {
      ordered.push(tableOf(name, waiting.get(name) ?? []));
      waiting.delete(name);
    }
  }
  return ordered;
}

function grouped(columns: readonly ColumnRow[]): ReadonlyMap<string, readonly ColumnRow[]> {
  const byName = new Map<string, ColumnRow[]>();
  for (const column of columns) byName.set(column.table, [...(byName.get(column.table) ?? []), column]);
  return byName;
}

function tableOf(name: string, columns: readonly ColumnRow[]): CopiedTable {
  const keyed = columns.filter((column) => column.place !== null);
  const key = keyed.length === 0 ? columns : [...keyed].sort((a, b) => (a.place ?? 0) - (b.place ?? 0));
  return {
    name,
    columns: columns.map(({ name: column, type, sequence }) => ({ name: column, type, sequence })),
    key: key.map((column) => column.name),
  };
}
