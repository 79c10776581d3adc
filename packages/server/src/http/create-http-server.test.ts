import { connect } from "node:net";
import type { Store } from "@holdpoint/store";
import { TEST_SERVERS, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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

describe("the edge", () => {
  test("answers an address that means nothing with a problem, and no other words", async () => {
    const { status, body, headers } = await plane.call("GET", "/v1/nothing?secret=1");
    expect([status, body["code"]]).toEqual([404, "HP9102"]);
    expect(headers.get("content-type")).toContain("application/problem+json");
    expect(JSON.stringify(body)).not.toContain("secret");
  });

  test("asks for a token, and says which scope one lacks", async () => {
    const none = await plane.call("GET", "/v1/plans", undefined, { token: null });
    expect([none.status, none.body["code"]]).toEqual([401, "HP9103"]);
    expect(none.headers.get("www-authenticate")).toContain("Bearer");
    const weak = await plane.call("GET", "/v1/plans", undefined, { token: "t:work" });
    expect([weak.status, weak.body["code"]]).toEqual([403, "HP9104"]);
    expect(weak.body["detail"]).toContain("needs the scope read; this token has work");
  });

  test("takes a token from X-Auth-Token too", async () => {
    const headers = { "x-auth-token": "t:read" };
    expect((await plane.call("GET", "/v1/plans", undefined, { token: null, headers })).status).toBe(200);
  });

  test("lists every field that does not fit", async () => {
    const { status, body } = await plane.call("POST", "/v1/work/claim", { agent: "!", limit: 0 });
    expect([status, body["code"]]).toEqual([400, "HP9101"]);
    expect(body["errors"]).toMatchObject([
      { in: "body", field: "agent" },
      { in: "body", field: "limit" },
    ]);
  });

  test("refuses a field that it does not know, at any depth, in body and query", async () => {
    const flat = await plane.call("POST", "/v1/work/claim", { agent: "a", agnet: "b" });
    expect(flat.body["errors"]).toEqual([{ in: "body", field: "agnet", message: "is not known here" }]);
    const deep = await plane.call("POST", "/v1/work/renew", {
      leases: [{ task: "00000000-0000-7000-8000-000000000001", attempt: 1, atempt: 2 }],
    });
    expect(deep.body["errors"]).toEqual([{ in: "body", field: "leases.0.atempt", message: "is not known here" }]);
    const query = await plane.call("GET", "/v1/plans?limt=3");
    expect(query.body["errors"]).toEqual([{ in: "query", field: "limt", message: "is not known here" }]);
  });

  test("bounds bodies as it is told, but not those of operations with a bound of their own", async () => {
    const bounded = await startPlane(store, { bodyBytes: 2_000 });
    const title = "a".repeat(400);
    const task = { title, payload: "a".repeat(2_000) };
    const single = await bounded.call("POST", "/v1/tasks", task);
    expect([single.status, single.body["code"]]).toEqual([413, "HP9106"]);
    expect(single.body["detail"]).toBe("The body of createTask is larger than 2000 bytes.");
    expect((await bounded.call("POST", "/v1/tasks/batch", { tasks: [task] })).status).toBe(201);
    await bounded.close();
  });

  test.each([
    ["no JSON", "{", "application/json", "HP9107", 400],
    ["nothing", "", "application/json", "HP9107", 400],
    ["a key that changes prototypes", '{"__proto__": {"a": 1}}', "application/json", "HP9107", 400],
    ["another type", "agent=a", "application/x-www-form-urlencoded", "HP9109", 415],
    ["too much", JSON.stringify({ agent: "a".repeat(1024 * 1024) }), "application/json", "HP9106", 413],
  ])("refuses a body that is %s", async (_, body, type, code, status) => {
    const answer = await plane.call("POST", "/v1/work/claim", body, { headers: { "content-type": type } });
    expect([answer.status, answer.body["code"]]).toEqual([status, code]);
  });

  test("refuses an address that cannot be decoded", async () => {
    const { status, body } = await plane.call("GET", "/v1/plans/%zz");
    expect([status, body["code"]]).toEqual([404, "HP9102"]);
  });

  test("says which methods an address takes when it is asked with another, before it looks at a body", async () => {
    const wrong = await plane.call("PUT", "/v1/plans", "{", { token: null });
    expect([wrong.status, wrong.body["code"], wrong.headers.get("allow")]).toEqual([405, "HP9430", "GET, HEAD, POST"]);
    const named = await plane.call("DELETE", "/v1/plans/some?x=1", undefined, { token: null });
    expect([named.status, named.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    // An address of its own comes before one with a name in this place.
    const own = await plane.call("OPTIONS", "/v1/agents/claim", undefined, { token: null });
    expect([own.status, own.headers.get("allow")]).toEqual([405, "POST"]);
    expect((await plane.call("GET", "/v1/tasks/batch")).status).toBe(405);
    expect((await plane.call("PUT", "/mcp", undefined, { token: null })).headers.get("allow")).toContain("POST");
    expect((await plane.call("PUT", "/v1/plans/", undefined, { token: null })).status).toBe(404);
  });

  test("looks at a name that is far too long as at any other", async () => {
    const gate = "g".repeat(5_000);
    const { status, body } = await plane.call("GET", `/v1/plans/00000000-0000-7000-8000-000000000001/gates/${gate}`);
    expect([status, body["code"]]).toEqual([400, "HP9101"]);
  });

  test.each(["0x10", "1e1", "+5", " 5", "", "1.0", "true"])("takes %j for no number in a query", async (limit) => {
    const answer = await plane.call("GET", `/v1/plans?limit=${encodeURIComponent(limit)}`);
    expect(answer).toMatchObject({ status: 400, body: { code: "HP9101", errors: [{ in: "query", field: "limit" }] } });
  });

  test("takes no attempt or revision that is larger than any can be", async () => {
    const id = "00000000-0000-7000-8000-000000000001";
    for (const path of [`/v1/tasks/${id}/attempts/1/output?after=2147483648`, `/v1/plans/${id}/diff?from=2147483648`]) {
      expect([path, (await plane.call("GET", path)).status]).toEqual([path, 400]);
    }
    const leases = [{ task: id, attempt: 2_147_483_648 }];
    expect((await plane.call("POST", "/v1/work/renew", { leases })).status).toBe(400);
    expect(
      (await plane.call("POST", "/v1/work/renew", { leases: [{ task: id, attempt: 2_147_483_647 }] })).status,
    ).toBe(200);
  });

  test("refuses what no database keeps, in names, queries and bodies, and says where it is", async () => {
    const query = await plane.call("GET", "/v1/queues?cursor=a%00b");
    expect([query.status, query.body["code"]]).toEqual([422, "HP5023"]);
    expect(query.body["errors"]).toMatchObject([{ in: "query", field: "cursor" }]);
    const payload = { list: [{ ok: "a" }, { "\0": "b" }] };
    const body = await plane.call("POST", "/v1/tasks", { title: "a", payload });
    expect(body.body).toMatchObject({ code: "HP5023", errors: [{ in: "body", field: "payload.list.1" }] });
  });

  test("takes the content of a report as it is, and nothing else of the evidence", async () => {
    await plane.call("POST", "/v1/tasks", { title: "dig", capabilities: ["dig"] });
    const claim = await plane.call("POST", "/v1/work/claim", { agent: "a", capabilities: ["dig"] });
    const [task]: readonly { id: string }[] = Array.isArray(claim.body["tasks"]) ? claim.body["tasks"] : [];
    const path = `/v1/tasks/${task?.id ?? ""}/attempts/1/evidence`;
    const report = { type: "report", name: "a.xml", content: "<\0>", reader: "junit" };
    expect((await plane.call("POST", path, { evidence: [report] })).status).toBe(201);
    const { body } = await plane.call("POST", path, { evidence: [report, { ...report, name: "\0" }] });
    expect(body).toMatchObject({ code: "HP5023", errors: [{ in: "body", field: "evidence.1.name" }] });
  });

  test("refuses a body that is nested without an end", async () => {
    const nested = `{"title": "a", "payload": ${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
    const { status, body } = await plane.call("POST", "/v1/tasks", nested);
    expect([status, body["code"]]).toEqual([400, "HP9101"]);
    expect(body["detail"]).toContain("nested more than 200 deep");
  });

  test("goes on with the trace of the caller, and begins one where there is none", async () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const given = await plane.call("GET", "/v1/nothing", undefined, { headers: { traceparent } });
    expect(given.headers.get("traceparent")).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
    expect(given.body["instance"]).toBe("0af7651916cd43dd8448eb211c80319c");
    const invalid = `00-${"0".repeat(32)}-b7ad6b7169203331-01`;
    const begun = await plane.call("GET", "/v1/nothing", undefined, { headers: { traceparent: invalid } });
    expect(begun.body["instance"]).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
  });

  test("tells of each request: operation, status, trace, principal", async () => {
    plane.records.length = 0;
    await plane.call("GET", "/v1/plans");
    await plane.call("GET", "/health", undefined, { token: null });
    expect(plane.records.map(({ operation, status, principal }) => [operation, status, principal?.name])).toEqual([
      ["listPlans", 200, "t-user"],
      ["health", 200, "anyone"],
    ]);
    expect(plane.records[0]).toMatchObject({ method: "GET", path: "/v1/plans", fault: null });
    expect(plane.records[0]?.durationMs).toBeGreaterThan(0);
  });

  test("sends strict security headers", async () => {
    const { headers } = await plane.call("GET", "/health", undefined, { token: null });
    expect(headers.get("content-security-policy")).toContain("default-src 'self'");
    expect(headers.get("content-security-policy")).not.toContain("unsafe");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("SAMEORIGIN");
  });

  test("compresses what is worth it", async () => {
    const response = await fetch(`${plane.url}/openapi.json`, { headers: { "accept-encoding": "gzip" } });
    expect(response.headers.get("content-encoding")).toBe("gzip");
    await response.body?.cancel();
  });

  test("answers bytes that are no HTTP without falling over", async () => {
    const { port } = new URL(plane.url);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), "127.0.0.1", () => socket.end("nonsense\r\n\r\n"));
      socket.setEncoding("utf8").once("data", (chunk) => resolve(String(chunk)));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect((await plane.call("GET", "/health")).status).toBe(200);
  });
});

describe("a fault", () => {
  test("is told without its particulars, and kept for the log with them", async () => {
    const failing = await startPlane(store, { authenticate: () => Promise.reject(new Error("password=hunter2")) });
    try {
      const { status, body } = await failing.call("GET", "/v1/plans");
      expect([status, body["code"], body["retryable"]]).toEqual([500, "HP9100", true]);
      expect(JSON.stringify(body)).not.toContain("hunter2");
      expect(failing.records[0]?.fault).toBeInstanceOf(Error);
    } finally {
      await failing.close();
    }
  });
});
