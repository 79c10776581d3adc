import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore, type Store } from "@holdpoint/store";
import { TEST_SERVERS, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answered, type StartedPlane, startPlane } from "../control-plane.testing.ts";

/** The way to a database, which can be cut: connections break, and new ones are refused. */
class Way {
  readonly dir: string = mkdtempSync(join(tmpdir(), "holdpoint-way-"));
  readonly #to: string;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;

  constructor(to: string) {
    this.#to = to;
  }

  async open(): Promise<void> {
    this.#server = createServer((socket) => {
      const far = connect(this.#to);
      for (const one of [socket, far]) {
        this.#sockets.add(one);
        one
          .on("error", () => undefined)
          .on("close", () => {
            socket.destroy();
            far.destroy();
          });
      }
      socket.pipe(far).pipe(socket);
    }).listen(join(this.dir, SOCKET));
    await once(this.#server, "listening");
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
    await closed;
  }
}

const SOCKET = ".s.PGSQL.5432";
const [testServer] = TEST_SERVERS;
let server: TestServer;
let way: Way;
let store: Store;
let plane: StartedPlane;

beforeAll(async () => {
  if (testServer === undefined) throw new Error("there is no test server");
  server = await testServer.start();
  const address = await server.emptyDatabase();
  const dir = /@(\/[^?]+)/.exec(address)?.[1] ?? "";
  way = new Way(join(dir, SOCKET));
  await way.open();
  store = await openStore({ databaseUrl: address.replace(dir, way.dir), runtime: { now: () => Date.now() } });
  plane = await startPlane(store);
});

afterAll(async () => {
  await plane.close();
  await store.close();
  await way.cut();
  rmSync(way.dir, { recursive: true, force: true });
  await server.stop();
});

const CALLS: readonly (readonly [method: string, path: string, body?: unknown])[] = [
  ["GET", "/v1/plans"],
  ["GET", "/v1/events"],
  ["GET", "/status"],
  ["GET", "/api/progress/status"],
  ["POST", "/v1/plans", { source: "p.md", document: "# P\n\n- [ ] a\n" }],
  ["POST", "/v1/work/claim", { agent: "a" }],
  ["POST", "/v1/work/claim", { agent: "a", waitMs: 300 }],
];

function callAll(): Promise<readonly Answered[]> {
  return Promise.all(CALLS.map(([method, path, body]) => plane.call(method, path, body)));
}

async function partsOf(answer: Answered): Promise<ReadonlyMap<string, string>> {
  const parts = answer.body["parts"];
  const list = Array.isArray(parts) ? parts : [];
  return new Map(list.map((part: { name: string; status: string }) => [part.name, part.status]));
}

async function readyAgain(within: number): Promise<Answered> {
  const until = Date.now() + within;
  for (;;) {
    const answer = await plane.call("GET", "/ready", undefined, { token: null });
    // Degraded answers 200, too: the listener for wake-ups comes back on its own.
    if (answer.body["status"] === "ready" || Date.now() > until) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test("while the database is away the server says so and refuses with 503; all is well when it is back", async () => {
  expect((await callAll()).map(({ status }) => status)).toEqual([200, 200, 200, 200, 201, 200, 200]);
  expect((await readyAgain(0)).body["status"]).toBe("ready");

  await way.cut();
  // What was under way when the connections broke may fail once more than the rest; every call after that is refused.
  const away = [...(await callAll()), ...(await callAll())];
  for (const { status, body, headers } of away) {
    // A status is told even then: that the database is away is part of the answer.
    expect([status, body["code"]]).toEqual([503, "HP6010"]);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  }
  // An answer of health serves for a quarter of a second.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const { status, body } = await readyAgain(0);
  expect([status, body["status"]]).toEqual([503, "not_ready"]);
  const parts = await partsOf(await plane.call("GET", "/ready"));
  expect([parts.get("database"), parts.get("event log")]).toEqual(["down", "down"]);
  expect((await plane.call("GET", "/health")).status).toBe(200);
  expect((await plane.call("GET", "/metrics")).status).toBe(200);
  expect(plane.records.filter((record) => record.status === 500)).toEqual([]);

  await way.open();
  expect((await readyAgain(10_000)).body["status"]).toBe("ready");
  expect((await callAll()).map(({ status: after }) => after)).toEqual([200, 200, 200, 200, 200, 200, 200]);
});

test("a caller that waits for work through an outage is refused with 503, never with 500", async () => {
  const waiting = plane.call("POST", "/v1/work/claim", { agent: "b", capabilities: ["rare"], waitMs: 4_000 });
  await new Promise((resolve) => setTimeout(resolve, 100));
  await way.cut();
  expect((await waiting).body["code"]).toBe("HP6010");
  await way.open();
  expect((await readyAgain(10_000)).status).toBe(200);
});

test("a stream that is cut by an outage is resumed from its last event without a gap", async () => {
  const stream = await fetch(`${plane.url}/v1/events?cursor=0`, {
    headers: { authorization: "Bearer t:read", accept: "text/event-stream" },
  });
  const reader = stream.body?.getReader();
  let text = "";
  const seen = async (): Promise<void> => {
    while (!/^id: \d+$/m.test(text)) {
      const got = await reader?.read();
      if (got === undefined || got.done) throw new Error(`the stream ended after: ${text}`);
      text += new TextDecoder().decode(got.value);
    }
  };
  await seen();
  await way.cut();
  await reader?.cancel().catch(() => undefined);
  await way.open();
  expect((await readyAgain(10_000)).status).toBe(200);
  const last = Number([...text.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1]);
  const all = await plane.call("GET", "/v1/events?cursor=0");
  const rest = await plane.call("GET", `/v1/events?cursor=${last}`);
  const seqs = (answer: Answered): readonly number[] => {
    const items = answer.body["items"];
    return Array.isArray(items) ? items.map((item: { seq: number }) => item.seq) : [];
  };
  expect(seqs(rest)).toEqual(seqs(all).filter((seq) => seq > last));
});
