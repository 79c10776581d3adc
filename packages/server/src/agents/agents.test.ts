import { operations } from "@holdpoint/contract";
import { type Store, statement } from "@holdpoint/store";
import { TEST_SERVERS, type TestServer } from "@holdpoint/store/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startPlane, type TestPlane, until } from "./agents.testing.ts";

const { registerAgents, claimForAgents, heartbeat, listAgents, getAgent, renewWork } = operations;
const SEEN = statement("test_seen", "SELECT name, seen_at_ms FROM holdpoint.agent_seen ORDER BY name");
const AGAIN = statement(
  "test_again",
  `INSERT INTO holdpoint.attempt_output (tenant_id, task_id, attempt, seq, stream, text, at_ms, day)
   SELECT tenant_id, task_id, attempt, seq, stream, 'again', at_ms, 40000 FROM holdpoint.attempt_output`,
);
const LEASE = statement("test_lease", "SELECT expires_at_ms FROM holdpoint.task_lease");

describe.each(TEST_SERVERS.slice(0, 1))("the room of agents on $name", (kind) => {
  let server: TestServer;
  let store: Store;
  let at: TestPlane;

  beforeAll(async () => {
    server = await kind.start();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    store = await server.openStore(() => Date.now());
    at = await startPlane(store);
  });
  afterEach(async () => {
    await at.plane.close();
    await store.close();
  });

  const register = (names: readonly string[], runner: string | null = null): ReturnType<typeof at.call> =>
    at.call(registerAgents, { body: { runner, agents: names.map((name) => ({ name, capabilities: [name] })) } });

  const candidates = (...names: readonly string[]): object[] => names.map((name) => ({ name, capabilities: [name] }));

  async function stateOf(agent: string): Promise<string> {
    return (await at.call(getAgent, { params: { agent } })).body.state;
  }

  /** Opens a session; the answer breaks it. */
  async function session(runner: string): Promise<{ drop: () => void; text: () => string }> {
    const controller = new AbortController();
    const response = await fetch(`${at.url}/v1/runners/${runner}/session`, {
      headers: { authorization: "Bearer acme" },
      signal: controller.signal,
    });
    let text = "";
    const reading = (async () => {
      for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString("utf8");
    })();
    reading.catch(() => undefined);
    await until(() => text.includes("session of"));
    return { drop: () => controller.abort(), text: () => text };
  }

  test("registers, lists page by page, filters, and forgets", async () => {
    const made = await register(["b", "a", "c"], "host");
    expect([made.status, await listed("")]).toEqual([201, [["a", "b", "c"], null]]);
    expect(await listed("?limit=2")).toEqual([["a", "b"], "b"]);
    expect(await listed("?limit=2&cursor=b")).toEqual([["c"], null]);
    expect(await listed("?capability=b")).toEqual([["b"], null]);
    expect(await listed("?runner=other")).toEqual([[], null]);
    expect(await listed("?state=healthy")).toEqual([[], null]);
    expect((await at.call(operations.deleteAgent, { params: { agent: "b" } })).status).toBe(204);
    expect((await at.call(operations.deleteAgent, { params: { agent: "b" } })).status).toBe(404);
    expect((await at.call(getAgent, { params: { agent: "b" } })).status).toBe(404);
    expect((await at.call(listAgents, {}, "other")).body.items).toEqual([]);

    async function listed(query: string): Promise<unknown> {
      const { body } = await at.call(listAgents, { query });
      return [body.items.map(({ name }) => name), body.next];
    }
  });

  test("brings an agent up to date when it registers again", async () => {
    await register(["a"]);
    const again = await at.call(registerAgents, {
      body: { agents: [{ name: "a", capabilities: ["x"], labels: { zone: "eu" }, capacity: 4, version: "2" }] },
    });
    expect(again.body.agents).toMatchObject([
      { name: "a", capabilities: ["x"], labels: { zone: "eu" }, capacity: 4, version: "2", wanted: "active" },
    ]);
  });

  test("says which of the agents that ping it does not know, also after they were forgotten", async () => {
    await register(["a"]);
    const first = await at.call(heartbeat, { body: { agents: ["a", "b"] } });
    expect(first.body).toEqual({ unknown: ["b"], orders: [] });
    await at.call(operations.deleteAgent, { params: { agent: "a" } });
    expect((await at.call(heartbeat, { body: { agents: ["a"] } })).body.unknown).toEqual(["a"]);
  });

  test("keeps pings in memory and writes them together", async () => {
    await register(["a", "b"]);
    await at.plane.agents.flush();
    for (let ping = 0; ping < 50; ping += 1) await at.call(heartbeat, { body: { agents: ["a", "b"] } });
    expect(await at.plane.agents.flush()).toBe(2);
    expect(await at.plane.agents.flush()).toBe(0);
    const rows = await store.run<{ name: string }>(SEEN);
    expect(rows.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  test("calls an agent healthy that waits for work, and not one that only pings", async () => {
    await register(["a", "b"], "host");
    await at.call(heartbeat, { body: { agents: ["a", "b"] } });
    expect([await stateOf("a"), await stateOf("b")]).toEqual(["silent", "silent"]);
    const waiting = at.call(claimForAgents, { body: { runner: "host", agents: candidates("a"), waitMs: 300 } });
    await until(async () => (await stateOf("a")) === "healthy");
    expect(await stateOf("b")).toBe("silent");
    expect((await at.call(operations.status)).body.agents).toEqual({ total: 2, healthy: 1 });
    expect((await waiting).body.tasks).toEqual([]);
  });

  test("leases each task to an agent that it fits, with one call for all", async () => {
    await at.tasks({ one: ["a"], two: ["b"], three: ["a", "b"], four: [], five: ["z"] });
    const claimed = await at.call(claimForAgents, {
      body: { runner: "host", agents: [...candidates("a", "b"), { name: "c", capabilities: ["a", "b"] }] },
    });
    const given = claimed.body.tasks.map(({ agent, key }) => `${agent} ${key}`).sort();
    expect(given).toHaveLength(3);
    expect(given).toContain("c three");
    expect(given.join()).not.toContain("five");
  });

  test("gives a task that is reserved for an agent to that agent, whoever else could do it in the same call", async () => {
    await at.tasks({ one: [] });
    const [task] = await (await at.plane.rooms("acme")).work.list();
    await at.call(operations.assignTask, { params: { task: task?.taskId ?? "" }, body: { agent: "c" } });
    const claimed = await at.call(claimForAgents, { body: { runner: "host", agents: candidates("a", "b", "c") } });
    expect(claimed.body.tasks).toMatchObject([{ agent: "c", key: "one" }]);
  });

  test("wakes a waiting call when something that fits becomes ready", async () => {
    const waiting = at.call(claimForAgents, { body: { runner: "host", agents: candidates("a", "b"), waitMs: 5_000 } });
    await until(async () => (await at.plane.agents.room("acme")).offers.waiting === 1);
    await at.tasks({ one: ["b"] });
    expect((await waiting).body.tasks).toMatchObject([{ agent: "b", key: "one", attempt: 1 }]);
  });

  test("gives nothing to an agent that is paused, and tells its runner", async () => {
    await register(["a"], "host");
    const stream = await session("host");
    await at.tasks({ one: ["a"] });
    const paused = await at.call(operations.pauseAgent, { params: { agent: "a" } });
    expect(paused.body.wanted).toBe("paused");
    await until(() => stream.text().includes('{"agent":"a","order":"pause"}'));
    expect((await at.call(heartbeat, { body: { agents: ["a"] } })).body.orders).toEqual([
      { agent: "a", order: "pause" },
    ]);
    const none = await at.call(claimForAgents, { body: { runner: "host", agents: candidates("a") } });
    const alone = await at.call(operations.claimWork, { body: { agent: "a", capabilities: ["a"] } });
    expect([none.body.tasks, alone.body.tasks]).toEqual([[], []]);
    await at.call(operations.resumeAgent, { params: { agent: "a" } });
    await until(() => stream.text().includes('"order":"resume"'));
    const some = await at.call(claimForAgents, { body: { runner: "host", agents: candidates("a") } });
    expect(some.body.tasks).toHaveLength(1);
    expect((await at.call(operations.drainAgent, { params: { agent: "nobody" } })).status).toBe(404);
    stream.drop();
  });

  test("knows within a second that another replica paused an agent, and that it lets it go on", async () => {
    const other = await startPlane(store, "two");
    try {
      await register(["a"], "host");
      await at.tasks({ one: ["a"], two: ["a"] });
      const body = { runner: "host", agents: candidates("a"), limit: 1 };
      const given = async (): Promise<number> => (await other.call(claimForAgents, { body })).body.tasks.length;
      const told = async (): Promise<readonly object[]> =>
        (await other.call(heartbeat, { body: { agents: ["a"] } })).body.orders;
      expect([await given(), await told()]).toEqual([1, []]);
      await at.call(operations.pauseAgent, { params: { agent: "a" } });
      await expect.poll(told, { timeout: 5_000 }).toEqual([{ agent: "a", order: "pause" }]);
      expect(await given()).toBe(0);
      await at.call(operations.resumeAgent, { params: { agent: "a" } });
      await expect.poll(given, { timeout: 5_000 }).toBe(1);
      expect(await told()).toEqual([]);
    } finally {
      await other.plane.close();
    }
  });

  test("offers a task again within three seconds when the connection of its runner drops", async () => {
    await register(["a"], "host");
    const stream = await session("host");
    await at.tasks({ one: ["a"] });
    const body = { runner: "host", agents: candidates("a") };
    const [first] = (await at.call(claimForAgents, { body })).body.tasks;
    expect(first).toMatchObject({ attempt: 1 });
    stream.drop();
    const other = at.call(claimForAgents, {
      body: { runner: "other", agents: [{ name: "b", capabilities: ["a"] }], waitMs: 8_000 },
    });
    const tookMs = await until(async () => (await other).body.tasks.length > 0);
    expect(tookMs).toBeLessThan(3_000);
    expect((await other).body.tasks).toMatchObject([{ agent: "b", attempt: 2 }]);
    const late = await at.call(renewWork, { body: { leases: [{ task: first?.id, attempt: 1 }] } });
    expect(late.body.leases).toMatchObject([{ ok: false, reason: "fenced", holder: "b" }]);
    expect(await stateOf("a")).toBe("silent");
  });

  test("restores the leases of a runner that renews on a new connection", async () => {
    await register(["a"], "host");
    const stream = await session("host");
    await at.tasks({ one: ["a"] });
    const body = { runner: "host", agents: candidates("a") };
    const [task] = (await at.call(claimForAgents, { body })).body.tasks;
    stream.drop();
    const room = await at.plane.agents.room("acme");
    await until(() => room.sessions.connected === 0);
    const left = async (): Promise<number> =>
      ((await store.run<{ expires_at_ms: number }>(LEASE))[0]?.expires_at_ms ?? 0) - Date.now();
    await until(async () => (await left()) < 1_100);
    const again = await session("host");
    const renewed = await at.call(renewWork, { body: { leases: [{ task: task?.id, attempt: 1 }] } });
    expect(renewed.body.leases).toMatchObject([{ ok: true }]);
    expect(await left()).toBeGreaterThan(8_000);
    again.drop();
  });

  test("keeps the leases of a runner that connects again at once", async () => {
    const stream = await session("host");
    await at.tasks({ one: ["a"] });
    await at.call(claimForAgents, { body: { runner: "host", agents: candidates("a") } });
    stream.drop();
    const again = await session("host");
    await new Promise((resolve) => setTimeout(resolve, 500));
    const [lease] = await store.run<{ expires_at_ms: number }>(LEASE);
    expect((lease?.expires_at_ms ?? 0) - Date.now()).toBeGreaterThan(5_000);
    again.drop();
  });

  test("gives leases that ran out while no replica served one more term, and no others", async () => {
    await at.tasks({ one: ["a"] });
    await at.call(claimForAgents, { body: { runner: "host", agents: candidates("a") } });
    await at.plane.agents.flush();
    expect(await at.plane.agents.restoreLeases(10_000)).toBe(0);
    const old = statement("test_old", "UPDATE holdpoint.replica SET seen_at_ms = seen_at_ms - 60000");
    const out = statement("test_out", "UPDATE holdpoint.task_lease SET expires_at_ms = expires_at_ms - $1::bigint");
    await store.run(old);
    await store.run(out, [30_000]);
    expect(await at.plane.agents.restoreLeases(10_000)).toBe(1);
  });

  test("keeps the newest output of an attempt, once each, and refuses that of one that is not the current one", async () => {
    await at.tasks({ one: ["a"] });
    const [task] = (await at.call(claimForAgents, { body: { runner: "host", agents: candidates("a") } })).body.tasks;
    const params = { task: task?.id ?? "", attempt: 1 };
    const stdout = (seq: number, text: string): object => ({ seq, stream: "stdout", text });
    await at.call(operations.appendOutput, { params, body: { pieces: [stdout(1, "one"), stdout(2, "t\0wo")] } });
    await at.call(operations.appendOutput, { params, body: { pieces: [stdout(2, "again"), stdout(3, "three")] } });
    const other = { params: { ...params, attempt: 2 }, body: { pieces: [stdout(1, "x")] } };
    const refused = await at.call(operations.appendOutput, other);
    expect([refused.status, refused.body]).toMatchObject([
      409,
      { code: "HP5011", task: { state: "leased", attempt: 1, holder: "a" } },
    ]);
    // Sent again on a later day.
    await at.call(operations.readOutput, { params });
    await store.run(statement("test_later", "SELECT holdpoint.add_partition('attempt_output', 40000, 40001)"));
    await store.run(AGAIN);
    const read = await at.call(operations.readOutput, { params, query: "?after=1" });
    expect(read.body).toMatchObject({
      pieces: [
        { seq: 2, text: "t�wo" },
        { seq: 3, text: "three" },
      ],
      next: 3,
    });
    const stale = await at.call(operations.readOutput, { params: { ...params, attempt: 2 } });
    expect(stale.body.pieces).toEqual([]);
    for (let seq = 4; seq < 44; seq += 1) {
      await at.call(operations.appendOutput, { params, body: { pieces: [stdout(seq, "y".repeat(60_000))] } });
      if (seq % 8 === 0) await at.call(operations.readOutput, { params });
    }
    const { body } = await at.call(operations.readOutput, { params });
    const kept = body.pieces.reduce((sum, { text }) => sum + text.length, 0);
    expect(kept).toBeLessThan(1_500_000);
    expect(body.dropped).toBeGreaterThan(0);
    expect(body.next).toBe(43);
    const none = { task: "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", attempt: 1 };
    expect((await at.call(operations.readOutput, { params: none })).status).toBe(404);
    expect((await at.call(operations.appendOutput, { ...other, params: none })).status).toBe(404);
  });

  test("takes the last output of an attempt that has reported, and none of one that was replaced", async () => {
    await at.tasks({ one: ["a"] });
    const claim = { body: { runner: "host", agents: candidates("a") } };
    const [task] = (await at.call(claimForAgents, claim)).body.tasks;
    const append = async (attempt: number): Promise<number> => {
      const body = { pieces: [{ seq: 1, stream: "stdout", text: "x" }] };
      return (await at.call(operations.appendOutput, { params: { task: task?.id ?? "", attempt }, body })).status;
    };
    await at.call(operations.releaseAttempt, {
      params: { task: task?.id ?? "", attempt: 1 },
      body: { reason: "late" },
    });
    expect(await append(1)).toBe(202);
    expect((await at.call(claimForAgents, claim)).body.tasks).toMatchObject([{ id: task?.id, attempt: 2 }]);
    expect([await append(1), await append(2)]).toEqual([409, 202]);
    await at.call(operations.completeAttempt, { params: { task: task?.id ?? "", attempt: 2 }, body: {} });
    expect(await append(2)).toBe(202);
  });

  test("knows the clients that watch", async () => {
    const made = await at.call(operations.registerController, { body: { name: "board", kind: "dashboard" } });
    expect([made.status, made.body]).toMatchObject([201, { name: "board", status: "active" }]);
    await at.call(operations.registerController, { body: { name: "board", kind: "bot" } });
    expect((await at.call(operations.listControllers)).body.items).toMatchObject([{ name: "board", kind: "bot" }]);
    expect((await at.call(operations.controllers)).body).toMatchObject({ total: 1, controllers: [{ kind: "bot" }] });
    expect((await at.call(operations.controllers, {}, "other")).body.total).toBe(0);
  });

  test("refuses what does not fit its shape", async () => {
    const wrong = await at.call(registerAgents, { body: { agents: [{ name: "no spaces" }] } });
    expect([wrong.status, wrong.body]).toMatchObject([400, { code: "HP9101" }]);
    const many = Array.from({ length: 1_001 }, (_, index) => `a${index}`);
    expect((await at.call(heartbeat, { body: { agents: many } })).status).toBe(400);
  });
});
