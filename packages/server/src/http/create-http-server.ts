import { setMaxListeners } from "node:events";
import compress from "@fastify/compress";
import { allows, type Operation } from "@holdpoint/contract";
import { HoldpointError, problem } from "@holdpoint/core";
import { NO_TRACING, type Tracing } from "@holdpoint/trace";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { withTrace } from "../trace-scope.ts";
import { createAddressBook } from "./address-book.ts";
import { isNamed } from "./entity-tag.ts";
import { deedOf, guardedWrite } from "./guarded-write.ts";
import type { Guards, WrittenAnswer } from "./guards.ts";
import { HangUp } from "./hang-up.ts";
import { httpProblems } from "./http.problems.ts";
import { type Implementation, NothingDone, Reply, StreamReply } from "./implementation.ts";
import { createInFlight } from "./in-flight.ts";
import { limitRequest } from "./limit-request.ts";
import type { Authenticate, Credentials, Principal } from "./principal.ts";
import { problemReply } from "./problem-document.ts";
import { beginRequestSpan, endRequestSpan } from "./request-span.ts";
import { validateRequest } from "./request-validation.ts";
import { securityHeaders } from "./security-headers.ts";
import { sendStream } from "./send-stream.ts";
import { serialiserOf } from "./serialise.ts";
import { type TraceContext, traceOf } from "./trace-context.ts";

/** Largest request body unless its operation says otherwise, bytes. */
const BODY_BYTES = 1024 * 1024;
/** More than Node reads of all headers together, characters. */
const MOST_ADDRESS_CHARS = 65_536;
/** Smallest answer that is worth compressing, bytes. */
const COMPRESS_FROM_BYTES = 1024;

/** What happened with a request, for logs and metrics. */
export interface RequestRecord {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
  readonly traceId: string;
  readonly principal: Principal | null;
  /** What went wrong inside; null when nothing did. */
  readonly fault: unknown;
}

/** What the edge is made from. */
export interface HttpServerParts {
  readonly implementations: readonly Implementation[];
  readonly authenticate: Authenticate;
  /** Aborted when the server begins to shut down: what waits is answered, and nothing new is taken. */
  readonly closing: AbortSignal;
  readonly onRequest?: (record: RequestRecord) => void;
  /** Limits, retries and the audit log. @default none */
  readonly guards?: Guards;
  /** Largest body of operations that set no bound of their own, bytes. @default 1 MiB */
  readonly bodyBytes?: number | undefined;
  /** Files that are served as they are, to anyone. */
  readonly assets?: readonly Asset[];
  /** Adds what speaks another protocol at an address of its own. */
  readonly mount?: (app: FastifyInstance) => Promise<void>;
  /** Makes a span of each request. @default none */
  readonly tracing?: Tracing;
  /** Whether a caller at this address needs no token for an operation. @default always needed where there is a scope */
  readonly isOpen?: (operation: Operation, remote: string) => boolean;
}

/** A file that is served as it is. */
export interface Asset {
  readonly path: string;
  readonly type: string;
  readonly read: () => Promise<string | Uint8Array>;
}

/** The edge as it runs. */
export interface HttpServer {
  /** Begins to listen; answers the address. */
  listen(address: { readonly host: string; readonly port: number }): Promise<string>;
  /** Requests that are being answered. */
  inFlight(): number;
  /**
   * Waits for the requests that are being answered, refusing new ones, and ends; what is not answered in time is cut off.
   *
   * @param mostMs how long to wait, milliseconds
   */
  drain(mostMs: number): Promise<void>;
}

declare module "fastify" {
  interface FastifyRequest {
    trace: TraceContext;
    operation: Operation | null;
    principal: Principal | null;
    fault: unknown;
  }
}

/** The edge of the control plane: routes from operations, one way to refuse, nothing of what any room does. */
export async function createHttpServer(parts: HttpServerParts): Promise<HttpServer> {
  const inFlight = createInFlight();
  const { tracing = NO_TRACING } = parts;
  // Every request that is being answered listens.
  setMaxListeners(0, parts.closing);
  const app = Fastify({
    bodyLimit: BODY_BYTES,
    logger: false,
    exposeHeadRoutes: true,
    forceCloseConnections: "idle",
    // While it closes, the catalogue's own problem is answered.
    return503OnClosing: false,
    // The shapes of the operations bound their names, and say so; Node bounds the whole address.
    routerOptions: { maxParamLength: MOST_ADDRESS_CHARS },
    // Both would reveal more than the catalogue says.
    frameworkErrors: (error, request, reply) => void refuse(error, request, reply),
  });
  app.decorateRequest("operation", null);
  app.decorateRequest("principal", null);
  app.decorateRequest("fault", null);
  const always = securityHeaders();
  const addresses = createAddressBook();
  app.addHook("onRoute", ({ url, method }) => addresses.add(url, method));
  // Hooks that wait for nothing are no promises: there are several for each request.
  app.addHook("onRequest", (request, reply, done) => {
    inFlight.begin();
    request.trace = traceOf(
      headerOf(request, "traceparent"),
      tracing.isOn ? (parent) => beginRequestSpan(tracing, request, parent) : undefined,
    );
    reply.headers(always);
    reply.header("traceparent", request.trace.traceparent);
    done();
  });
  app.addHook("onSend", (_, reply, payload, done) => {
    if (parts.closing.aborted) reply.header("connection", "close");
    done(null, payload);
  });
  app.addHook("onResponse", (request, reply, done) => {
    inFlight.end();
    endRequestSpan(request, reply);
    parts.onRequest?.(recordOf(request, reply));
    done();
  });
  await app.register(compress, { threshold: COMPRESS_FROM_BYTES, encodings: ["br", "gzip"] });
  // After the hooks of both, so that what is refused here has their headers, too.
  app.addHook("onRequest", (request, _, done) => {
    if (parts.closing.aborted) return done(problem(httpProblems, "HP9108"));
    // Before a body is read that nobody wants.
    const isMissing = request.is404 || addresses.excludes(request.method, pathOf(request));
    done(isMissing ? addresses.refusalOf(request.method, pathOf(request)) : undefined);
  });
  app.setErrorHandler(refuse);
  for (const implementation of parts.implementations) register(app, implementation, parts);
  for (const { path, type, read } of parts.assets ?? []) {
    app.get(path, async (_, reply) =>
      reply
        .type(type)
        .header("cache-control", "no-cache")
        .send(await read()),
    );
  }
  await parts.mount?.(app);
  return {
    listen: (address) => app.listen(address),
    inFlight: () => inFlight.count(),
    async drain(mostMs) {
      await inFlight.empty(mostMs);
      const closed = app.close();
      app.server.closeAllConnections();
      await closed;
    },
  };
}

function register(app: FastifyInstance, implementation: Implementation, parts: HttpServerParts): void {
  const { operation } = implementation;
  const write = serialiserOf(operation);
  const { guards = {}, bodyBytes = BODY_BYTES } = parts;
  app.route({
    method: operation.method,
    url: operation.path.replaceAll(/\{(\w+)\}/g, ":$1"),
    bodyLimit: operation.bodyLimit ?? bodyBytes,
    onRequest: async (request, reply) => {
      request.operation = operation;
      const principal = await principalOf(request, operation, parts);
      request.principal = principal;
      if (operation.scope === null || principal === NOBODY) return;
      await limitRequest(guards.limits, principal, reply);
      await allowScope(principal, operation, request, guards);
    },
    handler: async (request, reply) => {
      const { params, query, body } = validateRequest(operation, request);
      const { principal } = request;
      if (principal === null) throw new Error(`${operation.id} was reached without a principal`);
      const hangUp = new HangUp(request.raw.socket, parts.closing);
      const facts = {
        traceId: request.trace.traceId,
        get signal() {
          return hangUp.signal;
        },
        header: (name: string): string | null => headerOf(request, name),
      };
      const call = { params, query, body, principal, request: facts };
      const inScope = <T>(run: () => T): T => withTrace(facts.traceId, run, request.trace.span?.place);
      try {
        if (operation.method === "GET") {
          const answer = await inScope(() => implementation.handle(call));
          if (!(answer instanceof StreamReply)) {
            const whole = written(operation, write, answer);
            const has = facts.header("if-none-match");
            const tag = whole.headers["etag"];
            if (has === null || tag === undefined || !isNamed(has, tag)) return await send(reply, whole);
            return await reply.code(304).header("etag", tag).send();
          }
          const mayFollow = async (): Promise<boolean> =>
            operation.scope === null || (await parts.authenticate(credentialsOf(request))) !== null;
          return await sendStream(reply, answer, hangUp.signal, mayFollow);
        }
        const asked = {
          operation,
          principal,
          parts: { params, query, body },
          // An empty key is a malformed one, not none.
          key: request.headers["idempotency-key"]?.toString() ?? null,
          trace: request.trace.traceId,
        };
        const perform = async (): Promise<WrittenAnswer> =>
          written(operation, write, await inScope(() => implementation.handle(call)));
        return await send(reply, await guardedWrite(guards, asked, perform));
      } finally {
        hangUp.stop();
      }
    },
  });
}

const NOBODY: Principal = { tenant: "", name: "anyone", tokenId: null, scopes: new Set() };

async function principalOf(request: FastifyRequest, operation: Operation, parts: HttpServerParts): Promise<Principal> {
  if (operation.scope === null || isOpenTo(request, operation, parts)) return NOBODY;
  const principal = await parts.authenticate(credentialsOf(request));
  if (principal === null) throw problem(httpProblems, "HP9103", { operation: operation.id });
  return principal;
}

/** Whoever comes through a proxy is not where the connection comes from. */
function isOpenTo(request: FastifyRequest, operation: Operation, { isOpen }: HttpServerParts): boolean {
  const isForwarded = headerOf(request, "x-forwarded-for") !== null || headerOf(request, "forwarded") !== null;
  return !isForwarded && isOpen?.(operation, request.ip) === true;
}

/** Refuses, and records, what the token does not allow. */
async function allowScope(
  principal: Principal,
  operation: Operation,
  request: FastifyRequest,
  { audit }: Guards,
): Promise<void> {
  if (operation.scope === null || allows(principal.scopes, operation.scope)) return;
  const held = [...principal.scopes].join(", ") || "none";
  const refused = problem(httpProblems, "HP9104", { operation: operation.id, scope: operation.scope, held });
  if (operation.method !== "GET" && audit?.covers(operation) === true) {
    const asked = { params: request.params, query: undefined, body: undefined };
    const deed = deedOf(operation, principal, asked, request.trace.traceId);
    await audit.record({ ...deed, status: 403, code: refused.code });
  }
  throw refused;
}

function credentialsOf(request: FastifyRequest): Credentials {
  return { token: tokenOf(request), clientId: headerOf(request, "x-client-id"), remote: request.ip };
}

function tokenOf(request: FastifyRequest): string | null {
  const bearer = /^bearer +(\S+)$/i.exec(headerOf(request, "authorization") ?? "")?.[1];
  return bearer ?? headerOf(request, "x-auth-token");
}

function written(operation: Operation, write: (value: unknown) => string, answer: unknown): WrittenAnswer {
  const wrapped = answer instanceof Reply ? answer : null;
  const status = wrapped?.status ?? operation.status ?? 200;
  const body: unknown = wrapped === null ? answer : wrapped.body;
  if (status === 204) return { status, headers: { ...wrapped?.headers }, text: "" };
  if (operation.produces !== undefined && typeof body === "string") {
    return { status, headers: { ...wrapped?.headers, "content-type": operation.produces }, text: body };
  }
  const headers = { ...wrapped?.headers, "content-type": "application/json; charset=utf-8" };
  const nothing = wrapped instanceof NothingDone ? { isNothingDone: true as const } : {};
  return { status, headers, text: write(body), ...nothing };
}

function send(reply: FastifyReply, { status, headers, text }: WrittenAnswer): FastifyReply {
  reply.code(status).headers(headers);
  return status === 204 ? reply.send() : reply.send(text);
}

async function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  // A request that fails before the first hook has no trace yet.
  const trace = request.trace ?? traceOf(headerOf(request, "traceparent"));
  const known = asKnown(error, request);
  if (!(known instanceof HoldpointError) || known.definition.exit === 70) request.fault = error;
  const { status, document, headers } = problemReply(known, trace.traceId);
  await reply.code(status).headers(headers).type("application/problem+json").send(JSON.stringify(document));
}

/** What the framework refuses, in the words of the catalogue. */
function asKnown(error: unknown, request: FastifyRequest): unknown {
  if (error instanceof HoldpointError || !(error instanceof Error)) return error;
  const operation = request.operation?.id ?? `${request.method} ${pathOf(request)}`;
  switch ("code" in error ? error.code : null) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return problem(httpProblems, "HP9106", { operation, bound: request.routeOptions.bodyLimit ?? BODY_BYTES });
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return problem(httpProblems, "HP9109", { operation, type: headerOf(request, "content-type") ?? "nothing" });
    case "FST_ERR_CTP_EMPTY_JSON_BODY":
    case "FST_ERR_CTP_INVALID_JSON_BODY":
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
      return problem(httpProblems, "HP9107", { operation, why: error.message });
    case "FST_ERR_BAD_URL":
    case "FST_ERR_ASYNC_CONSTRAINT":
      return problem(httpProblems, "HP9102", { method: request.method, path: "this address" });
    default:
      return isCallersFault(error) ? problem(httpProblems, "HP9107", { operation, why: error.message }) : error;
  }
}

/** What the framework itself calls a bad request, such as a body with a key that could change prototypes. */
function isCallersFault(error: Error): boolean {
  return "statusCode" in error && error.statusCode === 400;
}

function pathOf(request: FastifyRequest): string {
  return request.url.split("?")[0] ?? "";
}

function headerOf(request: FastifyRequest, name: string): string | null {
  const value = request.headers[name];
  return typeof value === "string" && value !== "" ? value : null;
}

function recordOf(request: FastifyRequest, reply: FastifyReply): RequestRecord {
  return {
    operation: request.operation?.id ?? "none",
    method: request.method,
    path: request.routeOptions.url ?? "none",
    status: reply.statusCode,
    durationMs: reply.elapsedTime,
    traceId: request.trace.traceId,
    principal: request.principal,
    fault: request.fault,
  };
}
