import { problem } from "@holdpoint/core";
import { Client, type ClientBase, type PoolConfig } from "pg";
import type { EmbeddedPostgres } from "./embedded/embedded-postgres.ts";
import type { JoinedPostgres } from "./embedded/join-embedded.ts";
import { migrate, missingMigrations } from "./migrate.ts";
import { MIGRATIONS } from "./migrations.generated.ts";
import { storeProblems } from "./store.problems.ts";
import { asStoreError, codeOf } from "./store-error.ts";

/** Database inside the embedded server. */
const EMBEDDED_DATABASE = "holdpoint";

/** A PostgreSQL that a store can stand on, and what has to be done around it. */
export interface Backend {
  readonly kind: "embedded" | "server";
  /** Whether another process runs it and this one is its guest. */
  readonly joined: boolean;
  readonly config: PoolConfig;
  /** For people, in errors; never holds a password. */
  readonly place: string;
  /** For people; null when only the server can tell. */
  readonly description: string | null;
  readonly recovered: readonly ("lock" | "file" | "server")[];
  /** Makes what connecting needs. */
  prepare(): Promise<void>;
  /** Brings the schema up to date, or makes sure that it is. */
  bringUpToDate(client: ClientBase, now: number): Promise<void>;
  /** Called when the schema is there. */
  opened(): void;
  /** The error to throw in place of one of the driver. */
  toProblem(error: unknown): unknown;
  /** Called after the last connection was given back. */
  stop(): Promise<void>;
}

/** A server that was started by others. */
export function serverBackend(databaseUrl: string): Backend {
  const place = placeOf(databaseUrl);
  return {
    kind: "server",
    joined: false,
    config: { connectionString: databaseUrl },
    place,
    description: null,
    recovered: [],
    prepare: async () => undefined,
    bringUpToDate,
    opened: () => undefined,
    toProblem: (error) => asStoreError(error, place),
    stop: async () => undefined,
  };
}

/** The embedded PostgreSQL that this process runs. */
export function embeddedBackend(embedded: EmbeddedPostgres): Backend {
  const config = { ...embedded.connection, database: EMBEDDED_DATABASE };
  const place = config.host;
  return {
    kind: "embedded",
    joined: false,
    config,
    place,
    description: embedded.description,
    recovered: embedded.recovered,
    prepare: () => createDatabase(config),
    bringUpToDate,
    opened: () => embedded.makeKnown(),
    toProblem: (error) => asStoreError(error, place),
    stop: () => embedded.stop(),
  };
}

/** The embedded PostgreSQL that another process runs. */
export function joinedBackend(joined: JoinedPostgres): Backend {
  const { connection, dir, holder } = joined;
  const place = connection.host;
  return {
    kind: "embedded",
    joined: true,
    config: { ...connection, database: EMBEDDED_DATABASE },
    place,
    description: joined.description,
    recovered: [],
    prepare: async () => undefined,
    bringUpToDate: async (client) => {
      const [name] = await missingMigrations(client, MIGRATIONS);
      if (name !== undefined) throw problem(storeProblems, "HP6016", { dir, pid: holder.pid, name });
    },
    opened: () => undefined,
    toProblem: (error) => {
      const told = asStoreError(error, place);
      if (told === error || !(error instanceof Error)) return error;
      const isBusy = codeOf(error) === "53300" || /timeout/.test(error.message);
      if (isBusy && joined.isHeld()) return told;
      return joined.ended(error.message === "" ? (codeOf(error) ?? "") : error.message);
    },
    stop: async () => joined.leave(),
  };
}

async function bringUpToDate(client: ClientBase, now: number): Promise<void> {
  await migrate(client, MIGRATIONS, now);
}

async function createDatabase(config: PoolConfig): Promise<void> {
  const probe = new Client(config);
  try {
    await probe.connect();
  } catch (error) {
    if (codeOf(error) !== "3D000") throw error;
    const admin = new Client({ ...config, database: "postgres" });
    await admin.connect();
    await admin.query(`CREATE DATABASE ${EMBEDDED_DATABASE}`);
    await admin.end();
  } finally {
    await probe.end().catch(() => undefined);
  }
}

/** Where the database is, for people: host and name, never user or password. */
function placeOf(databaseUrl: string): string {
  try {
    const url = new URL(databaseUrl);
    return `${url.host}${url.pathname}`;
  } catch {
    return "DATABASE_URL";
  }
}
