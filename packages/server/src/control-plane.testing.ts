import type { Scope } from "@holdpoint/contract";
import type { Store } from "@holdpoint/store";
import { type ControlPlane, type ControlPlaneParts, createControlPlane } from "./control-plane.ts";
import type { Principal, RequestRecord } from "./http/index.ts";
import { createSystemRuntime } from "./system-runtime.ts";

/** An answer, read. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as a JSON object; empty when it is none. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** A control plane that listens, with what happened on it. */
export interface StartedPlane {
  readonly plane: ControlPlane;
  readonly url: string;
  readonly records: RequestRecord[];
  /** Calls it as the tenant `t` with the scopes of the token: `read+work`, or `all`. */
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answered>;
  close(): Promise<void>;
}

/** What a call carries besides. */
export interface CallOptions {
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

const ALL: readonly Scope[] = ["read", "work", "plan", "operate", "judge", "sign", "admin"];

/** A token is `tenant:scope+scope` here. */
export function principalOf(token: string | null): Principal | null {
  const [tenant, scopes] = (token ?? "").split(":");
  if (tenant === undefined || scopes === undefined) return null;
  const held = scopes === "all" ? ALL : ALL.filter((scope) => scopes.split("+").includes(scope));
  return { tenant, name: `${tenant}-user`, tokenId: null, scopes: new Set(held) };
}

/** Starts the real control plane on a free port of the loopback. */
export async function startPlane(store: Store, more: Partial<ControlPlaneParts> = {}): Promise<StartedPlane> {
  const records: RequestRecord[] = [];
  const plane = await createControlPlane({
    store,
    runtime: createSystemRuntime(),
    version: "1.2.3",
    replica: "r1",
    authenticate: ({ token }) => Promise.resolve(principalOf(token)),
    onRequest: (record) => records.push(record),
    ...more,
  });
  const url = await plane.listen({ host: "127.0.0.1", port: 0 });
  return {
    plane,
    url,
    records,
    call: (method, path, body, options = {}) => call(url, method, path, body, options),
    close: () => plane.close(),
  };
}

async function call(
  url: string,
  method: string,
  path: string,
  body: unknown,
  { token = "t:all", headers = {}, signal }: CallOptions,
): Promise<Answered> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parsed(text) };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
