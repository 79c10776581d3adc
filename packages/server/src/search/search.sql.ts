import { type Statement, statement } from "@holdpoint/store";

/** `$9` to `$12` are where the page before ended; null for the first page. */
export const SEARCH: Statement = statement(
  "search_find",
  `SELECT f.kind, f.plan_id, f.id, f.place, f.title, f.said, f.score
   FROM holdpoint.search($2::tsquery, $3::tsquery, $4, $5, $6, $7, $8::text[]) f
   WHERE f.tenant_id = $1 AND ($9::int IS NULL OR
     (-f.score, f.kind COLLATE "C", coalesce(f.plan_id::text, '') COLLATE "C", f.id COLLATE "C") > ($9, $10, $11, $12))
   ORDER BY -f.score, f.kind COLLATE "C", coalesce(f.plan_id::text, '') COLLATE "C", f.id COLLATE "C"
   LIMIT $13`,
);
