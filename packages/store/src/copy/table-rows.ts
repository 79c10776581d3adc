import { createHash } from "node:crypto";
import { type Session, statement } from "../statement.ts";
import type { CopiedTable } from "./copied-tables.ts";

/** A row as text, in the order of the table's columns, as PostgreSQL writes each value. */
export type RowText = readonly (string | null)[];

/** How many rows a table has, and the digest of them all. */
export interface TableDigest {
  readonly rows: number;
  /** `sha256:` and hex, over the rows in the order of their key, each as one line of JSON. */
  readonly digest: string;
}

/** Rows that are held in memory at a time; documents are among them. */
const ROWS_AT_A_TIME = 200;

/** How values are written does not depend on the settings of a server, a database or a user. */
const PLAIN_TEXT = statement(
  "copy_plain_text",
  `SELECT set_config('bytea_output', 'hex', true), set_config('DateStyle', 'ISO, YMD', true),
     set_config('IntervalStyle', 'postgres', true), set_config('TimeZone', 'UTC', true),
     set_config('extra_float_digits', '1', true), set_config('search_path', 'holdpoint', true)`,
);

/** Makes every value of this transaction readable and writable as the same text everywhere. */
export async function writePlainText(tx: Session): Promise<void> {
  await tx.run(PLAIN_TEXT);
}

/** Reads every row of a table in the order of its key, some at a time. Call {@link writePlainText} first. */
export async function* readRows(tx: Session, table: CopiedTable): AsyncGenerator<RowText> {
  const cursor = `copy_of_${table.name}`;
  // Without a name: a statement for each table would stay prepared on the connection.
  await tx.run(statement("", `DECLARE ${cursor} NO SCROLL CURSOR FOR ${selectOf(table)}`));
  const fetch = statement("", `FETCH ${ROWS_AT_A_TIME} FROM ${cursor}`);
  for (;;) {
    const rows = await tx.run<Record<string, string | null>>(fetch);
    for (const row of rows) yield table.columns.map((_, at) => row[`c${at}`] ?? null);
    if (rows.length < ROWS_AT_A_TIME) break;
  }
  await tx.run(statement("", `CLOSE ${cursor}`));
}

/** Takes rows in and tells their number and digest at the end. */
export class TableHash {
  private readonly hash = createHash("sha256");
  private rows = 0;

  add(row: RowText): void {
    this.rows += 1;
    this.hash.update(JSON.stringify(row)).update("\n");
  }

  end(): TableDigest {
    return { rows: this.rows, digest: `sha256:${this.hash.digest("hex")}` };
  }
}

/** The number of rows and the digest of a table as it is now. */
export async function digestOf(tx: Session, table: CopiedTable): Promise<TableDigest> {
  const hash = new TableHash();
  for await (const row of readRows(tx, table)) hash.add(row);
  return hash.end();
}

function selectOf(table: CopiedTable): string {
  // A transaction's number means nothing on another server: 0 is older than every open transaction there.
  const shown = table.columns.map(({ name, type }, at) => `${type === "xid8" ? "'0'" : `"${name}"::text`} AS c${at}`);
  const textual = new Set(
    table.columns.filter(({ type }) => /^(?:text|character|name)/.test(type)).map(({ name }) => name),
  );
  const order = table.key.map((name) => `"${name}"${textual.has(name) ? ' COLLATE "C"' : ""}`);
  return `SELECT ${shown.join(", ")} FROM holdpoint."${table.name}" ORDER BY ${order.join(", ")}`;
}
