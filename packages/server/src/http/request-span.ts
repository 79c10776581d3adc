import type { Span, SpanPlace, Tracing } from "@holdpoint/trace";
import type { FastifyReply, FastifyRequest } from "fastify";

/** Methods that the semantic conventions know; others could be any text. */
const METHODS: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "CONNECT",
  "OPTIONS",
  "TRACE",
  "PATCH",
]);

/** Begins the span of a request. https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
export function beginRequestSpan(tracing: Tracing, request: FastifyRequest, parent: SpanPlace | null): Span {
  const route = request.is404 ? undefined : request.routeOptions.url;
  const method = METHODS.has(request.method) ? request.method : "_OTHER";
  const named = method === "_OTHER" ? "HTTP" : method;
  return tracing.begin({
    name: route === undefined ? named : `${named} ${route}`,
    kind: "server",
    parent,
    facts: {
      "http.request.method": method,
      "http.request.method_original": method === "_OTHER" ? request.method : undefined,
      "http.route": route,
      "url.path": request.url.split("?")[0],
      "url.scheme": request.protocol,
      "client.address": request.ip,
      "network.protocol.version": request.raw.httpVersion,
      "user_agent.original": request.headers["user-agent"],
    },
  });
}

/** Ends the span of a request that was answered. */
export function endRequestSpan(request: FastifyRequest, reply: FastifyReply): void {
  const { span } = request.trace;
  if (span === null) return;
  const { principal } = request;
  span.tell({
    "http.response.status_code": reply.statusCode,
    "holdpoint.operation": request.operation?.id,
    "holdpoint.tenant": principal === null || principal.tenant === "" ? undefined : principal.tenant,
    "holdpoint.principal": principal?.name,
  });
  span.end(reply.statusCode >= 500 ? { failed: String(reply.statusCode) } : {});
}
