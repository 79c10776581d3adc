import { MOST_HITS, operations, type ResponseOf, SEARCH_KINDS, USUAL_HITS } from "@holdpoint/contract";
import type { CommandCall } from "../command.ts";
import { serverOf } from "../connect/server-of.ts";
import { counted } from "../output/counted.ts";
import { oneLine } from "../output/plain-text.ts";
import { type Style, styleFor } from "../output/style.ts";
import { argument, list, oneOf, wantsJson, wholeNumber } from "./arguments.ts";

type Hit = ResponseOf<typeof operations.search>["items"][number];

/** `holdpoint search TEXT`: what a server has by words or by the beginning of an id. */
export async function run(call: CommandCall): Promise<number> {
  const kind = list(call, "kind")
    .flatMap((text) => text.split(","))
    .map((name) => oneOf("--kind", name, SEARCH_KINDS));
  const limit = wholeNumber(call, "limit", { least: 1, most: MOST_HITS }) ?? USUAL_HITS;
  const query = { q: argument(call, 0), kind, limit };
  const { items, next } = await serverOf(call, "holdpoint search").call(operations.search, { query });
  if (wantsJson(call)) {
    call.out.write(`${JSON.stringify({ schema: "holdpoint/search/v1", items, next })}\n`);
    return 0;
  }
  const style = styleFor(call.out, call.env);
  const lines = items.flatMap((hit) => hitLines(hit, style));
  const how = limit < MOST_HITS ? `--limit shows up to ${MOST_HITS}` : "more words, or --kind, find less";
  const more = next === null ? "" : `, and there is more: ${how}`;
  const end = items.length === 0 ? "Nothing was found." : `${counted(items.length, "hit")}${more}`;
  call.out.write(`${[...lines, ...(lines.length === 0 ? [] : [""]), end].join("\n")}\n`);
  return 0;
}

function hitLines({ kind, id, snippet, marks, link }: Hit, { paint }: Style): readonly string[] {
  const place = kind === "item" ? oneLine(id) : oneLine(link);
  return [`${kind.padEnd(8)} ${marked(snippet, marks, paint)}`, `         ${paint.dim(place)}`];
}

function marked(snippet: string, marks: Hit["marks"], { bold }: Style["paint"]): string {
  const clean = oneLine(snippet);
  // A server is not to be trusted with the terminal; where its text had to be changed, the marks do not fit any more.
  if (clean !== snippet) return clean;
  return marks.reduceRight(
    (text, { at, length }) => `${text.slice(0, at)}${bold(text.slice(at, at + length))}${text.slice(at + length)}`,
    clean,
  );
}
