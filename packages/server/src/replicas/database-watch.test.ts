import { keepHistory, type Store, statement } from "@holdpoint/store";
import { TEST_SERVERS, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabaseWatch, healthOf } from "./database-watch.ts";

const MINUTE = 60_000;
const ANALYZE = statement("analyze", "ANALYZE holdpoint.task");
const ADD_EVENT = statement(
  "add_event",
  `WITH t AS (INSERT INTO holdpoint.tenant VALUES ('t', 0) ON CONFLICT DO NOTHING)
   INSERT INTO holdpoint.event (tenant_id, xid, at_ms, kind) VALUES ('t', pg_current_xact_id(), 0, 'a.b')`,
);
const SNAPSHOT = statement("hold_snapshot", "SELECT pg_current_xact_id()");

describe.each(TEST_SERVERS)("the watch over the database on $name", (kind) => {
  let server: TestServer;
  let store: Store;

  beforeAll(async () => {
    server = await kind.start();
    store = await server.openStore(() => 0);
  });

  afterAll(async () => {
    await server.stop();
  });

  test("knows nothing before it has looked, and then tells of the tables that change with every task", async () => {
    const watch = createDatabaseWatch({ store, now: () => 7, random: () => 0 });
    expect([watch.figures(), watch.health()]).toEqual([null, []]);
    await store.run(ANALYZE);
    const figures = await watch.look();
    expect(watch.figures()).toBe(figures);
    expect([figures.at, figures.seesAll]).toEqual([7, true]);
    expect(figures.tables.map(({ name }) => name)).toEqual(["attempt", "event", "task", "task_lease", "task_ready"]);
    expect(figures.tables.every(({ live, indexBytesPerRow }) => live > 0 || indexBytesPerRow === null)).toBe(true);
    expect(watch.health()).toMatchObject([{ name: "database horizon", status: "ok" }]);
  });

  test("counts a table in partitions as one", async () => {
    const own = await server.openStore(() => 0);
    for (const day of [20_000, 20_001]) {
      await keepHistory(own, day * 86_400_000, { event: null, attempt_output: null });
      await own.run(ADD_EVENT);
    }
    await own.run(statement("analyze_events", "ANALYZE holdpoint.event"));
    const { tables } = await createDatabaseWatch({ store: own, now: () => 0, random: () => 0 }).look();
    expect(tables.filter(({ name }) => name === "event")).toMatchObject([{ live: 2, dead: 0 }]);
  });

  test.runIf(kind.hasUsers)("names the session that holds the horizon, and sees it let go", async () => {
    const watch = createDatabaseWatch({ store, now: () => 0, random: () => 0 });
    await store.transaction(async (tx) => {
      await tx.run(SNAPSHOT);
      const { horizon } = await watch.look();
      expect(horizon).toMatchObject({ kind: "session", detail: "idle in transaction" });
      expect(horizon?.heldMs).toBeGreaterThanOrEqual(0);
    });
    expect((await watch.look()).horizon).toBeNull();
  });
});

describe("the health of the horizon", () => {
  const held = { kind: "session", name: "42", detail: "idle in transaction", xids: 9 } as const;

  test("is ok for ten minutes, and degraded from then on, with who holds it", () => {
    expect(healthOf({ horizon: null }).status).toBe("ok");
    expect(healthOf({ horizon: { ...held, heldMs: 10 * MINUTE } }).status).toBe("ok");
    const old = healthOf({ horizon: { ...held, heldMs: 12 * MINUTE } });
    expect(old).toMatchObject({ status: "degraded", detail: expect.stringContaining("42 (idle in transaction)") });
    expect(old.detail).toContain("12 minutes");
  });

  test("counts a replication slot from when it was first seen", async () => {
    let now = 0;
    const slot = { kind: "replication slot", name: "copy", detail: "inactive", xids: 5, held_ms: null };
    let rows: readonly unknown[] = [slot];
    const run = (asked: { readonly name: string }): Promise<readonly never[]> =>
      Promise.resolve((asked.name === "watch_holders" ? rows : []) as readonly never[]);
    const watch = createDatabaseWatch({ store: { run }, now: () => now, random: () => 0 });
    await watch.look();
    now = 11 * MINUTE;
    expect((await watch.look()).horizon?.heldMs).toBe(now);
    expect(watch.health()).toMatchObject([{ status: "degraded", detail: expect.stringContaining("slot copy") }]);
    rows = [];
    await watch.look();
    expect(watch.health()).toMatchObject([{ status: "ok" }]);
  });
});
