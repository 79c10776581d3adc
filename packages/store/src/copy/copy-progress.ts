import type { CopyRecord } from "./copy-records.ts";

/** How far a copy is: a table is being copied, was copied, or was read back and found to be the same. */
export type CopyProgress =
  | { readonly state: "copying" | "verified"; readonly table: string; readonly rows: number }
  | { readonly state: "copied"; readonly table: string; readonly rows: number; readonly digest: string };

/** Is told how far a copy is. */
export type OnCopyProgress = (progress: CopyProgress) => void;

/** A table that is being copied is told of after so many rows each. */
const ROWS_BETWEEN = 10_000;

/** Passes records on and tells of them. */
export async function* watched(
  records: AsyncIterable<CopyRecord>,
  onProgress: OnCopyProgress,
): AsyncGenerator<CopyRecord> {
  let table = "";
  let rows = 0;
  for await (const record of records) {
    yield record;
    if (Array.isArray(record)) {
      rows += 1;
      if (rows % ROWS_BETWEEN === 0) onProgress({ state: "copying", table, rows });
    } else if ("table" in record) {
      table = record.table;
      rows = 0;
    } else if ("rows" in record) onProgress({ state: "copied", table, ...record });
  }
}
