import { flags as FLAG } from "@holdpoint/contract";
import { openStore, type Store, statement } from "@holdpoint/store";
import { TEST_SERVERS, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { startReceiver } from "../callbacks/receiver.testing.ts";
import { type Answered, type StartedPlane, startPlane } from "../control-plane.testing.ts";
import { createSignalBus } from "../events/index.ts";
import { createSystemRuntime } from "../system-runtime.ts";
import { createFlags } from "./flag.store.ts";

const PUT_ODD = statement(
  "test_odd_flag",
  `INSERT INTO holdpoint.flag VALUES ($1, 'mcp', '"perhaps"', 'Ada', 1), ($1, 'of-another-version', '1', 'Ada', 1)`,
);

describe.each(TEST_SERVERS.filter(({ hasUsers }) => hasUsers).slice(0, 1))("flags on $name", (kind) => {
  let server: TestServer;
  let databaseUrl: string;
  let store: Store;
  let plane: StartedPlane;
  let token: string;
  let tenant: string;
  let tenants = 0;

  beforeAll(async () => {
    server = await kind.start();
    databaseUrl = await server.emptyDatabase();
    store = await openStore({ databaseUrl, runtime: createSystemRuntime() });
    plane = await startPlane(store, { callbacks: { allow: ["127.0.0.1"] } });
  });
  afterAll(async () => {
    await plane.close();
    await store.close();
    await server.stop();
  });
  beforeEach(() => {
    tenants += 1;
    tenant = `t${tenants}`;
    token = `${tenant}:all`;
  });

  const call = (method: string, path: string, body?: unknown, as = token): Promise<Answered> =>
    plane.call(method, path, body, { token: as });
  const set = (name: string, value: unknown, more: object = {}, as = token): Promise<Answered> =>
    call("PUT", `/v1/flags/${name}`, { value, ...more }, as);

  async function claimed(): Promise<string> {
    await call("POST", "/v1/tasks", { title: "Dig" });
    const { body } = await call("POST", "/v1/work/claim", { agent: "ann", leaseTtlMs: 60_000 });
    const [task] = body["tasks"] as readonly { readonly id: string; readonly attempt: number }[];
    return `/v1/tasks/${task?.id}/attempts/${task?.attempt}`;
  }

  test("are what the code declares until somebody sets them: the tenant's value goes before the global one", async () => {
    const listed = (await call("GET", "/v1/flags")).body["flags"] as readonly Readonly<Record<string, unknown>>[];
    expect(listed.map(({ name, value, source }) => [name, value, source])).toEqual([
      ["callbacks", true, "default"],
      ["callback-schemes", "any", "default"],
      ["evidence-bytes", 16_777_216, "default"],
      ["mcp", true, "default"],
    ]);
    const global = await set("evidence-bytes", 9_000, { level: "global" }, "local:all");
    expect(global.body).toMatchObject({ value: 9_000, source: "global", global: 9_000, tenant: null });
    expect((await set("evidence-bytes", 5_000)).body).toMatchObject({ value: 5_000, source: "tenant", global: 9_000 });
    expect((await call("GET", "/v1/flags/evidence-bytes", undefined, "other:read")).body).toMatchObject({
      value: 9_000,
      source: "global",
      setBy: "local-user",
      least: 1_024,
    });
    expect((await call("DELETE", "/v1/flags/evidence-bytes")).body).toMatchObject({ value: 9_000, source: "global" });
    const path = "/v1/flags/evidence-bytes?level=global";
    expect((await call("DELETE", path, undefined, "local:all")).body).toMatchObject({ source: "default", setBy: null });
  });

  test("are refused when they are unknown, do not fit, or are another's to set", async () => {
    const refusals = [
      await set("callback", true),
      await call("GET", "/v1/flags/nothing"),
      await call("DELETE", "/v1/flags/nothing"),
      await set("mcp", "true"),
      await set("evidence-bytes", 1.5),
      await set("evidence-bytes", 17_000_000),
      await set("callback-schemes", "ftp"),
      await set("mcp", false, { level: "global" }),
      await call("DELETE", "/v1/flags/mcp?level=global"),
      await set("mcp", false, {}, `${tenant}:read+operate`),
      await set("mcp", { on: true }),
    ];
    expect(refusals.map(({ status, body }) => [status, body["code"]])).toEqual([
      [404, "HP9330"],
      [404, "HP9330"],
      [404, "HP9330"],
      [422, "HP9331"],
      [422, "HP9331"],
      [422, "HP9331"],
      [422, "HP9331"],
      [403, "HP9332"],
      [403, "HP9332"],
      [403, "HP9104"],
      [400, "HP9101"],
    ]);
    expect(refusals[5]?.body["remedy"]).toContain("a whole number from 1024 to 16777216");
  });

  test("are audited, and told of in the log of events", async () => {
    await set("mcp", false);
    await call("DELETE", "/v1/flags/mcp");
    const audit = (await call("GET", "/v1/audit")).body["items"] as readonly { readonly entry: object }[];
    expect(audit.map(({ entry }) => entry)).toMatchObject([
      { operation: "putFlag", params: { flag: "mcp" }, status: 200, who: { name: `${tenant}-user` } },
      { operation: "deleteFlag", params: { flag: "mcp" } },
    ]);
    expect((await call("GET", "/v1/events")).body["items"]).toMatchObject([
      { kind: "flag.set", subject: "mcp", data: { level: "tenant", value: false, by: `${tenant}-user` } },
      { kind: "flag.unset", subject: "mcp" },
    ]);
  });

  test("hold on another replica, which is told", async () => {
    const other = await openStore({ databaseUrl, runtime: createSystemRuntime() });
    const replica = await startPlane(other, { replica: "r2" });
    const mcp = async (): Promise<number> => (await replica.call("POST", "/mcp", { jsonrpc: "2.0" }, { token })).status;
    try {
      expect(await mcp()).toBe(400);
      await set("mcp", false);
      await vi.waitFor(async () => expect(await mcp()).toBe(403), { timeout: 20_000, interval: 10 });
    } finally {
      await replica.close();
      await other.close();
    }
  });

  test("are read again within a second where nobody tells of them, and at once where somebody does", async () => {
    const clock = { ms: 0 };
    const signals = createSignalBus();
    const far = createFlags({ store, runtime: createSystemRuntime(), signals, now: () => clock.ms });
    const bytes = (): Promise<number> => far.value(tenant, FLAG.evidenceBytes);
    try {
      expect(await bytes()).toBe(FLAG.evidenceBytes.standard);
      await set("evidence-bytes", 2_000, { level: "global" }, "local:all");
      clock.ms += 799;
      expect(await bytes()).toBe(FLAG.evidenceBytes.standard);
      clock.ms += 200;
      expect(await bytes()).toBe(2_000);
      await set("evidence-bytes", 3_000);
      expect(await bytes()).toBe(2_000);
      signals.emit(tenant, "flags", "elsewhere");
      expect(await bytes()).toBe(3_000);
    } finally {
      await call("DELETE", "/v1/flags/evidence-bytes?level=global", undefined, "local:all");
    }
  });

  test("that hold what this version cannot read are taken for unset", async () => {
    await call("POST", "/v1/tasks", { title: "Dig" });
    await store.run(PUT_ODD, [tenant]);
    expect((await call("GET", "/v1/flags/mcp")).body).toMatchObject({ value: true, source: "default", tenant: null });
    expect((await call("GET", "/v1/flags")).body["flags"]).toHaveLength(4);
  });

  test("switch the Model Context Protocol off and on for a tenant", async () => {
    const ask = async (as: string): Promise<unknown> =>
      (await call("POST", "/mcp", { jsonrpc: "2.0" }, as)).body["code"];
    await set("mcp", false);
    expect([await ask(token), await ask("another:all")]).toEqual(["HP9333", undefined]);
    await set("mcp", true);
    expect(await ask(token)).toBeUndefined();
  });

  test("switch callbacks off: none is taken, and what is to be sent waits until they are on again", async () => {
    const receiver = await startReceiver();
    const callback = { url: receiver.url };
    const { body } = await call("POST", "/v1/tasks", { title: "Dig", callback });
    await set("callbacks", false);
    expect((await call("POST", "/v1/tasks", { title: "Dig", callback })).body["code"]).toBe("HP9333");
    const batch = { tasks: [{ title: "a" }], callback };
    expect((await call("POST", "/v1/tasks/batch", batch)).body["code"]).toBe("HP9333");
    await call("POST", `/v1/tasks/${String(body["id"])}/cancel`, { reason: "winter" });
    // Another tenant's is sent meanwhile, so the sender has looked.
    const other = await call("POST", "/v1/tasks", { title: "Dig", callback }, "another:all");
    await call("POST", `/v1/tasks/${String(other.body["id"])}/cancel`, { reason: "summer" }, "another:all");
    expect(await receiver.arrived(1)).toMatchObject([{ body: { data: { task: { reason: "summer" } } } }]);
    await set("callbacks", true);
    expect(await receiver.arrived(2)).toMatchObject([{}, { body: { data: { task: { reason: "winter" } } } }]);
    await receiver.close();
  });

  test("keep callbacks to https", async () => {
    const receiver = await startReceiver();
    const early = await call("POST", "/v1/tasks", { title: "Dig", callback: { url: receiver.url } });
    await set("callback-schemes", "https");
    const refused = await call("POST", "/v1/tasks", { title: "Dig", callback: { url: receiver.url } });
    expect([refused.body["code"], refused.body["detail"]]).toEqual(["HP5030", expect.stringContaining("only https")]);
    await call("POST", `/v1/tasks/${String(early.body["id"])}/cancel`, { reason: "winter" });
    await vi.waitFor(
      async () =>
        expect((await call("GET", `/v1/tasks/${String(early.body["id"])}`)).body["callback"]).toMatchObject({
          state: "pending",
          lastError: "only https is allowed in this tenant",
        }),
      { timeout: 20_000 },
    );
    expect(receiver.received).toEqual([]);
    await receiver.close();
  });

  test("bound what evidence an agent may hand in", async () => {
    const path = await claimed();
    const evidence = [{ type: "report", name: "r.xml", content: "x".repeat(2_000), reader: "junit" }];
    await set("evidence-bytes", 1_024);
    for (const what of ["evidence", "complete"]) {
      const { status, body } = await call("POST", `${path}/${what}`, { evidence });
      expect([status, body["code"]]).toEqual([413, "HP5032"]);
    }
    await call("DELETE", "/v1/flags/evidence-bytes");
    expect((await call("POST", `${path}/complete`, { evidence })).status).toBe(200);
  });
});
