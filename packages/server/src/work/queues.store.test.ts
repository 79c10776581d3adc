import { type Store, statement } from "@holdpoint/store";
import { TEST_SERVERS, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type App, createApp } from "../app.ts";
import { createSystemRuntime } from "../system-runtime.ts";
import { createPauses, type Pauses } from "./pauses.ts";
import { createTaskDesk, type TaskDesk } from "./task-desk.ts";
import type { Claim, ClaimRequest, NewTask } from "./work.types.ts";

const PLAIN = { capabilities: [], priority: 0, dependsOn: [], maxAttempts: 3, runAt: null, concurrencyKey: null };
const TRANSACTIONS = statement(
  "test_transactions",
  "SELECT count(DISTINCT xid) AS n FROM holdpoint.event WHERE tenant_id = $1 AND kind = 'task.created'",
);

describe.each(TEST_SERVERS)("queues on $name", (testServer) => {
  let server: TestServer;
  let store: Store;
  let app: App;
  let desk: TaskDesk;
  let pauses: Pauses;
  let tenants = 0;
  let nowMs = 1_000;
  let wakes = 0;

  beforeAll(async () => {
    server = await testServer.start();
    store = await server.openStore(() => 0);
  });

  afterAll(async () => {
    await server.stop();
  });

  beforeEach(async () => {
    tenants += 1;
    nowMs = 1_000;
    wakes = 0;
    app = await open();
    desk = createTaskDesk(store, app.tenant);
    pauses = createPauses(store, { ...createSystemRuntime(), now: () => nowMs }, app.tenant, () => (wakes += 1));
  });

  async function open(): Promise<App> {
    const runtime = { ...createSystemRuntime(), now: () => nowMs };
    return await createApp({ store, runtime, tenant: `queues-${tenants}` });
  }

  function task(key: string, changes: Partial<NewTask> = {}): NewTask {
    return { ...PLAIN, key, title: `Task ${key}`, ...changes };
  }

  async function create(...tasks: readonly NewTask[]): Promise<readonly { taskId: string; created: boolean }[]> {
    return await app.work.create({ queue: "q", tasks, by: "kim" });
  }

  async function claim(changes: Partial<ClaimRequest> = {}): Promise<readonly Claim[]> {
    const request = { agent: "ada", capabilities: [], owner: "me", leaseTtlMs: 1_000, limit: 10 };
    return await app.work.claim({ ...request, ...changes });
  }

  async function claimed(changes: Partial<ClaimRequest> = {}): Promise<readonly string[]> {
    return (await claim(changes)).map(({ key }) => key);
  }

  test("hand their tasks out in the order in which they were created, by priority first", async () => {
    await create(task("c"), task("a"), task("b", { priority: 1 }));
    await create(task("d"));
    expect(await claimed()).toEqual(["b", "c", "a", "d"]);
  });

  test("take single tasks that are created at one time in one transaction", async () => {
    await create(task("first"));
    await Promise.all(Array.from({ length: 300 }, (_, at) => create(task(`t${at}`))));
    const [row] = await store.run<{ n: number }>(TRANSACTIONS, [app.tenant]);
    expect(row?.n).toBeLessThanOrEqual(4);
    expect(await app.work.counts()).toMatchObject({ ready: 301 });
  });

  test("keep the first of a key, whichever replica is asked and when", async () => {
    const replicas = await Promise.all([open(), open(), open(), open()]);
    const request = { queue: "q", tasks: [task("a"), task("b")], by: "kim" };
    const answers = await Promise.all([...replicas, ...replicas].map((replica) => replica.work.create(request)));
    expect(new Set(answers.flat().map(({ taskId }) => taskId)).size).toBe(2);
    expect(answers.flat().filter(({ created }) => created).length).toBe(2);
    expect(await claimed()).toHaveLength(2);
  });

  test("keep keys of different queues apart", async () => {
    await create(task("a"));
    expect(await app.work.create({ queue: "other", tasks: [task("a")], by: "kim" })).toMatchObject([{ created: true }]);
    expect((await desk.queues({ limit: 10 })).items.map(({ name }) => name)).toEqual(["other", "q"]);
  });

  test("write an event for each task in the transaction that creates it", async () => {
    await create(task("a"), task("b", { dependsOn: ["a"] }));
    const events = (await app.events.read()).filter(({ kind }) => kind === "task.created");
    expect(events.map(({ data }) => data)).toEqual([
      { key: "a", to: "ready", tries: 0, queue: "q", by: "kim" },
      { key: "b", to: "waiting", tries: 0, queue: "q", by: "kim" },
    ]);
  });

  test("create all of a request or none", async () => {
    await expect(create(task("a"), task("b", { dependsOn: ["none"] }))).rejects.toMatchObject({ code: "HP5020" });
    await expect(create(task("a", { dependsOn: ["a"] }))).rejects.toMatchObject({ code: "HP5021" });
    expect(await app.work.list()).toEqual([]);
  });

  test("let a task begin when what it depends on is accepted, and not before its time", async () => {
    await create(task("a"));
    await create(task("b", { dependsOn: ["a"], runAt: 5_000 }), task("c", { runAt: 3_000 }));
    const [a] = await claim();
    if (a === undefined) throw new Error("nothing was claimed");
    await app.work.report(a);
    await app.work.accept(a);
    expect(await claimed()).toEqual([]);
    expect(await app.work.nextDueAt()).toBe(3_000);
    nowMs = 3_000;
    expect(await claimed()).toEqual(["c"]);
    nowMs = 5_000;
    expect(await claimed()).toEqual(["b"]);
  });

  test("miss no acceptance of a dependency while dependents are created on other replicas", async () => {
    const keys = Array.from({ length: 20 }, (_, at) => `p${at}`);
    await create(...keys.map((key) => task(key)));
    const replicas = await Promise.all([open(), open()]);
    const claims = await claim({ limit: 20 });
    const accepting = claims.map(async (ref) => {
      await app.work.report(ref);
      await app.work.accept(ref);
    });
    const creating = keys.map((key, at) =>
      (replicas[at % 2] ?? app).work.create({ queue: "q", tasks: [task(`c${at}`, { dependsOn: [key] })], by: "kim" }),
    );
    await Promise.all([...accepting, ...creating]);
    expect(await app.work.counts()).toMatchObject({ accepted: 20, ready: 20, waiting: 0 });
  });

  test("hold back a paused queue, and only that", async () => {
    await create(task("a"));
    await app.work.create({ queue: "other", tasks: [task("b")], by: "kim" });
    const queueId = (await pauses.queueId("q")) ?? "";
    const word = { by: "kim", reason: "maintenance" };
    expect([await pauses.pausePlan(queueId, word), await pauses.pausePlan(queueId, word)]).toEqual([true, true]);
    expect(await claimed()).toEqual(["b"]);
    expect((await desk.queues({ limit: 10 })).items.map(({ paused }) => paused)).toEqual([false, true]);
    wakes = 0;
    await pauses.resumePlan(queueId, word);
    expect(wakes).toBe(1);
    expect(await claimed()).toEqual(["a"]);
    const kinds = (await app.events.read()).map(({ kind }) => kind).filter((kind) => kind.startsWith("plan."));
    expect(kinds).toEqual(["plan.paused", "plan.resumed"]);
  });

  test("hold everything back while the tenant is paused, and tell who did it", async () => {
    await create(task("a"));
    await pauses.pauseAll({ by: "kim", reason: null });
    expect(await claimed()).toEqual([]);
    expect(await pauses.ofAll()).toEqual({ by: "kim", reason: null, since: 1_000 });
    await pauses.resumeAll({ by: "kim", reason: null });
    expect([await claimed(), await pauses.ofAll()]).toEqual([["a"], null]);
  });

  test("know no pause of a plan that is not there", async () => {
    const none = "00000000-0000-7000-8000-000000000000";
    expect(await pauses.pausePlan(none, { by: "kim", reason: null })).toBe(false);
    expect(await pauses.queueId("none")).toBeNull();
  });

  test("offer an assigned task to its agent alone, and to all again", async () => {
    const [a] = await create(task("a"), task("b"));
    const taskId = a?.taskId ?? "";
    await app.work.assign({ taskId, by: "kim", agent: "bob" });
    const [ada, bob] = await Promise.all([claimed({ limit: 5 }), claimed({ agent: "bob", limit: 1 })]);
    expect([ada, bob]).toEqual([["b"], ["a"]]);
    await app.work.release({ taskId, attempt: 1, reason: "drained" });
    expect(await claimed()).toEqual([]);
    await app.work.assign({ taskId, by: "kim", agent: null });
    expect(await claimed()).toEqual(["a"]);
  });

  test("keep the priority that an operator set, and refuse one for what is done", async () => {
    const [, b] = await create(task("a"), task("b"));
    const taskId = b?.taskId ?? "";
    await app.work.prioritise({ taskId, by: "kim", priority: 5 });
    const [first] = await claim({ limit: 1 });
    expect(first?.key).toBe("b");
    await app.work.report({ taskId, attempt: 1 });
    await app.work.accept({ taskId, attempt: 1 });
    const outcome = await app.work.prioritise({ taskId, by: "kim", priority: 1 });
    expect(outcome).toMatchObject({ ok: false, reason: "wrong_state", state: "accepted" });
  });

  test("hold a blocked task until an operator lets it go on, and never accept it", async () => {
    await create(task("a", { maxAttempts: 1 }));
    const [ref] = await claim();
    if (ref === undefined) throw new Error("nothing was claimed");
    const { taskId, attempt } = ref;
    await app.work.halt({ taskId, attempt, reason: "no access to the registry" });
    expect(await app.work.get(taskId)).toMatchObject({ state: "held", blocked: true, tries: 0, lease: null });
    expect(await app.work.accept({ taskId, attempt })).toMatchObject({ ok: false, reason: "guard", state: "held" });
    expect(await app.work.refuse({ taskId, attempt, missing: [] })).toMatchObject({ ok: false, reason: "guard" });
    expect(await desk.attempts(taskId)).toMatchObject([{ outcome: "blocked", reason: "no access to the registry" }]);
    await app.work.reoffer({ taskId, by: "kim", reason: "access was given" });
    expect(await claim()).toMatchObject([{ taskId, attempt: 2, tries: 0 }]);
  });

  test("are listed page by page, in order and without gaps", async () => {
    await create(...["a", "b", "c", "d", "e"].map((key) => task(key)));
    const keys: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await desk.page({ limit: 2, ...(cursor === null ? {} : { cursor }) });
      keys.push(...page.items.map(({ key }) => key));
      cursor = page.next;
    } while (cursor !== null);
    expect(keys).toEqual(["a", "b", "c", "d", "e"]);
    expect((await desk.page({ limit: 9, states: ["dead"] })).items).toEqual([]);
    await expect(desk.page({ limit: 9, cursor: "nonsense" })).rejects.toMatchObject({ code: "HP5024" });
  });
});
