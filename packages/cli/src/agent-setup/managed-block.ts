import { problem } from "@holdpoint/core";
import { agentSetupProblems } from "./agent-setup.problems.ts";

/** First line of the block. */
export const BLOCK_BEGIN = "<!-- holdpoint:begin, managed by `holdpoint init` -->";
/** Last line of the block. */
export const BLOCK_END = "<!-- holdpoint:end -->";

/** What a mark begins with, whatever a later version writes after it. */
const BEGIN_MARK = "<!-- holdpoint:begin";

/**
 * Puts a block between its marks: in the place of the one that is there, else at the end. Every other byte stays as it is.
 *
 * @param before the file's bytes; null when there is none
 * @param text the block without its marks; lines end with `\n`
 * @throws HP9325 when the marks do not come once each, in order
 */
export function withBlock(before: Uint8Array | null, text: string, file: string): Buffer {
  const bytes = Buffer.from(before ?? new Uint8Array());
  const newline = bytes.includes("\r\n") ? "\r\n" : "\n";
  const block = Buffer.from([BLOCK_BEGIN, ...text.trimEnd().split("\n"), BLOCK_END].join(newline));
  const place = placeOf(bytes, file);
  if (place !== null) return Buffer.concat([bytes.subarray(0, place.from), block, bytes.subarray(place.to)]);
  if (bytes.length === 0) return Buffer.concat([block, Buffer.from(newline)]);
  const gap = bytes.subarray(-1).equals(Buffer.from("\n")) ? newline : newline + newline;
  return Buffer.concat([bytes, Buffer.from(gap), block, Buffer.from(newline)]);
}

function placeOf(bytes: Buffer, file: string): { readonly from: number; readonly to: number } | null {
  const begins = countOf(bytes, BEGIN_MARK);
  const ends = countOf(bytes, BLOCK_END);
  if (begins === 0 && ends === 0) return null;
  const from = bytes.indexOf(BEGIN_MARK);
  const to = bytes.indexOf(BLOCK_END);
  const what =
    begins !== 1 || ends !== 1
      ? `${begins} mark(s) of a beginning and ${ends} of an end`
      : to < from
        ? "the end of the block before its beginning"
        : null;
  if (what !== null) throw problem(agentSetupProblems, "HP9325", { file, what }, { file });
  return { from, to: to + BLOCK_END.length };
}

function countOf(bytes: Buffer, mark: string): number {
  let count = 0;
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + mark.length)) count += 1;
  return count;
}
