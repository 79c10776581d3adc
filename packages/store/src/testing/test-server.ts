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

/** A throw-away server for one test file. */
export interface TestServer {
  readonly version: number;
  /** The address of a fresh, empty database. */
  emptyDatabase(): Promise<string>;
  /** A store on a fresh database with the whole schema, cloned from a template. */
  openStore(now: () => number, poolSize?: number): Promise<Store>;
  /** Closes every store that it opened, stops the server and removes its files. */
  stop(): Promise<void>;
}

/** A server that tests can run on. */
export interface TestServerKind {
  readonly name: string;
  /** Whether it has addresses to connect to, any number of databases, and users. */
  readonly hasUsers: boolean;
  start(): Promise<TestServer>;
}

/** Where Debian and the images of CI keep the oldest server that Holdpoint works with. */
const OLDEST_SERVER_DIRS: readonly string[] = ["/usr/lib/postgresql/15/bin", "/usr/pgsql-15/bin"];

/** The embedded PostgreSQL, and PostgreSQL 15 where this machine has it. */
export const TEST_SERVERS: readonly TestServerKind[] = [
  { name: "the embedded PostgreSQL", hasUsers: true, start: () => startTestServer(undefined) },
  ...OLDEST_SERVER_DIRS.filter((dir) => existsSync(join(dir, "initdb")))
    .slice(0, 1)
    .map((dir) => ({ name: "PostgreSQL 15", hasUsers: true, start: () => startTestServer(binariesIn(dir)) })),
];

/** Starts a server that never waits for the disk. @param binaries the embedded ones when undefined */
export async function startTestServer(binaries: PostgresBinaries | undefined): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), "holdpoint-test-"));
  const choice = binaries === undefined ? {} : { binaries };
  const server = await startEmbedded({ dataDir, now: 0, durable: false, ...choice });
  const { host, user, password } = server.connection;
  const admin = new Client({ host, user, password, database: "postgres" });
  await admin.connect();
  const addressOf = (name: string): string => `socket://${user}:${password}@${host}?db=${name}`;
  const stores: Store[] = [];
  let databases = 0;
  let template: Promise<string> | null = null;
  const create = async (from: string): Promise<string> => {
    databases += 1;
    const name = `test_${databases}`;
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${from}`);
    return name;
  };
  const makeTemplate = async (): Promise<string> => {
    const name = await create("template1");
    const client = new Client({ host, user, password, database: name });
    await client.connect();
    await migrate(client, MIGRATIONS, 0);
    await client.end();
    return name;
  };
  return {
    version: server.version,
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
      await admin.end();
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function binariesIn(dir: string): PostgresBinaries {
  return { initdb: join(dir, "initdb"), postgres: join(dir, "postgres"), libraryDir: null };
}
