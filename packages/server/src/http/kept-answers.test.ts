import { operation } from "@holdpoint/contract";
import { type ProblemTable, problem } from "@holdpoint/core";
import { type Statement, type Store, type StoreScope, statement } from "@holdpoint/store";
import { TEST_SERVERS, type TestServer } from "@holdpoint/store/testing";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { createSystemRuntime } from "../system-runtime.ts";
import { createHttpServer } from "./create-http-server.ts";
import { implement, NothingDone, Reply } from "./implementation.ts";
import { createKeptAnswers, removeKeptAnswers } from "./kept-answers.store.ts";

const testProblems = {
  HP9999: { title: "no", message: "no", remedy: "no", why: "no", exit: 2, retryable: false },
  HP9998: { title: "wait", message: "wait", remedy: "wait", why: "wait", exit: 2, retryable: true },
} as const satisfies ProblemTable;
const DAY_MS = 86_400_000;

const add = operation({
  id: "add",
  method: "POST",
  path: "/add",
  tag: "test",
  summary: "Counts",
  scope: "plan",
  body: z.object({ how: z.string(), n: z.number().default(1) }),
  response: z.object({ count: z.int() }),
  status: 201,
});
const addFree = operation({ ...add, id: "addFree", path: "/free", idempotency: "none" as const });
const addOther = operation({ ...add, id: "addOther", path: "/other" });

describe.each(TEST_SERVERS)("Idempotency-Key on $name", (kind) => {
  let server: TestServer;
  let store: Store;
  let http: Awaited<ReturnType<typeof createHttpServer>>;
  let address = "";
  let count = 0;
  let aheadMs = 0;
  let go: () => void = () => undefined;
  /** Names of statements of which the next one is answered with an error, once. */
  const hiccups = new Set<string>();
  const closing = new AbortController();

  beforeAll(async () => {
    server = await kind.start();
    store = await server.openStore(() => 0);
    for (const tenant of ["north", "south"]) {
      await store.run(statement("add_tenant", "INSERT INTO holdpoint.tenant VALUES ($1, 0)"), [tenant]);
    }
    const system = createSystemRuntime();
    const runtime = { ...system, now: () => system.now() + aheadMs };
    const handle = async ({ body }: { body: { how: string; n: number } }): Promise<Reply<{ count: number }>> => {
      if (body.how === "refuse") throw problem(testProblems, "HP9999");
      if (body.how === "wait") throw problem(testProblems, "HP9998");
      if (body.how === "nothing") return new NothingDone({ count });
      count += body.n;
      if (body.how === "break") throw new Error("broken");
      if (body.how === "slow") await new Promise<void>((resolve) => (go = resolve));
      return new Reply({ count }, 201, { location: `/add/${count}` });
    };
    http = await createHttpServer({
      implementations: [implement(add, handle), implement(addFree, handle), implement(addOther, handle)],
      authenticate: async ({ token }) => {
        const [tenant = "", name = ""] = (token ?? "").split(".");
        return { tenant, name, tokenId: name, scopes: new Set(["plan"] as const) };
      },
      closing: closing.signal,
      guards: { retries: createKeptAnswers((tenant) => withHiccups(store.forTenant(tenant)), runtime) },
    });
    address = await http.listen({ host: "127.0.0.1", port: 0 });
  });

  afterAll(async () => {
    await http.drain(1_000);
    await server.stop();
  });

  /** Does what it is asked, and loses some of the answers. */
  function withHiccups(scope: StoreScope): StoreScope {
    return {
      transaction: (work) => scope.transaction(work),
      run: async <Row>(asked: Statement, values?: readonly unknown[]) => {
        // What was to be settled is not; what was taken is, and nobody hears of it.
        const isLost = hiccups.delete(asked.name);
        if (isLost && asked.name !== "kept_take") throw new Error("away");
        const rows = await scope.run<Row>(asked, values);
        if (isLost) throw new Error("away");
        return rows;
      },
    };
  }

  afterEach(() => {
    vi.useRealTimers();
    aheadMs = 0;
  });

  async function ask(
    key: string | null,
    body: unknown,
    { token = "north.a", url = "/add" } = {},
  ): Promise<{ status: number; text: string; replayed: boolean; headers: Record<string, unknown> }> {
    const answer = await fetch(`${address}${url}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        ...(key === null ? {} : { "idempotency-key": key }),
      },
      body: JSON.stringify(body),
    });
    const headers = Object.fromEntries(answer.headers);
    const text = await answer.text();
    return { status: answer.status, text, headers, replayed: headers["idempotency-replayed"] === "true" };
  }

  test("answers a repeated write as the first, and does it once", async () => {
    const before = count;
    const first = await ask("k1", { how: "add" });
    const again = await ask("k1", { n: 1, how: "add" });
    expect(count).toBe(before + 1);
    expect(again).toMatchObject({ status: 201, text: first.text, replayed: true });
    expect(again.headers["location"]).toBe(first.headers["location"]);
    expect(again.headers["content-type"]).toBe(first.headers["content-type"]);
    expect(first.replayed).toBe(false);
  });

  test("does a write without a key each time, and one of an operation that keeps nothing", async () => {
    const before = count;
    await ask(null, { how: "add" });
    await ask(null, { how: "add" });
    await ask("free", { how: "add" }, { url: "/free" });
    await ask("free", { how: "add" }, { url: "/free" });
    expect(count).toBe(before + 4);
  });

  test("refuses another content under the same key", async () => {
    await ask("k2", { how: "add" });
    const other = await ask("k2", { how: "add", n: 2 });
    expect(other.status).toBe(422);
    expect(other.text).toContain("HP9412");
  });

  test("belongs to a tenant, a token and an operation", async () => {
    const before = count;
    await ask("k3", { how: "add" });
    await ask("k3", { how: "add" }, { token: "north.b" });
    await ask("k3", { how: "add" }, { token: "south.a" });
    await ask("k3", { how: "add" }, { url: "/other" });
    expect(count).toBe(before + 4);
  });

  test("tells whoever comes second to come again while the first is being answered", async () => {
    const before = count;
    const first = ask("k4", { how: "slow" });
    await expect.poll(() => count).toBe(before + 1);
    const second = await ask("k4", { how: "slow" });
    expect(second.status).toBe(409);
    expect(second.text).toContain("HP9413");
    expect(second.headers["retry-after"]).toBe("1");
    go();
    expect((await ask("k4", { how: "slow" })).text).toBe((await first).text);
    expect(count).toBe(before + 1);
  });

  test("does one of many that come at once", async () => {
    const before = count;
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask("k5", { how: "add" })));
    expect(count).toBe(before + 1);
    expect(new Set(answers.map(({ status }) => status))).toSatisfy((all: Set<number>) =>
      [...all].every((status) => status === 201 || status === 409),
    );
  });

  test("keeps refusals, but neither faults nor what may succeed later", async () => {
    const before = count;
    const refused = await ask("k6", { how: "refuse" });
    expect(await ask("k6", { how: "refuse" })).toMatchObject({ status: 409, text: refused.text, replayed: true });
    expect((await ask("k7", { how: "break" })).status).toBe(500);
    expect((await ask("k7", { how: "break" })).replayed).toBe(false);
    expect(count).toBe(before + 2);
    expect((await ask("k8", { how: "wait" })).status).toBe(409);
    expect((await ask("k8", { how: "wait" })).replayed).toBe(false);
  });

  test("is free again after an answer that nothing was done", async () => {
    expect((await ask("k12", { how: "nothing" })).status).toBe(200);
    expect((await ask("k12", { how: "add" })).replayed).toBe(false);
  });

  test("is forgotten after 24 hours, and removed", async () => {
    const before = count;
    await ask("k9", { how: "add" });
    aheadMs = DAY_MS - 10_000;
    expect((await ask("k9", { how: "add" })).replayed).toBe(true);
    aheadMs = DAY_MS + 10_000;
    expect((await ask("k9", { how: "add" })).replayed).toBe(false);
    expect(count).toBe(before + 2);
    expect(await removeKeptAnswers(store.asSystem(), Date.now() + aheadMs)).toBeGreaterThan(5);
    expect((await ask("k9", { how: "add" })).replayed).toBe(true);
    aheadMs = 0;
  });

  test("is settled later when the database was away for the moment in which it was to be settled", async () => {
    const before = count;
    hiccups.add("kept_keep");
    const first = await ask("k12", { how: "add" });
    expect(first.status).toBe(201);
    await expect.poll(async () => (await ask("k12", { how: "add" })).status, { timeout: 5_000 }).toBe(201);
    expect(await ask("k12", { how: "add" })).toMatchObject({ text: first.text, replayed: true });
    expect(count).toBe(before + 1);
    hiccups.add("kept_give_back");
    await ask("k13", { how: "break" });
    await expect.poll(async () => (await ask("k13", { how: "break" })).status, { timeout: 5_000 }).toBe(500);
  });

  test("stays with a request that runs for long, and says so", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const before = count;
    const first = ask("k15", { how: "slow" });
    await expect.poll(() => count).toBe(before + 1);
    const KEY = statement("key", "SELECT expires_at_ms FROM holdpoint.kept_answer WHERE key = 'k15'");
    const expiry = async (): Promise<number | undefined> =>
      (await store.forTenant("north").run<{ expires_at_ms: number }>(KEY))[0]?.expires_at_ms;
    const taken = (await expiry()) ?? 0;
    aheadMs = 20_000;
    vi.advanceTimersByTime(10_000);
    await expect.poll(expiry).toBeGreaterThanOrEqual(taken + 20_000);
    go();
    expect((await first).status).toBe(201);
  });

  test("is given back when the answer to taking it was lost", async () => {
    hiccups.add("kept_take");
    expect((await ask("k14", { how: "add" })).status).toBe(500);
    await expect.poll(async () => (await ask("k14", { how: "add" })).status, { timeout: 5_000 }).toBe(201);
  });

  test("is taken anew when the first request's process died", async () => {
    await store
      .forTenant("north")
      .run(
        statement(
          "died",
          "INSERT INTO holdpoint.kept_answer VALUES ('north', 'a', 'add', 'k10', 'x', '00000000-0000-7000-8000-000000000000', NULL, NULL, NULL, $1)",
        ),
        [Date.now() - 1],
      );
    expect((await ask("k10", { how: "add" })).status).toBe(201);
  });

  test.each(["", "with space", "ümlaut", "x".repeat(256)])("refuses the malformed key %j", async (key) => {
    const answer = await ask(encodeURI(key) === key ? key : Buffer.from(key).toString("latin1"), { how: "add" });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("HP9411");
  });

  test("refuses what does not fit its shape before the key is used", async () => {
    expect((await ask("k11", { how: 7 })).status).toBe(400);
    expect((await ask("k11", { how: "add" })).status).toBe(201);
  });
});
