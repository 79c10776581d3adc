import { randomBytes, randomUUID } from "node:crypto";
import {
  type BodyOf,
  type Operation,
  type ParamsOf,
  problemDocument,
  type QueryOf,
  type ResponseOf,
} from "@holdpoint/contract";
import { HoldpointError, problem, retryDelayMs } from "@holdpoint/core";
import { linkAbort } from "./link-abort.ts";
import { sdkProblems } from "./sdk.problems.ts";
import { ServerProblem } from "./server-problem.ts";

/** What a client is made from. */
export interface ClientOptions {
  /** Address of the server, such as `http://127.0.0.1:5005`. */
  readonly url: string;
  /** Sent as `Authorization: Bearer`; a function is asked for each call, so that a token can be renewed. */
  readonly token?: string | (() => string | null);
  /** Name for the server's log. */
  readonly clientId?: string;
  /** How long one try may take, on top of what the call itself asks to wait, milliseconds. @default 15000 */
  readonly timeoutMs?: number;
  /** Tries of one call in all. @default 4 */
  readonly tries?: number;
  /** Pauses between tries, milliseconds. @default 100 to 5000 */
  readonly retry?: { readonly baseMs: number; readonly capMs: number };
  /** In [0, 1), for jitter. @default Math.random */
  readonly random?: () => number;
}

/** Parts of a request that its operation has; what has a default in the shape may be left out. */
export type Input<O> = (ParamsOf<O> extends Given ? { readonly params: ParamsOf<O> } : unknown) &
  (QueryOf<O> extends Given ? { readonly query?: Loose<QueryOf<O>> } : unknown) &
  BodyPart<BodyOf<O>>;

/** A body that may be absent may be left out. */
type BodyPart<B> = unknown extends B
  ? unknown
  : B extends Given
    ? { readonly body: Loose<B> }
    : NonNullable<B> extends Given
      ? { readonly body?: Loose<NonNullable<B>> | undefined }
      : unknown;

type Given = object;
/** The server fills in what is left out, and refuses what must not be. */
type Loose<T> = T extends readonly (infer U)[]
  ? readonly Loose<U>[]
  : T extends object
    ? { readonly [K in keyof T]?: Loose<T[K]> | undefined }
    : T;

/** Options of one call. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds for one try. @default that of the client */
  readonly timeoutMs?: number;
  /** Tries in all. @default that of the client */
  readonly tries?: number;
  /**
   * The same key is the same write, however often it is sent.
   *
   * @default a new one for each call, but none for operations that keep answers only where somebody asks
   */
  readonly idempotencyKey?: string;
  /** `ETag` of what is to be changed: the write is refused with 412 when it is not that any more. */
  readonly ifMatch?: string;
  /** Goes on with this trace. @default a new one */
  readonly traceparent?: string;
}

/** Calls operations of a server. */
export interface Client {
  readonly url: string;
  /**
   * Calls an operation; tries again what may succeed later.
   *
   * @throws ServerProblem when the server refuses; HP9201 when it cannot be reached, HP9202 when what answers is no server
   *   of ours; the signal's reason when it is aborted
   */
  call<P, Q, B, R>(
    operation: Operation<P, Q, B, R>,
    input: Input<Operation<P, Q, B, R>>,
    options?: CallOptions,
  ): Promise<ResponseOf<Operation<P, Q, B, R>>>;
  /** Opens a stream of server-sent events; tries once. @throws as {@link Client.call} */
  open(operation: Operation, input: RawInput, options?: CallOptions & { lastEventId?: string }): Promise<Response>;
}

/** Parts of a request, untyped. */
export interface RawInput {
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
}

const RETRY = { baseMs: 100, capMs: 5_000 };

/** Makes a client. @throws HP9203 when the address cannot be used */
export function createClient(options: ClientOptions): Client {
  const url = baseOf(options.url);
  const { timeoutMs = 15_000, tries = 4, retry = RETRY, random = Math.random } = options;

  async function attempt(operation: Operation, input: RawInput, call: Attempt): Promise<Response> {
    const target = `${url}${pathOf(operation, input.params)}${queryOf(input.query)}`;
    const token = typeof options.token === "function" ? options.token() : (options.token ?? null);
    const headers: Record<string, string> = { accept: call.accept, traceparent: call.traceparent };
    if (token !== null) headers["authorization"] = `Bearer ${token}`;
    if (options.clientId !== undefined) headers["x-client-id"] = options.clientId;
    if (call.lastEventId !== undefined) headers["last-event-id"] = call.lastEventId;
    if (input.body !== undefined) headers["content-type"] = "application/json";
    const isWrite = operation.method !== "GET";
    if (isWrite && call.key !== null) headers["idempotency-key"] = call.key;
    if (call.ifMatch !== undefined) headers["if-match"] = call.ifMatch;
    let response: Response;
    try {
      response = await fetch(target, {
        method: operation.method,
        headers,
        redirect: "error",
        ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
        signal: call.signal,
      });
    } catch (cause) {
      throw unreachable(operation, url, cause);
    }
    if (response.ok) return response;
    throw await refusalOf(response, operation, url);
  }

  return {
    url,
    async call<P, Q, B, R>(
      operation: Operation<P, Q, B, R>,
      input: Input<Operation<P, Q, B, R>>,
      call: CallOptions = {},
    ): Promise<ResponseOf<Operation<P, Q, B, R>>> {
      const key = keyOf(operation, call);
      const traceparent = call.traceparent ?? newTrace();
      const most = call.tries ?? tries;
      const parts: RawInput = rawOf(input);
      const waits = waitOf(parts.body);
      for (let count = 1; ; count += 1) {
        call.signal?.throwIfAborted();
        const limit = linkAbort(call.signal, (call.timeoutMs ?? timeoutMs) + waits);
        try {
          const condition = call.ifMatch === undefined ? {} : { ifMatch: call.ifMatch };
          const one = { key, traceparent, signal: limit.signal, accept: JSON_TYPES, ...condition };
          const response = await attempt(widened(operation), parts, one);
          return await answerOf(operation, response, url);
        } catch (error) {
          call.signal?.throwIfAborted();
          if (count >= most || !mayRetry(error)) throw error;
          const asked = error instanceof ServerProblem ? (error.retryAfterS ?? 0) * 1_000 : 0;
          await rest(Math.max(asked, retryDelayMs(count, random(), retry)), call.signal);
        } finally {
          limit.release();
        }
      }
    },
    async open(operation, input, call = {}) {
      const { lastEventId, signal } = call;
      return await attempt(operation, input, {
        key: keyOf(operation, call),
        traceparent: call.traceparent ?? newTrace(),
        signal: signal ?? null,
        accept: "text/event-stream",
        ...(lastEventId === undefined ? {} : { lastEventId }),
      });
    },
  };
}

interface Attempt {
  readonly key: string | null;
  readonly traceparent: string;
  readonly signal: AbortSignal | null;
  readonly accept: string;
  readonly ifMatch?: string;
  readonly lastEventId?: string;
}

/** The key of a call, however often it is tried; null where none is sent. */
function keyOf({ idempotency }: Pick<Operation, "idempotency">, { idempotencyKey }: CallOptions): string | null {
  if (idempotency === "none") return null;
  return idempotencyKey ?? (idempotency === "asked" ? null : randomUUID());
}

const JSON_TYPES = "application/json, application/problem+json, text/plain";

/** An operation whose parts are not looked at any more. */
function widened<P, Q, B, R>({
  id,
  method,
  path,
  tag,
  summary,
  scope,
  response,
  idempotency,
}: Operation<P, Q, B, R>): Operation {
  return { id, method, path, tag, summary, scope, response, ...(idempotency === undefined ? {} : { idempotency }) };
}

function rawOf(input: unknown): RawInput {
  return typeof input === "object" && input !== null ? input : {};
}

function mayRetry(error: unknown): boolean {
  return error instanceof HoldpointError && error.definition.retryable;
}

function baseOf(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw problem(sdkProblems, "HP9203", { url: text });
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") throw problem(sdkProblems, "HP9203", { url: text });
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

function pathOf(operation: Operation, params: unknown): string {
  const values = new Map(Object.entries(params ?? {}));
  return operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    return encodeURIComponent(asText(values.get(name), `the parameter ${name} of ${operation.id}`));
  });
}

function asText(value: unknown, what: string): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  throw new TypeError(`${what} must be text, a number or a boolean`);
}

function queryOf(query: unknown): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const one of values) if (one !== undefined) search.append(name, asText(one, name));
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}

/** How long the call itself asks the server to wait. */
function waitOf(body: unknown): number {
  return typeof body === "object" && body !== null && "waitMs" in body && typeof body.waitMs === "number"
    ? body.waitMs
    : 0;
}

async function answerOf<P, Q, B, R>(operation: Operation<P, Q, B, R>, response: Response, url: string): Promise<R> {
  let body: unknown = null;
  try {
    if (response.status !== 204) {
      body = operation.produces === undefined ? await response.json() : await response.text();
    }
  } catch (cause) {
    // Cut off on the way: whether it was carried out is not known, which is what trying again is for.
    throw unreachable(operation, url, cause);
  }
  const parsed = operation.response.safeParse(body);
  if (parsed.success) return parsed.data;
  throw problem(sdkProblems, "HP9202", { operation: operation.id, url, status: response.status });
}

async function refusalOf(response: Response, { id }: Operation, url: string): Promise<Error> {
  const after = Number(response.headers.get("retry-after") ?? Number.NaN);
  const body: unknown = await response.json().catch(() => null);
  const parsed = problemDocument.safeParse(body);
  if (parsed.success) return new ServerProblem(parsed.data, Number.isFinite(after) ? after : null);
  // A proxy in front of a server that is away answers so.
  if (response.status === 502 || response.status === 503 || response.status === 504) {
    return problem(sdkProblems, "HP9201", { operation: id, url, why: `status ${response.status} from a proxy` });
  }
  return problem(sdkProblems, "HP9202", { operation: id, url, status: response.status });
}

function unreachable(operation: Pick<Operation, "id">, url: string, cause: unknown): Error {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const why = inner instanceof Error ? inner.message || inner.name : String(inner);
  return problem(sdkProblems, "HP9201", { operation: operation.id, url, why }, { cause });
}

function newTrace(): string {
  return `00-${randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-01`;
}

async function rest(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
    signal?.addEventListener("abort", done, { once: true });
    if (signal?.aborted === true) done();
  });
}
