import { createHash } from "node:crypto";
import type { CopySummary, OnCopyProgress } from "@holdpoint/store";
import type { CommandCall } from "../command.ts";
import { wantsJson } from "./arguments.ts";

/** A copy that was made and verified. */
export interface CopyReport {
  readonly command: "backup" | "restore" | "db move";
  readonly from: string;
  readonly to: string;
  readonly summary: CopySummary;
  readonly tookMs: number;
}

const count = (value: number): string => value.toLocaleString("en-US");

/** Tells on standard error how far a copy is, a line for each table and every ten thousand rows. */
export function progressOf(call: CommandCall): OnCopyProgress {
  return ({ state, table, rows }) => {
    call.err.write(`${state.padEnd(8)}  ${table}  ${count(rows)} ${rows === 1 ? "row" : "rows"}\n`);
  };
}

/** One digest for all tables: equal for two copies exactly when every table has the same rows. */
export function digestOfAll({ tables }: CopySummary): string {
  const lines = tables.map(({ name, rows, digest }) => `${name} ${rows} ${digest}\n`).sort();
  return `sha256:${createHash("sha256").update(lines.join("")).digest("hex")}`;
}

/** Tells what was copied, from where to where, and by which digest that was verified. */
export function reportCopy(call: CommandCall, { command, from, to, summary, tookMs }: CopyReport): number {
  const digest = digestOfAll(summary);
  const rows = summary.tables.reduce((sum, table) => sum + table.rows, 0);
  if (wantsJson(call)) {
    const { tables } = summary;
    const told = { schema: "holdpoint/copy/v1", command, from, to, rows, digest, tables, tookMs: Math.round(tookMs) };
    call.out.write(`${JSON.stringify(told)}\n`);
    return 0;
  }
  call.out.write(`Copied ${count(rows)} rows of ${summary.tables.length} tables, read back and found the same.\n`);
  call.out.write(`  from    ${from}\n  to      ${to}\n  digest  ${digest}\n`);
  return 0;
}
