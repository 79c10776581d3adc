import { operations, type ResponseOf, SEARCH_KINDS } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import type { CommandCall } from "../command.ts";
import { serverOf } from "../connect/server-of.ts";
import { counted } from "../output/counted.ts";
import { oneLine } from "../output/plain-text.ts";
import { type Style, styleFor } from "../output/style.ts";
import { argument, list, optional, wantsJson } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";

type Hit = ResponseOf<typeof operations.search>["items"][number];

/** Hits that one request may ask for. */
const MOST = 100;
const USUAL = 20;

/** `holdpoint search TEXT`: what a server has by words or by the beginning of an id. */
export async function run(call: CommandCall): Promise<number> {
  const query = { q: argument(call, 0), kind: kindsOf(call), limit: limitOf(call) };
  const { items, next } = await serverOf(call, "holdpoint search").call(operations.search, { query });
  if (wantsJson(call)) {
    call.out.write(`${JSON.stringify({ schema: "holdpoint/search/v1", items, next })}\n`);
    return 0;
  }
  const style = styleFor(call.out, call.env);
  const lines = items.flatMap((hit) => hitLines(hit, style));
  const more = next === null ? "" : ", and there is more: --limit shows up to 100";
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

/** @throws HP8012 */
function kindsOf(call: CommandCall): (typeof SEARCH_KINDS)[number][] {
  return list(call, "kind")
    .flatMap((text) => text.split(","))
    .map((name) => {
      const kind = SEARCH_KINDS.find((known) => known === name.trim().toLowerCase());
      if (kind !== undefined) return kind;
      const params = {
        flag: "--kind",
        value: JSON.stringify(name),
        expected: `Write one of ${SEARCH_KINDS.join(", ")}.`,
      };
      throw problem(commandProblems, "HP8012", params, { field: "--kind" });
    });
}

/** @throws HP8012 */
function limitOf(call: CommandCall): number {
  const text = optional(call, "limit");
  if (text === undefined) return USUAL;
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= MOST) return limit;
  const params = { flag: "--limit", value: JSON.stringify(text), expected: `Write a number from 1 to ${MOST}.` };
  throw problem(commandProblems, "HP8012", params, { field: "--limit" });
}
