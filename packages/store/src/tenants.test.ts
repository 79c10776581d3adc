import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { statement } from "./statement.ts";
import { openStore } from "./store.ts";
import type { Store, StoreScope } from "./store.types.ts";
import { addSampleRows, SAMPLE_TABLES } from "./testing/sample-rows.ts";
import { TEST_SERVERS } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.types.ts";

const TENANT_TABLES = statement(
  "tenant_tables",
  `SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS forced,
     (SELECT string_agg(p.polname, ' ' ORDER BY p.polname) FROM pg_policy p WHERE p.polrelid = c.oid) AS policies
   FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
   WHERE c.relnamespace = 'holdpoint'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
   ORDER BY c.relname`,
);
const PARTITIONS = statement(
  "partitions",
  `SELECT relname AS name, relrowsecurity AND relforcerowsecurity AND relacl::text !~ 'holdpoint_(app|system)' AS fenced
   FROM pg_class WHERE relnamespace = 'holdpoint'::regnamespace AND relispartition AND relkind = 'r' ORDER BY 1`,
);
const WHO = statement("who", "SELECT current_user::text AS role, current_setting('holdpoint.tenant', true) AS tenant");
const TENANTS = statement("tenants", "SELECT tenant_id AS name FROM holdpoint.tenant ORDER BY 1");

/** Tables that only the system writes: what stands before their policies is that tenants may not write at all. */
const READ_ALONE: ReadonlySet<string> = new Set(["event_floor"]);
/** A search that names a tenant, whoever asks. */
const searchIn = (tenant: string): ReturnType<typeof statement> =>
  statement(
    `search_${tenant}`,
    `SELECT tenant_id AS name FROM holdpoint.search('''=${tenant}'' & ''do'':*', '''do''', 'do', NULL, NULL, NULL, '{task}')`,
  );

/** A read that has forgotten its tenant. */
const everyRowOf = (table: string): ReturnType<typeof statement> =>
  statement(`every_${table}`, `SELECT DISTINCT tenant_id AS name FROM holdpoint.${table} ORDER BY 1`);

async function namesIn(scope: Pick<Store, "run">, table = "tenant"): Promise<readonly string[]> {
  return (await scope.run<{ name: string }>(everyRowOf(table))).map((row) => row.name);
}

describe.each(TEST_SERVERS)("tenants on $name", (kind) => {
  let server: TestServer;
  let store: Store;
  let north: StoreScope;
  let south: StoreScope;

  beforeAll(async () => {
    server = await kind.start();
    store = await server.openStore(() => 0);
    north = store.forTenant("north");
    south = store.forTenant("south");
    await addSampleRows(store, "north");
    await addSampleRows(store, "south");
  });

  afterAll(async () => {
    await server.stop();
  });

  test("have forced policies on every table with a tenant; a new one calls holdpoint.isolate in its migration", async () => {
    const tables = await store.run<{ name: string; forced: boolean; policies: string }>(TENANT_TABLES);
    expect(tables).toEqual(tables.map(({ name }) => ({ name, forced: true, policies: "every_row own_rows" })));
    expect(tables.map(({ name }) => name).sort()).toEqual([...SAMPLE_TABLES].sort());
  });

  test.each(SAMPLE_TABLES)("see only their own rows of %s without any WHERE", async (table) => {
    expect([await namesIn(north, table), await namesIn(south, table)]).toEqual([["north"], ["south"]]);
    expect(await north.transaction((tx) => namesIn(tx, table))).toEqual(["north"]);
  });

  test.each(SAMPLE_TABLES)("cannot put a row of another into %s", async (table) => {
    const foreign = statement(
      `foreign_${table}`,
      `INSERT INTO holdpoint.${table} OVERRIDING SYSTEM VALUE
       SELECT (jsonb_populate_record(r, '{"tenant_id": "west"}')).* FROM holdpoint.${table} r`,
    );
    await expect(north.run(foreign)).rejects.toMatchObject({ code: "42501" });
    const reason = READ_ALONE.has(table) ? /permission denied/ : /row-level security/;
    await expect(north.transaction((tx) => tx.run(foreign))).rejects.toThrow(reason);
  });

  test("change only their own rows without any WHERE, and cannot give them away", async () => {
    const bump = statement("bump_all", "UPDATE holdpoint.task SET priority = priority + 1 RETURNING tenant_id AS name");
    expect(await north.run(bump)).toEqual([{ name: "north" }, { name: "north" }]);
    const clear = statement("clear_all", "DELETE FROM holdpoint.task_lease RETURNING tenant_id AS name");
    expect(await south.run(clear)).toEqual([{ name: "south" }]);
    const give = statement("give", "UPDATE holdpoint.task_ready SET tenant_id = 'south'");
    await expect(north.run(give)).rejects.toMatchObject({ code: "42501" });
  });

  test.each(["event", "evidence", "verdict"])("cannot rewrite or remove what stands in %s", async (table) => {
    const change = statement(`change_${table}`, `UPDATE holdpoint.${table} SET tenant_id = tenant_id`);
    await expect(north.run(change)).rejects.toMatchObject({ code: "42501" });
    const remove = statement(`remove_${table}`, `DELETE FROM holdpoint.${table}`);
    await expect(north.run(remove)).rejects.toMatchObject({ code: "42501" });
  });

  test("reach partitions through their table alone", async () => {
    const partitions = await store.run<{ name: string; fenced: boolean }>(PARTITIONS);
    expect(partitions).toEqual(["attempt_output_d0", "event_d0"].map((name) => ({ name, fenced: true })));
    for (const { name } of partitions) await expect(namesIn(north, name)).rejects.toMatchObject({ code: "42501" });
  });

  test("that have no rows see none, and a tenant can make itself known", async () => {
    const east = store.forTenant("east");
    expect(await namesIn(east, "task")).toEqual([]);
    const add = statement("add_east", "INSERT INTO holdpoint.tenant VALUES ('east', 0)");
    await east.run(add);
    expect([await namesIn(east), await namesIn(north)]).toEqual([["east"], ["north"]]);
  });

  test("find their own rows alone, whatever tenant a search names", async () => {
    expect(await north.run(searchIn("north"))).toEqual([{ name: "north" }]);
    expect(await south.run(searchIn("north"))).toEqual([]);
    expect(await store.run(searchIn("north"))).toEqual([]);
  });

  test("are all seen by the system and by the store itself", async () => {
    expect(await namesIn(store.asSystem(), "task")).toEqual(["north", "south"]);
    expect(await store.asSystem().transaction((tx) => namesIn(tx, "task"))).toEqual(["north", "south"]);
    expect(await namesIn(store, "task")).toEqual(["north", "south"]);
  });

  test("do not leak into each other on one connection, whatever comes before", async () => {
    const alone = await server.openStore(() => 0, 1);
    await addSampleRows(alone, "north");
    await addSampleRows(alone, "south");
    const [a, b] = [alone.forTenant("north"), alone.forTenant("south")];
    const failing = async (scope: StoreScope): Promise<void> => {
      const cut = scope.transaction(async (tx) => {
        await tx.run(WHO);
        throw new Error("changed my mind");
      });
      await expect(cut).rejects.toThrow("changed my mind");
      await expect(scope.run(statement("nonsense", "SELECT nonsense"))).rejects.toThrow("nonsense");
    };
    for (const before of [a, b, alone, alone.asSystem()]) {
      for (const [scope, expected] of [
        [a, ["north"]],
        [b, ["south"]],
        [alone, ["north", "south"]],
      ] as const) {
        await before.run(TENANTS);
        expect(await scope.transaction((tx) => namesIn(tx, "task"))).toEqual(expected);
        await failing(before);
        expect(await namesIn(scope, "task")).toEqual(expected);
        await failing(scope);
        expect(await before.transaction((tx) => tx.run(WHO))).toEqual(await before.run(WHO));
      }
    }
  });

  test("work as a role that is no owner", async () => {
    expect(await north.run(WHO)).toEqual([{ role: "holdpoint_app", tenant: "north" }]);
    expect(await north.transaction((tx) => tx.run(WHO))).toEqual([{ role: "holdpoint_app", tenant: "north" }]);
    const drop = statement("drop_policy", "DROP POLICY own_rows ON holdpoint.task");
    await expect(north.run(drop)).rejects.toMatchObject({ code: "42501" });
  });

  test.each(["", "North", "a'b", "-a", "a".repeat(64), "a b", "ä"])("cannot be called %j", (name) => {
    expect(() => store.forTenant(name)).toThrow(expect.objectContaining({ code: "HP6018" }));
  });
});

describe.each(TEST_SERVERS.filter((kind) => kind.hasUsers))("database users of $name", (kind) => {
  let server: TestServer;
  let admin: Client;
  let address: string;
  let store: Store;

  beforeAll(async () => {
    server = await kind.start();
    address = await server.emptyDatabase();
    admin = new Client(address);
    await admin.connect();
    store = await open(address);
    await addSampleRows(store, "north");
    await addSampleRows(store, "south");
  });

  afterAll(async () => {
    await store.close();
    await admin.query("DROP OWNED BY test_guest CASCADE");
    await admin.query("DROP ROLE test_guest");
    await admin.end();
    await server.stop();
  });

  const open = (databaseUrl: string): Promise<Store> => openStore({ databaseUrl, runtime: { now: () => 0 } });

  /** The address of the same database for another user, who is made with these rights. */
  async function addressFor(user: string, rights: string, of = address): Promise<string> {
    await admin.query(`CREATE ROLE ${user} LOGIN PASSWORD 'guest' ${rights}`);
    return of.replace(/\/\/[^@]*@/, `//${user}:guest@`);
  }

  async function closing<T>(opened: Promise<Store>, work: (guest: Store) => Promise<T>): Promise<T> {
    const guest = await opened;
    try {
      return await work(guest);
    } finally {
      await guest.close();
    }
  }

  test("that are limited to tenants see nothing without one, their rows with one, and never all", async () => {
    const limited = await addressFor("test_guest", "IN ROLE holdpoint_app");
    await closing(open(limited), async (guest) => {
      expect([await namesIn(guest, "task"), await namesIn(guest.forTenant("north"), "task")]).toEqual([[], ["north"]]);
      expect(() => guest.asSystem()).toThrow(expect.objectContaining({ code: "HP6019" }));
    });
    await admin.query("GRANT holdpoint_system TO test_guest");
    await closing(open(limited), async (guest) => {
      expect(await namesIn(guest.asSystem(), "task")).toEqual(["north", "south"]);
      expect(await namesIn(guest.forTenant("south"), "task")).toEqual(["south"]);
    });
  });

  test("that may make roles own a schema in which tenants are apart, for themselves as well", async () => {
    const database = await server.emptyDatabase();
    const owned = await addressFor("test_owner", "IN ROLE holdpoint_app, holdpoint_system", database);
    const creator = new Client(database);
    await creator.connect();
    const { rows } = await creator.query<{ name: string }>("SELECT current_database() AS name");
    await creator.query(`GRANT CREATE ON DATABASE ${rows[0]?.name} TO test_owner`);
    try {
      await closing(open(owned), async (guest) => {
        await addSampleRows(guest, "north");
        await addSampleRows(guest, "south");
        expect(await namesIn(guest.forTenant("north"), "task")).toEqual(["north"]);
        expect(await namesIn(guest.asSystem(), "task")).toEqual(["north", "south"]);
        expect(await guest.forTenant("north").run(searchIn("north"))).toEqual([{ name: "north" }]);
        expect(await guest.forTenant("south").run(searchIn("north"))).toEqual([]);
      });
    } finally {
      await creator.query("DROP OWNED BY test_owner CASCADE");
      await creator.end();
      await admin.query("DROP ROLE test_owner");
    }
  });

  test("that may neither make the roles nor have them are told what an administrator has to do", async () => {
    const database = await server.emptyDatabase();
    const without = await addressFor("test_nobody", "", database);
    await expect(open(without)).rejects.toMatchObject({
      code: "HP6017",
      remedy: expect.stringContaining("CREATE ROLE"),
    });
    await admin.query("DROP ROLE test_nobody");
  });

  test("are refused when the role of tenants would pass policies by", async () => {
    const database = await server.emptyDatabase();
    await admin.query("ALTER ROLE holdpoint_app BYPASSRLS");
    try {
      await expect(open(database)).rejects.toMatchObject({
        code: "HP6017",
        message: expect.stringContaining("bypasses"),
      });
    } finally {
      await admin.query("ALTER ROLE holdpoint_app NOBYPASSRLS");
    }
  });
});
