import { existsSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { migrate } from "../migrate.ts";
import { MIGRATIONS } from "../migrations.generated.ts";
import { openStore } from "../store.ts";
import type { Store } from "../store.types.ts";
import { askForServer } from "./server-keeper.ts";
import type { TestServer, TestServerKind } from "./test-server.types.ts";
import { startThrowAwayServer } from "./throw-away-server.ts";
import { startWasmTestServer } from "./wasm-test-server.ts";

/** Where Debian and the images of CI keep the oldest server that Holdpoint works with. */
const OLDEST_SERVER_DIRS: readonly string[] = ["/usr/lib/postgresql/15/bin", "/usr/pgsql-15/bin"];

/**
 * What the tests run on: the embedded PostgreSQL, and PostgreSQL 15 where this machine has it. The environment variable
 * HOLDPOINT_TEST_DATABASE chooses another row of the matrix: `native` (as without it), `wasm`, or `server`, which is the
 * one that DATABASE_URL names, as a user who may make databases and roles.
 */
export const TEST_SERVERS: readonly TestServerKind[] = testServers(process.env);

function testServers(env: NodeJS.ProcessEnv): readonly TestServerKind[] {
  const choice = env["HOLDPOINT_TEST_DATABASE"] ?? "native";
  if (choice === "native") return nativeServers();
  if (choice === "wasm") return [{ name: "PostgreSQL in WebAssembly", hasUsers: false, start: startWasmTestServer }];
  const url = env["DATABASE_URL"] ?? "";
  if (choice === "server" && url !== "") return [{ name: "a server", hasUsers: true, start: () => startOnServer(url) }];
  throw new Error(`HOLDPOINT_TEST_DATABASE is ${choice}: native, wasm, or server together with DATABASE_URL`);
}

function nativeServers(): readonly TestServerKind[] {
  return [
    { name: "the embedded PostgreSQL", hasUsers: true, start: () => startTestServer(undefined) },
    ...OLDEST_SERVER_DIRS.filter((dir) => existsSync(join(dir, "initdb")))
      .slice(0, 1)
      .map((dir) => ({ name: "PostgreSQL 15", hasUsers: true, start: () => startTestServer(dir) })),
  ];
}

/**
 * Gives databases on a server that never waits for the disk: the one that is kept for this worker, or one of its own where
 * none is kept.
 *
 * @param binDir where the server's programs are; the embedded ones when undefined
 */
export async function startTestServer(binDir: string | undefined): Promise<TestServer> {
  const kept = await askForServer(binDir ?? null);
  const own =
    kept === null ? await startThrowAwayServer(binDir ?? null) : { address: kept, stop: async () => undefined };
  const { version, host, user, password } = own.address;
  return await onServer({
    version,
    addressOf: (name) => `socket://${user}:${password}@${host}?db=${name}`,
    admin: "postgres",
    prefix: `test_${process.pid}_${Math.floor(performance.now())}`,
    template: "test_template",
    // Ten times as fast as through the log, where nothing waits for the disk.
    strategy: "STRATEGY FILE_COPY",
    drops: kept === null ? "none" : "all but the template",
    stop: () => own.stop(),
  });
}

/** Uses a server that runs already; the databases are dropped at the end. */
async function startOnServer(databaseUrl: string): Promise<TestServer> {
  const addressOf = (name: string): string => {
    const url = new URL(databaseUrl);
    url.pathname = `/${name}`;
    return url.href;
  };
  const admin = new Client(databaseUrl);
  await admin.connect();
  const { rows } = await admin.query<{ version: number; name: string }>(
    "SELECT current_setting('server_version_num')::int / 10000 AS version, current_database() AS name",
  );
  await admin.end();
  const { version = 0, name = "" } = rows[0] ?? {};
  const prefix = `holdpoint_test_${process.pid}_${Math.floor(performance.now())}`;
  const server = { version, addressOf, admin: name, prefix, template: `${prefix}_template` };
  return await onServer({ ...server, strategy: "", drops: "all", stop: async () => undefined });
}

interface Server {
  readonly version: number;
  readonly addressOf: (database: string) => string;
  /** The database to make others from. */
  readonly admin: string;
  /** What the names of databases begin with. */
  readonly prefix: string;
  /** Name of the database with the whole schema that others are copied from; on a kept server it may be there already. */
  readonly template: string;
  /** How a database is copied. */
  readonly strategy: string;
  /** Databases that are dropped in the end, because the server runs on. */
  readonly drops: "all" | "all but the template" | "none";
  readonly stop: () => Promise<void>;
}

async function onServer(server: Server): Promise<TestServer> {
  const { version, addressOf, prefix, template, strategy, drops } = server;
  const admin = new Client(addressOf(server.admin));
  await admin.connect();
  const stores: Store[] = [];
  const databases: string[] = [];
  const create = async (from: string): Promise<string> => {
    const name = `${prefix}_${databases.length}`;
    databases.push(name);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${from} ${strategy}`);
    return name;
  };
  const makeTemplate = async (): Promise<void> => {
    const { rowCount } = await admin.query("SELECT FROM pg_database WHERE datname = $1", [template]);
    if (rowCount !== 0) return;
    const name = await create("template1");
    const client = new Client(addressOf(name));
    await client.connect();
    await migrate(client, MIGRATIONS, 0);
    await client.end();
    // Under its name only when it is whole.
    await admin.query(`ALTER DATABASE ${name} RENAME TO ${template}`);
  };
  let made: Promise<void> | null = null;
  const migrated = async (): Promise<string> => {
    await (made ??= makeTemplate());
    return addressOf(await create(template));
  };
  return {
    version,
    emptyDatabase: async () => addressOf(await create("template1")),
    migratedDatabase: migrated,
    openStore: async (now, poolSize = 8) => {
      const store = await openStore({ databaseUrl: await migrated(), poolSize, runtime: { now } });
      stores.push(store);
      return store;
    },
    stop: async () => {
      for (const store of stores) await store.close();
      const dropped = [...(drops === "none" ? [] : databases), ...(drops === "all" ? [template] : [])];
      for (const name of dropped) await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await admin.end();
      await server.stop();
    },
  };
}
