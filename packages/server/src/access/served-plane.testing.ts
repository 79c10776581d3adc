import type { Store } from "@holdpoint/store";
import type { TestServer } from "@holdpoint/store/testing";
import { type ControlPlane, type ControlPlaneParts, createControlPlane } from "../control-plane.ts";
import { createSystemRuntime } from "../system-runtime.ts";

/** An answer as tests look at it. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; an empty object when it is none. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** One request. */
export interface Asked {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream ends by itself, and is read whole. */
  readonly ends?: true;
}

/** A control plane that serves on loopback. */
export interface ServedPlane {
  readonly plane: ControlPlane;
  readonly url: string;
  readonly store: Store;
  ask(method: string, path: string, asked?: Asked): Promise<Answered>;
  /** The system tenant's first admin token. */
  readonly admin: string;
}

/** Serves a fresh database. Time is that of the machine, moved by what `clock.aheadMs` says. */
export async function servePlane(
  server: TestServer,
  clock: { aheadMs: number } = { aheadMs: 0 },
  more: Partial<ControlPlaneParts> = {},
): Promise<ServedPlane> {
  const store = await server.openStore(() => Date.now());
  return await serveOn(store, clock, more);
}

/** Serves a database that is there: another replica. Its `admin` is empty unless it was the first. */
export async function serveOn(
  store: Store,
  clock: { aheadMs: number } = { aheadMs: 0 },
  more: Partial<ControlPlaneParts> = {},
): Promise<ServedPlane> {
  const system = createSystemRuntime();
  const runtime = { ...system, now: () => system.now() + clock.aheadMs };
  const plane = await createControlPlane({ store, runtime, version: "test", replica: "test", ...more });
  const first = await plane.access.ensureFirstAdmin();
  const url = await plane.listen({ host: "127.0.0.1", port: 0 });
  return { plane, url, store, ask: (method, path, asked) => ask(url, method, path, asked), admin: first?.token ?? "" };
}

/** How long a stream is listened to, milliseconds. */
const STREAM_MS = 300;

async function ask(url: string, method: string, path: string, asked: Asked = {}): Promise<Answered> {
  const headers: Record<string, string> = { ...asked.headers };
  if (asked.token !== undefined) headers["authorization"] = `Bearer ${asked.token}`;
  if (asked.body !== undefined) headers["content-type"] = "application/json";
  const body = asked.body === undefined ? {} : { body: JSON.stringify(asked.body) };
  const controller = new AbortController();
  const response = await fetch(`${url}${path}`, { method, headers, ...body, signal: controller.signal });
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  const text = isStream && asked.ends !== true ? await beginningOf(response) : await response.text();
  controller.abort();
  return { status: response.status, headers: response.headers, text, json: jsonOf(text) };
}

/** What a stream, which never ends by itself, says in its first moments. */
async function beginningOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), STREAM_MS));
  let text = "";
  for (;;) {
    const chunk = await Promise.race([reader?.read(), late]);
    if (chunk === null || chunk === undefined || chunk.done) return text;
    text += new TextDecoder().decode(chunk.value);
  }
}

function jsonOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

/** Whether a value is an object with names. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A string at a path of names in an answer. @throws Error when there is none */
export function textAt(value: unknown, ...names: readonly string[]): string {
  let at: unknown = value;
  for (const name of names) at = isRecord(at) ? at[name] : undefined;
  if (typeof at !== "string") throw new Error(`no text at ${names.join(".")} of ${JSON.stringify(value)}`);
  return at;
}
