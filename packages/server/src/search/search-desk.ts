import { SEARCH_KINDS } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import type { Session } from "@holdpoint/store";
import { workRoomProblems } from "../work/index.ts";
import { searchProblems } from "./search.problems.ts";
import { SEARCH } from "./search.sql.ts";
import { searchWords } from "./search-words.ts";
import { type Snippet, snippetOf } from "./snippet.ts";

/** One of the kinds of things that are found. */
export type SearchKind = (typeof SEARCH_KINDS)[number];

/** What is searched for. */
export interface SearchQuery {
  readonly q: string;
  /** Every kind when empty. */
  readonly kinds: readonly SearchKind[];
  readonly cursor: string | null;
  readonly limit: number;
}

/** Something that was found. */
export interface SearchHit {
  readonly kind: SearchKind;
  readonly id: string;
  readonly plan: string | null;
  readonly title: string;
  readonly snippet: Snippet;
  readonly link: string;
  readonly score: number;
}

/** Searches in one tenant. */
export interface SearchDesk {
  /** The best first. @throws HP9334 for a search without words, HP5024 for a cursor that is none */
  find(query: SearchQuery): Promise<{ readonly hits: readonly SearchHit[]; readonly next: string | null }>;
}

interface Row {
  readonly kind: SearchKind;
  readonly plan_id: string | null;
  readonly id: string;
  readonly place: number;
  readonly title: string;
  readonly said: string;
  readonly score: number;
}

const FIRST_PAGE = [null, null, null, null] as const;

/** The desk of one tenant. */
export function createSearchDesk(store: Session, tenant: string): SearchDesk {
  return {
    async find({ q, kinds, cursor, limit }) {
      const search = searchWords(tenant, q);
      if (search === null) throw problem(searchProblems, "HP9334", { q: JSON.stringify(q) }, { field: "q" });
      const { words, all, whole, given, low, high, digest } = search;
      const after = cursor === null ? FIRST_PAGE : placeOf(cursor);
      const wanted = kinds.length === 0 ? SEARCH_KINDS : kinds;
      const values = [tenant, all, whole, given, low, high, digest, wanted, ...after, limit + 1];
      const rows = await store.run<Row>(SEARCH, values);
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      return {
        hits: page.map((row) => toHit(row, words)),
        next: rows.length > limit && last !== undefined ? cursorAfter(last) : null,
      };
    },
  };
}

function toHit(row: Row, words: readonly string[]): SearchHit {
  const { kind, id, plan_id: plan, title, said, score } = row;
  const text = kind === "item" ? title : [title, said].filter((part) => part !== "" && part !== id).join(" · ");
  return { kind, id, plan, title, snippet: snippetOf(text, words), link: linkTo(row), score };
}

/** Where a hit is. An item has no address of its own; its place in the list of its plan's items is one. */
function linkTo({ kind, id, plan_id: plan, place }: Row): string {
  const name = encodeURIComponent(id);
  switch (kind) {
    case "plan":
      return `/v1/plans/${name}`;
    case "item":
      return `/v1/plans/${plan}/items?cursor=${place}&limit=1`;
    case "task":
      return `/v1/tasks/${name}`;
    case "gate":
      return `/v1/plans/${plan}/gates/${name}`;
    case "agent":
      return `/v1/agents/${name}`;
    case "evidence":
      return `/v1/evidence/${id}`;
    default:
      return kind satisfies never;
  }
}

function cursorAfter({ score, kind, plan_id: plan, id }: Row): string {
  return Buffer.from(JSON.stringify([-score, kind, plan ?? "", id])).toString("base64url");
}

/** @throws HP5024 */
function placeOf(cursor: string): readonly [score: number, kind: string, plan: string, id: string] {
  const refused = problem(workRoomProblems, "HP5024", { cursor: JSON.stringify(cursor) });
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (!Array.isArray(value) || value.length !== 4) throw refused;
    const [score, ...texts]: readonly unknown[] = value;
    if (!Number.isInteger(score) || Math.abs(Number(score)) > 10_000) throw refused;
    const [kind, plan, id] = texts.filter((text) => typeof text === "string" && !/[\0\p{Cs}]/u.test(text));
    if (typeof kind !== "string" || typeof plan !== "string" || typeof id !== "string") throw refused;
    return [Number(score), kind, plan, id];
  } catch {
    throw refused;
  }
}
