import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { connect, PARSER, startTestPlane, type TestPlane, taskOf } from "./mcp.testing.ts";

let plane: TestPlane;

beforeAll(async () => {
  plane = await startTestPlane();
});

afterAll(async () => {
  await plane.stop();
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Sends a request with any Host header, which fetch would not let through. */
function send(
  path: string,
  {
    method = "POST",
    headers = {},
    body = "",
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(new URL(path, plane.url), { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const JSON_HEADERS = { "content-type": "application/json", accept: "application/json, text/event-stream" };
const WORKER = { ...JSON_HEADERS, authorization: "Bearer acme:work" };
const LIST = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params: {} });

describe("the address /mcp", () => {
  test.each(["evil.example", "localhost.evil.example", "127.0.0.1@evil.example", "localhost/evil"])(
    "does not answer for the host %s",
    async (host) => {
      const { status, body } = await send("/mcp", { headers: { ...WORKER, host }, body: LIST });
      expect(status).toBe(403);
      expect(JSON.parse(body)).toMatchObject({ code: "HP9301", status: 403 });
    },
  );

  test.each(["https://evil.example", "null", "file://localhost", "http://localhost.evil.example"])(
    "does not answer to a page of %s",
    async (origin) => {
      const { status, body } = await send("/mcp", { headers: { ...WORKER, origin }, body: LIST });
      expect(status).toBe(403);
      expect(JSON.parse(body)).toMatchObject({ code: "HP9302" });
    },
  );

  test("answers for this machine's names on any port, and to its own pages", async () => {
    for (const host of ["localhost:1234", "127.0.0.1", "[::1]:80"]) {
      const headers = { ...WORKER, host, origin: "http://localhost:5005" };
      expect((await send("/mcp", { headers, body: LIST })).status).toBe(200);
    }
  });

  test("asks for a token, and says where its metadata is", async () => {
    const host = new URL(plane.url).host;
    const without = await send("/mcp", { headers: JSON_HEADERS, body: LIST });
    expect(without.status).toBe(401);
    expect(JSON.parse(without.body)).toMatchObject({ code: "HP9103" });
    const at = `http://${host}/.well-known/oauth-protected-resource/mcp`;
    expect(without.headers["www-authenticate"]).toBe(`Bearer realm="holdpoint", resource_metadata="${at}"`);
    const wrong = await send("/mcp", { headers: { ...JSON_HEADERS, authorization: "Bearer nothing" }, body: LIST });
    expect(wrong.status).toBe(401);
    expect(wrong.headers["www-authenticate"]).toContain('error="invalid_token"');
    const metadata = await send(new URL(at).pathname, { method: "GET" });
    expect(JSON.parse(metadata.body)).toMatchObject({
      resource: `http://${host}/mcp`,
      bearer_methods_supported: ["header"],
      scopes_supported: expect.arrayContaining(["work", "plan", "operate"]),
    });
    expect((await send("/.well-known/oauth-protected-resource", { method: "GET" })).status).toBe(200);
  });

  test("refuses a token without any scope that opens a tool", async () => {
    const authorization = "Bearer acme:sign";
    const { status, headers, body } = await send("/mcp", { headers: { ...JSON_HEADERS, authorization }, body: LIST });
    expect(status).toBe(403);
    expect(JSON.parse(body)).toMatchObject({ code: "HP9303" });
    expect(headers["www-authenticate"]).toContain('error="insufficient_scope", scope="work read plan operate"');
  });

  test("keeps to its bound on bodies", async () => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params: { _: "x".repeat(5_000_000) } });
    expect((await send("/mcp", { headers: WORKER, body })).status).toBe(413);
  });

  test("tells the protocol's own error of what is no message of it", async () => {
    const { status, body } = await send("/mcp", { headers: WORKER, body: "{" });
    expect(status).toBe(400);
    expect(JSON.parse(body)).toMatchObject({ jsonrpc: "2.0", error: { code: -32700 } });
  });

  test.each([
    ["of two calls", `[${LIST},${LIST}]`],
    ["of nothing", "[]"],
  ])("refuses a batch %s, which is one request to the limits and the audit log", async (_, body) => {
    const { status, headers, body: said } = await send("/mcp", { headers: WORKER, body });
    expect(status).toBe(400);
    expect(headers["content-type"]).toContain("application/json");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(JSON.parse(said)).toEqual({
      jsonrpc: "2.0",
      id: null,
      error: { code: -32600, message: expect.stringContaining("batch") },
    });
  });

  test("has the protocol refuse what is not declared as JSON", async () => {
    const { status } = await send("/mcp", { headers: { ...WORKER, "content-type": "text/plain" }, body: `[${LIST}]` });
    expect(status).toBe(415);
  });

  test("keeps to its bound on bodies that do not say how long they are", async () => {
    const headers = { ...WORKER, "transfer-encoding": "chunked" };
    const { status, body } = await send("/mcp", { headers, body: `"${"x".repeat(5_000_000)}"` });
    expect(status).toBe(413);
    expect(JSON.parse(body)).toMatchObject({ jsonrpc: "2.0", error: { code: -32000 } });
  });

  test("joins no signal of a call to one that outlives it", async () => {
    const any = vi.spyOn(AbortSignal, "any");
    const call = { method: "tools/call", params: { name: "plan_list", arguments: {} } };
    const headers = { ...JSON_HEADERS, authorization: "Bearer calls:read" };
    for (let id = 1; id <= 3; id += 1) {
      const { body } = await send("/mcp", { headers, body: JSON.stringify({ jsonrpc: "2.0", id, ...call }) });
      expect(body).toContain('"plans":[]');
    }
    const joined = any.mock.calls.flatMap(([signals]) => [...signals]);
    any.mockRestore();
    expect(joined.length).toBeGreaterThanOrEqual(6);
    expect(new Set(joined).size).toBe(joined.length);
  });

  test("carries the trace and the security headers of every answer", async () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const { headers } = await send("/mcp", { headers: { ...WORKER, traceparent }, body: LIST });
    expect(headers["traceparent"]).toContain("0af7651916cd43dd8448eb211c80319c");
    expect(headers["x-content-type-options"]).toBe("nosniff");
  });

  test("shows no tenant what another one has", async () => {
    const ours = await connect(plane.url, "ours:plan+work");
    await ours.call("plan_import", { source: "PARSER.md", document: PARSER });
    const task = taskOf(await ours.call("work_next"));
    const theirs = await connect(plane.url, "theirs:admin");
    const refusals = [
      await theirs.call("work_get", { task: task.id }),
      await theirs.call("work_heartbeat", { task: task.id, attempt: 1 }),
      await theirs.call("work_finish", { task: task.id, attempt: 1 }),
      await theirs.call("work_release", { task: task.id, attempt: 1, reason: "mine" }),
      await theirs.call("plan_status", { plan: task["plan"] }),
      await theirs.call("gate_explain", { plan: task["plan"], gate: task.gates[0]?.key }),
      await theirs.call("plan_items", { plan: task["plan"] }),
    ];
    expect(refusals.map(({ data }) => data["code"])).toEqual(refusals.map(() => "HP9105"));
    expect((await theirs.call("plan_list")).data).toMatchObject({ plans: [] });
    expect((await theirs.call("work_next")).data).toMatchObject({ task: null });
    expect((await theirs.client.listResources()).resources).toEqual([]);
    await expect(theirs.client.readResource({ uri: `holdpoint://task/${task.id}` })).rejects.toMatchObject({
      code: -32602,
    });
    await ours.close();
    await theirs.close();
  });
});

describe("resources", () => {
  test("tell of plans, gates and tasks what the tools tell, for as long as they may be kept", async () => {
    const session = await connect(plane.url, "res:plan+work");
    await session.call("plan_import", { source: "PARSER.md", document: PARSER });
    const task = taskOf(await session.call("work_next"));
    const { resourceTemplates } = await session.client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      "holdpoint://plan/{plan}",
      "holdpoint://plan/{plan}/gate/{gate}",
      "holdpoint://task/{task}",
    ]);
    const { resources } = await session.client.listResources();
    expect(resources).toMatchObject([{ name: "Parser", uri: `holdpoint://plan/${String(task["plan"])}` }]);
    const gate = `${resources[0]?.uri ?? ""}/gate/${task.gates[0]?.key ?? ""}`;
    const read = async (uri: string): Promise<unknown> => {
      const { contents } = await session.client.readResource({ uri });
      const [first] = contents;
      return first !== undefined && "text" in first ? JSON.parse(first.text) : null;
    };
    expect(await read(resources[0]?.uri ?? "")).toEqual((await session.call("plan_status")).data);
    expect(await read(gate)).toMatchObject({ verdict: "inconclusive" });
    expect(await read(`holdpoint://task/${task.id}`)).toMatchObject({ id: task.id, state: "leased" });
    await session.close();
  });

  test.each([
    "holdpoint://task/none",
    "holdpoint://plan/00000000-0000-7000-8000-000000000000",
    "holdpoint://plan/x/gate/y",
    "holdpoint://elsewhere",
  ])("are not found as %s", async (uri) => {
    const session = await connect(plane.url, "res:work");
    await expect(session.client.readResource({ uri })).rejects.toMatchObject({ code: -32602 });
    await session.close();
  });
});
