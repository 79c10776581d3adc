import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Migration, migrate } from "./migrate.ts";
import { MIGRATIONS } from "./migrations.generated.ts";
import { statement } from "./statement.ts";
import { TEST_SERVERS } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.types.ts";

const FIRST: Migration = { name: "0001_first", sql: "CREATE TABLE holdpoint.first (id int)" };
const SECOND: Migration = { name: "0002_second", sql: "ALTER TABLE holdpoint.first ADD note text" };

describe.each(TEST_SERVERS)("a store on $name", (kind) => {
  test("has every migration, each once", async () => {
    const server = await kind.start();
    try {
      const store = await server.openStore(() => 0);
      const applied = await store.run(statement("applied", "SELECT name FROM holdpoint.migration ORDER BY name"));
      expect(applied).toEqual(MIGRATIONS.map(({ name }) => ({ name })));
    } finally {
      await server.stop();
    }
  }, 120_000);
});

describe.each(TEST_SERVERS.filter((kind) => kind.hasUsers))("migrations on $name", (kind) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await kind.start();
  });

  afterAll(async () => {
    await server.stop();
  });

  async function connected<T>(work: (connect: () => Promise<Client>) => Promise<T>): Promise<T> {
    const address = await server.emptyDatabase();
    const clients: Client[] = [];
    const connect = async (): Promise<Client> => {
      const client = new Client(address);
      clients.push(client);
      await client.connect();
      return client;
    };
    try {
      return await work(connect);
    } finally {
      for (const client of clients) await client.end();
    }
  }

  test("are applied once, in order", async () => {
    await connected(async (connect) => {
      const client = await connect();
      expect(await migrate(client, [FIRST], 7)).toEqual(["0001_first"]);
      expect(await migrate(client, [FIRST, SECOND], 8)).toEqual(["0002_second"]);
      expect(await migrate(client, [FIRST, SECOND], 9)).toEqual([]);
    });
  });

  test("are applied once when two processes start together", async () => {
    await connected(async (connect) => {
      const clients = await Promise.all([connect(), connect(), connect()]);
      const applied = await Promise.all(clients.map((client) => migrate(client, [FIRST, SECOND], 7)));
      expect(applied.flat()).toEqual(["0001_first", "0002_second"]);
    });
  });

  test("leave nothing behind when one fails", async () => {
    await connected(async (connect) => {
      const client = await connect();
      const broken = { name: "0002_broken", sql: "CREATE TABLE holdpoint.half (id int); SELECT nonsense" };
      await expect(migrate(client, [FIRST, broken], 7)).rejects.toThrow("nonsense");
      const { rows } = await client.query("SELECT to_regclass('holdpoint.half') AS half");
      expect(rows).toEqual([{ half: null }]);
      expect(await migrate(client, [FIRST, SECOND], 8)).toEqual(["0002_second"]);
    });
  });

  test("are refused when one that was applied has been edited", async () => {
    await connected(async (connect) => {
      const client = await connect();
      await migrate(client, [FIRST], 7);
      const edited = { ...FIRST, sql: `${FIRST.sql} ` };
      await expect(migrate(client, [edited], 8)).rejects.toMatchObject({ code: "HP6013" });
    });
  });

  test("are refused when the database is ahead of the program", async () => {
    await connected(async (connect) => {
      const client = await connect();
      await migrate(client, [FIRST, SECOND], 7);
      await expect(migrate(client, [FIRST], 8)).rejects.toMatchObject({ code: "HP6012" });
    });
  });
});
