import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import type { PostgresBinaries } from "../embedded/binaries.ts";
import { startEmbedded } from "../embedded/embedded-postgres.ts";
import { migrate } from "../migrate.ts";
import { MIGRATIONS } from "../migrations.generated.ts";
import { openStore } from "../store.ts";
import type { Store } from "../store.types.ts";
import type { TestServer, TestServerKind } from "./test-server.types.ts";
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
      .map((dir) => ({ name: "PostgreSQL 15", hasUsers: true, start: () => startTestServer(binariesIn(dir)) })),
  ];
}

/** Starts a server that never waits for the disk. @param binaries the embedded ones when undefined */
export async function startTestServer(binaries: PostgresBinaries | undefined): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), "holdpoint-test-"));
  const choice = binaries === undefined ? {} : { binaries };
  const server = await startEmbedded({ dataDir, now: 0, durable: false, ...choice });
  const { host, user, password } = server.connection;
  return await onServer({
    version: server.version,
    addressOf: (name) => `socket://${user}:${password}@${host}?db=${name}`,
    admin: "postgres",
    prefix: "test",
    stop: async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
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
  return await onServer({ version, addressOf, admin: name, prefix, stop: async () => undefined });
}

interface Server {
  readonly version: number;
  readonly addressOf: (database: string) => string;
  /** The database to make others from. */
  readonly admin: string;
  /** What the names of databases begin with. */
  readonly prefix: string;
  readonly stop: () => Promise<void>;
}

async function onServer({ version, addressOf, admin: adminDatabase, prefix, stop }: Server): Promise<TestServer> {
  const admin = new Client(addressOf(adminDatabase));
  await admin.connect();
  const stores: Store[] = [];
  const databases: string[] = [];
  let template: Promise<string> | null = null;
  const create = async (from: string): Promise<string> => {
    const name = `${prefix}_${databases.length}`;
    databases.push(name);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${from}`);
    return name;
  };
  const makeTemplate = async (): Promise<string> => {
    const name = await create("template1");
    const client = new Client(addressOf(name));
    await client.connect();
    await migrate(client, MIGRATIONS, 0);
    await client.end();
    return name;
  };
  return {
    version,
    emptyDatabase: async () => addressOf(await create("template1")),
    openStore: async (now, poolSize = 8) => {
      template ??= makeTemplate();
      const databaseUrl = addressOf(await create(await template));
      const store = await openStore({ databaseUrl, poolSize, runtime: { now } });
      stores.push(store);
      return store;
    },
    stop: async () => {
      for (const store of stores) await store.close();
      for (const name of databases) await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await admin.end();
      await stop();
    },
  };
}

function binariesIn(dir: string): PostgresBinaries {
  return { initdb: join(dir, "initdb"), postgres: join(dir, "postgres"), libraryDir: null };
}
