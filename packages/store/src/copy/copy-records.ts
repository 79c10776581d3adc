import { createHash, type Hash } from "node:crypto";
import { problem } from "@holdpoint/core";
import { type Session, statement } from "../statement.ts";
import { storeProblems } from "../store.problems.ts";
import { copiedTables } from "./copied-tables.ts";
import { type RowText, readRows, TableHash, writePlainText } from "./table-rows.ts";

/** Version of the records; a reader of another one refuses them. */
const FORMAT = 1;

/** What a copy begins with. */
export interface CopyHead {
  readonly holdpoint: "copy";
  readonly format: number;
  /** Name and checksum of each migration, in order. */
  readonly schema: readonly (readonly [string, string])[];
}

/** The parts of a copy, in order: a head; each table with its rows and their end; the sequences; the end. */
export type CopyRecord =
  | CopyHead
  | { readonly table: string; readonly columns: readonly string[] }
  | RowText
  | { readonly rows: number; readonly digest: string }
  | { readonly sequences: readonly SequenceState[] }
  | { readonly end: string };

/** Where an identity column had got to, which can be beyond its last row. */
export interface SequenceState {
  readonly table: string;
  readonly column: string;
  readonly last: number;
  readonly called: boolean;
}

const SNAPSHOT = statement("copy_snapshot", "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
const MIGRATIONS = statement("copy_migrations", "SELECT name, checksum FROM holdpoint.migration ORDER BY name");

/** The migrations of a database, as a copy names them. */
export async function schemaOf(tx: Session): Promise<CopyHead["schema"]> {
  const rows = await tx.run<{ name: string; checksum: string }>(MIGRATIONS);
  return rows.map(({ name, checksum }) => [name, checksum] as const);
}

/**
 * Reads a whole database as records, in one snapshot.
 *
 * @param tx a transaction that has run nothing yet
 */
export async function* readRecords(tx: Session): AsyncGenerator<CopyRecord> {
  await tx.run(SNAPSHOT);
  await writePlainText(tx);
  yield { holdpoint: "copy", format: FORMAT, schema: await schemaOf(tx) };
  const sequences: SequenceState[] = [];
  for (const table of await copiedTables(tx)) {
    yield { table: table.name, columns: table.columns.map(({ name }) => name) };
    const hash = new TableHash();
    for await (const row of readRows(tx, table)) {
      hash.add(row);
      yield row;
    }
    yield hash.end();
    for (const { name: column, sequence } of table.columns) {
      if (sequence === null) continue;
      const state = statement("", `SELECT last_value AS last, is_called AS called FROM ${sequence}`);
      const [found] = await tx.run<Pick<SequenceState, "last" | "called">>(state);
      if (found !== undefined) sequences.push({ table: table.name, column, ...found });
    }
  }
  yield { sequences };
}

/** The records as lines; the last one is the digest of all before it. */
export async function* toLines(records: AsyncIterable<CopyRecord>): AsyncGenerator<string> {
  const hash = createHash("sha256");
  for await (const record of records) yield hashed(hash, `${JSON.stringify(record)}\n`);
  yield `${JSON.stringify({ end: endOf(hash) })}\n`;
}

/**
 * The records of lines that {@link toLines} wrote, without the last.
 *
 * @param source for people: where they come from
 * @throws HoldpointError HP6024 when lines are missing, added or changed
 */
export async function* fromLines(lines: AsyncIterable<string>, source: string): AsyncGenerator<CopyRecord> {
  const hash = createHash("sha256");
  let end: string | null = null;
  for await (const line of lines) {
    if (end !== null) throw damaged(source, "something follows its end");
    const record = parse(line, source);
    if ("end" in record) {
      end = record.end;
      continue;
    }
    hashed(hash, `${line}\n`);
    yield record;
  }
  if (end === null) throw damaged(source, "its end is missing");
  if (end !== endOf(hash)) throw damaged(source, "it was changed after it was written");
}

/** The problem of a copy that is not as it was made. */
export function damaged(source: string, detail: string, cause?: unknown): Error {
  return problem(storeProblems, "HP6024", { source, detail }, { cause });
}

/** Whether a head is one that this program reads. */
export function isReadableHead(record: CopyRecord | undefined): record is CopyHead {
  return record !== undefined && "holdpoint" in record && record.holdpoint === "copy" && record.format === FORMAT;
}

function parse(line: string, source: string): CopyRecord {
  try {
    const record: CopyRecord = JSON.parse(line);
    if (typeof record === "object" && record !== null) return record;
  } catch (error) {
    throw damaged(source, "a line is cut off or is no record", error);
  }
  throw damaged(source, "a line is no record");
}

function hashed(hash: Hash, line: string): string {
  hash.update(line);
  return line;
}

function endOf(hash: Hash): string {
  return `sha256:${hash.digest("hex")}`;
}
