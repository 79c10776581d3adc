import type { ServerResponse } from "node:http";
import { type Store, statement } from "@holdpoint/store";
import { TEST_SERVERS, type TestServer } from "@holdpoint/store/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type Answered, type StartedPlane, startPlane } from "../control-plane.testing.ts";
import type { ControlPlaneParts } from "../control-plane.ts";
import { createSystemRuntime } from "../system-runtime.ts";
import { DUE } from "./callback.sql.ts";
import type { CallbackRecord, Delivery } from "./callback.types.ts";
import { isSigned, type Receiver, startReceiver } from "./receiver.testing.ts";

const DELIVERIES = statement("test_deliveries", "SELECT state FROM holdpoint.callback_delivery WHERE tenant_id = $1");
const KEPT = statement("test_kept", "SELECT body FROM holdpoint.kept_answer WHERE tenant_id = $1");
const ADD_OFF = statement(
  "test_add_off",
  `WITH many AS (SELECT 'off-' || n AS id FROM generate_series(1, 1000) n), added AS (
     INSERT INTO holdpoint.tenant (tenant_id, created_at_ms) SELECT id, 0 FROM many
   ), plan AS (
     INSERT INTO holdpoint.plan (tenant_id, plan_id, source, title, revision, created_at_ms, updated_at_ms)
     SELECT id, $1, 'p', 'p', 1, 0, 0 FROM many
   ), callback AS (
     INSERT INTO holdpoint.callback SELECT id, $1, $1, NULL, 'http://127.0.0.1:1/', 'whsec_x', 1, 0, 'Ada', 0 FROM many
   ), flag AS (
     INSERT INTO holdpoint.flag SELECT id, 'callbacks', 'false', 'Ada', 0 FROM many
   )
   INSERT INTO holdpoint.callback_delivery
     (tenant_id, delivery_id, callback_id, body, settled_at_ms, since_ms, due_at_ms)
   SELECT id, $1, $1, '{}', 0, 0, 0 FROM many`,
);
const SET_OFF = statement("test_set_off", "UPDATE holdpoint.flag SET value = $2::jsonb WHERE tenant_id = $1");
const ADD_GLOBAL = statement(
  "test_add_global",
  "INSERT INTO holdpoint.global_flag VALUES ('callbacks', $1::jsonb, 'Ada', 0)",
);
const DROP_OFF = ["global_flag", "flag", "callback_delivery", "callback", "plan", "tenant"].map((table) =>
  statement(
    `test_drop_${table}`,
    `DELETE FROM holdpoint.${table}${table === "global_flag" ? "" : " WHERE tenant_id LIKE 'off-%'"}`,
  ),
);
const ALLOWED = { allow: ["127.0.0.1"], timeoutMs: 5_000 };
const HOUR_MS = 3_600_000;

describe.each(TEST_SERVERS.slice(0, 1))("callbacks on $name", (kind) => {
  let server: TestServer;
  let store: Store;
  let plane: StartedPlane;
  let receiver: Receiver;
  let records: CallbackRecord[];
  let token: string;
  let tenants = 0;
  const clock = { aheadMs: 0 };
  const opened: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    server = await kind.start();
    store = await server.openStore(() => Date.now());
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    tenants += 1;
    clock.aheadMs = 0;
    token = `t${tenants}:all`;
    records = [];
    plane = await start();
    receiver = await receive();
  });
  afterEach(async () => {
    for (const one of opened.splice(0).toReversed()) await one.close();
  });

  async function start(more: Partial<ControlPlaneParts> = {}): Promise<StartedPlane> {
    const system = createSystemRuntime();
    const started = await startPlane(store, {
      runtime: { ...system, now: () => system.now() + clock.aheadMs },
      callbacks: ALLOWED,
      onCallback: (record) => void (record.tenant === `t${tenants}` && records.push(record)),
      ...more,
    });
    opened.push(started);
    return started;
  }

  async function receive(...given: Parameters<typeof startReceiver>): Promise<Receiver> {
    const started = await startReceiver(...given);
    opened.push(started);
    return started;
  }

  const call = (method: string, path: string, body?: unknown): Promise<Answered> =>
    plane.call(method, path, body, { token });

  const created = (callback: object, more: object = {}): Promise<Answered> =>
    call("POST", "/v1/tasks", { title: "Dig", key: "dig", queue: "garden", ...more, callback });

  async function claimed(): Promise<string> {
    const { body } = await call("POST", "/v1/work/claim", { agent: "ann", leaseTtlMs: 60_000 });
    const [task] = body["tasks"] as readonly { readonly id: string; readonly attempt: number }[];
    return `/v1/tasks/${task?.id}/attempts/${task?.attempt}`;
  }

  async function settle(): Promise<void> {
    expect((await call("POST", `${await claimed()}/complete`, {})).body).toMatchObject({ outcome: "accepted" });
  }

  const taskView = async (id: unknown): Promise<unknown> =>
    (await call("GET", `/v1/tasks/${String(id)}`)).body["callback"];

  async function until(check: () => Promise<void> | void): Promise<void> {
    await vi.waitFor(check, { timeout: 20_000, interval: 10 });
  }

  const eventsOf = async (about: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
    const { body } = await call("GET", "/v1/events?limit=1000");
    const items = body["items"] as readonly Readonly<Record<string, unknown>>[];
    return items.filter(({ kind: name }) => String(name).startsWith(about));
  };

  test("tell of an accepted task, signed with the secret that was shown once", async () => {
    const { body } = await created({ url: receiver.url });
    const { secret, id } = body["callback"] as { readonly secret: string; readonly id: string };
    expect(secret).toMatch(/^whsec_/);
    expect(await taskView(body["id"])).toEqual({ id, state: "waiting", attempts: 0, lastError: null });
    await settle();
    const [got] = await receiver.arrived(1);
    expect(got && isSigned(got, secret)).toBe(true);
    expect(got && isSigned(got, `whsec_${Buffer.alloc(32).toString("base64")}`)).toBe(false);
    expect(got?.body).toMatchObject({
      type: "task.accepted",
      data: { callback: id, task: { id: body["id"], key: "dig", queue: "garden", state: "accepted", attempt: 1 } },
    });
    expect(got?.headers).toMatchObject({ "content-type": "application/json", "user-agent": "Holdpoint/1.2.3" });
    await until(async () =>
      expect(await taskView(body["id"])).toEqual({ id, state: "delivered", attempts: 1, lastError: null }),
    );
    expect(await eventsOf("callback.")).toMatchObject([
      { kind: "callback.delivered", subject: body["id"], data: { callback: id, status: 204 } },
    ]);
    const shown = await call("GET", `/v1/callbacks/${id}`);
    expect(shown.text).not.toContain(secret);
    expect(shown.text).not.toContain("key=mine");
    expect(records).toMatchObject([{ tenant: `t${tenants}`, outcome: "delivered", attempts: 1, error: null }]);
    expect((await call("GET", "/metrics")).text).toContain(
      'holdpoint_callback_duration_seconds_count{outcome="delivered"} 1',
    );
  });

  test("tell of a dead and of a cancelled task, with the caller's own secret, which is not repeated", async () => {
    const own = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
    const dead = await created({ url: receiver.url, secret: own }, { maxAttempts: 1 });
    expect(dead.body["callback"]).toMatchObject({ secret: null });
    await call("POST", `${await claimed()}/fail`, { reason: "no spade" });
    const cancelled = await created({ url: receiver.url, secret: own }, { key: "hoe" });
    await call("POST", `/v1/tasks/${String(cancelled.body["id"])}/cancel`, { reason: "winter" });
    const got = await receiver.arrived(2);
    expect(got.every((one) => isSigned(one, own))).toBe(true);
    expect(got.map(({ body }) => body).sort((a, b) => (a.type < b.type ? -1 : 1))).toMatchObject([
      { type: "task.cancelled", data: { task: { reason: "winter" } } },
      { type: "task.dead", data: { task: { reason: "no spade", tries: 1 } } },
    ]);
  });

  test("tell of a batch when its last task is settled, and of each task that has its own", async () => {
    const tasks = [{ title: "a", key: "a", callback: { url: receiver.url } }, { title: "b" }, { title: "c" }];
    const batch = { tasks, queue: "garden", callback: { url: receiver.url } };
    const { body } = await call("POST", "/v1/tasks/batch", batch);
    const { id } = body["callback"] as { readonly id: string };
    await settle();
    const [own] = await receiver.arrived(1);
    expect(own?.body).toMatchObject({ type: "task.accepted", data: { task: { key: "a" } } });
    expect((await call("GET", `/v1/callbacks/${id}`)).body).toMatchObject({
      about: "batch",
      task: null,
      tasks: 3,
      open: 2,
      state: "waiting",
    });
    await settle();
    const [, , last] = body["tasks"] as readonly { readonly id: string }[];
    await call("POST", `/v1/tasks/${String(last?.id)}/cancel`, { reason: "enough" });
    const [, got] = await receiver.arrived(2);
    expect(got?.body).toMatchObject({
      type: "batch.settled",
      data: { callback: id, queue: "garden", tasks: 3, accepted: 2, dead: 0, cancelled: 1 },
    });
  });

  test("tell again of a task that was put back and settled anew", async () => {
    const { body } = await created({ url: receiver.url }, { maxAttempts: 1 });
    await call("POST", `${await claimed()}/fail`, { reason: "no spade" });
    await receiver.arrived(1);
    await call("POST", `/v1/tasks/${String(body["id"])}/retry`, { reason: "bought one" });
    expect(await taskView(body["id"])).toMatchObject({ state: "waiting", attempts: 0 });
    await settle();
    const got = await receiver.arrived(2);
    expect(got.map((one) => one.body.type)).toEqual(["task.dead", "task.accepted"]);
    expect(got[0]?.id).not.toBe(got[1]?.id);
  });

  test("have their secrets told once, also to whoever repeats the call with its Idempotency-Key", async () => {
    const own = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
    const tasks = [{ callback: { url: receiver.url } }, { callback: { url: receiver.url, secret: own } }, {}];
    const batch = { tasks: tasks.map((more) => ({ title: "Dig", ...more })), callback: { url: receiver.url } };
    const headers = { "idempotency-key": "once" };
    const send = (): Promise<Answered> => plane.call("POST", "/v1/tasks/batch", batch, { token, headers });
    const [first, again] = [await send(), await send()];
    expect(first.text.match(/whsec_/g)).toHaveLength(2);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(again.text).toBe(first.text.replaceAll(/"whsec_[^"]*"/g, "null"));
    expect(JSON.stringify(await store.run(KEPT, [`t${tenants}`]))).not.toContain("whsec_");
  });

  test("have the secret of a single task told once as well", async () => {
    const headers = { "idempotency-key": "one" };
    const body = { title: "Dig", queue: "once", callback: { url: receiver.url } };
    const send = (): Promise<Answered> => plane.call("POST", "/v1/tasks", body, { token, headers });
    const [first, again] = [await send(), await send()];
    expect(first.text).toMatch(/whsec_/);
    expect(again.text).toBe(first.text.replace(/"whsec_[^"]*"/, "null"));
  });

  test("are left as they are when the task is there already", async () => {
    await created({ url: receiver.url });
    expect((await created({ url: receiver.url })).body).toMatchObject({ created: false, callback: null });
    const batch = { tasks: [{ title: "Dig", key: "dig" }], queue: "garden", callback: { url: receiver.url } };
    expect((await call("POST", "/v1/tasks/batch", batch)).body["callback"]).toBeNull();
    await settle();
    await receiver.arrived(1);
    expect(await store.run(DELIVERIES, [`t${tenants}`])).toHaveLength(1);
  });

  test("try again while the receiver is down, and reach it when it is up again", async () => {
    const { port, url } = receiver;
    await receiver.close();
    const { body } = await created({ url });
    await settle();
    await until(async () =>
      expect(await taskView(body["id"])).toMatchObject({
        state: "pending",
        attempts: 1,
        lastError: expect.stringContaining("ECONNREFUSED"),
      }),
    );
    const again = await receive((response, count) => void response.writeHead(count === 1 ? 503 : 200).end(), port);
    clock.aheadMs += HOUR_MS;
    await until(async () =>
      expect(await taskView(body["id"])).toMatchObject({ state: "pending", attempts: 2, lastError: "it answered 503" }),
    );
    clock.aheadMs += HOUR_MS;
    const got = await again.arrived(2);
    expect(new Set(got.map(({ id }) => id)).size).toBe(1);
    await until(async () => expect(await taskView(body["id"])).toMatchObject({ state: "delivered", attempts: 3 }));
  });

  test("are given up in the end, say so, and can be sent again by an operator", async () => {
    let status = 500;
    const refusing = await receive((response) => void response.writeHead(status).end());
    const { body } = await created({ url: refusing.url });
    const path = `/v1/callbacks/${(body["callback"] as { readonly id: string }).id}`;
    expect((await call("POST", `${path}/resend`)).body["code"]).toBe("HP5031");
    await settle();
    await refusing.arrived(1);
    await until(() => expect(records).toHaveLength(1));
    clock.aheadMs += 25 * HOUR_MS;
    await until(async () =>
      expect(await taskView(body["id"])).toMatchObject({
        state: "given_up",
        attempts: 2,
        lastError: "it answered 500",
      }),
    );
    expect(await eventsOf("callback.")).toMatchObject([
      { kind: "callback.given_up", subject: body["id"], data: { attempts: 2, error: "it answered 500" } },
    ]);
    expect((await call("GET", "/v1/callbacks?state=given_up")).body["items"]).toHaveLength(1);
    expect((await call("GET", "/v1/callbacks?state=delivered&state=waiting")).body["items"]).toEqual([]);
    status = 200;
    expect((await call("POST", `${path}/resend`)).status).toBe(204);
    const got = await refusing.arrived(3);
    expect(new Set(got.map(({ id }) => id)).size).toBe(1);
    await until(async () => expect((await call("GET", path)).body["state"]).toBe("delivered"));
  });

  test("are sent again when that was asked for during a try that then gives up by its own time", async () => {
    await plane.close();
    plane = await start({ callbacks: { ...ALLOWED, giveUpMs: 1 } });
    const open: ServerResponse[] = [];
    const refusing = await receive((response, count) => {
      if (count === 1) open.push(response);
      else response.writeHead(200).end();
    });
    const { body } = await created({ url: refusing.url });
    await settle();
    await refusing.arrived(1);
    clock.aheadMs += 10;
    const { id } = body["callback"] as { readonly id: string };
    expect((await call("POST", `/v1/callbacks/${id}/resend`)).status).toBe(204);
    open[0]?.writeHead(500).end();
    await until(async () => expect(await taskView(body["id"])).toMatchObject({ state: "delivered", attempts: 2 }));
    expect(records.map(({ outcome }) => outcome)).toEqual(["put_back", "delivered"]);
    expect((await eventsOf("callback.")).map(({ kind: name }) => name)).toEqual(["callback.delivered"]);
  });

  test("are not sent again when that was asked for during a try that delivers, and at once when it fails", async () => {
    const { body } = await created({ url: receiver.url });
    const { id } = body["callback"] as { readonly id: string };
    const { work, callbacks } = await plane.plane.rooms(`t${tenants}`);
    await plane.close();
    await work.cancel({ taskId: String(body["id"]), by: "ann", reason: "all" });
    const taken = async (): Promise<Delivery> => {
      const [delivery] = await callbacks.take(1, HOUR_MS);
      if (delivery === undefined) throw new Error("nothing is due");
      clock.aheadMs += 10;
      await callbacks.resend(id);
      return delivery;
    };
    const nextAt = Date.now() + clock.aheadMs + HOUR_MS;
    expect(await callbacks.end(await taken(), { outcome: "failed", error: "it answered 500", nextAt })).toBe(false);
    expect(await callbacks.get(id)).toMatchObject({ state: "pending", attempts: 1, lastError: "it answered 500" });
    expect(await callbacks.end(await taken(), { outcome: "delivered", status: 200 })).toBe(true);
    expect(await callbacks.get(id)).toMatchObject({ state: "delivered", attempts: 2 });
    expect(await callbacks.take(1, HOUR_MS)).toEqual([]);
  });

  test.each([
    ["wants nothing more", 410, "given_up", "it answered 410"],
    ["sends elsewhere", 302, "pending", "it answered 302, and redirects are not followed"],
  ])("do not follow a receiver that %s", async (_, status, state, lastError) => {
    const other = await receive((response) => void response.writeHead(status, { location: receiver.url }).end());
    const { body } = await created({ url: other.url });
    await settle();
    await until(async () => expect(await taskView(body["id"])).toMatchObject({ state, attempts: 1, lastError }));
    expect(receiver.received).toEqual([]);
  });

  test("survive that the server ends between settling and sending", async () => {
    const hanging = await receive((response, count) => void (count > 1 && response.writeHead(200).end()));
    const { body } = await created({ url: hanging.url });
    await settle();
    await hanging.arrived(1);
    await plane.close();
    expect(records).toMatchObject([{ outcome: "put_back" }]);
    plane = await start();
    const got = await hanging.arrived(2);
    expect(got[0]?.id).toBe(got[1]?.id);
    await until(async () => expect(await taskView(body["id"])).toMatchObject({ state: "delivered", attempts: 1 }));
  });

  test("are sent once when several replicas could", async () => {
    const other = await start({ replica: "r2" });
    const tasks = Array.from({ length: 60 }, (_, at) => ({ title: `t${at}`, callback: { url: receiver.url } }));
    const { body } = await call("POST", "/v1/tasks/batch", { tasks });
    const ids = (body["tasks"] as readonly { readonly id: string }[]).map(({ id }) => id);
    const one = await plane.plane.rooms(`t${tenants}`);
    const two = await other.plane.rooms(`t${tenants}`);
    await Promise.all([plane.close(), other.close()]);
    await Promise.all(ids.map((taskId) => one.work.cancel({ taskId, by: "ann", reason: "all" })));
    const desks = [one, two, one, two].map(({ callbacks }) => callbacks);
    const shares = await Promise.all(desks.map((desk) => desk.take(15, HOUR_MS)));
    expect(shares.map(({ length }) => length)).toEqual([15, 15, 15, 15]);
    expect(new Set(shares.flat().map(({ deliveryId }) => deliveryId)).size).toBe(60);
    await Promise.all(shares.flat().map((delivery) => one.callbacks.end(delivery, { outcome: "put_back" })));
    [plane] = await Promise.all([start(), start({ replica: "r2" })]);
    const got = await receiver.arrived(60);
    await until(async () =>
      expect((await call("GET", "/v1/callbacks?state=delivered")).body["items"]).toHaveLength(60),
    );
    expect([got.length, new Set(got.map(({ id }) => id)).size, receiver.mostAtOnce]).toEqual([60, 60, 1]);
  });

  test("of a tenant go out although slow receivers of others hold every place", async () => {
    await plane.close();
    plane = await start({ callbacks: { ...ALLOWED, timeoutMs: 60_000 }, onCallback: () => undefined });
    const warnings: Error[] = [];
    const warned = (warning: Error): void => void warnings.push(warning);
    process.on("warning", warned);
    const open: ServerResponse[] = [];
    const slow = await receive((response) => void open.push(response));
    const settled = async (by: string, url: string, count: number): Promise<void> => {
      const tasks = Array.from({ length: count }, () => ({ title: "Dig", callback: { url } }));
      const { body } = await plane.call("POST", "/v1/tasks/batch", { tasks }, { token: `${by}:all` });
      const { work } = await plane.plane.rooms(by);
      const ids = (body["tasks"] as readonly { readonly id: string }[]).map(({ id }) => id);
      await Promise.all(ids.map((id) => work.cancel({ taskId: id, by, reason: "all" })));
    };
    for (const one of ["a", "b", "c", "d"]) await settled(`slow-${one}`, slow.url, 20);
    await slow.arrived(64);
    await settled("swift", receiver.url, 1);
    // One place is free, and whoever held it has more to send.
    open[0]?.writeHead(204).end();
    expect(await receiver.arrived(1)).toHaveLength(1);
    process.off("warning", warned);
    expect(warnings).toEqual([]);
  }, 30_000);

  test("are refused at once for numbers that callbacks may not go to, with nothing created", async () => {
    const urls = ["http://127.0.0.2/", "http://[::1]:8080/", "http://0x7f000002/", "https://[::ffff:10.0.0.1]/"];
    for (const url of urls) {
      const { status, body } = await created({ url });
      expect([url, status, body["code"]]).toEqual([url, 422, "HP5030"]);
    }
    const batch = { tasks: [{ title: "a" }], callback: { url: "http://10.0.0.1/" } };
    expect((await call("POST", "/v1/tasks/batch", batch)).body["code"]).toBe("HP5030");
    expect((await call("GET", "/v1/tasks")).body["items"]).toEqual([]);
  });

  test("fail, and are not sent, when a name leads to such an address", async () => {
    await plane.close();
    plane = await start({ callbacks: {} });
    const { body } = await created({ url: receiver.url.replace("127.0.0.1", "localhost") });
    await settle();
    await until(async () =>
      expect(await taskView(body["id"])).toMatchObject({
        state: "pending",
        lastError: "it is at an address that callbacks may not go to",
      }),
    );
    expect(receiver.received).toEqual([]);
  });

  test("are refused when they do not fit", async () => {
    const url = "https://example.org/";
    for (const [callback, field] of [
      [{ url: "ftp://example.org/" }, "url"],
      [{ url: "nowhere" }, "url"],
      [{ url: `${url}${"x".repeat(2_048)}` }, "url"],
      [{ url, secret: "mine" }, "secret"],
      [{ url, secret: "whsec_c2hvcnQ=" }, "secret"],
      [{ url, secret: `whsec_${"A".repeat(88)}` }, "secret"],
    ] as const) {
      const { status, body } = await created(callback);
      expect([status, body["code"]]).toEqual([400, "HP9101"]);
      expect(JSON.stringify(body["errors"])).toContain(`callback.${field}`);
    }
  });

  test("are sent by another replica when the one that had taken them is gone, after its deadline", async () => {
    await created({ url: receiver.url });
    const { work, callbacks } = await plane.plane.rooms(`t${tenants}`);
    await plane.close();
    const [task] = await work.claim({ agent: "ann", capabilities: [], owner: "o", leaseTtlMs: 60_000 });
    const ref = { taskId: task?.taskId ?? "", attempt: 1 };
    await work.report(ref);
    await work.accept(ref);
    expect(await callbacks.take(10, HOUR_MS)).toHaveLength(1);
    expect(await callbacks.take(10, HOUR_MS)).toEqual([]);
    plane = await start();
    const late = await created({ url: receiver.url }, { key: "other" });
    await call("POST", `/v1/tasks/${String(late.body["id"])}/cancel`, { reason: "to see that it sends" });
    expect(await receiver.arrived(1)).toMatchObject([{ body: { type: "task.cancelled" } }]);
    clock.aheadMs += HOUR_MS;
    const [, got] = await receiver.arrived(2);
    expect(got?.body.type).toBe("task.accepted");
  });

  test("are listed page by page, by tenant", async () => {
    for (const key of ["a", "b", "c"]) await created({ url: receiver.url }, { key });
    const first = await call("GET", "/v1/callbacks?limit=2");
    const rest = await call("GET", `/v1/callbacks?limit=2&cursor=${String(first.body["next"])}`);
    expect([first.body["items"], rest.body["items"]]).toEqual([
      [expect.objectContaining({ state: "waiting" }), expect.anything()],
      [expect.anything()],
    ]);
    expect(rest.body["next"]).toBeNull();
    const [mine] = rest.body["items"] as readonly { readonly id: string }[];
    const other = { token: "other:all" };
    for (const [method, path] of [
      ["GET", ""],
      ["POST", "/resend"],
    ] as const) {
      const answer = await plane.call(method, `/v1/callbacks/${String(mine?.id)}${path}`, undefined, other);
      expect(answer.body["code"]).toBe("HP9105");
    }
    expect((await plane.call("GET", "/v1/callbacks", undefined, other)).body["items"]).toEqual([]);
  });

  describe("of 1,000 tenants that have them switched off", () => {
    beforeEach(async () => {
      await plane.close();
      await store.run(ADD_OFF, ["00000000-0000-4000-8000-000000000001"]);
    });
    afterEach(async () => {
      for (const drop of DROP_OFF) await store.run(drop);
    });

    test("do not keep others waiting", async () => {
      plane = await start();
      await created({ url: receiver.url });
      await settle();
      expect(await receiver.arrived(1)).toMatchObject([{ body: { type: "task.accepted" } }]);
    });

    test("are due where the tenant's value says so, else the global one, and then the default", async () => {
      const due = async (standard: boolean): Promise<readonly string[]> => {
        const rows = await store.run<{ tenant_id: string }>(DUE, [1, "callbacks", standard]);
        return rows.map(({ tenant_id }) => tenant_id);
      };
      expect(await due(true)).toEqual([]);
      await store.run(SET_OFF, ["off-1", "true"]);
      // What cannot be read is taken for unset.
      await store.run(SET_OFF, ["off-2", '"perhaps"']);
      expect([await due(true), await due(false)]).toEqual([["off-1", "off-2"], ["off-1"]]);
      await store.run(ADD_GLOBAL, ["false"]);
      expect(await due(true)).toEqual(["off-1"]);
    });
  });
});
