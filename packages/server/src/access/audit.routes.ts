import { auditLine, operations } from "@holdpoint/contract";
import type { StoreScope } from "@holdpoint/store";
import { type Implementation, implement } from "../http/index.ts";
import { readCheckpoints } from "./audit-checkpoints.store.ts";
import { readAudit } from "./audit-log.store.ts";

/** Routes of the audit log. */
export function auditRoutes(scopeOf: (tenant: string) => StoreScope): readonly Implementation[] {
  return [
    implement(operations.listAudit, async ({ query, principal }) => {
      const rows = await readAudit(scopeOf(principal.tenant), principal.tenant, query.cursor, query.limit);
      const items = rows.map(({ entry, hash }) => auditLine.parse({ entry: JSON.parse(entry), hash }));
      return { items, next: rows.length === query.limit ? String(rows.at(-1)?.seq ?? "") : null };
    }),
    implement(operations.listAuditCheckpoints, async ({ query, principal }) => {
      const items = await readCheckpoints(scopeOf(principal.tenant), principal.tenant, query.cursor, query.limit);
      return { items, next: items.length === query.limit ? String(items.at(-1)?.seq ?? "") : null };
    }),
  ];
}
