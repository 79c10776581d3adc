import type { Style } from "./style.ts";
import { pad, textWidth, truncate } from "./text-width.ts";

/** One column of a table for people. */
export interface Column {
  readonly header: string;
  readonly align?: "left" | "right";
  /** The column that gives way when the table is too wide; without one, the widest does. */
  readonly flexible?: true;
}

/** Where the table stands. */
export interface TablePlace {
  /** Cells left free at the left. @default 0 */
  readonly indent?: number;
}

const GAP = "  ";
const MIN_CELLS = 8;

/**
 * Lines of an aligned table with a dim header, never wider than the style's columns.
 *
 * Cells must be on one line already. What is too wide is truncated in the flexible columns, the widest first; nothing
 * wraps. Trailing blanks are not written. A table without rows has no lines, not even a header.
 */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  style: Style,
  place: TablePlace = {},
): string[] {
  if (rows.length === 0) return [];
  const indent = " ".repeat(place.indent ?? 0);
  const room = style.columns - indent.length;
  const widths = fit(columns, naturalWidths(columns, rows), room - GAP.length * (columns.length - 1));
  const line = (cells: readonly string[]): string => {
    const drawn = columns.map((column, index) => {
      const cell = truncate(cells[index] ?? "", widths[index] ?? 0, style.glyphs.ellipsis);
      return pad(cell, widths[index] ?? 0, column.align);
    });
    return indent + truncate(drawn.join(GAP).trimEnd(), room, style.glyphs.ellipsis);
  };
  const headers = columns.map((column) => column.header);
  const header = headers.every((text) => text === "") ? [] : [line(headers.map((text) => style.paint.dim(text)))];
  return [...header, ...rows.map(line)];
}

function naturalWidths(columns: readonly Column[], rows: readonly (readonly string[])[]): number[] {
  return columns.map((column, index) =>
    rows.reduce((widest, row) => Math.max(widest, textWidth(row[index] ?? "")), textWidth(column.header)),
  );
}

function fit(columns: readonly Column[], natural: readonly number[], room: number): number[] {
  const widths = [...natural];
  const flexible = columns.flatMap((column, index) => (column.flexible === true ? [index] : []));
  shrink(widths, flexible.length > 0 ? flexible : columns.map((_, index) => index), room);
  return widths;
}

/** Takes from the widest of the given columns until the sum fits or all are at their least. */
function shrink(widths: number[], which: readonly number[], room: number): void {
  let over = widths.reduce((sum, width) => sum + width, 0) - room;
  while (over > 0) {
    const ordered = [...which].sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0));
    const widest = ordered[0];
    if (widest === undefined) return;
    const width = widths[widest] ?? 0;
    const next = ordered[1] === undefined ? MIN_CELLS : Math.max(MIN_CELLS, widths[ordered[1]] ?? 0);
    const take = Math.min(over, Math.max(1, width - next));
    if (width - take < MIN_CELLS) return;
    widths[widest] = width - take;
    over -= take;
  }
}
