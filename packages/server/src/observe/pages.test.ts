import { OPERATIONS } from "@holdpoint/contract";
import type { Store } from "@holdpoint/store";
import { TEST_SERVERS, type TestServer } from "@holdpoint/store/testing";
import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type StartedPlane, startPlane } from "../control-plane.testing.ts";

const [testServer] = TEST_SERVERS;
let server: TestServer;
let store: Store;
let plane: StartedPlane;

beforeAll(async () => {
  if (testServer === undefined) throw new Error("there is no test server");
  server = await testServer.start();
  store = await server.openStore(() => 0);
  plane = await startPlane(store);
});

afterAll(async () => {
  await plane.close();
  await server.stop();
});

async function served(): Promise<readonly string[]> {
  const { paths } = (await plane.call("GET", "/openapi.json", undefined, { token: null })).body;
  return [...JSON.stringify(paths).matchAll(/"operationId":"(\w+)"/g)].map((match) => match[1] ?? "");
}

test("every operation that is declared is answered, and what is answered is declared", async () => {
  const answered = await served();
  const declared = OPERATIONS.map(({ id }) => id);
  expect(answered.filter((id) => !declared.includes(id))).toEqual([]);
  expect(declared.filter((id) => !answered.includes(id))).toEqual([]);
  expect(new Set(answered).size).toBe(answered.length);
});

test("the document that is served is valid OpenAPI 3.1", async () => {
  const { body } = await plane.call("GET", "/openapi.json", undefined, { token: null });
  const { errors, valid } = await new Validator().validate({ ...body });
  expect(errors ?? []).toEqual([]);
  expect(valid).toBe(true);
});

test("every operation of the document is routed: none is unknown to the server", async () => {
  const answered = await served();
  // A stream never ends by itself; that it is routed is seen where it is followed.
  const ending = OPERATIONS.filter((one) => answered.includes(one.id) && one.produces !== "text/event-stream");
  for (const { id, method, path } of ending) {
    const { body } = await plane.call(method, path.replaceAll(/\{\w+\}/g, "x"), method === "GET" ? undefined : {});
    expect([id, body["code"]]).not.toEqual([id, "HP9102"]);
  }
});

test("the reference needs no other host, no token, and nothing that the content security policy forbids", async () => {
  for (const path of ["/docs", "/docs/"]) {
    const { status, text, headers } = await plane.call("GET", path, undefined, { token: null });
    expect(status).toBe(200);
    expect(headers.get("content-type")).toContain("text/html");
    expect(text).not.toMatch(/https?:|<style|style=|<script>|onload=/);
    for (const [, asset] of text.matchAll(/(?:src|href)="([^"]+)"/g)) {
      const file = await plane.call("GET", asset ?? "", undefined, { token: null });
      expect(file.status).toBe(200);
      expect(file.headers.get("content-type")).toMatch(/^text\/(?:css|javascript)/);
      expect(file.text.length).toBeGreaterThan(50);
    }
  }
});

test("the page of a problem says what it means and what to do", async () => {
  const { status, text, headers } = await plane.call("GET", "/problems/HP9101", undefined, { token: null });
  expect(status).toBe(200);
  expect(headers.get("content-type")).toContain("text/html");
  expect(text).toContain("<h1>HP9101: The request does not fit its shape</h1>");
  expect(text).toContain("<code>&lt;first&gt;</code>");
  expect(text).toContain("What to do");
});

test("a problem that is not in the catalogue has no page", async () => {
  expect((await plane.call("GET", "/problems/HP0000")).body["code"]).toBe("HP9105");
  expect((await plane.call("GET", "/problems/nonsense")).body["code"]).toBe("HP9101");
});

test("every problem that the server answers has its page where `type` says", async () => {
  const { body } = await plane.call("GET", "/v1/nothing");
  expect((await plane.call("GET", String(body["type"]), undefined, { token: null })).status).toBe(200);
});
