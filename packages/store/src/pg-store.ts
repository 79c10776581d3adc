import type { Pool, PoolClient } from "pg";
import type { Backend } from "./backend.ts";
import type { Session, Statement } from "./statement.ts";
import type { Store } from "./store.ts";
import { isConflict } from "./store-error.ts";

/** How often a transaction that lost against another is run, in all. */
const MAX_CONFLICT_RUNS = 5;

/** The store on a pool of connections. */
export class PgStore implements Store {
  readonly kind: Store["kind"];
  readonly joined: boolean;
  readonly description: string;
  readonly serverVersion: number;
  readonly recovered: Store["recovered"];
  private readonly pool: Pool;
  private readonly backend: Backend;
  private closing: Promise<void> | null = null;

  constructor(pool: Pool, backend: Backend, serverVersion: number) {
    this.pool = pool;
    this.backend = backend;
    this.serverVersion = serverVersion;
    this.kind = backend.kind;
    this.joined = backend.joined;
    this.description = backend.description ?? `PostgreSQL ${serverVersion} at ${backend.place}`;
    this.recovered = backend.recovered;
  }

  async run<Row>(statement: Statement, values: readonly unknown[] = []): Promise<readonly Row[]> {
    try {
      return await runOn<Row>(this.pool, statement, values);
    } catch (error) {
      throw this.backend.toProblem(error);
    }
  }

  async transaction<T>(work: (tx: Session) => Promise<T>): Promise<T> {
    for (let run = 1; ; run += 1) {
      try {
        return await this.once(work);
      } catch (error) {
        if (run >= MAX_CONFLICT_RUNS || !isConflict(error)) throw this.backend.toProblem(error);
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
    await this.backend.stop();
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
