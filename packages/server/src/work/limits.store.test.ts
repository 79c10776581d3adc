import { openStore, type Store, statement } from "@holdpoint/store";
import { TEST_SERVERS, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type App, createApp } from "../app.ts";
import { createSystemRuntime } from "../system-runtime.ts";
import { createLimits, type Limits } from "./limits.ts";
import type { Claim, ClaimRequest, NewTask } from "./work.types.ts";

const PLAIN = { capabilities: [], priority: 0, dependsOn: [], maxAttempts: 3, runAt: null, concurrencyKey: "db" };
const COUNTED = statement(
  "test_counted",
  `SELECT w.running, (SELECT count(*) FROM holdpoint.task_lease l WHERE l.tenant_id = $1 AND l.limit_key = $2) AS leases
   FROM holdpoint.work_limit w WHERE w.tenant_id = $1 AND w.key = $2`,
);
const CLAIMED = statement("test_claimed", "SELECT claimed_at_ms AS at FROM holdpoint.attempt WHERE tenant_id = $1");

describe.each(TEST_SERVERS)("limits on $name", (testServer) => {
  let server: TestServer;
  let stores: readonly Store[];
  let apps: readonly App[];
  let tenant = "";
  let tenants = 0;
  let nowMs = 1_000_000;
  let limits: Limits;

  beforeAll(async () => {
    server = await testServer.start();
    const databaseUrl = await server.emptyDatabase();
    const runtime = { now: (): number => 0 };
    const opened: Store[] = [];
    for (let one = 0; one < 4; one += 1) opened.push(await openStore({ databaseUrl, runtime, poolSize: 1 }));
    stores = opened;
  });

  afterAll(async () => {
    for (const store of stores) await store.close();
    await server.stop();
  });

  beforeEach(async () => {
    tenants += 1;
    tenant = `limits-${tenants}`;
    nowMs = 1_000_000;
    const runtime = { ...createSystemRuntime(), now: () => nowMs };
    apps = await Promise.all(stores.map((store) => createApp({ store, runtime, tenant })));
    limits = createLimits(storeAt(0), runtime, tenant, () => undefined);
  });

  function storeAt(place: number): Store {
    const store = stores[place];
    if (store === undefined) throw new Error(`there is no store ${place}`);
    return store;
  }

  function appAt(place: number): App {
    const app = apps[place % apps.length];
    if (app === undefined) throw new Error("there is no app");
    return app;
  }

  async function create(count: number, changes: Partial<NewTask> = {}): Promise<void> {
    const tasks = Array.from({ length: count }, (_, at) => ({ ...PLAIN, title: `task ${at}`, ...changes }));
    await appAt(0).work.create({ queue: "q", tasks, by: "kim" });
  }

  async function claim(changes: Partial<ClaimRequest> = {}, on: App = appAt(0)): Promise<readonly Claim[]> {
    return await on.work.claim({
      agent: "ada",
      capabilities: [],
      owner: "me",
      leaseTtlMs: 1_000,
      limit: 10,
      ...changes,
    });
  }

  async function counted(key = "db"): Promise<{ running: number; leases: number }> {
    const [row] = await storeAt(0).run<{ running: number; leases: number }>(COUNTED, [tenant, key]);
    return row ?? { running: -1, leases: -1 };
  }

  test("are never exceeded by claimers on four connections, and the 200 tasks are all done", async () => {
    await create(200);
    await limits.put("db", { maxRunning: 7, rate: null }, "kim");
    let running = 0;
    let most = 0;
    const seen: { running: number; leases: number }[] = [];
    const work = async (place: number): Promise<void> => {
      const app = appAt(place);
      for (let empty = 0; empty < 200; ) {
        const claims = await claim({ limit: 3, agent: `agent-${place}` }, app);
        empty = claims.length === 0 ? empty + 1 : 0;
        running += claims.length;
        most = Math.max(most, running);
        seen.push(await counted());
        for (const { taskId, attempt } of claims) {
          running -= 1;
          await app.work.report({ taskId, attempt });
          await app.work.accept({ taskId, attempt });
        }
        if ((await app.work.counts()).accepted === 200) return;
      }
      throw new Error("the tasks were not done");
    };
    await Promise.all(Array.from({ length: 8 }, (_, place) => work(place)));
    expect(most).toBeLessThanOrEqual(7);
    expect(most).toBeGreaterThan(3);
    expect(Math.max(...seen.map((one) => one.leases))).toBeLessThanOrEqual(7);
    expect(seen.filter((one) => one.running !== one.leases)).toEqual([]);
    expect(await counted()).toEqual({ running: 0, leases: 0 });
  }, 60_000);

  test("are freed by every way in which an attempt can end", async () => {
    await create(8, { maxAttempts: 1 });
    await limits.put("db", { maxRunning: 8, rate: null }, "kim");
    const claims = await claim({ limit: 7 });
    const { work } = appAt(1);
    const ends: readonly ((ref: { taskId: string; attempt: number }) => Promise<unknown>)[] = [
      (ref) => work.report(ref),
      (ref) => work.fail({ ...ref, reason: "broke" }),
      (ref) => work.release({ ...ref, reason: "drained" }),
      (ref) => work.halt({ ...ref, reason: "no key" }),
      ({ taskId }) => work.cancel({ taskId, by: "kim", reason: "not wanted" }),
      async () => {
        nowMs += 2_000;
        await work.expire({ limit: 1 });
      },
      () => work.expire({ owner: "me" }),
    ];
    const left: number[] = [];
    for (const [place, end] of ends.entries()) {
      const ref = claims[place];
      if (ref === undefined) throw new Error("too few were claimed");
      await end(ref);
      const { running, leases } = await counted();
      expect(running).toBe(leases);
      left.push(running);
    }
    expect(left).toEqual([6, 5, 4, 3, 2, 1, 0]);
  });

  test("keep their order: what has room is claimed past a key that is full", async () => {
    await create(5, { priority: 2 });
    await create(3, { concurrencyKey: null });
    await create(3, { concurrencyKey: "disk", priority: 1 });
    await limits.put("db", { maxRunning: 2, rate: null }, "kim");
    await limits.put("disk", { maxRunning: 1, rate: null }, "kim");
    const claims = await claim({ limit: 6 });
    expect(claims.length).toBe(6);
    expect([await counted(), await counted("disk")].map((one) => one.running)).toEqual([2, 1]);
    expect(await claim({ limit: 5 })).toEqual([]);
  });

  test("let no more begin in any window than the rate says, and use it up", async () => {
    await create(60);
    await limits.put("db", { maxRunning: null, rate: { starts: 5, perMs: 1_000 } }, "kim");
    for (let step = 0; step < 40; step += 1) {
      const claims = await claim({ limit: 1 + (step % 4) }, appAt(step));
      for (const ref of claims) await appAt(step + 1).work.report(ref);
      nowMs += 130;
    }
    const times = (await storeAt(0).run<{ at: number }>(CLAIMED, [tenant])).map(({ at }) => at);
    const inWindow = times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length);
    expect(Math.max(...inWindow)).toBe(5);
    expect(times.length).toBeGreaterThanOrEqual(20);
  });

  test("say when something may begin by itself", async () => {
    await create(2);
    await limits.put("db", { maxRunning: null, rate: { starts: 1, perMs: 1_000 } }, "kim");
    const [ref] = await claim();
    if (ref === undefined) throw new Error("nothing was claimed");
    await appAt(0).work.report(ref);
    const due = await appAt(0).work.nextDueAt();
    expect(due).toBeGreaterThan(nowMs + 950);
    expect(due).toBeLessThanOrEqual(nowMs + 1_050);
    nowMs = due ?? 0;
    expect((await claim()).length).toBe(1);
  });

  test("count what runs already when they are set, and let it run", async () => {
    await create(5);
    await claim({ limit: 3 });
    expect(await limits.put("db", { maxRunning: 2, rate: null }, "kim")).toMatchObject({ running: 3, waiting: 2 });
    expect(await claim()).toEqual([]);
    await limits.put("db", { maxRunning: 4, rate: { starts: 9, perMs: 60_000 } }, "kim");
    expect((await claim()).length).toBe(1);
    expect(await limits.get("db")).toEqual({
      key: "db",
      maxRunning: 4,
      rate: { starts: 9, perMs: 60_000 },
      running: 4,
      starts: 1,
      waiting: 1,
    });
  });

  test("hold nothing back once they are taken away, and are of one tenant alone", async () => {
    await create(3);
    await limits.put("db", { maxRunning: 0, rate: null }, "kim");
    expect(await claim()).toEqual([]);
    const other = createLimits(storeAt(0), { ...createSystemRuntime() }, "limits-1", () => undefined);
    expect([await other.remove("none", "kim"), await limits.remove("db", "kim")]).toEqual([false, true]);
    expect((await claim()).length).toBe(3);
    expect(await limits.get("db")).toBeNull();
  });

  test("are listed by key, page by page", async () => {
    for (const key of ["c", "a", "b"]) await limits.put(key, { maxRunning: 1, rate: null }, "kim");
    const first = await limits.list({ limit: 2 });
    const rest = await limits.list({ limit: 2, cursor: first.next ?? "" });
    expect([first, rest].map((page) => page.items.map(({ key }) => key))).toEqual([["a", "b"], ["c"]]);
    expect(rest.next).toBeNull();
  });
});
