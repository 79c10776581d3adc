import type { Cell } from "./block.ts";

/** Whether a code unit is white space within a block. */
export function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 10 || code === 13 || code === 0xa0;
}

/** Cells between unescaped pipes; pipes inside code spans divide cells too, as GFM has it. */
export function cellsOf(text: string, from: number, to: number): Cell[] {
  const cells: Cell[] = [];
  let start = from;
  for (let at = from; at <= to; at += 1) {
    if (at < to && (text.charCodeAt(at) !== 124 || text.charCodeAt(at - 1) === 92)) continue;
    let a = start;
    let b = at;
    while (a < b && isBlank(text.charCodeAt(a))) a += 1;
    while (b > a && isBlank(text.charCodeAt(b - 1))) b -= 1;
    const edge = a === b && (start === from || at === to);
    if (!edge) cells.push({ from: a, to: b });
    start = at + 1;
  }
  return cells;
}
