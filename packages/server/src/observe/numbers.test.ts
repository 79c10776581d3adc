import { OPERATIONS } from "@holdpoint/contract";
import type { Store } from "@holdpoint/store";
import { TEST_SERVERS, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type StartedPlane, startPlane } from "../control-plane.testing.ts";
import { createSystemRuntime } from "../system-runtime.ts";
import { METRIC_TABLE } from "./metric-table.ts";

const [testServer] = TEST_SERVERS;
let server: TestServer;
let store: Store;
let plane: StartedPlane;
let aheadMs = 0;

const system = createSystemRuntime();
const runtime = { ...system, now: (): number => system.now() + aheadMs };

beforeAll(async () => {
  if (testServer === undefined) throw new Error("there is no test server");
  server = await testServer.start();
  store = await server.openStore(() => 0);
  plane = await startPlane(store, { runtime });
});

afterAll(async () => {
  await plane.close();
  await server.stop();
});

/** Samples of `/metrics` by their whole name, labels included. */
async function numbers(of: StartedPlane = plane): Promise<ReadonlyMap<string, number>> {
  const { text } = await of.call("GET", "/metrics");
  return new Map(
    text
      .split("\n")
      .filter((line) => line.startsWith("holdpoint_"))
      .map((line) => {
        const at = line.lastIndexOf(" ");
        return [line.slice(0, at), Number(line.slice(at + 1))];
      }),
  );
}

/** The queue as a replica sees it that has not counted it yet: an answer of the database serves for a while. */
async function queue(): Promise<ReadonlyMap<string, number>> {
  const fresh = await startPlane(store, { runtime });
  try {
    return await numbers(fresh);
  } finally {
    await fresh.close();
  }
}

async function claim(): Promise<string> {
  const { body } = await plane.call("POST", "/v1/work/claim", { agent: "ann", leaseTtlMs: 30_000 });
  const [task]: readonly { id: string; attempt: number }[] = Array.isArray(body["tasks"]) ? body["tasks"] : [];
  if (task === undefined) throw new Error("nothing was claimed");
  return `/v1/tasks/${task.id}/attempts/${task.attempt}`;
}

describe("the numbers of a server", () => {
  test("have rate, errors and duration of every route", async () => {
    for (const { method, path } of OPERATIONS) {
      const place = path.replaceAll(/\{\w+\}/g, "x");
      await (await fetch(`${plane.url}${place}`, { method })).arrayBuffer();
    }
    for (const path of ["/docs", "/mcp", "/nowhere"]) await (await fetch(`${plane.url}${path}`)).arrayBuffer();
    const counted = [...(await numbers())].filter(([name]) => name.startsWith(`${METRIC_TABLE.requests.name}_count`));
    const seen = counted.map(([name]) => /operation="(\w+)",route="([^"]+)",method="(\w+)",status="(\d+)"/.exec(name));
    const routes = seen.map((match) => `${match?.[3] ?? ""} ${match?.[2] ?? ""} ${match?.[1] ?? ""}`);
    const expected = OPERATIONS.map(
      ({ id, method, path }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ":$1")} ${id}`,
    );
    const others = ["GET /docs none", "GET /mcp mcp", "GET none none"];
    expect(routes).toEqual(expect.arrayContaining([...expected, ...others]));
    expect(new Set(seen.map((match) => match?.[4]))).toEqual(new Set(["200", "400", "401", "404"]));
  });

  test("move with the work: depth and age of the queue, attempts, expiries, fences, batches, waits", async () => {
    const before = await numbers();
    expect(before.get('holdpoint_attempts_total{outcome="expired"}')).toBe(0);
    await plane.call("POST", "/v1/tasks", { title: "Dig" });
    aheadMs += 5_000;
    const ready = await queue();
    expect(ready.get('holdpoint_tasks{state="ready"}')).toBe(1);
    expect(ready.get("holdpoint_oldest_ready_seconds")).toBeGreaterThanOrEqual(5);

    const lost = await claim();
    expect((await queue()).get('holdpoint_tasks{state="leased"}')).toBe(1);
    aheadMs += 60_000;
    await (await plane.plane.rooms("t")).work.expire();
    aheadMs += 60_000;
    const held = await claim();
    expect((await plane.call("POST", `${lost}/release`, { reason: "late" })).status).toBe(409);
    expect((await plane.call("POST", `${held}/complete`, {})).body["outcome"]).toBe("accepted");

    const after = await numbers();
    const grown = (name: string): number => (after.get(name) ?? Number.NaN) - (before.get(name) ?? 0);
    expect(grown('holdpoint_attempts_total{outcome="claimed"}')).toBe(2);
    expect(grown('holdpoint_attempts_total{outcome="expired"}')).toBe(1);
    expect(grown('holdpoint_attempts_total{outcome="accepted"}')).toBe(1);
    expect(grown("holdpoint_lease_expiries_total")).toBe(1);
    expect(grown("holdpoint_fence_refusals_total")).toBe(1);
    expect(grown("holdpoint_commit_batch_commands_count")).toBeGreaterThanOrEqual(6);
    expect(grown("holdpoint_commit_batch_commands_sum")).toBeGreaterThanOrEqual(6);
    expect(grown("holdpoint_commit_duration_seconds_count")).toBeGreaterThanOrEqual(6);
    expect(grown("holdpoint_database_wait_seconds_count")).toBeGreaterThan(6);
    expect(grown("holdpoint_database_use_seconds_sum")).toBeGreaterThan(0);
    expect(after.get('holdpoint_database_connections{state="idle"}')).toBeGreaterThan(0);
    expect(after.get("holdpoint_database_up")).toBe(1);
    // This request itself.
    expect(after.get("holdpoint_http_requests_in_flight")).toBe(1);
  });

  test("tell what waits for a connection", async () => {
    let free = (): void => undefined;
    const freed = new Promise<void>((resolve) => {
      free = resolve;
    });
    // Longer than what the smallest bucket holds.
    const slow = async (): Promise<number> => {
      const all = await numbers();
      const bucket = (le: string): number => all.get(`holdpoint_database_wait_seconds_bucket{le="${le}"}`) ?? 0;
      return bucket("+Inf") - bucket("0.001");
    };
    const before = await slow();
    const busy = Array.from({ length: 20 }, () => store.transaction(() => freed));
    let waiting = 0;
    try {
      await expect.poll(() => store.connections().idle).toBe(0);
      waiting = store.connections().waiting;
      expect(waiting).toBeGreaterThan(0);
      await new Promise((resolve) => setTimeout(resolve, 2));
    } finally {
      free();
      await Promise.all(busy);
    }
    expect((await slow()) - before).toBeGreaterThanOrEqual(waiting);
  });

  test("tell how tidy the database is, once it was looked at", async () => {
    await expect
      .poll(async () => (await numbers()).has('holdpoint_database_rows{table="task",kind="live"}'))
      .toBe(true);
    expect((await numbers()).get("holdpoint_database_horizon_seconds")).toBeGreaterThanOrEqual(0);
  });
});
