import { openStore, type Store, statement } from "@holdpoint/store";
import { TEST_SERVERS, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPlane } from "../control-plane.testing.ts";
import { appendEvents } from "../events/index.ts";
import { recordExposure, signingIsolation } from "../run/index.ts";
import { createHistoryKeeper } from "./history-keeper.ts";

const DAY_MS = 86_400_000;
const PLAN = "00000000-0000-4000-8000-000000000001";
const TASK = "00000000-0000-4000-8000-000000000002";
const TENANT = statement("tenant", "INSERT INTO holdpoint.tenant VALUES ('t', 0) ON CONFLICT DO NOTHING");
const ADD_PLAN = statement(
  "add_plan",
  `INSERT INTO holdpoint.plan (tenant_id, plan_id, source, title, revision, created_at_ms, updated_at_ms)
   VALUES ('t', $1, 'p', 'P', 1, 0, 0)`,
);

describe.each(TEST_SERVERS)("keeping history on $name", (kind) => {
  let server: TestServer;
  let store: Store;

  beforeAll(async () => {
    server = await kind.start();
  });

  afterAll(async () => {
    await server.stop();
  });

  async function freshStore(): Promise<void> {
    store = await server.openStore(() => 0);
    await store.run(TENANT);
  }

  const keeperAt = (now: number): ReturnType<typeof createHistoryKeeper> =>
    createHistoryKeeper({
      store,
      now: () => now,
      random: () => 0,
      retention: { event: 5 * DAY_MS, attempt_output: null },
    });

  test("is told of as a part of the server's health once it had a round", async () => {
    await freshStore();
    const keeper = keeperAt(20_000 * DAY_MS);
    expect(keeper.health()).toEqual([]);
    expect((await keeper.keep()).made).toEqual(["event_d20000", "event_d20001", "attempt_output_d20000"]);
    expect(keeper.health()).toMatchObject([{ name: "history", status: "ok", detail: null }]);
  });

  test("drops the log of a plan and keeps what its signatures have to know", async () => {
    await freshStore();
    await store.run(ADD_PLAN, [PLAN]);
    const isolation = (): Promise<string> => signingIsolation(store.forTenant("t"), "t", PLAN, []);
    expect(await isolation()).toBe("full");
    const exposure = { planId: PLAN, taskId: TASK, attempt: 1, reason: null };
    await recordExposure(store, "t", 20_000 * DAY_MS, exposure);
    expect((await keeperAt(20_020 * DAY_MS).keep()).dropped).toEqual(["event_d0"]);
    expect(await isolation()).toBe("none");
  });

  test("answers a cursor with dropped events behind it with 410 and where to go on, as a page and as a stream", async () => {
    await freshStore();
    await store.transaction((tx) => appendEvents(tx, "t", 0, [{ kind: "a.first" }, { kind: "a.second" }]));
    const now = Date.now();
    await keeperAt(now).keep();
    await store.transaction((tx) => appendEvents(tx, "t", now, [{ kind: "a.third" }]));
    const plane = await startPlane(store);
    try {
      const gone = { status: 410, body: { code: "HP9110", cursor: "2", retryable: false } };
      expect(await plane.call("GET", "/v1/events?cursor=1")).toMatchObject(gone);
      const headers = { accept: "text/event-stream", "last-event-id": "1" };
      expect(await plane.call("GET", "/v1/events", undefined, { headers })).toMatchObject(gone);
      for (const from of ["", "?cursor=0", "?cursor=2"]) {
        const page = await plane.call("GET", `/v1/events${from}`);
        expect(page).toMatchObject({ status: 200, body: { items: [{ kind: "a.third" }] } });
      }
    } finally {
      await plane.close();
    }
  });

  test.runIf(kind.hasUsers)(
    "by a user that does not own it makes the server's health degraded, with the problem",
    async () => {
      const address = await server.emptyDatabase();
      const runtime = { now: () => 0 };
      const owner = await openStore({ databaseUrl: address, runtime });
      await owner.run(statement("", "CREATE ROLE keeper LOGIN PASSWORD 'k' IN ROLE holdpoint_app, holdpoint_system"));
      store = await openStore({ databaseUrl: address.replace(/\/\/[^@]*@/, "//keeper:k@"), runtime });
      try {
        const keeper = keeperAt(20_000 * DAY_MS);
        await expect(keeper.keep()).rejects.toMatchObject({ code: "HP6040" });
        expect(keeper.health()).toMatchObject([{ status: "degraded", detail: expect.stringContaining("HP6040") }]);
      } finally {
        await store.close();
        await owner.run(statement("", "DROP ROLE keeper"));
        await owner.close();
      }
    },
  );
});
