import type { Operation } from "@holdpoint/contract";
import { problem, type Runtime } from "@holdpoint/core";
import { toNodeHandler } from "@modelcontextprotocol/node";
import {
  type AuthInfo,
  createMcpHandler,
  INVALID_REQUEST,
  type McpServer,
  type McpServerOptions,
} from "@modelcontextprotocol/server";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import {
  type Authenticate,
  type Guards,
  httpProblems,
  type Implementation,
  limitRequest,
  type Principal,
  problemReply,
  type RequestFacts,
} from "../http/index.ts";
import { withTrace } from "../trace-scope.ts";
import { whileFollowing } from "./follow-signal.ts";
import { type Heard, hearMessage } from "./hear-message.ts";
import { checkPlace, LOOPBACK_HOSTS } from "./host-check.ts";
import { mcpProblems } from "./mcp.problems.ts";
import { createOperationCaller } from "./operation-caller.ts";
import { challenge, METADATA_PATHS, resourceMetadata } from "./resource-metadata.ts";
import type { McpRoom, ToolContext } from "./tool.ts";
import { createToolServer, type ToolCall } from "./tool-server.ts";
import { closedTool, TOOL_SCOPES, toolsFor } from "./tools.ts";

/** What a test adds to the server of each request. */
export interface Fixtures {
  readonly options: McpServerOptions;
  register(server: McpServer): void;
}

/** How `/mcp` is set up. */
export interface McpOptions {
  /** Names that it answers for besides those of this machine: the public host name, that of a proxy. @default none */
  readonly hosts?: readonly string[];
  /** Address that clients reach the server at, when it is not the one they send. @default from the request */
  readonly publicUrl?: string;
  /** Issuers named in the metadata for clients that fetch tokens by OAuth. @default none */
  readonly authorizationServers?: readonly string[];
}

/** What the edge of the protocol is made from. */
export interface McpParts {
  readonly version: string;
  readonly implementations: readonly Implementation[];
  readonly authenticate: Authenticate;
  /** The limits and the audit log of the HTTP interface. @default none */
  readonly guards?: Pick<Guards, "limits" | "audit">;
  readonly runtime: Pick<Runtime, "now">;
  /** Aborted when the server begins to shut down. */
  readonly closing: AbortSignal;
  readonly room: (tenant: string) => Promise<McpRoom>;
  /** Is told of each call of a tool that was answered, for metrics. */
  readonly onCall?: (call: ToolCall) => void;
  /** Refuses tenants in which it is switched off. @default it is on everywhere */
  readonly allow?: (tenant: string) => Promise<void>;
  readonly options?: McpOptions;
  /** Adds to the server of each request: the fixtures of the conformance suite. Nothing in production gives it. */
  readonly fixtures?: Fixtures;
}

/** Largest request, bytes: a report of 8 MB goes over HTTP instead. */
const BODY_BYTES = 4 * 1024 * 1024;
/** Open streams of changes at most; nothing is sent over them, but clients may hold them. */
const MOST_STREAMS = 256;

/** As requests for it are counted and logged; it is no operation of the HTTP interface. */
const MCP: Operation = {
  id: "mcp",
  method: "POST",
  path: "/mcp",
  tag: "mcp",
  summary: "Model Context Protocol",
  scope: null,
  response: z.unknown(),
};

/** The protocol gave batches up in revision 2025-06-18; here one of them would be many calls for the price of one. */
const NO_BATCHES = {
  jsonrpc: "2.0",
  id: null,
  error: { code: INVALID_REQUEST, message: "Invalid request: batches are not served; send each message by itself" },
};

/** The caller of one request. */
interface Caller {
  readonly principal: Principal;
  readonly request: FastifyRequest;
  /** Aborted when the server begins to shut down; no longer than the request takes. */
  readonly ending: AbortSignal;
}

/** Serves the Model Context Protocol, both revisions over one address, and its RFC 9728 metadata. */
export async function mountMcp(server: FastifyInstance, parts: McpParts): Promise<void> {
  const { options = {}, closing, guards = {} } = parts;
  const hosts = [...LOOPBACK_HOSTS, ...(options.hosts ?? [])];
  // The protocol's own object for who is authorised is what comes through to the factory; nothing of the token is in it.
  const callers = new WeakMap<AuthInfo, Caller>();
  const operationCaller = createOperationCaller(parts.implementations, guards.audit);
  const handler = createMcpHandler(
    ({ authInfo }) => {
      const caller = authInfo === undefined ? undefined : callers.get(authInfo);
      if (caller === undefined) throw new Error("a request reached the tools without its caller");
      const made = createToolServer({
        version: parts.version,
        tools: toolsFor(caller.principal.scopes, operationCaller),
        contextOf: (signal, name) => contextOf(caller, AbortSignal.any([signal, caller.ending]), name),
        onFault: (error) => {
          caller.request.fault = error;
        },
        onCall: (call) => parts.onCall?.(call),
        options: parts.fixtures?.options ?? {},
      });
      parts.fixtures?.register(made);
      return made;
    },
    { maxRequestBodySize: BODY_BYTES, maxSubscriptions: MOST_STREAMS },
  );
  const handle = toNodeHandler(handler, { maxRequestBodySize: BODY_BYTES });

  function factsOf(request: FastifyRequest, signal: AbortSignal): RequestFacts {
    return { traceId: request.trace.traceId, signal, header: (name) => headerOf(request, name) };
  }

  async function contextOf({ principal, request }: Caller, signal: AbortSignal, tool: string): Promise<ToolContext> {
    const by = { principal, request: factsOf(request, signal), tool };
    request.trace.span?.tell({ "gen_ai.tool.name": tool });
    return {
      principal,
      now: () => parts.runtime.now(),
      room: await parts.room(principal.tenant),
      call: (operation, given) => operationCaller.call(operation, given, by),
    };
  }

  /** Records calls of tools that are there, and that the token does not open: the protocol itself answers them. */
  async function recordClosed({ principal, request, ending }: Caller, message: unknown): Promise<void> {
    const tool = closedTool(message, toolsFor(principal.scopes, operationCaller));
    const by = { principal, request: factsOf(request, ending), tool: tool?.name ?? "" };
    for (const operation of tool?.calls ?? []) await operationCaller.recordRefused(operation, by);
  }

  async function principalOf(request: FastifyRequest, reply: FastifyReply): Promise<Principal> {
    const principal = await parts.authenticate({
      token: tokenOf(request),
      clientId: headerOf(request, "x-client-id"),
      remote: request.ip,
    });
    if (principal === null) throw problem(httpProblems, "HP9103", { operation: MCP.id });
    await parts.allow?.(principal.tenant);
    await limitRequest(guards.limits, principal, reply);
    if (toolsFor(principal.scopes, operationCaller).length === 0) {
      const held = [...principal.scopes].join(", ") || "none";
      throw problem(mcpProblems, "HP9303", { held, wanted: TOOL_SCOPES.join(", ") });
    }
    return principal;
  }

  async function answer(caller: Caller, reply: FastifyReply, heard: Heard): Promise<void> {
    const { principal, request } = caller;
    const authInfo: AuthInfo = { token: "", clientId: principal.name, scopes: [...principal.scopes] };
    callers.set(authInfo, caller);
    const { traceId, span } = request.trace;
    const message = heard.kind === "message" ? heard.message : undefined;
    const bare = bareRequest(request, authInfo, heard.kind === "bytes" ? heard.bytes : request.raw);
    await withTrace(traceId, () => handle(bare, reply.raw, message), span?.place);
    await recordClosed(caller, message);
  }

  await server.register((scope, _, done) => {
    // The protocol reads its body itself: what cannot be parsed is its own kind of error, not a problem document.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null));
    scope.setErrorHandler((error, request, reply) => refuse(error, request, reply, baseOf(request, options)));
    scope.addHook("preClose", () => handler.close());
    scope.addHook("onRequest", async (request) => {
      request.operation = MCP;
      checkPlace({ host: headerOf(request, "host"), origin: headerOf(request, "origin") }, hosts);
    });
    scope.route({
      method: ["GET", "POST", "DELETE"],
      url: MCP.path,
      onRequest: async (request, reply) => {
        request.principal = await principalOf(request, reply);
      },
      handler: async (request, reply) => {
        const { principal } = request;
        if (principal === null) throw new Error("mcp was reached without a principal");
        const heard = await hearMessage(request.raw, BODY_BYTES);
        if (heard.kind === "message" && Array.isArray(heard.message)) {
          return reply.code(400).type("application/json").send(JSON.stringify(NO_BATCHES));
        }
        // The headers that every answer of the server carries.
        for (const [name, value] of Object.entries(reply.getHeaders())) {
          if (value !== undefined) reply.raw.setHeader(name, value);
        }
        reply.hijack();
        await whileFollowing(closing, (ending) => answer({ principal, request, ending }, reply, heard));
        return reply;
      },
    });
    for (const url of METADATA_PATHS) {
      scope.get(url, (request, reply) => {
        reply.header("cache-control", "max-age=300");
        return reply.send(resourceMetadata(baseOf(request, options), options.authorizationServers ?? []));
      });
    }
    done();
  });
}

/** The request as the protocol needs it; its token goes no further than here. */
function bareRequest(
  request: FastifyRequest,
  auth: AuthInfo,
  body: AsyncIterable<Buffer>,
): Parameters<ReturnType<typeof toNodeHandler>>[0] {
  const { authorization: _, "x-auth-token": __, ...headers } = request.raw.headers;
  return {
    method: request.method,
    url: request.url,
    headers,
    auth,
    [Symbol.asyncIterator]: () => body[Symbol.asyncIterator](),
  };
}

async function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply, base: string): Promise<void> {
  const { status, document, headers } = problemReply(error, request.trace.traceId);
  if (status >= 500) request.fault = error;
  const needsToken = status === 401 || document.code === "HP9303";
  const challenged = needsToken
    ? { "www-authenticate": challenge(base, status === 401 ? 401 : 403, tokenOf(request) !== null) }
    : {};
  await reply
    .code(status)
    .headers({ ...headers, ...challenged })
    .type("application/problem+json")
    .send(JSON.stringify(document));
}

/** The protocol takes tokens in this header alone. */
function tokenOf(request: FastifyRequest): string | null {
  return /^bearer +(\S+)$/i.exec(headerOf(request, "authorization") ?? "")?.[1] ?? null;
}

function baseOf(request: FastifyRequest, { publicUrl }: McpOptions): string {
  return publicUrl?.replace(/\/+$/, "") ?? `${request.protocol}://${headerOf(request, "host") ?? "localhost"}`;
}

function headerOf(request: FastifyRequest, name: string): string | null {
  const value = request.headers[name];
  return typeof value === "string" && value !== "" ? value : null;
}
