import { problem } from "@holdpoint/core";
import { addMissingPartitions, HISTORY_TABLES, isHistoryTable } from "../history/partitions.ts";
import { type Session, statement } from "../statement.ts";
import { storeProblems } from "../store.problems.ts";
import { type CopiedTable, copiedTables } from "./copied-tables.ts";
import type { OnCopyProgress } from "./copy-progress.ts";
import {
  type CopyHead,
  type CopyRecord,
  damaged,
  isReadableHead,
  type SequenceState,
  schemaOf,
} from "./copy-records.ts";
import { digestOf, type RowText, type TableDigest, TableHash, writePlainText } from "./table-rows.ts";

/** What was copied. */
export interface CopySummary {
  readonly tables: readonly ({ readonly name: string } & TableDigest)[];
}

/** A batch of rows is written when it has so many rows or characters. */
const BATCH_ROWS = 500;
const BATCH_CHARACTERS = 4_000_000;

/** Makes sure that a database can take a copy: its tables are locked against other writers, and empty. */
export async function requireEmpty(tx: Session): Promise<readonly CopiedTable[]> {
  await writePlainText(tx);
  const tables = await copiedTables(tx);
  const names = tables.map(({ name }) => `holdpoint."${name}"`).join(", ");
  await tx.run(statement("", `LOCK TABLE ${names} IN SHARE ROW EXCLUSIVE MODE`));
  for (const { name: table, columns } of tables) {
    // What belongs to no tenant is put there by migrations, and by replicas as they start; the copy brings its own.
    if (!columns.some(({ name }) => name === "tenant_id")) {
      await tx.run(statement("", `DELETE FROM holdpoint."${table}"`));
      continue;
    }
    const any = await tx.run(statement("", `SELECT 1 FROM holdpoint."${table}" LIMIT 1`));
    if (any.length > 0) throw problem(storeProblems, "HP6026", { table });
  }
  return tables;
}

/**
 * Writes records into a database that {@link requireEmpty} has let through, reads every table back and compares.
 *
 * @param told `source`: for people, where the records come from
 * @throws HoldpointError HP6024 when records do not fit together, HP6025 for another schema, HP6027 when what is read back
 *   differs; the transaction must be undone then
 */
export async function writeRecords(
  tx: Session,
  tables: readonly CopiedTable[],
  records: AsyncIterable<CopyRecord>,
  { source, onProgress }: { readonly source: string; readonly onProgress: OnCopyProgress },
): Promise<CopySummary> {
  const writer = new RecordWriter(tx, tables, source);
  let isFirst = true;
  for await (const record of records) {
    if (isFirst) await requireSchema(tx, record, source);
    else await writer.take(record);
    isFirst = false;
  }
  const written = writer.end();
  for (const { table, expected } of written) {
    const { name } = table;
    const found = await digestOf(tx, table);
    const detail = `${found.rows} rows ${found.digest}, not ${expected.rows} rows ${expected.digest}`;
    if (found.digest !== expected.digest) throw problem(storeProblems, "HP6027", { table: name, detail });
    onProgress({ state: "verified", table: name, rows: found.rows });
  }
  return { tables: written.map(({ table, expected }) => ({ name: table.name, ...expected })) };
}

async function requireSchema(tx: Session, head: CopyRecord, source: string): Promise<void> {
  if (!isReadableHead(head)) throw damaged(source, "it is no copy that this version can read");
  const expected = await schemaOf(tx);
  if (JSON.stringify(head.schema) === JSON.stringify(expected)) return;
  throw problem(storeProblems, "HP6025", { source, found: nameOf(head.schema), expected: nameOf(expected) });
}

function nameOf(schema: CopyHead["schema"]): string {
  const [name = "none", checksum = ""] = schema.at(-1) ?? [];
  return `${name} (${checksum.slice(0, 12)})`;
}

/** Takes records in their order and writes the rows. */
class RecordWriter {
  private readonly tx: Session;
  private readonly tables: readonly CopiedTable[];
  private readonly source: string;
  private readonly written: { table: CopiedTable; expected: TableDigest }[] = [];
  private open: { table: CopiedTable; hash: TableHash } | null = null;
  private batch: RowText[] = [];
  private characters = 0;
  private isDone = false;

  constructor(tx: Session, tables: readonly CopiedTable[], source: string) {
    this.tx = tx;
    this.tables = tables;
    this.source = source;
  }

  async take(record: CopyRecord): Promise<void> {
    if (Array.isArray(record)) await this.row(record);
    else if ("table" in record && "columns" in record) this.begin(record.table, record.columns);
    else if ("rows" in record) await this.finish(record);
    else if ("sequences" in record) await this.sequences(record.sequences);
    else throw damaged(this.source, "it holds an unknown record");
  }

  end(): readonly { readonly table: CopiedTable; readonly expected: TableDigest }[] {
    if (!this.isDone || this.written.length !== this.tables.length) throw damaged(this.source, "tables are missing");
    return this.written;
  }

  private begin(name: string, columns: readonly string[]): void {
    const table = this.tables[this.written.length];
    const isNext = this.open === null && table?.name === name;
    if (!isNext || JSON.stringify(table.columns.map((column) => column.name)) !== JSON.stringify(columns)) {
      throw damaged(this.source, `the table ${name} is not the one that belongs here`);
    }
    this.open = { table, hash: new TableHash() };
  }

  private async row(row: RowText): Promise<void> {
    const isText = row.every((value) => value === null || typeof value === "string");
    if (this.open === null || row.length !== this.open.table.columns.length || !isText) {
      throw damaged(this.source, "a row does not fit its table");
    }
    this.open.hash.add(row);
    this.batch.push(row);
    this.characters += row.reduce((sum, value) => sum + (value?.length ?? 0), 0);
    if (this.batch.length >= BATCH_ROWS || this.characters >= BATCH_CHARACTERS) await this.flush(this.open.table);
  }

  private async finish(expected: TableDigest): Promise<void> {
    if (this.open === null) throw damaged(this.source, "a table ends that did not begin");
    const { table, hash } = this.open;
    const found = hash.end();
    if (found.rows !== expected.rows || found.digest !== expected.digest) {
      throw damaged(
        this.source,
        `the table ${table.name} has ${found.rows} rows, other than the ${expected.rows} written`,
      );
    }
    await this.flush(table);
    this.written.push({ table, expected: found });
    this.open = null;
  }

  private async flush(table: CopiedTable): Promise<void> {
    const rows = this.batch.splice(0);
    this.characters = 0;
    if (rows.length === 0) return;
    if (isHistoryTable(table.name)) {
      const { column } = HISTORY_TABLES[table.name];
      const at = table.columns.findIndex(({ name }) => name === column);
      await addMissingPartitions(this.tx, table.name, new Set(rows.map((row) => row[at])));
    }
    const names = table.columns.map(({ name }) => `"${name}"`).join(", ");
    const values = table.columns.map(({ type }, at) => `c${at}::${type}`).join(", ");
    const given = table.columns.map((_, at) => `$${at + 1}::text[]`).join(", ");
    const aliases = table.columns.map((_, at) => `c${at}`).join(", ");
    const insert = `INSERT INTO holdpoint."${table.name}" (${names}) OVERRIDING SYSTEM VALUE
      SELECT ${values} FROM unnest(${given}) AS r(${aliases})`;
    await this.tx.run(
      statement("", insert),
      table.columns.map((_, at) => rows.map((row) => row[at] ?? null)),
    );
  }

  private async sequences(states: readonly SequenceState[]): Promise<void> {
    for (const { table, column, last, called } of states) {
      const known = this.tables.find(({ name }) => name === table)?.columns.find(({ name }) => name === column);
      if (known === undefined || known.sequence === null)
        throw damaged(this.source, `${table}.${column} is not numbered`);
      await this.tx.run(statement("", "SELECT setval($1::regclass, $2, $3)"), [known.sequence, last, called]);
    }
    this.isDone = true;
  }
}
