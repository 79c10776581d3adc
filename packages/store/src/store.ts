import { problem, type Runtime } from "@holdpoint/core";
import { Client, type CustomTypesConfig, Pool, type PoolClient, type PoolConfig, TypeOverrides, types } from "pg";
import { type EmbeddedPostgres, startEmbedded } from "./embedded/embedded-postgres.ts";
import { migrate } from "./migrate.ts";
import { MIGRATIONS } from "./migrations.generated.ts";
import type { Session, Statement } from "./statement.ts";
import { storeProblems } from "./store.problems.ts";
import { asStoreError, codeOf, isConflict } from "./store-error.ts";

/** The oldest server that works. */
const MIN_SERVER_VERSION = 15;
/** How often a transaction that lost against another is run, in all. */
const MAX_CONFLICT_RUNS = 5;
/** Database inside the embedded server. */
const EMBEDDED_DATABASE = "holdpoint";

/** Which database: an embedded one beside the plan, or a server. */
export type StoreOptions = {
  readonly runtime: Pick<Runtime, "now">;
  /** Connections at most. @default 8 */
  readonly poolSize?: number;
} & ({ readonly dataDir: string } | { readonly databaseUrl: string });

/** A database with Holdpoint's schema. */
export interface Store extends Session {
  readonly kind: "embedded" | "server";
  /** For people: version and how it runs; never holds a password. */
  readonly description: string;
  /** Major version of the server. */
  readonly serverVersion: number;
  /** What was cleared first after a run that was killed; empty for a server. */
  readonly recovered: readonly ("lock" | "file" | "server")[];
  /**
   * Runs `work` in one transaction: committed when it resolves, undone when it throws. Work that lost against another
   * transaction is run again, so it must have no effect outside of the database.
   *
   * @throws HoldpointError HP6010 when the database does not answer
   */
  transaction<T>(work: (tx: Session) => Promise<T>): Promise<T>;
  /** Whether the database answers, and how long that took in milliseconds. Never throws. */
  health(): Promise<{ readonly ok: boolean; readonly tookMs: number; readonly detail: string | null }>;
  /** Gives back every connection and stops an embedded server. */
  close(): Promise<void>;
}

/**
 * Opens the database and brings its schema up to date.
 *
 * @throws HoldpointError HP6001 to HP6006 for the embedded one; HP6010 when it does not answer, HP6011 when it is older
 *   than PostgreSQL 15, HP6012 and HP6013 when its schema is not this program's
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  if ("databaseUrl" in options) return await connect(options, { connectionString: options.databaseUrl }, null);
  const embedded = await startEmbedded({ dataDir: options.dataDir, now: options.runtime.now() });
  try {
    return await connect(options, { ...embedded.connection, database: EMBEDDED_DATABASE }, embedded);
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}

async function connect(options: StoreOptions, config: PoolConfig, embedded: EmbeddedPostgres | null): Promise<Store> {
  const place = placeOf(config);
  const pool = new Pool({
    ...config,
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
    if (embedded !== null) await createDatabase(config);
    const serverVersion = await prepare(pool, place, options.runtime.now());
    return new PgStore(pool, place, serverVersion, embedded);
  } catch (error) {
    await pool.end();
    throw asStoreError(error, place);
  }
}

async function prepare(pool: Pool, place: string, now: number): Promise<number> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ version: string }>("SELECT current_setting('server_version_num') AS version");
    const version = Math.floor(Number(rows[0]?.version ?? 0) / 10_000);
    if (version < MIN_SERVER_VERSION) throw problem(storeProblems, "HP6011", { place, found: version });
    await migrate(client, MIGRATIONS, now);
    return version;
  } finally {
    client.release();
  }
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

class PgStore implements Store {
  readonly kind: "embedded" | "server";
  readonly description: string;
  readonly serverVersion: number;
  readonly recovered: Store["recovered"];
  private readonly pool: Pool;
  private readonly place: string;
  private readonly embedded: EmbeddedPostgres | null;
  private closing: Promise<void> | null = null;

  constructor(pool: Pool, place: string, serverVersion: number, embedded: EmbeddedPostgres | null) {
    this.pool = pool;
    this.place = place;
    this.embedded = embedded;
    this.serverVersion = serverVersion;
    this.kind = embedded === null ? "server" : "embedded";
    this.description = embedded?.description ?? `PostgreSQL ${serverVersion} at ${place}`;
    this.recovered = embedded?.recovered ?? [];
  }

  async run<Row>(statement: Statement, values: readonly unknown[] = []): Promise<readonly Row[]> {
    try {
      return await runOn<Row>(this.pool, statement, values);
    } catch (error) {
      throw asStoreError(error, this.place);
    }
  }

  async transaction<T>(work: (tx: Session) => Promise<T>): Promise<T> {
    for (let run = 1; ; run += 1) {
      try {
        return await this.once(work);
      } catch (error) {
        if (run >= MAX_CONFLICT_RUNS || !isConflict(error)) throw asStoreError(error, this.place);
      }
    }
  }

  async health(): Promise<{ readonly ok: boolean; readonly tookMs: number; readonly detail: string | null }> {
    const began = performance.now();
    try {
      await this.pool.query("SELECT 1");
      return { ok: true, tookMs: performance.now() - began, detail: null };
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      return { ok: false, tookMs: performance.now() - began, detail };
    }
  }

  async close(): Promise<void> {
    this.closing ??= this.closeOnce();
    await this.closing;
  }

  private async closeOnce(): Promise<void> {
    await this.pool.end();
    await this.embedded?.stop();
  }

  private async once<T>(work: (tx: Session) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    const onError = (error: Error): void => {
      broken = error;
    };
    client.on("error", onError);
    try {
      await client.query("BEGIN");
      const result = await work({ run: (statement, values = []) => runOn(client, statement, values) });
      await client.query("COMMIT");
      return result;
    } catch (error) {
      // A connection that cannot even roll back is thrown away with whatever state it has.
      await client.query("ROLLBACK").catch((failure: Error) => {
        broken = failure;
      });
      throw error;
    } finally {
      client.removeListener("error", onError);
      client.release(broken);
    }
  }
}

async function runOn<Row>(
  on: Pool | PoolClient,
  { name, text }: Statement,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  const { rows } = await on.query({ name, text, values: [...values] });
  return rows as readonly Row[];
}

/** Counts and milliseconds fit a double exactly; `pg` would hand `bigint` over as text. */
function typeParsers(): CustomTypesConfig {
  const parsers = new TypeOverrides();
  parsers.setTypeParser(types.builtins.INT8, Number);
  return parsers;
}

/** Where the database is, for people: host and name, never user or password. */
function placeOf(config: PoolConfig): string {
  if (config.connectionString === undefined) return config.host ?? "";
  try {
    const url = new URL(config.connectionString);
    return `${url.host}${url.pathname}`;
  } catch {
    return "DATABASE_URL";
  }
}
