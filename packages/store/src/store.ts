import { randomBytes } from "node:crypto";
import { HoldpointError, problem } from "@holdpoint/core";
import { type CustomTypesConfig, Pool, TypeOverrides, types } from "pg";
import { SYSTEM_ROLE } from "./actor.ts";
import { type Backend, joinedBackend, serverBackend } from "./backend.ts";
import { joinEmbedded } from "./embedded/join-embedded.ts";
import { startOwn } from "./own-database.ts";
import { PgStore, type ServerFacts } from "./pg-store.ts";
import { storeProblems } from "./store.problems.ts";
import type { Store, StoreOptions } from "./store.types.ts";
import { codeOf } from "./store-error.ts";

/** The oldest server that works. */
const MIN_SERVER_VERSION = 15;
const DEFAULT_POOL_SIZE = 8;
const DEFAULT_READ_TIMEOUT_MS = 30_000;
/** Connections of a guest: the holder keeps most for itself. */
const JOINED_POOL_SIZE = 2;
/** How often a directory changes hands between two looks at it before that is told. */
const MAX_RACES = 20;

/**
 * Opens the database and brings its schema up to date.
 *
 * @throws HoldpointError HP6001 to HP6009 for the embedded one, HP6014 to HP6016 for one of another process; HP6010 when
 *   it does not answer, HP6011 when it is older than PostgreSQL 15, HP6012 and HP6013 when its schema is not this
 *   program's, HP6031 when it does not keep Unicode
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  if ("databaseUrl" in options) return await openBackend(options, serverBackend(options.databaseUrl));
  if (options.join === true) return await startOrJoin(options, options.dataDir);
  return await start(options, options.dataDir);
}

async function start(options: StoreOptions, dataDir: string): Promise<Store> {
  return await openBackend(options, await startOwn({ dataDir, now: options.runtime.now() }));
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
      if (joined !== null) return await openBackend({ poolSize: JOINED_POOL_SIZE, ...options }, joinedBackend(joined));
    } catch (error) {
      // The holder ended between the look and the connection: then it is our turn to start.
      if (!isProblem(error, "HP6014") || race >= MAX_RACES) throw error;
    }
  }
}

function isProblem(error: unknown, code: string): boolean {
  return error instanceof HoldpointError && error.code === code;
}

/** Opens a store on a database that runs already; it is stopped with the store, or when this fails. */
export async function openBackend(
  options: Pick<StoreOptions, "runtime" | "poolSize" | "readTimeoutMs">,
  backend: Backend,
): Promise<Store> {
  // Unlike for every store: whoever must be alone on a database finds the others.
  const name = `holdpoint ${randomBytes(4).toString("hex")}`;
  const pool = new Pool({
    ...backend.config,
    max: backend.maxConnections ?? options.poolSize ?? DEFAULT_POOL_SIZE,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 0,
    allowExitOnIdle: true,
    application_name: name,
    // For all that a connection does; transactions set it aside as they begin.
    statement_timeout: options.readTimeoutMs ?? DEFAULT_READ_TIMEOUT_MS,
    types: typeParsers(),
  });
  // An idle connection that breaks must not end the process; the next use of the pool says what is wrong.
  pool.on("error", () => undefined);
  try {
    await backend.prepare();
    const server = await prepare(pool, backend, options.runtime.now());
    backend.opened();
    return new PgStore(pool, backend, server);
  } catch (error) {
    await pool.end();
    await backend.stop();
    throw backend.toProblem(error);
  }
}

async function prepare(pool: Pool, backend: Backend, now: number): Promise<ServerFacts> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ version: string; encoding: string }>(
      "SELECT current_setting('server_version_num') AS version, current_setting('server_encoding') AS encoding",
    );
    const version = Math.floor(Number(rows[0]?.version ?? 0) / 10_000);
    const { place } = backend;
    if (version < MIN_SERVER_VERSION) throw problem(storeProblems, "HP6011", { place, found: version });
    const found = rows[0]?.encoding ?? "unknown";
    if (found !== "UTF8") throw problem(storeProblems, "HP6031", { place, found });
    await client.query("SET statement_timeout = 0");
    await backend.bringUpToDate(client, now);
    await client.query("RESET statement_timeout");
    const asked = await client.query<Omit<ServerFacts, "version">>(
      `SELECT current_user AS "user", pg_has_role('${SYSTEM_ROLE}', 'USAGE') AS "seesEveryTenant"`,
    );
    return { version, user: "", seesEveryTenant: false, ...asked.rows[0] };
  } catch (error) {
    if (codeOf(error) !== "42501" || !(error instanceof Error)) throw error;
    throw problem(storeProblems, "HP6017", { place: backend.place, detail: error.message }, { cause: error });
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
