import { type Session, type Statement, type Store, type StoreScope, statement } from "@holdpoint/store";

/** The store with one of its two fences between tenants taken away. */
export type Fence = "both" | "only the database" | "only the statements";

/** Takes a fence away from the work of tenants; the system's own work stays as it is. */
export function withFence(store: Store, fence: Fence): Store {
  if (fence === "both") return store;
  return new Proxy(store, {
    get(target, name) {
      if (name === "forTenant") return (tenant: string) => scopeOf(target, tenant);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });

  function scopeOf(target: Store, tenant: string): StoreScope {
    // The database's own user is a superuser here, whom no policy stops.
    if (fence === "only the statements")
      return { run: target.run.bind(target), transaction: target.transaction.bind(target) };
    const own = target.forTenant(tenant);
    return {
      run: (query, values) => own.run(bare(query), values),
      transaction: (work) => own.transaction((tx) => work(bareSession(tx))),
    };
  }
}

function bareSession(tx: Session): Session {
  return { run: (query, values) => tx.run(bare(query), values) };
}

const PREDICATE = /(?:\b\w+\.)?\btenant_id\s*=\s*\$1\b/g;
let removed = 0;

/** How many predicates were taken out of statements so far. */
export function removedPredicates(): number {
  return removed;
}

/** A statement that does not ask for its tenant. */
function bare(query: Statement): Statement {
  const text = query.text.replaceAll(PREDICATE, "$1::text IS NOT NULL");
  if (text === query.text) return query;
  removed += 1;
  return statement(`bare_${query.name}`.slice(0, 63), text);
}
