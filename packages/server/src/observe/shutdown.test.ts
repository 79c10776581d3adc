import { Agent, request } from "node:http";
import type { Store } from "@holdpoint/store";
import { TEST_SERVERS, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { principalOf, startPlane } from "../control-plane.testing.ts";

const [testServer] = TEST_SERVERS;
let server: TestServer;
let store: Store;

beforeAll(async () => {
  if (testServer === undefined) throw new Error("there is no test server");
  server = await testServer.start();
  store = await server.openStore(() => 0);
});

afterAll(async () => {
  await server.stop();
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

test("a long poll is answered with nothing, and soon", async () => {
  const plane = await startPlane(store);
  const polling = plane.call("POST", "/v1/work/claim", { agent: "a", capabilities: ["none"], waitMs: 60_000 });
  await pause(150);
  const began = performance.now();
  await plane.close();
  const { status, body, headers } = await polling;
  expect([status, body]).toEqual([200, { tasks: [] }]);
  expect(headers.get("connection")).toBe("close");
  expect(performance.now() - began).toBeLessThan(2_000);
});

test("a stream of events ends cleanly", async () => {
  const plane = await startPlane(store);
  const stream = await fetch(`${plane.url}/v1/events`, {
    headers: { authorization: "Bearer t:read", accept: "text/event-stream" },
  });
  const read = stream.text();
  await pause(150);
  await plane.close();
  expect(await read).toContain(": following");
});

test("what is being answered is finished, while what comes is refused with HP9108", async () => {
  let go = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    go = resolve;
  });
  const plane = await startPlane(store, {
    authenticate: async ({ token }) => {
      if (token === "slow:all") await held;
      return principalOf(token);
    },
  });
  const slow = plane.call("GET", "/v1/plans", undefined, { token: "slow:all" });
  await pause(100);
  const closing = plane.close();
  const refused = await plane.call("GET", "/v1/plans");
  expect([refused.status, refused.body["code"]]).toEqual([503, "HP9108"]);
  expect(refused.headers.get("connection")).toBe("close");
  expect(refused.headers.get("retry-after")).toBe("1");
  go();
  expect((await slow).status).toBe(200);
  await closing;
});

test("a request that does not end is cut off when its time is up", async () => {
  const plane = await startPlane(store, { authenticate: () => new Promise(() => undefined), drainMs: 200 });
  const stuck = plane.call("GET", "/v1/plans").catch(() => "cut off");
  await pause(100);
  const began = performance.now();
  await plane.close();
  expect(await stuck).toBe("cut off");
  expect(performance.now() - began).toBeLessThan(3_000);
});

test("idle connections do not keep it from ending", async () => {
  const plane = await startPlane(store);
  const agent = new Agent({ keepAlive: true });
  await new Promise<void>((resolve, reject) => {
    request(`${plane.url}/health`, { agent }, (response) => response.resume().on("end", resolve))
      .on("error", reject)
      .end();
  });
  const began = performance.now();
  await plane.close();
  agent.destroy();
  expect(performance.now() - began).toBeLessThan(1_000);
});
