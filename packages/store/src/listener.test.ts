import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { statement } from "./statement.ts";
import { openStore } from "./store.ts";
import type { Store } from "./store.types.ts";
import { TEST_SERVERS } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.types.ts";

const runtime = { now: () => 0 };
const SLEEP = statement("sleep", "SELECT pg_sleep($1)");
const CUT = statement(
  "cut_listeners",
  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '% listener' AND datname = current_database()",
);

describe.each(TEST_SERVERS.filter(({ hasUsers }) => hasUsers))("a store on $name", (kind) => {
  let server: TestServer;
  let databaseUrl: string;
  let store: Store;

  beforeAll(async () => {
    server = await kind.start();
    databaseUrl = await server.emptyDatabase();
    store = await openStore({ runtime, databaseUrl, readTimeoutMs: 300 });
  });

  afterAll(async () => {
    await store.close();
    await server.stop();
  });

  test("hears what another one sends, and hears again after its connection was cut", async () => {
    const other = await openStore({ runtime, databaseUrl });
    const message = vi.fn();
    const reconnected = vi.fn();
    const hears = store.listen("news", { message, reconnected });
    const sends = other.listen("news", { message: () => undefined, reconnected: () => undefined });
    await Promise.all([hears?.tried, sends?.tried]);
    expect(await sends?.notify("one")).toBe(true);
    await vi.waitFor(() => expect(message).toHaveBeenLastCalledWith("one"));
    await store.run(CUT);
    await vi.waitFor(() => expect(reconnected).toHaveBeenCalledOnce(), { timeout: 5_000 });
    await vi.waitFor(async () => expect(await sends?.notify("two")).toBe(true), { timeout: 5_000 });
    await vi.waitFor(() => expect(message).toHaveBeenLastCalledWith("two"));
    await other.close();
    expect([sends?.connected, await sends?.notify("three")]).toEqual([false, false]);
    await hears?.close();
    expect(hears?.connected).toBe(false);
  });

  test("refuses a channel that would have to be quoted", () => {
    const handler = { message: () => undefined, reconnected: () => undefined };
    expect(() => store.listen('news"; --', handler)).toThrow(RangeError);
  });

  test("ends a read that takes too long, and no transaction", async () => {
    await expect(store.run(SLEEP, [5])).rejects.toMatchObject({ code: "HP6029", definition: { retryable: true } });
    await store.transaction((tx) => tx.run(SLEEP, [0.5]));
    await store.forTenant("north").transaction((tx) => tx.run(SLEEP, [0.5]));
    await expect(store.forTenant("north").run(SLEEP, [5])).rejects.toMatchObject({ code: "HP6029" });
    expect((await store.health()).ok).toBe(true);
  });
});
