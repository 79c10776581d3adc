import { operations } from "@holdpoint/contract";
import { type Implementation, implement } from "../http/index.ts";
import type { SearchDesk } from "./search-desk.ts";

/** Routes of searching. */
export function searchRoutes(
  room: (tenant: string) => Promise<{ readonly search: SearchDesk }>,
): readonly Implementation[] {
  return [
    implement(operations.search, async ({ query, principal }) => {
      const { q, kind: kinds, cursor = null, limit } = query;
      const { search } = await room(principal.tenant);
      const { hits, next } = await search.find({ q, kinds, cursor, limit });
      return { items: hits.map(({ snippet: { text, marks }, ...hit }) => ({ ...hit, snippet: text, marks })), next };
    }),
  ];
}
