import { z } from "zod";
import { callback } from "./callbacks.operations.ts";
import { problemDocument } from "./common.ts";
import type { Operation } from "./operation.ts";
import { gateView, planView } from "./plans.operations.ts";
import { SCOPE_ABOUT, SCOPES } from "./scopes.ts";
import { taskView } from "./tasks.operations.ts";
import { claimedTask, settlement } from "./work.operations.ts";

/** A JSON value of the document. */
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
/** A JSON object of the document. */
type JsonObject = { readonly [key: string]: Json };

/** An OpenAPI 3.1 document. https://spec.openapis.org/oas/v3.1.1.html */
export interface OpenApiDocument {
  readonly openapi: "3.1.1";
  readonly info: JsonObject;
  readonly servers: readonly JsonObject[];
  readonly tags: readonly JsonObject[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;
  readonly components: Readonly<Record<string, JsonObject>>;
}

/** Views that many answers hold, by the name they have among the components. */
const VIEWS: Readonly<Record<string, z.ZodType>> = {
  Plan: planView,
  Gate: gateView,
  Task: taskView,
  ClaimedTask: claimedTask,
  Settlement: settlement,
  Callback: callback,
};

/** Problems by status: the name among the components, and what the status says. */
const PROBLEM_RESPONSES: Readonly<Record<number, readonly [name: string, about: string]>> = {
  400: ["DoesNotFit", "The request does not fit its shape."],
  401: ["NeedsToken", "The request needs a token that is known, not expired and not revoked."],
  403: ["NotAllowed", "The token does not allow this."],
  404: ["NotThere", "There is nothing with this id."],
  409: ["Conflict", "What is asked for does not fit the present state."],
  412: ["Changed", "It was changed since it was read."],
  413: ["TooLarge", "The body is too large."],
  415: ["WrongType", "The body is of a type that is not taken."],
  422: ["NotUnderstood", "The content cannot be understood."],
  428: ["NeedsCondition", "The request needs a condition."],
  429: ["TooMany", "Too many requests; `Retry-After` says when to try again."],
  500: ["Fault", "A fault in the server."],
  503: ["NotNow", "The server or what it depends on is not there now; `Retry-After` says when to try again."],
};

const count: Json = { type: "integer", minimum: 0 };
const retryAfter: JsonObject = { description: "Seconds.", required: true, schema: count };

const ETAG: JsonObject = { ETag: { description: "What it is now, for conditions.", schema: { type: "string" } } };

/** Headers that answer a problem besides. */
const PROBLEM_HEADERS: Readonly<Record<number, JsonObject>> = {
  401: { "WWW-Authenticate": { description: "How to authenticate.", required: true, schema: { type: "string" } } },
  429: {
    "Retry-After": retryAfter,
    "RateLimit-Limit": { description: "Requests a second that are allowed.", schema: count },
    "RateLimit-Remaining": { description: "Requests that are left now.", schema: count },
    "RateLimit-Reset": { description: "Seconds until the next one is allowed.", schema: count },
  },
  503: { "Retry-After": retryAfter },
};

/**
 * The HTTP interface as an OpenAPI 3.1 document, made from the operations that also validate the requests.
 *
 * @param operations in any order; the document has them by path
 */
export function openApiDocument(operations: readonly Operation[], version: string): OpenApiDocument {
  const paths: Record<string, Record<string, JsonObject>> = {};
  const placed = operations.map((operation) => ({ operation, place: `${operation.path} ${operation.method}` }));
  for (const { operation } of placed.sort((a, b) => (a.place < b.place ? -1 : 1))) {
    const path = (paths[operation.path] ??= {});
    path[operation.method.toLowerCase()] = describe(operation);
  }
  const tags = [...new Set(operations.map(({ tag }) => tag))].sort();
  const lifted: Record<string, JsonObject> = {};
  const lift = (value: JsonObject): JsonObject => asObject(withoutDefinitions(value, lifted));
  const shapes = { Problem: problemDocument, ...VIEWS };
  const schemas = Object.entries(shapes).map(([name, view]) => [name, lift(schemaOf(view, "output", {}))]);
  const written = Object.entries(paths).map(([path, methods]) => [
    path,
    Object.fromEntries(Object.entries(methods).map(([method, one]) => [method, lift(one)])),
  ]);
  return {
    openapi: "3.1.1",
    info: {
      title: "Holdpoint",
      version,
      summary: "Runs an engineering plan with a fleet of agents, and calls nothing done until its checks pass.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    tags: tags.map((name) => ({ name })),
    paths: Object.fromEntries(written),
    components: {
      schemas: { ...Object.fromEntries(schemas), ...lifted },
      responses: Object.fromEntries(
        Object.entries(PROBLEM_RESPONSES).map(([status, of]) => problemResponse(status, of)),
      ),
      parameters: {
        IdempotencyKey: {
          name: "Idempotency-Key",
          in: "header",
          required: false,
          description:
            "Any text that is new for each write: the same write with it again is answered as the first was, for 24 hours.",
          schema: { type: "string", minLength: 1, maxLength: 255, pattern: "^[\\x21-\\x7e]+$" },
        },
        IfMatch: condition(
          "If-Match",
          "`ETag` of what is to be changed: refused with 412 when it is not that any more.",
        ),
        IfNoneMatch: condition(
          "If-None-Match",
          "`ETag` of what the caller has; `*` with a write: only if nothing is there.",
        ),
      },
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          description: `A token \`hp_…\`. ${SCOPES.map((scope) => `\`${scope}\`: ${SCOPE_ABOUT[scope]}`).join("; ")}.`,
        },
      },
    },
  };
}

function condition(name: string, description: string): JsonObject {
  return { name, in: "header", required: false, description, schema: { type: "string" } };
}

function describe(operation: Operation): JsonObject {
  const { id, method, tag, summary, description, scope, body, compatibility } = operation;
  const parameters = [
    ...parametersOf("path", operation.params),
    ...parametersOf("query", operation.query),
    ...(isKept(operation) ? [{ $ref: "#/components/parameters/IdempotencyKey" }] : []),
    ...(operation.etag === true && method !== "GET" ? [{ $ref: "#/components/parameters/IfMatch" }] : []),
    ...(operation.etag === true ? [{ $ref: "#/components/parameters/IfNoneMatch" }] : []),
  ];
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...(compatibility === undefined ? {} : { "x-compatibility": true }),
    "x-scope": scope,
    security: scope === null ? [] : [{ bearer: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: !body.safeParse(undefined).success,
            content: { "application/json": { schema: schemaOf(body, "input") } },
          },
        }),
    responses: responsesOf(operation),
  };
}

/** Whether its answers are kept for `Idempotency-Key`. */
function isKept({ method, idempotency }: Operation): boolean {
  return method !== "GET" && idempotency !== "none";
}

function responsesOf(operation: Operation): JsonObject {
  const { status = 200, alsoStatus = [], produces = "application/json", response } = operation;
  const content = status === 204 ? {} : { content: { [produces]: { schema: schemaOf(response, "output") } } };
  const streamed = operation.streams === undefined ? {} : { [operation.streams]: { schema: { type: "string" } } };
  const success = {
    description: response.description ?? "Done.",
    ...(operation.etag === true ? { headers: ETAG } : {}),
    ...content,
    ...(operation.streams === undefined ? {} : { content: { ...content.content, ...streamed } }),
  };
  const problems = [
    400,
    ...(operation.scope === null ? [] : [401, 403, 429]),
    // Whatever is sent along is looked at, even where nothing is asked for.
    ...(operation.method === "GET" ? [] : [413, 415]),
    // The key of a request that is being answered, and the key of another one.
    ...(isKept(operation) ? [409, 422] : []),
    ...(operation.etag === true && operation.method !== "GET" ? [412] : []),
    // A text that cannot be stored.
    ...(operation.params === undefined && operation.query === undefined && operation.body === undefined ? [] : [422]),
    ...(operation.problems ?? []),
    500,
    503,
  ].filter((code) => code !== status && !(operation.alsoAnswers ?? []).includes(code));
  return {
    ...Object.fromEntries([status, ...alsoStatus, ...(operation.alsoAnswers ?? [])].map((code) => [code, success])),
    ...(operation.etag === true && operation.method === "GET"
      ? { 304: { description: "It is what the caller has.", headers: ETAG } }
      : {}),
    ...Object.fromEntries(
      [...new Set(problems)].map((code) => [
        code,
        { $ref: `#/components/responses/${PROBLEM_RESPONSES[code]?.[0] ?? "Fault"}` },
      ]),
    ),
  };
}

function problemResponse(status: string, [name, about]: readonly [string, string]): [string, JsonObject] {
  const content = { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } };
  const headers = PROBLEM_HEADERS[Number(status)];
  return [name, { description: about, ...(headers === undefined ? {} : { headers }), content }];
}

function parametersOf(place: "path" | "query", shape: z.ZodType | undefined): JsonObject[] {
  if (shape === undefined) return [];
  const { properties = {}, required = [] } = asObject(schemaOf(shape, "input", {}));
  const needed = Array.isArray(required) ? required : [];
  return Object.entries(asObject(properties)).map(([name, schema]) => {
    const { description, ...rest } = asObject(schema);
    return {
      name,
      in: place,
      required: place === "path" || needed.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}

/** Schema of a shape, in which the views stand as references. What comes in may hold no key that is not named. */
function schemaOf(
  shape: z.ZodType,
  io: "input" | "output",
  views: Readonly<Record<string, z.ZodType>> = VIEWS,
): JsonObject {
  const { $schema: _, ...schema } = z.toJSONSchema(shape, {
    target: "draft-2020-12",
    io,
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      if (io === "input" && jsonSchema.properties !== undefined) jsonSchema.additionalProperties ??= false;
    },
  });
  const plain: Json = JSON.parse(JSON.stringify(schema));
  if (io === "input") return asObject(plain);
  const named = new Map(Object.entries(views).map(([name, view]) => [JSON.stringify(schemaOf(view, io, {})), name]));
  return asObject(withReferences(plain, named));
}

function withReferences(value: Json, named: ReadonlyMap<string, string>): Json {
  if (isList(value)) return value.map((part) => withReferences(part, named));
  if (typeof value !== "object" || value === null) return value;
  const name = named.get(JSON.stringify(value));
  if (name !== undefined) return { $ref: `#/components/schemas/${name}` };
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withReferences(part, named)]));
}

/** Definitions that a shape brings along, moved to where the whole document can refer to them. */
function withoutDefinitions(value: Json, lifted: Record<string, JsonObject>): Json {
  if (isList(value)) return value.map((part) => withoutDefinitions(part, lifted));
  if (typeof value !== "object" || value === null) return value;
  const { $defs = {}, ...rest } = value;
  for (const [name, definition] of Object.entries(asObject($defs))) {
    const found = asObject(withoutDefinitions(definition, lifted));
    const known = (lifted[name] ??= found);
    if (JSON.stringify(known) !== JSON.stringify(found)) throw new Error(`two shapes are called ${name}`);
  }
  return Object.fromEntries(
    Object.entries(rest).map(([key, part]) => [
      key,
      key === "$ref" && typeof part === "string"
        ? part.replace("#/$defs/", "#/components/schemas/")
        : withoutDefinitions(part, lifted),
    ]),
  );
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function asObject(value: Json): JsonObject {
  if (typeof value !== "object" || value === null || isList(value)) throw new Error("a shape has no JSON Schema");
  return value;
}
