import type { Store } from "@holdpoint/store";
import { TEST_SERVERS, type TestServer } from "@holdpoint/store/testing";
import { attemptPlace, laterLifePlace, openTracing, type Tracing, taskPlace } from "@holdpoint/trace";
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from "@holdpoint/trace/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type StartedPlane, startPlane } from "./control-plane.testing.ts";

const [testServer] = TEST_SERVERS;
const CALLER = "b7ad6b7169203331";

let server: TestServer;
let store: Store;
let receiver: OtlpReceiver;
let tracing: Tracing;
let plane: StartedPlane;

beforeAll(async () => {
  if (testServer === undefined) throw new Error("there is no test server");
  server = await testServer.start();
  store = await server.openStore(() => 0);
});

afterAll(async () => {
  await server.stop();
});

beforeEach(async () => {
  receiver = await startOtlpReceiver();
  const about = { endpoint: receiver.endpoint, version: "1.2.3", instance: "r1", role: "server", delayMs: 10 } as const;
  tracing = await openTracing(about);
  plane = await startPlane(store, { tracing });
});

afterEach(async () => {
  await plane.close();
  await tracing.close();
  await receiver.close();
});

function traced(trace: string): { headers: Readonly<Record<string, string>> } {
  return { headers: { traceparent: `00-${trace}-${CALLER}-01` } };
}

/** Claims the next task; answers its id and the path of its attempt. */
async function claim(trace: string): Promise<{ readonly task: string; readonly path: string }> {
  const { body } = await plane.call("POST", "/v1/work/claim", { agent: "ann" }, traced(trace));
  const [task]: readonly { id: string; attempt: number }[] = Array.isArray(body["tasks"]) ? body["tasks"] : [];
  if (task === undefined) throw new Error("nothing was claimed");
  return { task: task.id, path: `/v1/tasks/${task.id}/attempts/${task.attempt}` };
}

function placed(span: ReceivedSpan | undefined): unknown {
  return { traceId: span?.traceId, spanId: span?.spanId };
}

describe("a request", () => {
  test("has a span by its route below that of its caller, and the answer names it", async () => {
    const trace = "a".repeat(32);
    const path = "/v1/tasks/00000000-0000-7000-8000-000000000001";
    const answer = await plane.call("GET", `${path}?secret=1`, undefined, traced(trace));
    const [first] = await receiver.named("GET /v1/tasks/:task");
    expect(answer.status).toBe(404);
    expect(first).toMatchObject({
      traceId: trace,
      parentSpanId: CALLER,
      kind: 2,
      isFailed: false,
      facts: {
        "http.request.method": "GET",
        "http.route": "/v1/tasks/:task",
        "http.response.status_code": 404,
        "url.path": path,
        "holdpoint.operation": "getTask",
        "holdpoint.tenant": "t",
      },
      resource: { "service.name": "holdpoint", "service.instance.id": "r1" },
    });
    expect(answer.headers.get("traceparent")).toBe(`00-${trace}-${first?.spanId ?? ""}-01`);
    expect(answer.body["instance"]).toBe(trace);
    expect(JSON.stringify(receiver.spans)).not.toContain("secret");
  });

  test("to nowhere has a span without a route; one that meets a fault says so", async () => {
    await plane.call("GET", "/nowhere");
    const failing = await startPlane(store, { tracing, authenticate: () => Promise.reject(new Error("away")) });
    await failing.call("GET", "/v1/plans");
    await failing.close();
    const [[lost], [fault]] = [await receiver.named("GET"), await receiver.named("GET /v1/plans")];
    expect(lost?.facts).toMatchObject({ "http.response.status_code": 404, "url.path": "/nowhere" });
    expect(lost?.facts).not.toHaveProperty("http.route");
    expect(fault).toMatchObject({ isFailed: true, facts: { "error.type": "500" } });
  });

  test("whose trace its caller does not keep has no span, and goes on with the trace", async () => {
    const traceparent = `00-${"c".repeat(32)}-${CALLER}-00`;
    const unkept = await plane.call("GET", "/v1/plans", undefined, { headers: { traceparent } });
    expect(unkept.headers.get("traceparent")).toMatch(/^00-c{32}-[0-9a-f]{16}-00$/);
    await plane.call("GET", "/v1/pause");
    await receiver.named("GET /v1/pause");
    expect(receiver.spans.map(({ name }) => name)).not.toContain("GET /v1/plans");
  });
});

describe("commands", () => {
  test("have spans below their requests; a batch has a trace of its own that is linked to them", async () => {
    const traces = Array.from({ length: 6 }, (_, at) => `${at + 1}`.repeat(32));
    await Promise.all(
      traces.map((trace) => plane.call("POST", "/v1/tasks", { title: "t", capabilities: ["none"] }, traced(trace))),
    );
    const created = await receiver.named("work.create", 6);
    const requests = await receiver.named("POST /v1/tasks", 6);
    for (const span of created) {
      expect(requests.find((one) => one.traceId === span.traceId)?.spanId).toBe(span.parentSpanId);
      expect(span.links).toHaveLength(1);
    }
    await expect
      .poll(() => receiver.spans.filter(({ name }) => name === "work.batch").flatMap(({ links }) => links))
      .toEqual(expect.arrayContaining(created.map(placed)));
    const [batch] = await receiver.named("work.batch");
    const transactions = await receiver.named("transaction");
    expect(transactions.find(({ parentSpanId }) => parentSpanId === batch?.spanId)).toMatchObject({
      traceId: batch?.traceId,
      kind: 3,
      facts: { "db.system.name": "postgresql" },
    });
    const sizes = receiver.spans.map(({ facts }) => facts["db.operation.batch.size"]);
    expect(sizes.reduce((sum: number, size) => sum + (typeof size === "number" ? size : 0), 0)).toBe(6);
  });
});

describe("a transaction", () => {
  test.each([
    ["of the access room", "POST", "/v1/tokens", { kind: "run", name: "host" }],
    ["of a tenant's room", "POST", "/v1/pause", { reason: "for the test" }],
  ])("%s has a span below its request", async (_what, method, path, body) => {
    const trace = "9".repeat(32);
    const { status } = await plane.call(method, path, body, traced(trace));
    const [request] = await receiver.named(`${method} ${path}`);
    expect([status < 300, request?.traceId]).toEqual([true, trace]);
    const [transaction] = await receiver.named("transaction");
    expect(transaction).toMatchObject({ traceId: trace, facts: { "db.system.name": "postgresql" } });
    await plane.call("POST", "/v1/resume", {});
  });
});

describe("a task", () => {
  test("has a trace by its own id: its life, its attempts, its settlement, with links to the requests", async () => {
    await plane.call("POST", "/v1/tasks", { title: "Dig", key: "dig", queue: "garden" });
    const first = await claim("d".repeat(32));
    await plane.call("POST", `${first.path}/release`, { reason: "later" });
    const second = await claim("e".repeat(32));
    expect(second.task).toBe(first.task);
    const done = await plane.call("POST", `${second.path}/complete`, {}, traced("f".repeat(32)));
    expect(done.body["outcome"]).toBe("accepted");

    const attempts = await receiver.named("task.attempt", 2);
    const [[life], [settle]] = [await receiver.named("task"), await receiver.named("task.settle")];
    const { traceId, spanId } = taskPlace(first.task);
    expect(life).toMatchObject({ traceId, spanId, parentSpanId: null, facts: { "holdpoint.task.state": "accepted" } });
    expect(attempts).toMatchObject([
      {
        traceId,
        parentSpanId: spanId,
        spanId: attemptPlace(first.task, 1).spanId,
        facts: { "holdpoint.attempt": 1, "holdpoint.outcome": "released", "holdpoint.agent": "ann" },
      },
      {
        traceId,
        parentSpanId: spanId,
        spanId: attemptPlace(first.task, 2).spanId,
        facts: { "holdpoint.attempt": 2, "holdpoint.outcome": "reported", "holdpoint.task.key": "dig" },
      },
    ]);
    const [, last] = attempts;
    expect(last?.links.map((link) => link.traceId)).toEqual(["e".repeat(32), "f".repeat(32)]);
    expect(settle).toMatchObject({ traceId, parentSpanId: spanId, facts: { "holdpoint.outcome": "accepted" } });
    expect(settle?.links[0]).toEqual(placed(last));
    expect(last?.endedAt).toBeGreaterThanOrEqual(last?.startedAt ?? Number.NaN);
    expect(life?.startedAt).toBeLessThanOrEqual(attempts[0]?.startedAt ?? 0);
    const claims = await receiver.named("work.claim", 2);
    expect(claims.flatMap(({ links }) => links)).toEqual(expect.arrayContaining(attempts.map(placed)));
  });

  test("that ran out of tries has failed", async () => {
    await plane.call("POST", "/v1/tasks", { title: "Dig", maxAttempts: 1 });
    const { task, path } = await claim("d".repeat(32));
    await plane.call("POST", `${path}/fail`, { reason: "stone" });
    const [[life], [attempt]] = [await receiver.named("task"), await receiver.named("task.attempt")];
    expect(life).toMatchObject({ traceId: taskPlace(task).traceId, isFailed: true, facts: { "error.type": "dead" } });
    expect(attempt).toMatchObject({ isFailed: true, facts: { "error.type": "failed" } });
  });

  test("that was dead has a further root for each life after that, with an id of its own", async () => {
    await plane.call("POST", "/v1/tasks", { title: "Dig", maxAttempts: 1 });
    const first = await claim("d".repeat(32));
    await plane.call("POST", `${first.path}/fail`, { reason: "stone" });
    await plane.call("POST", `/v1/tasks/${first.task}/retry`, { reason: "again" });
    const second = await claim("e".repeat(32));
    await plane.call("POST", `${second.path}/fail`, { reason: "rock" });
    await plane.call("POST", `/v1/tasks/${first.task}/cancel`, { reason: "enough" });
    const lives = await receiver.named("task", 3);
    const ids = [
      taskPlace(first.task),
      laterLifePlace(first.task, 2, "dead"),
      laterLifePlace(first.task, 2, "cancelled"),
    ].map(({ traceId, spanId }) => ({ traceId, spanId, parentSpanId: null }));
    expect(lives).toMatchObject(ids);
    expect(new Set(lives.map(({ spanId }) => spanId)).size).toBe(3);
  });

  test("that was held and is redriven goes on in its first life", async () => {
    await plane.call("POST", "/v1/tasks", { title: "Dig", maxAttempts: 2 });
    const first = await claim("d".repeat(32));
    await plane.call("POST", `${first.path}/block`, { reason: "no spade" });
    await plane.call("POST", `/v1/tasks/${first.task}/retry`, { reason: "here is one" });
    const second = await claim("e".repeat(32));
    await plane.call("POST", `${second.path}/complete`, {});
    const [life] = await receiver.named("task");
    expect(life).toMatchObject({ spanId: taskPlace(first.task).spanId });
  });
});

describe("a receiver that is away", () => {
  test("neither slows nor fails a request", async () => {
    const told: unknown[] = [];
    const about = {
      endpoint: "http://127.0.0.1:9",
      version: "1",
      instance: "r2",
      role: "server",
      delayMs: 10,
    } as const;
    const away = await openTracing({ ...about, onTrouble: (why) => told.push(why) });
    const served = await startPlane(store, { tracing: away });
    try {
      for (let at = 0; at < 50; at += 1) {
        const { status } = await served.call("POST", "/v1/tasks", { title: "t", capabilities: ["none"] });
        expect(status).toBe(201);
      }
      await expect.poll(() => told.length, { timeout: 20_000 }).toBe(1);
      expect((await served.call("GET", "/v1/plans")).status).toBe(200);
    } finally {
      await served.close();
      await away.close();
    }
  });
});
