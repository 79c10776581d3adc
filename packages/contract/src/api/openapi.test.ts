import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, test } from "vitest";
import { openApiDocument } from "./openapi.ts";
import { OPERATIONS } from "./operations.ts";

const document = openApiDocument(OPERATIONS, "1.2.3");

function operationOf(path: string, method: string): Readonly<Record<string, unknown>> {
  const found = document.paths[path]?.[method];
  if (found === undefined) throw new Error(`${method} ${path} is not in the document`);
  return found;
}

describe("the OpenAPI document", () => {
  test("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    const result = await validator.validate(JSON.parse(JSON.stringify(document)));
    expect(result.errors ?? []).toEqual([]);
    expect(validator.version).toBe("3.1");
  });

  test("holds every operation once, under its own id", () => {
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map((one) => JSON.stringify(one["operationId"])),
    );
    expect([...ids].sort()).toEqual(OPERATIONS.map(({ id }) => JSON.stringify(id)).sort());
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("declares every place of a path as a parameter", () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      const places = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      for (const one of Object.values(methods)) {
        const declared = JSON.stringify(one["parameters"] ?? []);
        for (const place of places) expect(declared).toContain(`"name":"${place}","in":"path","required":true`);
      }
    }
  });

  test("says what a token must allow, and that some operations need none", () => {
    expect(operationOf("/v1/plans", "post")).toMatchObject({ "x-scope": "plan", security: [{ bearer: [] }] });
    expect(operationOf("/health", "get")).toMatchObject({ "x-scope": null, security: [] });
  });

  test("offers an idempotency key on writes alone, and not on those that need none", () => {
    const key = "#/components/parameters/IdempotencyKey";
    expect(JSON.stringify(operationOf("/v1/plans", "post"))).toContain(key);
    expect(JSON.stringify(operationOf("/v1/plans", "get"))).not.toContain(key);
    expect(JSON.stringify(operationOf("/v1/work/claim", "post"))).toContain(key);
    expect(JSON.stringify(operationOf("/v1/tasks", "post"))).toContain(key);
    expect(JSON.stringify(operationOf("/v1/agents/heartbeat", "post"))).not.toContain(key);
  });

  test("offers conditions where answers have a tag, and tells how they are refused", () => {
    const read = operationOf("/v1/plans/{plan}/revisions/{revision}/document", "get");
    expect(JSON.stringify(read["parameters"])).not.toContain("IfMatch");
    expect(JSON.stringify(read["parameters"])).toContain("IfNoneMatch");
    expect(read["responses"]).toMatchObject({ 200: { headers: { ETag: {} } }, 304: { headers: { ETag: {} } } });
    const write = operationOf("/v1/plans", "post");
    expect(JSON.stringify(write["parameters"])).toContain("IfMatch");
    expect(write["responses"]).toHaveProperty("412");
  });

  test("tells what becomes of a key that was used, and what is refused of any content", () => {
    const { responses } = operationOf("/v1/pause", "post");
    const conflict = { $ref: "#/components/responses/Conflict" };
    expect(responses).toMatchObject({ 409: conflict, 413: {}, 415: {}, 422: {} });
    expect(operationOf("/health", "get")["responses"]).not.toHaveProperty("422");
  });

  test("asks for no list of a query, and for what else has no default", () => {
    expect(JSON.stringify(operationOf("/v1/tasks", "get"))).toContain('"name":"state","in":"query","required":false');
    const diff = JSON.stringify(operationOf("/v1/plans/{plan}/diff", "get"));
    expect(diff).toContain('"name":"from","in":"query","required":true');
  });

  test("says what a shape asks for beyond its fields", () => {
    const limit = JSON.stringify(operationOf("/v1/limits/{key}", "put"));
    expect(limit).toContain('"anyOf":[{"required":["maxRunning"]},{"required":["rate"]}]');
    expect(JSON.stringify(operationOf("/v1/agents", "post"))).toContain('"maxProperties":50');
  });

  test("refers to shared views instead of repeating them", () => {
    const listed = JSON.stringify(operationOf("/v1/tasks", "get"));
    expect(listed).toContain("#/components/schemas/Task");
    expect(listed).not.toContain("maxAttempts");
  });

  test("lets a body hold no key that it does not name", () => {
    expect(operationOf("/v1/plans", "post")).toMatchObject({
      requestBody: { required: true, content: { "application/json": { schema: { additionalProperties: false } } } },
    });
    expect(operationOf("/v1/plans/{plan}/pause", "post")).toMatchObject({ requestBody: { required: false } });
  });

  test("tells of each problem by its status, and of readiness with its own shape", () => {
    expect(operationOf("/v1/plans/{plan}", "get")).toMatchObject({
      responses: { 404: { $ref: "#/components/responses/NotThere" } },
    });
    expect(operationOf("/ready", "get")).toMatchObject({
      responses: { 503: { content: { "application/json": {} } } },
    });
    expect(operationOf("/v1/events", "get")).toMatchObject({
      responses: { 200: { content: { "application/json": {}, "text/event-stream": {} } } },
    });
  });
});
