import type { Session } from "@holdpoint/store";
import { ADD_CONTROLLER, CONTROLLERS } from "./agents.sql.ts";
import type { ControllerView } from "./agents.types.ts";

/** Clients of a tenant that watch or steer. */
export interface Controllers {
  /** Makes one known, or says that it is there. */
  register(controller: Omit<ControllerView, "registeredAt" | "seenAt">, now: number): Promise<ControllerView>;
  /** Lists them by name. @param after continues after this name */
  list(after: string, limit: number): Promise<readonly ControllerView[]>;
}

interface Row extends Omit<ControllerView, "registeredAt" | "seenAt"> {
  readonly registered_at_ms: number;
  readonly seen_at_ms: number;
}

/** The controllers of a tenant. */
export function createControllers(store: Session, tenant: string): Controllers {
  const toView = ({ name, kind, version, labels, registered_at_ms, seen_at_ms }: Row): ControllerView => ({
    name,
    kind,
    version,
    labels,
    registeredAt: registered_at_ms,
    seenAt: seen_at_ms,
  });
  return {
    register: async ({ name, kind, version, labels }, now) => {
      const values = [tenant, name, kind, version, JSON.stringify(labels), now];
      const [row] = await store.run<Row>(ADD_CONTROLLER, values);
      if (row === undefined) throw new Error("a controller was written and is not there");
      return toView(row);
    },
    list: async (after, limit) => (await store.run<Row>(CONTROLLERS, [tenant, after, limit])).map(toView),
  };
}
