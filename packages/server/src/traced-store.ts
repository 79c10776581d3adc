import type { Store, StoreScope } from "@holdpoint/store";
import type { Tracing } from "@holdpoint/trace";
import { during } from "./during.ts";
import { currentPlace } from "./trace-scope.ts";

const FACTS = { "db.system.name": "postgresql" };

/**
 * Makes a span of each transaction that a request or a batch causes, in whatever room and for whichever tenant. What runs
 * by itself has nothing that its transactions would belong to, and has none.
 */
export function tracedStore(store: Store, tracing: Tracing): Store {
  if (!tracing.isOn) return store;
  const scope = (inner: StoreScope): StoreScope => ({
    run: (query, values) => inner.run(query, values),
    transaction: async (work) => {
      const parent = currentPlace();
      if (parent === null) return await inner.transaction(work);
      const start = { name: "transaction", kind: "client", parent, facts: FACTS } as const;
      return await during(tracing, start, () => inner.transaction(work));
    },
  });
  const { kind, joined, description, serverVersion, recovered } = store;
  return {
    kind,
    joined,
    description,
    serverVersion,
    recovered,
    ...scope(store),
    forTenant: (tenant) => scope(store.forTenant(tenant)),
    asSystem: () => scope(store.asSystem()),
    listen: (channel, handler) => store.listen(channel, handler),
    health: () => store.health(),
    connections: () => store.connections(),
    onConnectionUse: (saw) => {
      store.onConnectionUse(saw);
    },
    close: () => store.close(),
  };
}
