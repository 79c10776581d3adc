import { SCOPES, type Scope } from "@holdpoint/contract";
import type { Store } from "@holdpoint/store";
import { startTestServer, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ControlPlane, createControlPlane } from "../control-plane.ts";
import { createSystemRuntime } from "../system-runtime.ts";

const NONE = "00000000-0000-7000-8000-000000000000";

interface Answer {
  readonly status: number;
  // Answers are looked at with matchers, which take any shape.
  readonly body: Record<string, unknown>;
}

describe("the routes of tasks, queues and limits", () => {
  let server: TestServer;
  let store: Store;
  let plane: ControlPlane;
  let url = "";
  let tenants = 0;

  beforeAll(async () => {
    server = await startTestServer(undefined);
    store = await server.openStore(() => 0);
    plane = await createControlPlane({
      store,
      runtime: createSystemRuntime(),
      version: "0.0.0",
      replica: "test",
      // The token says the tenant and, after a comma, the scopes.
      authenticate: async ({ token }) => {
        const [tenant = "", ...scopes] = (token ?? "").split(",");
        const held = scopes.length === 0 ? SCOPES : SCOPES.filter((scope: Scope) => scopes.includes(scope));
        return await Promise.resolve({ tenant, name: "kim", tokenId: null, scopes: new Set(held) });
      },
    });
    url = await plane.listen({ host: "127.0.0.1", port: 0 });
  });

  afterAll(async () => {
    await plane.close();
    await server.stop();
  });

  beforeEach(() => {
    tenants += 1;
  });

  async function call(
    method: string,
    path: string,
    body?: unknown,
    token = `routes-${tenants}`,
    key?: string,
  ): Promise<Answer> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(key === undefined ? {} : { "idempotency-key": key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const read: unknown = text === "" ? {} : JSON.parse(text);
    return { status: response.status, body: typeof read === "object" && read !== null ? { ...read } : {} };
  }

  async function create(body: Record<string, unknown>): Promise<string> {
    const { status, body: answer } = await call("POST", "/v1/tasks", body);
    expect(status).toBe(201);
    return String(answer["id"]);
  }

  async function claimOne(
    agent = "ada",
    waitMs = 0,
  ): Promise<{ id: string; attempt: number; payload: unknown } | null> {
    const { body } = await call("POST", "/v1/work/claim", { agent, waitMs });
    const [task] = body["tasks"] as { id: string; attempt: number; payload: unknown }[];
    return task ?? null;
  }

  async function killed(title: string): Promise<string> {
    const id = await create({ title, maxAttempts: 1 });
    const task = await claimOne();
    await call("POST", `/v1/tasks/${id}/attempts/${task?.attempt}/fail`, { reason: "broke" });
    return id;
  }

  test("keep the evidence that an agent hands in for a task of a queue", async () => {
    await call("POST", "/v1/tasks", { title: "Build", queue: "builds" });
    const task = await claimOne();
    const path = `/v1/tasks/${String(task?.id)}`;
    const metric = (value: number): object => ({ type: "metric", metric: "coverage", value, unit: "%" });
    const early = await call("POST", `${path}/attempts/1/evidence`, { evidence: [metric(70)] });
    const report = { type: "report", name: "cov.txt", content: "coverage=81%\n", reader: null };
    const done = await call("POST", `${path}/attempts/1/complete`, { evidence: [metric(81), report] });
    expect([early.status, done.body]).toMatchObject([201, { outcome: "accepted", state: "accepted" }]);
    const { body } = await call("GET", `${path}/attempts`);
    const [attempt] = body["attempts"] as readonly { readonly result: { readonly evidence: readonly string[] } }[];
    expect(attempt?.result.evidence).toHaveLength(2);
    for (const digest of [...(early.body["digests"] as readonly string[]), ...(attempt?.result.evidence ?? [])]) {
      const kept = await call("GET", `/v1/evidence/${digest}`);
      expect([kept.status, kept.body]).toMatchObject([200, { digest, gates: [] }]);
      expect(JSON.stringify(kept.body["statement"])).toContain(String(task?.id));
    }
  });

  test("create a task once, hand it out with its payload, and show it", async () => {
    const task = { title: "Build", key: "build", payload: { ref: "main" }, concurrencyKey: "ci", queue: "builds" };
    const first = await call("POST", "/v1/tasks", task);
    const again = await call("POST", "/v1/tasks", task);
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual({ id: first.body["id"], created: false, callback: null });
    expect(await claimOne()).toMatchObject({ id: first.body["id"], key: "build", payload: { ref: "main" }, gates: [] });
    const shown = await call("GET", `/v1/tasks/${String(first.body["id"])}`);
    expect(shown.body).toMatchObject({ key: "build", state: "leased", concurrencyKey: "ci", lease: { agent: "ada" } });
  });

  test("create a task and claim it once for each Idempotency-Key", async () => {
    const once = (path: string, body: unknown): Promise<Answer> => call("POST", path, body, undefined, "once");
    const [first, again] = [await once("/v1/tasks", { title: "Dig" }), await once("/v1/tasks", { title: "Dig" })];
    expect(again).toEqual(first);
    const claim = { agent: "ada", limit: 10 };
    const [claimed, lost] = [await once("/v1/work/claim", claim), await once("/v1/work/claim", claim)];
    expect(claimed.body["tasks"]).toHaveLength(1);
    expect(lost).toEqual(claimed);
    const done = { tasks: [{ task: first.body["id"], attempt: 1 }] };
    const [told, toldAgain] = [await once("/v1/work/complete", done), await once("/v1/work/complete", done)];
    expect(told.body["tasks"]).toMatchObject([{ ok: true }]);
    expect(toldAgain).toEqual(told);
  });

  test("create a batch with dependencies, or none of it", async () => {
    const tasks = [
      { title: "Test", key: "test", dependsOn: ["build"] },
      { title: "Build", key: "build" },
    ];
    const { status, body } = await call("POST", "/v1/tasks/batch", { tasks });
    expect([status, body["tasks"]]).toMatchObject([201, [{ created: true }, { created: true }]]);
    const dangling = await call("POST", "/v1/tasks/batch", { tasks: [{ title: "x", dependsOn: ["none"] }] });
    expect(dangling).toMatchObject({ status: 422, body: { code: "HP5020" } });
    const circle = { tasks: [{ title: "x", key: "x", dependsOn: ["x"] }] };
    expect(await call("POST", "/v1/tasks/batch", circle)).toMatchObject({ status: 422, body: { code: "HP5021" } });
    const listed = await call("GET", "/v1/tasks?limit=1");
    expect(listed.body["items"]).toMatchObject([{ key: "test", state: "waiting", unmet: 1 }]);
    const rest = await call("GET", `/v1/tasks?state=ready&cursor=${String(listed.body["next"])}`);
    expect(rest.body).toMatchObject({ items: [{ key: "build" }], next: null });
  });

  test("refuse what cannot be kept, and say what it is", async () => {
    const large = await call("POST", "/v1/tasks", { title: "x", payload: "a".repeat(256 * 1024) });
    expect(large).toMatchObject({ status: 413, body: { code: "HP5022" } });
    for (const bad of [{ title: "a\0b" }, { title: "x", payload: { deep: ["\ud800"] } }]) {
      expect(await call("POST", "/v1/tasks", bad)).toMatchObject({ status: 422, body: { code: "HP5023" } });
    }
    expect((await call("POST", "/v1/tasks", { title: "x", payload: "\\u0000 as text" })).status).toBe(201);
    expect(await call("POST", "/v1/tasks", { title: "x", runAt: "tomorrow" })).toMatchObject({ status: 400 });
    expect(await call("GET", "/v1/tasks?cursor=x")).toMatchObject({ status: 422, body: { code: "HP5024" } });
  });

  test("know no task of another tenant", async () => {
    const id = await create({ title: "Mine" });
    const other = "somebody-else";
    const answers = await Promise.all([
      call("GET", `/v1/tasks/${id}`, undefined, other),
      call("GET", `/v1/tasks/${id}/attempts`, undefined, other),
      call("POST", `/v1/tasks/${id}/cancel`, { reason: "x" }, other),
      call("POST", `/v1/tasks/${id}/priority`, { priority: 1 }, other),
      call("POST", `/v1/tasks/${id}/assign`, { agent: "eve" }, other),
      call("POST", `/v1/tasks/${id}/unblock`, { reason: "x" }, other),
      call("POST", `/v1/tasks/${id}/retry`, { reason: "x" }, other),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
  });

  test("need the scopes of their operations", async () => {
    const reader = `routes-${tenants},read`;
    expect((await call("POST", "/v1/tasks", { title: "x" }, reader)).status).toBe(403);
    expect((await call("POST", "/v1/pause", undefined, reader)).status).toBe(403);
    expect((await call("PUT", "/v1/limits/x", { maxRunning: 1 }, `routes-${tenants},operate`)).status).toBe(403);
  });

  test("tell what became of each try", async () => {
    const id = await killed("Flaky");
    const { body } = await call("GET", `/v1/tasks/${id}/attempts`);
    expect(body["attempts"]).toMatchObject([{ attempt: 1, agent: "ada", outcome: "failed", reason: "broke" }]);
    const fresh = await create({ title: "Fresh" });
    expect((await call("GET", `/v1/tasks/${fresh}/attempts`)).body).toEqual({ attempts: [] });
  });

  test("cancel an open task, and say where one stands that cannot be", async () => {
    const id = await create({ title: "x" });
    expect(await call("POST", `/v1/tasks/${id}/retry`, { reason: "x" })).toMatchObject({
      status: 409,
      body: { code: "HP5012", task: { state: "ready" } },
    });
    expect((await call("POST", `/v1/tasks/${id}/cancel`, { reason: "no need" })).body).toMatchObject({
      state: "cancelled",
    });
    expect(await call("POST", `/v1/tasks/${id}/cancel`, { reason: "no need" })).toMatchObject({ status: 409 });
    expect(await call("GET", `/v1/tasks/${NONE}`)).toMatchObject({ status: 404, body: { code: "HP9105" } });
  });

  test("list dead letters, and redrive or purge some or all of them", async () => {
    const [a, b, c] = [await killed("a"), await killed("b"), await killed("c")];
    const live = await create({ title: "live", runAt: "2100-01-01T00:00:00Z" });
    const page = await call("GET", "/v1/dead-letters?limit=2");
    expect((page.body["items"] as { id: string }[]).map(({ id }) => id)).toEqual([a, b]);
    const next = await call("GET", `/v1/dead-letters?limit=2&cursor=${String(page.body["next"])}`);
    expect(next.body).toMatchObject({ items: [{ id: c }], next: null });
    const purged = await call("POST", "/v1/dead-letters/purge", { tasks: [a, live, NONE], reason: "no use" });
    expect(purged.body).toEqual({
      done: 1,
      refused: [
        { task: live, state: "ready" },
        { task: NONE, state: null },
      ],
    });
    const plan = String((await call("GET", `/v1/tasks/${b}`)).body["plan"]);
    const elsewhere = await call("POST", "/v1/dead-letters/redrive", { plan: NONE, tasks: [b], reason: "fixed" });
    expect(elsewhere.body).toEqual({ done: 0, refused: [{ task: b, state: "dead" }] });
    expect((await call("POST", "/v1/dead-letters/redrive", { plan, reason: "fixed" })).body).toEqual({
      done: 2,
      refused: [],
    });
    expect((await call("GET", `/v1/tasks/${b}`)).body).toMatchObject({ state: "ready", tries: 0 });
    expect((await call("POST", "/v1/dead-letters/purge", { reason: "none left" })).body).toEqual({
      done: 0,
      refused: [],
    });
  });

  test("redrive more dead letters than one round takes", async () => {
    const tasks = Array.from({ length: 620 }, (_, at) => ({ title: `t${at}`, maxAttempts: 1 }));
    await call("POST", "/v1/tasks/batch", { tasks });
    for (let left = 620; left > 0; ) {
      const { body } = await call("POST", "/v1/work/claim", { agent: "ada", limit: 310 });
      const claims = body["tasks"] as { id: string; attempt: number }[];
      const { work } = await plane.rooms(`routes-${tenants}`);
      await Promise.all(claims.map(({ id, attempt }) => work.fail({ taskId: id, attempt, reason: "broke" })));
      left -= claims.length;
    }
    expect((await call("POST", "/v1/dead-letters/redrive", { reason: "fixed" })).body).toEqual({
      done: 620,
      refused: [],
    });
  });

  test("set priority and agent, and let a blocked task go on", async () => {
    await create({ title: "first", key: "first" });
    const id = await create({ title: "second", key: "second" });
    expect((await call("POST", `/v1/tasks/${id}/priority`, { priority: 7 })).status).toBe(200);
    expect((await call("POST", `/v1/tasks/${id}/assign`, { agent: "bob" })).status).toBe(200);
    expect((await call("GET", `/v1/tasks/${id}`)).body).toMatchObject({ priority: 7, assigned: "bob" });
    expect(await claimOne("bob")).toMatchObject({ id, attempt: 1 });
    const blocked = await call("POST", `/v1/tasks/${id}/attempts/1/block`, { reason: "no licence" });
    expect(blocked.body).toEqual({ state: "held", attempt: 1, tries: 0 });
    expect(await call("POST", `/v1/tasks/${id}/attempts/1/complete`, {})).toMatchObject({ status: 409 });
    expect((await call("GET", `/v1/tasks/${id}`)).body).toMatchObject({ blocked: true, reason: "no licence" });
    expect((await call("POST", `/v1/tasks/${id}/unblock`, { reason: "bought" })).body).toMatchObject({
      state: "ready",
    });
    expect(await claimOne("bob")).toMatchObject({ id, attempt: 2 });
  });

  test("do not settle a blocked task that has no gates", async () => {
    const id = await create({ title: "blocked" });
    await claimOne();
    await call("POST", `/v1/tasks/${id}/attempts/1/block`, { reason: "no access" });
    const { completion, work } = await plane.rooms(`routes-${tenants}`);
    const plan = (await work.get(id))?.planId ?? "";
    expect(await completion.settlePlan(plan)).toBe(0);
    expect(await work.get(id)).toMatchObject({ state: "held", blocked: true });
  });

  test("pause a queue, a plan or everything, and wake those who wait when it goes on", async () => {
    const id = await create({ title: "x", queue: "builds" });
    const queues = await call("GET", "/v1/queues");
    expect(queues.body).toMatchObject({ items: [{ name: "builds", paused: false }], next: null });
    const plan = String((await call("GET", `/v1/tasks/${id}`)).body["plan"]);
    expect((await call("POST", "/v1/queues/builds/pause", { reason: "release" })).body).toEqual({ paused: true });
    expect(await claimOne()).toBeNull();
    expect((await call("POST", "/v1/queues/builds/resume")).body).toEqual({ paused: false });
    expect((await call("POST", `/v1/plans/${plan}/pause`)).body).toEqual({ paused: true });
    expect((await call("POST", "/v1/pause", { reason: "move" })).body).toEqual({ paused: true });
    expect((await call("GET", "/v1/pause")).body).toMatchObject({ paused: true, by: "kim", reason: "move" });
    expect((await call("POST", "/v1/resume")).body).toEqual({ paused: false });
    expect((await call("GET", "/v1/pause")).body).toMatchObject({ paused: false, by: null });
    const waiting = claimOne("ada", 30_000);
    expect((await call("POST", `/v1/plans/${plan}/resume`)).body).toEqual({ paused: false });
    expect(await waiting).toMatchObject({ id });
  });

  test("know no queue or plan that is not there", async () => {
    const paths = [
      "/v1/queues/none/pause",
      "/v1/queues/none/resume",
      `/v1/plans/${NONE}/pause`,
      `/v1/plans/${NONE}/resume`,
    ];
    for (const path of paths) expect(await call("POST", path)).toMatchObject({ status: 404, body: { code: "HP9105" } });
  });

  test("set, show and take away a limit, and wake those who wait when a task ends", async () => {
    const rate = { starts: 100, perMs: 60_000 };
    expect((await call("PUT", "/v1/limits/db", { maxRunning: 1, rate })).body).toMatchObject({ running: 0, starts: 0 });
    await create({ title: "a", concurrencyKey: "db" });
    await create({ title: "b", concurrencyKey: "db" });
    const first = await claimOne();
    const waiting = claimOne("bob", 30_000);
    expect((await call("GET", "/v1/limits/db")).body).toEqual({
      key: "db",
      maxRunning: 1,
      rate,
      running: 1,
      starts: 1,
      waiting: 1,
    });
    await call("POST", `/v1/tasks/${first?.id}/attempts/1/complete`, {});
    expect(await waiting).not.toBeNull();
    expect((await call("GET", "/v1/limits")).body).toMatchObject({ items: [{ key: "db", running: 1 }], next: null });
    expect((await call("DELETE", "/v1/limits/db")).status).toBe(204);
    for (const method of ["GET", "DELETE"]) expect((await call(method, "/v1/limits/db")).status).toBe(404);
    expect(await call("PUT", "/v1/limits/db", {})).toMatchObject({ status: 400, body: { code: "HP9101" } });
  });
});
