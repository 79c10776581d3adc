import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { operations } from "@holdpoint/contract";
import { afterEach, describe, expect, it } from "vitest";
import { type ClientOptions, createClient } from "./client.ts";
import { type Followed, followEvents } from "./follow-events.ts";
import { ServerProblem } from "./server-problem.ts";

const ID = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";
const OUTCOME = { state: "ready", attempt: 1, tries: 1 };
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Starts a server whose answers are scripted, and a client of it. */
async function scripted(
  answer: (count: number, response: ServerResponse, seen: Seen) => void,
  more: Partial<ClientOptions> = {},
): Promise<{ seen: Seen[]; client: ReturnType<typeof createClient> }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const one = { method, url, headers, body: Buffer.concat(chunks).toString("utf8") };
      seen.push(one);
      answer(seen.length, response, one);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const client = createClient({ url: `http://127.0.0.1:${port}/`, retry: { baseMs: 1, capMs: 2 }, ...more });
  return { seen, client };
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, retryable: boolean, more: object = {}): void {
  const about = { type: "/problems/HP5011", title: "T", detail: "D", code: "HP5011", remedy: "R", instance: "i" };
  json(response, status, { ...about, status, retryable, ...more });
}

const FAIL = { params: { task: ID, attempt: 1 }, body: { reason: "it broke" } };

describe("a call", () => {
  it("fills the path, sends the body, the token and a trace, and answers what the shape says", async () => {
    const { seen, client } = await scripted((_, response) => json(response, 200, { ...OUTCOME, more: 1 }), {
      token: () => "hp_test",
    });
    expect(await client.call(operations.failAttempt, FAIL)).toEqual(OUTCOME);
    expect(seen[0]).toMatchObject({ method: "POST", url: `/v1/tasks/${ID}/attempts/1/fail` });
    expect(seen[0]?.headers["authorization"]).toBe("Bearer hp_test");
    expect(seen[0]?.headers["traceparent"]).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(JSON.parse(seen[0]?.body ?? "")).toEqual({ reason: "it broke" });
  });

  it("puts lists and numbers into the query, and leaves out what is absent", async () => {
    const { seen, client } = await scripted((_, response) => json(response, 200, { items: [], next: null }));
    await client.call(operations.listAgents, { query: { state: ["healthy", "gone"], limit: 5, runner: undefined } });
    expect(seen[0]?.url).toBe("/v1/agents?state=healthy&state=gone&limit=5");
  });

  it("tries again what may succeed later, as the same write", async () => {
    const { seen, client } = await scripted((count, response) =>
      count < 3 ? refuse(response, 503, true) : json(response, 200, OUTCOME),
    );
    await client.call(operations.failAttempt, FAIL);
    const keys = new Set(seen.map(({ headers }) => headers["idempotency-key"]));
    expect([seen.length, keys.size]).toEqual([3, 1]);
    expect([...keys][0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("sends no key with a write that is idempotent by itself", async () => {
    const { seen, client } = await scripted((_, response) => json(response, 200, { unknown: [], orders: [] }));
    await client.call(operations.heartbeat, { body: { agents: ["ada"] } }, { idempotencyKey: "mine" });
    expect(seen[0]?.headers["idempotency-key"]).toBeUndefined();
  });

  it("sends the condition of a write with each try", async () => {
    const { seen, client } = await scripted((count, response) =>
      count < 2 ? refuse(response, 503, true) : json(response, 200, OUTCOME),
    );
    await client.call(operations.failAttempt, FAIL, { ifMatch: '"sha256:ab"' });
    expect(seen.map(({ headers }) => headers["if-match"])).toEqual(['"sha256:ab"', '"sha256:ab"']);
  });

  it("sends a key with a very frequent write where the caller names one", async () => {
    const { seen, client } = await scripted((_, response) => json(response, 200, { tasks: [] }));
    await client.call(operations.claimWork, { body: { agent: "ada" } });
    await client.call(operations.claimWork, { body: { agent: "ada" } }, { idempotencyKey: "mine" });
    expect(seen.map(({ headers }) => headers["idempotency-key"])).toEqual([undefined, "mine"]);
  });

  it("throws a refusal with its whole document, at once when nothing would change", async () => {
    const task = { state: "leased", attempt: 2, holder: "bob" };
    const { seen, client } = await scripted((_, response) => refuse(response, 409, false, { task }));
    const error: unknown = await client.call(operations.failAttempt, FAIL).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ServerProblem);
    expect(error).toMatchObject({ code: "HP5011", status: 409, remedy: "R", message: "D", document: { task } });
    expect(seen).toHaveLength(1);
  });

  it.each([
    ["an answer that is no problem document", 404, "<html>", "HP9202"],
    ["a gateway that reaches nobody", 502, "bad gateway", "HP9201"],
    ["an answer of another shape", 200, '{"hello":1}', "HP9202"],
    ["an answer that is cut off", 200, '{"state":', "HP9201"],
  ])("tells %s from a refusal", async (_, status, text, code) => {
    const { client } = await scripted((_count, response) => void response.writeHead(status).end(text), { tries: 1 });
    await expect(client.call(operations.failAttempt, FAIL)).rejects.toMatchObject({ code });
  });

  it("says that a server that is away cannot be reached", async () => {
    const client = createClient({ url: "http://127.0.0.1:1", tries: 2, retry: { baseMs: 1, capMs: 1 } });
    await expect(client.call(operations.health, {})).rejects.toMatchObject({ code: "HP9201" });
  });

  it("gives up a try that takes too long", async () => {
    const { seen, client } = await scripted(() => undefined, { timeoutMs: 30, tries: 2 });
    await expect(client.call(operations.health, {})).rejects.toMatchObject({ code: "HP9201" });
    expect(seen).toHaveLength(2);
  });

  it("ends with the signal's reason when it is aborted", async () => {
    const controller = new AbortController();
    const { client } = await scripted(() => controller.abort(new Error("enough")));
    await expect(client.call(operations.health, {}, { signal: controller.signal })).rejects.toThrow("enough");
  });

  it.each(["ftp://localhost", "localhost:5005", ""])("refuses the address %j", (url) => {
    expect(() => createClient({ url })).toThrow("is not an http or https address");
  });
});

describe("following", () => {
  it("goes on after the last event when the stream breaks", async () => {
    const { seen, client } = await scripted((count, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`: hello\n\nid: ${count}\nevent: task.claimed\ndata: {"seq":${count}}\n\n`);
      response.end("id: 99\nevent: half");
    });
    const controller = new AbortController();
    const got: Followed[] = [];
    for await (const one of followEvents(client, operations.listEvents, {}, { signal: controller.signal })) {
      got.push(one);
      if (got.filter(({ type }) => type === "event").length === 2) controller.abort();
    }
    expect(got.map((one) => (one.type === "event" ? `${one.id} ${one.event} ${one.data}` : one.type))).toEqual([
      "open",
      '1 task.claimed {"seq":1}',
      "broken",
      "open",
      '2 task.claimed {"seq":2}',
    ]);
    expect(seen.map(({ headers }) => headers["last-event-id"])).toEqual([undefined, "1"]);
  });

  it("ends when what follows its last event is no longer kept, and says where it can go on", async () => {
    const { seen, client } = await scripted((_, response) => {
      const gone = { status: 410, code: "HP9110", title: "t", detail: "d", remedy: "r", retryable: false, cursor: "7" };
      response.writeHead(410, { "content-type": "application/problem+json" });
      response.end(JSON.stringify({ ...gone, type: "/problems/HP9110", instance: "i" }));
    });
    const options = { signal: new AbortController().signal, lastEventId: "3" };
    const following = followEvents(client, operations.listEvents, {}, options).next();
    await expect(following).rejects.toMatchObject({ code: "HP9110", document: { cursor: "7" } });
    expect(seen).toHaveLength(1);
  });

  it("takes a connection on which nothing comes for dead", async () => {
    const { client } = await scripted((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    });
    const controller = new AbortController();
    const got: string[] = [];
    const options = { signal: controller.signal, quietMs: 30, retry: { baseMs: 1, capMs: 1 } };
    for await (const one of followEvents(client, operations.listEvents, {}, options)) {
      got.push(one.type);
      if (got.length === 3) controller.abort();
    }
    expect(got).toEqual(["open", "broken", "open"]);
  });

  it("ends with its signal, also when what fetch kept of the request was collected as garbage", async () => {
    const { client } = await scripted((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n");
    });
    setFlagsFromString("--expose-gc");
    const collect: unknown = runInNewContext("gc");
    const controller = new AbortController();
    const got: string[] = [];
    for await (const one of followEvents(client, operations.listEvents, {}, { signal: controller.signal })) {
      got.push(one.type);
      if (one.type !== "event") continue;
      setTimeout(() => {
        if (typeof collect === "function") collect();
        setTimeout(() => controller.abort(), 20);
      }, 20);
    }
    expect([typeof collect, got]).toEqual(["function", ["open", "event"]]);
  }, 5_000);
});
