import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { statement } from "./statement.ts";
import { openStore } from "./store.ts";
import type { Store } from "./store.types.ts";
import { TEST_SERVERS } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.types.ts";

const ADD = statement("add", "INSERT INTO holdpoint.tenant (tenant_id, created_at_ms) VALUES ($1, $2)");
const READ = statement("read", "SELECT tenant_id, created_at_ms FROM holdpoint.tenant ORDER BY tenant_id");
const BUMP = statement("bump", "UPDATE holdpoint.tenant SET created_at_ms = created_at_ms + 1 WHERE tenant_id = $1");
const SERIALIZABLE = statement("serializable", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE");
const BYTES = statement("bytes", "SELECT $1::bytea AS bytes, 9007199254740991::bigint AS big");

describe.each(TEST_SERVERS)("a store on $name", (kind) => {
  let server: TestServer;
  let store: Store;

  beforeAll(async () => {
    server = await kind.start();
    store = await server.openStore(() => 0);
  });

  afterAll(async () => {
    await server.stop();
  });

  test("gives whole numbers as numbers and bytes as bytes", async () => {
    const [row] = await store.run<{ bytes: Uint8Array; big: number }>(BYTES, [Buffer.from([0, 255])]);
    expect([[...(row?.bytes ?? [])], row?.big]).toEqual([[0, 255], Number.MAX_SAFE_INTEGER]);
  });

  test("keeps what a transaction wrote", async () => {
    await store.transaction((tx) => tx.run(ADD, ["kept", 1]));
    expect(await store.run(READ)).toContainEqual({ tenant_id: "kept", created_at_ms: 1 });
  });

  test("keeps nothing of a transaction that throws", async () => {
    const failing = store.transaction(async (tx) => {
      await tx.run(ADD, ["lost", 1]);
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    expect(await store.run(READ)).not.toContainEqual({ tenant_id: "lost", created_at_ms: 1 });
  });

  test("takes nothing for a transaction that has ended, however it ended", async () => {
    const late: Promise<unknown>[] = [];
    const leaving = (fails: boolean): Promise<void> =>
      store.transaction(async (tx) => {
        setImmediate(() => late.push(tx.run(BUMP, ["kept"]).then(String, String)));
        if (fails) throw new Error("changed my mind");
      });
    await expect(leaving(true)).rejects.toThrow("changed my mind");
    await leaving(false);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await Promise.all(late)).toEqual(Array(2).fill("Error: the transaction has ended; bump came too late"));
  });

  test("runs a transaction again that lost against another", async () => {
    await store.run(ADD, ["counter", 0]);
    const bump = (): Promise<unknown> =>
      store.transaction(async (tx) => {
        await tx.run(SERIALIZABLE);
        await tx.run(READ);
        await tx.run(BUMP, ["counter"]);
      });
    await Promise.all([bump(), bump(), bump()]);
    expect(await store.run(READ)).toContainEqual({ tenant_id: "counter", created_at_ms: 3 });
  });

  test("says that it is well, and its version, without a password", async () => {
    expect((await store.health()).ok).toBe(true);
    expect(store.description).toMatch(/^PostgreSQL \d+ (?:at|in)/);
    expect(store.serverVersion).toBe(server.version);
  });

  test.runIf(kind.hasUsers)("is refused on a database that does not keep Unicode", async () => {
    const address = await server.emptyDatabase();
    const client = new Client(address);
    await client.connect();
    const { rows } = await client.query<{ name: string }>("SELECT current_database() AS name");
    const name = rows[0]?.name ?? "";
    const latin = `${name}_latin1`;
    await client.query(`CREATE DATABASE ${latin} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`);
    try {
      const opened = openStore({ databaseUrl: address.replace(name, latin), runtime: { now: () => 0 } });
      await expect(opened).rejects.toMatchObject({ code: "HP6031", message: expect.stringContaining("LATIN1") });
    } finally {
      await client.query(`DROP DATABASE ${latin} WITH (FORCE)`);
      await client.end();
    }
  });

  test("says that it is not well when it is closed", async () => {
    const other = await server.openStore(() => 0);
    await other.close();
    expect(await other.health()).toMatchObject({ ok: false });
    await expect(other.run(READ)).rejects.toMatchObject({ code: "HP6010" });
  });
});

describe("a server that is not there", () => {
  test.each([
    ["refuses connections", "postgres://user:secret@127.0.0.1:1/plans"],
    ["has no socket", "socket://user:secret@/nowhere?db=plans"],
  ])("and %s is one clear problem without the password", async (_how, databaseUrl) => {
    const opening = openStore({ databaseUrl, runtime: { now: () => 0 } });
    await expect(opening).rejects.toMatchObject({ code: "HP6010", message: expect.not.stringContaining("secret") });
  });

  test("is told apart from an address that cannot be read", async () => {
    const opening = openStore({ databaseUrl: "postgres://[", runtime: { now: () => 0 } });
    await expect(opening).rejects.toBeInstanceOf(Error);
  });
});

describe("a store in a directory", () => {
  test("is embedded, and keeps its rows from one opening to the next", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "holdpoint-store-"));
    const first = await openStore({ dataDir, runtime: { now: () => 0 } });
    await first.run(ADD, ["kept", 1]);
    await first.close();
    await first.close();
    const second = await openStore({ dataDir, runtime: { now: () => 0 } });
    expect([second.kind, await second.run(READ)]).toEqual(["embedded", [{ tenant_id: "kept", created_at_ms: 1 }]]);
    await second.close();
    rmSync(dataDir, { recursive: true });
  });
});
