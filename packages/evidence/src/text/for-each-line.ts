import type { ByteSource, ReadLimits } from "../reading.ts";
import { textChunks } from "./text-chunks.ts";

/** Takes one line without its end. `line` is 1-based; an overlong line comes as its head, marked. */
export type LineHandler = (text: string, line: number, overlong: boolean) => void;

/**
 * Calls `handle` for each line of a source. LF, CRLF and CR LF split over two chunks all end a line; a last line
 * without an end counts, an empty one after the last end does not.
 */
export async function forEachLine(
  source: ByteSource,
  limits: ReadLimits,
  handle: LineHandler,
  options: { readonly tolerant?: boolean } = {},
): Promise<void> {
  const max = limits.maxLineChars;
  let kept = "";
  let overlong = false;
  let line = 0;
  const keep = (piece: string): void => {
    if (kept.length + piece.length > max + 1) overlong = true;
    // One more than the bound is kept, for the CR that may yet turn out to belong to the line's end.
    kept += piece.slice(0, Math.max(0, max + 1 - kept.length));
  };
  const end = (): void => {
    line += 1;
    let text = kept.endsWith("\r") && !overlong ? kept.slice(0, -1) : kept;
    if (text.length > max) {
      overlong = true;
      text = text.slice(0, max);
    }
    handle(text, line, overlong);
    kept = "";
    overlong = false;
  };
  for await (const chunk of textChunks(source, limits, options)) {
    let start = 0;
    for (let at = chunk.indexOf("\n"); at !== -1; at = chunk.indexOf("\n", start)) {
      keep(chunk.slice(start, at));
      end();
      start = at + 1;
    }
    if (start < chunk.length) keep(chunk.slice(start));
  }
  if (kept !== "") end();
}
