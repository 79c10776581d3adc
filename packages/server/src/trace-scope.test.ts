import type { Store } from "@holdpoint/store";
import { TEST_SERVERS, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type StartedPlane, startPlane } from "./control-plane.testing.ts";
import { currentTrace, withTrace } from "./trace-scope.ts";

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

function traced(trace: string): { headers: Readonly<Record<string, string>> } {
  return { headers: { traceparent: `00-${trace}-b7ad6b7169203331-01` } };
}

test("a trace is known inside of its scope alone", async () => {
  expect(currentTrace()).toBeNull();
  await withTrace("a".repeat(32), async () => {
    await Promise.resolve();
    expect(currentTrace()).toBe("a".repeat(32));
  });
  expect(currentTrace()).toBeNull();
});

test("events carry the trace of the request that caused them, also when requests share a transaction", async () => {
  const imported = "1".repeat(32);
  for (let at = 0; at < 8; at += 1) {
    const plan = { source: `p${at}.md`, document: "# P\n\n- [ ] a\n" };
    expect((await plane.call("POST", "/v1/plans", plan, traced(imported))).status).toBe(201);
  }
  const traces = Array.from({ length: 8 }, (_, at) => `${at + 2}`.repeat(32).slice(0, 32));
  const claims = await Promise.all(
    traces.map((trace) => plane.call("POST", "/v1/work/claim", { agent: `a-${trace[0]}` }, traced(trace))),
  );
  const taken = claims.map(({ body }): { id: string; attempt: number } | undefined =>
    Array.isArray(body["tasks"]) ? body["tasks"][0] : undefined,
  );
  await Promise.all(
    taken.map((task, at) =>
      plane.call("POST", `/v1/tasks/${task?.id}/attempts/${task?.attempt}/complete`, {}, traced(traces[at] ?? "")),
    ),
  );
  const { body } = await plane.call("GET", "/v1/events?limit=1000");
  const events: readonly { kind: string; trace: string | null; subject: string }[] = Array.isArray(body["items"])
    ? body["items"]
    : [];
  const of = (kind: string): readonly string[] =>
    events.filter((event) => event.kind === kind).map((event) => event.trace ?? "none");
  expect(new Set(of("plan.imported"))).toEqual(new Set([imported]));
  expect([...of("task.claimed")].sort()).toEqual([...traces].sort());
  taken.forEach((task, at) => {
    const mine = events.filter((event) => event.subject === task?.id && /claimed|reported/.test(event.kind));
    expect(mine.map((event) => event.trace)).toEqual([traces[at], traces[at]]);
  });
});
