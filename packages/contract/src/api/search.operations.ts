import { z } from "zod";
import { id, pageOf } from "./common.ts";
import { operation } from "./operation.ts";

/** What can be searched for. */
export const SEARCH_KINDS = ["plan", "item", "task", "gate", "agent", "evidence"] as const;

/** Hits that one page may hold. */
export const MOST_HITS = 100;

/** Hits that a page holds at most unless it is asked for otherwise. */
export const USUAL_HITS = 20;

const kind = z.enum(SEARCH_KINDS);

/** `kind=plan,item` and `kind=plan&kind=item` say the same. */
const kinds: z.ZodType<readonly z.infer<typeof kind>[]> = z.preprocess(
  (value) =>
    value === undefined
      ? []
      : [value].flat().flatMap((one) => (typeof one === "string" ? one.split(",").filter((part) => part !== "") : one)),
  z.array(kind),
);

const hit = z.object({
  kind,
  id: z.string().describe("Id of a plan or task, key of an item or gate, name of an agent, digest of evidence."),
  plan: id.nullable().describe("Plan or queue that it belongs to; null for an agent."),
  title: z.string(),
  snippet: z.string().describe("What was found, around the first word that was searched for."),
  marks: z
    .array(z.object({ at: z.int(), length: z.int() }))
    .describe("Where the words stand in the snippet, in UTF-16 code units."),
  link: z.string().describe("Where it is, at this server."),
  score: z.int().describe("How well it fits; compare it within one search alone."),
});

/** Finds things by words and by the beginnings of their ids. */
export const search = operation({
  id: "search",
  method: "GET",
  path: "/v1/search",
  tag: "plans",
  summary: "Search plans, items, tasks, gates, agents and evidence",
  description:
    "Finds what has all words of `q` as beginnings of its own, and what has an id, key, name or digest that begins with `q`. Whole ids come first, then beginnings of ids, then beginnings of titles. At most 5000 of each kind are found by words.",
  scope: "read",
  query: z.object({
    q: z.string().min(1).max(300).describe("Words, or the beginning of an id."),
    kind: kinds.describe("Only these, with commas between them or given several times. Default: all."),
    cursor: z.string().max(1_000).optional().describe("`next` of the page before; the first page when absent."),
    limit: z.coerce.number().int().min(1).max(MOST_HITS).default(USUAL_HITS).describe("Entries at most."),
  }),
  response: pageOf(hit),
  problems: [422],
});
