import compress from "@fastify/compress";
import helmet from "@fastify/helmet";
import { allows, type Operation } from "@holdpoint/contract";
import { HoldpointError, problem } from "@holdpoint/core";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { httpProblems } from "./http.problems.ts";
import { type Implementation, Reply, StreamReply } from "./implementation.ts";
import type { Authenticate, Principal } from "./principal.ts";
import { problemReply } from "./problem-document.ts";
import { validateRequest } from "./request-validation.ts";
import { sendStream } from "./send-stream.ts";
import { serialiserOf } from "./serialise.ts";
import { type TraceContext, traceOf } from "./trace-context.ts";

/** Largest request body unless its operation says otherwise, bytes. */
const BODY_BYTES = 1024 * 1024;
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
export async function createHttpServer(parts: HttpServerParts): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: BODY_BYTES,
    logger: false,
    exposeHeadRoutes: true,
    forceCloseConnections: "idle",
    routerOptions: { maxParamLength: 500 },
    // Both would reveal more than the catalogue says.
    frameworkErrors: (error, request, reply) => void refuse(error, request, reply),
  });
  app.decorateRequest("operation", null);
  app.decorateRequest("principal", null);
  app.decorateRequest("fault", null);
  app.addHook("onRequest", async (request, reply) => {
    request.trace = traceOf(headerOf(request, "traceparent"));
    reply.header("traceparent", request.trace.traceparent);
    if (parts.closing.aborted) throw problem(httpProblems, "HP9108");
  });
  app.addHook("onResponse", async (request, reply) => parts.onRequest?.(recordOf(request, reply)));
  await app.register(helmet, { contentSecurityPolicy: { directives: CONTENT_SECURITY_POLICY }, hsts: false });
  await app.register(compress, { threshold: COMPRESS_FROM_BYTES, encodings: ["br", "gzip"] });
  app.setErrorHandler(refuse);
  app.setNotFoundHandler((request, reply) => {
    const params = { method: request.method, path: request.url.split("?")[0] ?? "" };
    return refuse(problem(httpProblems, "HP9102", params), request, reply);
  });
  for (const implementation of parts.implementations) register(app, implementation, parts);
  return app;
}

const CONTENT_SECURITY_POLICY = {
  "default-src": ["'self'"],
  "script-src": ["'self'"],
  "style-src": ["'self'"],
  "img-src": ["'self'", "data:"],
  "object-src": ["'none'"],
  "base-uri": ["'none'"],
  "frame-ancestors": ["'none'"],
  "form-action": ["'self'"],
  // The server may be reached over plain HTTP on loopback.
  "upgrade-insecure-requests": null,
};

function register(app: FastifyInstance, implementation: Implementation, parts: HttpServerParts): void {
  const { operation } = implementation;
  const write = serialiserOf(operation);
  app.route({
    method: operation.method,
    url: operation.path.replaceAll(/\{(\w+)\}/g, ":$1"),
    bodyLimit: operation.bodyLimit ?? BODY_BYTES,
    onRequest: async (request) => {
      request.operation = operation;
      request.principal = await principalOf(request, operation, parts.authenticate);
    },
    handler: async (request, reply) => {
      const { params, query, body } = validateRequest(operation, request);
      const { principal } = request;
      if (principal === null) throw new Error(`${operation.id} was reached without a principal`);
      const hangUp = hangUpSignal(request, parts.closing);
      const facts = {
        traceId: request.trace.traceId,
        signal: hangUp.signal,
        header: (name: string): string | null => headerOf(request, name),
      };
      try {
        const answer = await implementation.handle({ params, query, body, principal, request: facts });
        return await send(reply, operation, write, answer, hangUp.signal);
      } finally {
        hangUp.stop();
      }
    },
  });
}

const NOBODY: Principal = { tenant: "", name: "anyone", tokenId: null, scopes: new Set() };

async function principalOf(
  request: FastifyRequest,
  operation: Operation,
  authenticate: Authenticate,
): Promise<Principal> {
  if (operation.scope === null) return NOBODY;
  const principal = await authenticate({
    token: tokenOf(request),
    clientId: headerOf(request, "x-client-id"),
    remote: request.ip,
  });
  if (principal === null) throw problem(httpProblems, "HP9103", { operation: operation.id });
  if (!allows(principal.scopes, operation.scope)) {
    const held = [...principal.scopes].join(", ") || "none";
    throw problem(httpProblems, "HP9104", { operation: operation.id, scope: operation.scope, held });
  }
  return principal;
}

function tokenOf(request: FastifyRequest): string | null {
  const bearer = /^bearer +(\S+)$/i.exec(headerOf(request, "authorization") ?? "")?.[1];
  return bearer ?? headerOf(request, "x-auth-token");
}

async function send(
  reply: FastifyReply,
  operation: Operation,
  write: (value: unknown) => string,
  answer: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  if (answer instanceof StreamReply) return sendStream(reply, answer, signal);
  const wrapped = answer instanceof Reply ? answer : null;
  const status = wrapped?.status ?? operation.status ?? 200;
  const body: unknown = wrapped === null ? answer : wrapped.body;
  reply.code(status).headers(wrapped?.headers ?? {});
  if (status === 204) return reply.send();
  if (operation.produces !== undefined) return reply.type(operation.produces).send(body);
  return reply.type("application/json; charset=utf-8").send(write(body));
}

/** Tells of a caller that hangs up while it waits, and of a server that shuts down. */
function hangUpSignal(request: FastifyRequest, closing: AbortSignal): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  request.raw.socket.once("close", abort);
  closing.addEventListener("abort", abort, { once: true });
  return {
    signal: controller.signal,
    stop: () => {
      request.raw.socket.off("close", abort);
      closing.removeEventListener("abort", abort);
    },
  };
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
  if (error instanceof HoldpointError || !(error instanceof Error) || !("code" in error)) return error;
  const operation = request.operation?.id ?? `${request.method} ${request.url.split("?")[0] ?? ""}`;
  switch (error.code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return problem(httpProblems, "HP9106", { operation, bound: request.operation?.bodyLimit ?? BODY_BYTES });
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
      return error;
  }
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
