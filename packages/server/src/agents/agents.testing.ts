import type { Operation } from "@holdpoint/contract";
import { SCOPES, type Scope } from "@holdpoint/contract";
import type { WorkGraph } from "@holdpoint/core";
import type { Store } from "@holdpoint/store";
import { type ControlPlane, createControlPlane } from "../control-plane.ts";
import type { Authenticate } from "../http/index.ts";
import { createSystemRuntime } from "../system-runtime.ts";

/** A real control plane on loopback, and what tests do with it. */
export interface TestPlane {
  readonly url: string;
  readonly plane: ControlPlane;
  /** Calls an operation as the tenant whose name is the token. */
  call<P, Q, B, R>(
    operation: Operation<P, Q, B, R>,
    input?: { readonly params?: P; readonly query?: string; readonly body?: object },
    token?: string,
  ): Promise<{ readonly status: number; readonly body: R }>;
  /** Imports tasks, each with the capabilities it needs, and answers the plan's id. */
  tasks(needs: Readonly<Record<string, readonly string[]>>, tenant?: string): Promise<string>;
}

/** The token is the tenant's name; everything is allowed. */
const byTenant: Authenticate = ({ token }) =>
  Promise.resolve(
    token === null ? null : { tenant: token, name: "test", tokenId: null, scopes: new Set<Scope>(SCOPES) },
  );

/** Starts a control plane. */
export async function startPlane(store: Store, replica = "one"): Promise<TestPlane> {
  const runtime = createSystemRuntime();
  const plane = await createControlPlane({ store, runtime, version: "0.0.0", replica, authenticate: byTenant });
  const url = await plane.listen({ host: "127.0.0.1", port: 0 });
  let plans = 0;
  return {
    url,
    plane,
    async call(operation, { params, query = "", body } = {}, token = "acme") {
      const values = new Map<string, unknown>(Object.entries(params ?? {}));
      const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent(String(values.get(name))),
      );
      const response = await fetch(`${url}${path}${query}`, {
        method: operation.method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === "" ? null : JSON.parse(text) };
    },
    async tasks(needs, tenant = "acme") {
      plans += 1;
      const rooms = await plane.rooms(tenant);
      const nodes = Object.entries(needs).map(([key, capabilities], position): WorkGraph["nodes"][number] => ({
        key,
        kind: "task",
        title: `Task ${key}`,
        item: key,
        line: 1,
        dependsOn: [],
        gates: [],
        judgeFirst: false,
        capabilities: [...capabilities],
        priority: 0,
        position,
      }));
      const empty = { items: [], restated: [], gates: [], checks: [], problems: [], notUnderstood: [] };
      const digest = `sha256:${"0".repeat(64)}`;
      const about = { title: "Queue", format: "markdown" as const, digest, statusTokens: new Map() };
      const document = { ...about, source: new Uint8Array(), ...empty };
      const imported = await rooms.importPlan({ source: `plan-${plans}`, document, graph: { nodes, notes: [] } });
      return imported.plan.planId;
    },
  };
}

/** Waits until a condition holds. */
export async function until(what: () => Promise<boolean> | boolean, withinMs = 10_000): Promise<number> {
  const began = performance.now();
  while (!(await what())) {
    if (performance.now() - began > withinMs) throw new Error(`did not come to be within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return performance.now() - began;
}
