import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { migrate } from "../migrate.ts";
import { MIGRATIONS } from "../migrations.generated.ts";
import { type Session, statement } from "../statement.ts";
import { openStore } from "../store.ts";
import type { Store } from "../store.types.ts";
import { TEST_SERVERS } from "../testing/test-server.ts";
import type { TestServer } from "../testing/test-server.types.ts";
import { keepHistory, type Retention } from "./keep-history.ts";
import { DAY_MS, listPartitions } from "./partitions.ts";

/** A day that every clock has behind it. */
const DAY = 20_000;
const TEN_DAYS: Retention = { event: 10 * DAY_MS, attempt_output: null };
const FIRST_MADE = [`event_d${DAY}`, `event_d${DAY + 1}`, `attempt_output_d${DAY}`];
const at = (day: number): number => day * DAY_MS + 3_600_000;
const firstOf = (day: number): number => day * 10_000_000_000 + 1;

const ADD = statement(
  "add_event",
  `INSERT INTO holdpoint.event (tenant_id, xid, at_ms, kind) VALUES ($1, pg_current_xact_id(), $2, 'a.b') RETURNING seq`,
);
const ADD_OUTPUT = statement(
  "add_output",
  `INSERT INTO holdpoint.attempt_output (tenant_id, task_id, attempt, seq, stream, text, at_ms)
   VALUES ($1, '00000000-0000-4000-8000-000000000003', 1, $2, 'stdout', 'x', $3) RETURNING day`,
);
const OUTPUT = statement("output", "SELECT seq, day FROM holdpoint.attempt_output ORDER BY seq");
const SEQS = statement("seqs", "SELECT seq FROM holdpoint.event ORDER BY seq");
const FLOORS = statement("floors", "SELECT tenant_id AS tenant, seq FROM holdpoint.event_floor ORDER BY 1");
const TENANTS = statement("add_tenants", "INSERT INTO holdpoint.tenant VALUES ('north', 0), ('south', 0)");

async function add(session: Session, tenant: string, atMs: number): Promise<number> {
  return (await session.run<{ seq: number }>(ADD, [tenant, atMs]))[0]?.seq ?? 0;
}

async function seqs(session: Session): Promise<readonly number[]> {
  return (await session.run<{ seq: number }>(SEQS)).map(({ seq }) => seq);
}

async function days(store: Store): Promise<readonly (readonly [number, number])[]> {
  const partitions = (await listPartitions(store)).filter(({ table }) => table === "event");
  return partitions.map(({ fromDay, toDay }) => [fromDay, toDay] as const);
}

describe.each(TEST_SERVERS)("history on $name", (kind) => {
  let server: TestServer;
  let store: Store;

  beforeAll(async () => {
    server = await kind.start();
  });

  beforeEach(async () => {
    store = await server.openStore(() => 0);
    await store.run(TENANTS);
  });

  afterAll(async () => {
    await server.stop();
  });

  test("has a partition for today and for tomorrow, and numbers of today from then on", async () => {
    const before = await add(store.forTenant("north"), "north", at(DAY));
    expect((await keepHistory(store, at(DAY), TEN_DAYS)).made).toEqual(FIRST_MADE);
    expect([before, await add(store.forTenant("north"), "north", at(DAY))]).toEqual([1, firstOf(DAY)]);
    const again = await keepHistory(store, at(DAY), TEN_DAYS);
    expect(again).toEqual({ isTaken: false, made: [], dropped: [], left: [] });
    expect(await add(store.forTenant("south"), "south", at(DAY))).toBe(firstOf(DAY) + 1);
  });

  test("has partitions of more days the longer it is kept, about thirty in all, and of a month when it is kept for ever", async () => {
    await keepHistory(store, at(DAY), { event: 90 * DAY_MS, attempt_output: null });
    await keepHistory(store, at(DAY + 2), { event: null, attempt_output: null });
    expect(await days(store)).toEqual([
      [DAY, DAY + 3],
      [DAY + 3, DAY + 33],
    ]);
  });

  test("is dropped when all in it is older than what is kept, and each tenant's floor says how far", async () => {
    const [north, south] = [store.forTenant("north"), store.forTenant("south")];
    const old = await add(north, "north", at(DAY - 1));
    await keepHistory(store, at(DAY), TEN_DAYS);
    const first = [await add(south, "south", at(DAY)), await add(north, "north", at(DAY))];
    await keepHistory(store, at(DAY + 1), TEN_DAYS);
    const second = await add(north, "north", at(DAY + 1));
    // The partition of that day ends within what is kept.
    expect((await keepHistory(store, at(DAY + 10), TEN_DAYS)).dropped).toEqual(["event_d0"]);
    expect(await seqs(store)).toEqual([...first, second]);
    expect(await store.run(FLOORS)).toEqual([{ tenant: "north", seq: old }]);
    expect((await keepHistory(store, at(DAY + 11), TEN_DAYS)).dropped).toEqual([`event_d${DAY}`]);
    expect(await seqs(store)).toEqual([second]);
    expect(await store.run(FLOORS)).toEqual([
      { tenant: "north", seq: first[1] },
      { tenant: "south", seq: first[0] },
    ]);
    expect(await south.run(FLOORS)).toEqual([{ tenant: "south", seq: first[0] }]);
  });

  test("is kept while one row in it is young, and while rows still go there", async () => {
    await add(store, "north", at(DAY + 100));
    await keepHistory(store, at(DAY), TEN_DAYS);
    await add(store, "north", at(DAY));
    // Nobody kept history for a month: the first round moves the numbers on, and only then is that partition closed.
    expect((await keepHistory(store, at(DAY + 30), TEN_DAYS)).dropped).toEqual([`event_d${DAY}`, `event_d${DAY + 1}`]);
    expect(await seqs(store)).toEqual([1]);
    expect((await keepHistory(store, at(DAY + 111), TEN_DAYS)).dropped).toContain("event_d0");
  });

  test("is never dropped when it is kept for ever", async () => {
    await add(store, "north", 0);
    expect((await keepHistory(store, at(DAY), { event: null, attempt_output: null })).dropped).toEqual([]);
    expect(await seqs(store)).toEqual([1]);
  });

  test("of output is that of the day on which it was written, and is kept for a time of its own", async () => {
    const [north, retention] = [store.forTenant("north"), { event: null, attempt_output: 2 * DAY_MS }];
    expect(await north.run(ADD_OUTPUT, ["north", 1, at(DAY - 1) + 1])).toEqual([{ day: 0 }]);
    await keepHistory(store, at(DAY), retention);
    expect(await north.run(ADD_OUTPUT, ["north", 2, at(DAY)])).toEqual([{ day: DAY }]);
    expect((await keepHistory(store, at(DAY + 1), retention)).dropped).toEqual([]);
    expect((await keepHistory(store, at(DAY + 2), retention)).dropped).toEqual(["attempt_output_d0"]);
    expect(await store.run(OUTPUT)).toEqual([{ seq: 2, day: DAY }]);
    expect((await keepHistory(store, at(DAY + 3), retention)).dropped).toEqual([`attempt_output_d${DAY}`]);
    expect(await store.run(OUTPUT)).toEqual([]);
  });

  test("follows the clock of the database when that of the process is ahead", async () => {
    const [clock] = await store.run<{ day: number }>(
      statement("day", `SELECT floor(extract(epoch FROM now()) / 86400)::int AS day`),
    );
    await keepHistory(store, at(80_000), TEN_DAYS);
    const last = Math.max(...(await days(store)).map(([fromDay]) => fromDay));
    expect(last - (clock?.day ?? 0)).toBeLessThanOrEqual(2);
  });

  test("loses nothing that is written while the numbers move on", async () => {
    const tenants = ["north", "south"].map((name) => ({ name, scope: store.forTenant(name) }));
    const write = async ({ name, scope }: (typeof tenants)[number]): Promise<readonly number[]> => {
      const own: number[] = [];
      for (let n = 0; n < 60; n += 1) own.push(await scope.transaction((tx) => add(tx, name, at(DAY + 9))));
      return own;
    };
    const keep = async (): Promise<void> => {
      for (let day = 0; day < 8; day += 1) await keepHistory(store, at(DAY + day), TEN_DAYS);
    };
    const [written] = await Promise.all([Promise.all(tenants.map(write)), keep()]);
    for (const own of written) expect(own).toEqual([...own].sort((a, b) => a - b));
    expect(await seqs(store)).toEqual(written.flat().sort((a, b) => a - b));
  });
});

describe.each(TEST_SERVERS.filter((kind) => kind.hasUsers))("history of several clients of $name", (kind) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await kind.start();
  });

  afterAll(async () => {
    await server.stop();
  });

  test("is kept by one replica at a time", async () => {
    const store = await server.openStore(() => 0);
    const rounds = await Promise.all([1, 2, 3].map(() => keepHistory(store, at(DAY), TEN_DAYS)));
    expect(rounds.flatMap(({ made }) => made)).toEqual(FIRST_MADE);
    await store.transaction(async (tx) => {
      await tx.run(statement("hold_turn", "SELECT pg_advisory_xact_lock(5005002)"));
      expect(await keepHistory(store, at(DAY + 50), TEN_DAYS)).toMatchObject({ isTaken: true, made: [], dropped: [] });
    });
  });

  test("that somebody reads is left for the next round", async () => {
    const store = await server.openStore(() => 0);
    await store.run(TENANTS);
    await add(store, "north", at(DAY));
    await store.transaction(async (tx) => {
      await tx.run(SEQS);
      const round = await keepHistory(store, at(DAY + 50), TEN_DAYS);
      expect(round).toMatchObject({ left: ["event_d0"], dropped: [] });
      expect(await seqs(store)).toEqual([1]);
    });
    expect((await keepHistory(store, at(DAY + 50), TEN_DAYS)).dropped).toEqual(["event_d0"]);
  });

  test("is not kept by a user that does not own it, who is told", async () => {
    const address = await server.emptyDatabase();
    const owner = await openStore({ databaseUrl: address, runtime: { now: () => 0 } });
    await owner.run(
      statement("", "CREATE ROLE history_guest LOGIN PASSWORD 'guest' IN ROLE holdpoint_app, holdpoint_system"),
    );
    const guest = await openStore({
      databaseUrl: address.replace(/\/\/[^@]*@/, "//history_guest:guest@"),
      runtime: { now: () => 0 },
    });
    try {
      await expect(keepHistory(guest, at(DAY), TEN_DAYS)).rejects.toMatchObject({ code: "HP6040" });
      expect(await days(owner)).toEqual([[0, 1]]);
    } finally {
      await guest.close();
      await owner.run(statement("", "DROP ROLE history_guest"));
      await owner.close();
    }
  });

  test("of a database of the schema before stays whole, in its order, and goes on with the next number", async () => {
    const address = await server.emptyDatabase();
    const client = new Client(address);
    await client.connect();
    try {
      const before = MIGRATIONS.findIndex(({ name }) => name.endsWith("_history_partitions"));
      await migrate(client, MIGRATIONS.slice(0, before), 0);
      await client.query(EARLIER);
      const digest = `SELECT count(*)::int AS rows, min(seq)::int AS first, max(seq)::int AS last,
        md5(string_agg(e::text, ',' ORDER BY seq)) AS digest
        FROM (SELECT tenant_id, seq, xid, at_ms, kind, plan_id, subject, attempt, data, trace FROM holdpoint.event) e`;
      const expected = (await client.query(digest)).rows;
      expect(expected).toMatchObject([{ rows: 20_000, last: 20_000 }]);
      const output = `SELECT count(*)::int AS rows, md5(string_agg(o::text, ',' ORDER BY seq)) AS digest
        FROM (SELECT tenant_id, task_id, attempt, seq, stream, text, at_ms FROM holdpoint.attempt_output) o`;
      const said = (await client.query(output)).rows;
      expect(said).toMatchObject([{ rows: 5_000 }]);
      await migrate(client, MIGRATIONS, 0);
      expect((await client.query(digest)).rows).toEqual(expected);
      expect((await client.query(output)).rows).toEqual(said);
      const exposed = await client.query("SELECT source, exposed_at_ms::int AS at FROM holdpoint.plan ORDER BY source");
      expect(exposed.rows).toEqual([
        { source: "a", at: 7_000 },
        { source: "b", at: null },
      ]);
      const store = await openStore({ databaseUrl: address, runtime: { now: () => 0 } });
      expect(await add(store.forTenant("north"), "north", 0)).toBe(20_001);
      await store.close();
    } finally {
      await client.end();
    }
  });
});

/** What the schema before could hold. */
const EARLIER = `
  INSERT INTO holdpoint.tenant (tenant_id, created_at_ms) VALUES ('north', 0), ('south', 0);
  INSERT INTO holdpoint.plan (tenant_id, plan_id, source, title, revision, created_at_ms, updated_at_ms) VALUES
    ('north', '00000000-0000-4000-8000-000000000001', 'a', 'A', 1, 0, 0),
    ('north', '00000000-0000-4000-8000-000000000002', 'b', 'B', 1, 0, 0);
  INSERT INTO holdpoint.event (tenant_id, xid, at_ms, kind, plan_id, subject, data, trace)
  SELECT CASE WHEN n % 3 = 0 THEN 'south' ELSE 'north' END, pg_current_xact_id(), n,
    CASE WHEN n IN (7000, 8000) THEN 'attempt.exposed' ELSE 'task.ready' END,
    CASE WHEN n % 2 = 0 AND n % 3 <> 0 THEN '00000000-0000-4000-8000-000000000001'::uuid END, 's' || n,
    jsonb_build_object('n', n), CASE WHEN n % 5 = 0 THEN repeat('a', 32) END
  FROM generate_series(1, 20000) AS n;
  INSERT INTO holdpoint.task (tenant_id, task_id, plan_id, key, kind, state, unmet, max_attempts, judge_first, position, updated_at_ms)
  VALUES ('north', '00000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-000000000001', 't', 'task', 'ready', 0, 1, false, 1, 0);
  INSERT INTO holdpoint.attempt_output (tenant_id, task_id, attempt, seq, stream, text, at_ms)
  SELECT 'north', '00000000-0000-4000-8000-000000000003', 1, n, 'stderr', 'line ' || n, n FROM generate_series(1, 5000) AS n;
`;
