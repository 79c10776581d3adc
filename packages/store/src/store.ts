import { HoldpointError, problem, type Runtime } from "@holdpoint/core";
import { type CustomTypesConfig, Pool, TypeOverrides, types } from "pg";
import { type Backend, embeddedBackend, joinedBackend, serverBackend } from "./backend.ts";
import { startEmbedded } from "./embedded/embedded-postgres.ts";
import { joinEmbedded } from "./embedded/join-embedded.ts";
import { PgStore } from "./pg-store.ts";
import type { Session } from "./statement.ts";
import { storeProblems } from "./store.problems.ts";

/** The oldest server that works. */
const MIN_SERVER_VERSION = 15;
/** Connections of a guest: the holder keeps most for itself. */
const JOINED_POOL_SIZE = 2;
/** How often a directory changes hands between two looks at it before that is told. */
const MAX_RACES = 20;

/** Which database: an embedded one beside the plan, or a server. */
export type StoreOptions = {
  readonly runtime: Pick<Runtime, "now">;
  /** Connections at most. @default 8, or 2 on the database of another process */
  readonly poolSize?: number;
} & (EmbeddedStoreOptions | { readonly databaseUrl: string });

/** An embedded database, in `<dataDir>/.holdpoint/`. */
export interface EmbeddedStoreOptions {
  readonly dataDir: string;
  /**
   * What to do when another living process of this user runs the database of the directory.
   *
   * `true`: become its guest, over its socket. A guest has neither the lock nor the server: {@link Store.close} leaves
   * both alone, migrations are not applied, and once the other process has ended every call fails with HP6014. So it is
   * for commands that read or write a word and end (a signature, a status), not for those that work the plan, which
   * need the directory for themselves. When nobody holds the directory, the database is started as without it, lock
   * included; {@link Store.joined} says which it was.
   *
   * `false`: HP6003, which names the other process.
   *
   * @default false
   */
  readonly join?: boolean;
}

/** A database with Holdpoint's schema. */
export interface Store extends Session {
  readonly kind: "embedded" | "server";
  /** Whether this is the embedded database of another process, which this one joined; see `join`. */
  readonly joined: boolean;
  /** For people: version and how it runs; never holds a password. */
  readonly description: string;
  /** Major version of the server. */
  readonly serverVersion: number;
  /** What was cleared first after a run that was killed; empty for a server and for a guest. */
  readonly recovered: readonly ("lock" | "file" | "server")[];
  /**
   * Runs `work` in one transaction: committed when it resolves, undone when it throws. Work that lost against another
   * transaction is run again, so it must have no effect outside of the database.
   *
   * @throws HoldpointError HP6010 when the database does not answer, HP6014 when it was another process's that has ended
   */
  transaction<T>(work: (tx: Session) => Promise<T>): Promise<T>;
  /** Whether the database answers, and how long that took in milliseconds. Never throws. */
  health(): Promise<{ readonly ok: boolean; readonly tookMs: number; readonly detail: string | null }>;
  /** Gives back every connection and stops an embedded server that this process runs. */
  close(): Promise<void>;
}

/**
 * Opens the database and brings its schema up to date.
 *
 * @throws HoldpointError HP6001 to HP6009 for the embedded one, HP6014 to HP6016 for one of another process; HP6010 when
 *   it does not answer, HP6011 when it is older than PostgreSQL 15, HP6012 and HP6013 when its schema is not this
 *   program's
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  if ("databaseUrl" in options) return await connect(options, serverBackend(options.databaseUrl));
  if (options.join === true) return await startOrJoin(options, options.dataDir);
  return await start(options, options.dataDir);
}

async function start(options: StoreOptions, dataDir: string): Promise<Store> {
  return await connect(options, embeddedBackend(await startEmbedded({ dataDir, now: options.runtime.now() })));
}

async function startOrJoin(options: StoreOptions, dataDir: string): Promise<Store> {
  for (let race = 1; ; race += 1) {
    try {
      return await start(options, dataDir);
    } catch (error) {
      if (!isProblem(error, "HP6003") || race >= MAX_RACES) throw error;
    }
    try {
      const joined = await joinEmbedded(dataDir);
      if (joined !== null) return await connect({ poolSize: JOINED_POOL_SIZE, ...options }, joinedBackend(joined));
    } catch (error) {
      // The holder ended between the look and the connection: then it is our turn to start.
      if (!isProblem(error, "HP6014") || race >= MAX_RACES) throw error;
    }
  }
}

function isProblem(error: unknown, code: string): boolean {
  return error instanceof HoldpointError && error.code === code;
}

async function connect(options: StoreOptions, backend: Backend): Promise<Store> {
  const pool = new Pool({
    ...backend.config,
    max: options.poolSize ?? 8,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 0,
    allowExitOnIdle: true,
    application_name: "holdpoint",
    types: typeParsers(),
  });
  // An idle connection that breaks must not end the process; the next use of the pool says what is wrong.
  pool.on("error", () => undefined);
  try {
    await backend.prepare();
    const serverVersion = await prepare(pool, backend, options.runtime.now());
    backend.opened();
    return new PgStore(pool, backend, serverVersion);
  } catch (error) {
    await pool.end();
    await backend.stop();
    throw backend.toProblem(error);
  }
}

async function prepare(pool: Pool, backend: Backend, now: number): Promise<number> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ version: string }>("SELECT current_setting('server_version_num') AS version");
    const found = Math.floor(Number(rows[0]?.version ?? 0) / 10_000);
    if (found < MIN_SERVER_VERSION) throw problem(storeProblems, "HP6011", { place: backend.place, found });
    await backend.bringUpToDate(client, now);
    return found;
  } finally {
    client.release();
  }
}

/** Counts and milliseconds fit a double exactly; `pg` would hand `bigint` over as text. */
function typeParsers(): CustomTypesConfig {
  const parsers = new TypeOverrides();
  parsers.setTypeParser(types.builtins.INT8, Number);
  return parsers;
}
