import { problem } from "@holdpoint/core";
import type { Pool, PoolClient } from "pg";
import { type Actor, beginAs, switchTo, tenantActor } from "./actor.ts";
import type { Backend } from "./backend.ts";
import { type Listener, type ListenHandler, openListener } from "./listener.ts";
import type { Session, Statement } from "./statement.ts";
import { storeProblems } from "./store.problems.ts";
import type { Connections, ConnectionUse, Store, StoreScope } from "./store.types.ts";
import { isConflict } from "./store-error.ts";

/** How often a transaction that lost against another is run, in all. */
const MAX_CONFLICT_RUNS = 5;

/** What was asked of the server once. */
export interface ServerFacts {
  /** Major version. */
  readonly version: number;
  readonly user: string;
  /** Whether policies let the database user pass. */
  readonly seesEveryTenant: boolean;
}

/** The name of a store's connection for listening; it begins as those of its pool do. */
const LISTENER = " listener";

/** The store on a pool of connections. */
export class PgStore implements Store {
  readonly kind: Store["kind"];
  readonly joined: boolean;
  readonly description: string;
  readonly serverVersion: number;
  readonly recovered: Store["recovered"];
  private readonly pool: Pool;
  private readonly backend: Backend;
  private readonly server: ServerFacts;
  /** For whom each connection works; a fresh one for the database user. */
  private readonly actors = new WeakMap<PoolClient, Actor>();
  private readonly listeners = new Set<Listener>();
  private readonly watchers: ((use: ConnectionUse) => void)[] = [];
  private closing: Promise<void> | null = null;

  constructor(pool: Pool, backend: Backend, server: ServerFacts) {
    this.pool = pool;
    this.backend = backend;
    this.server = server;
    this.serverVersion = server.version;
    this.kind = backend.kind;
    this.joined = backend.joined;
    this.description = backend.description ?? `PostgreSQL ${server.version} at ${backend.place}`;
    this.recovered = backend.recovered;
  }

  run<Row>(statement: Statement, values: readonly unknown[] = []): Promise<readonly Row[]> {
    return this.runAs(null, statement, values);
  }

  transaction<T>(work: (tx: Session) => Promise<T>): Promise<T> {
    return this.transactionAs(null, work);
  }

  forTenant(tenant: string): StoreScope {
    return this.scope(tenantActor(tenant));
  }

  asSystem(): StoreScope {
    if (!this.server.seesEveryTenant) throw problem(storeProblems, "HP6019", { user: this.server.user });
    return this.scope(null);
  }

  listen(channel: string, handler: ListenHandler): Listener | null {
    // The one connection that there is cannot wait for others.
    if (this.backend.maxConnections === 1) return null;
    const name = `${this.pool.options.application_name ?? "holdpoint"}${LISTENER}`;
    const listener = openListener({ ...this.backend.config, application_name: name }, channel, handler);
    this.listeners.add(listener);
    return listener;
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

  connections(): Connections {
    const { totalCount: open, idleCount: idle, waitingCount: waiting } = this.pool;
    return { open, idle, waiting };
  }

  onConnectionUse(saw: (use: ConnectionUse) => void): void {
    this.watchers.push(saw);
  }

  async close(): Promise<void> {
    this.closing ??= this.closeOnce();
    await this.closing;
  }

  private async closeOnce(): Promise<void> {
    await Promise.all([...this.listeners].map((listener) => listener.close()));
    await this.pool.end();
    await this.backend.stop();
  }

  private scope(actor: Actor): StoreScope {
    return {
      run: (statement, values = []) => this.runAs(actor, statement, values),
      transaction: (work) => this.transactionAs(actor, work),
    };
  }

  private async runAs<Row>(actor: Actor, statement: Statement, values: readonly unknown[]): Promise<readonly Row[]> {
    return await this.onClient(async (client, discard) => {
      const from = this.actors.get(client) ?? null;
      if (from !== actor) {
        // A connection that changed halfway must not be taken for either.
        await client.query(switchTo(actor, from)).catch(discard);
        this.actors.set(client, actor);
      }
      return await runOn<Row>(client, statement, values);
    });
  }

  private async transactionAs<T>(actor: Actor, work: (tx: Session) => Promise<T>): Promise<T> {
    for (let run = 1; ; run += 1) {
      try {
        return await this.onClient((client, discard) => this.once(client, discard, actor, work));
      } catch (error) {
        if (run >= MAX_CONFLICT_RUNS || !isConflict(error)) throw error;
      }
    }
  }

  private async once<T>(
    client: PoolClient,
    discard: (error: Error) => never,
    actor: Actor,
    work: (tx: Session) => Promise<T>,
  ): Promise<T> {
    let ended = false;
    try {
      await client.query(beginAs(actor, this.actors.get(client) ?? null));
      const result = await work({
        // Work that was left running must not write on this connection outside of the transaction.
        run: async (statement, values = []) => {
          if (ended) throw new Error(`the transaction has ended; ${statement.name} came too late`);
          return await runOn(client, statement, values);
        },
      });
      ended = true;
      await client.query("COMMIT");
      return result;
    } catch (error) {
      ended = true;
      // A connection that cannot even roll back is thrown away with whatever state it has.
      await client.query("ROLLBACK").catch((failure: Error) => {
        if (!(error instanceof Error)) discard(failure);
        discard(error);
      });
      throw error;
    }
  }

  /** Lends a connection to `work`, and gives it back or, when it broke or was discarded, ends it. */
  private async onClient<T>(work: (client: PoolClient, discard: (error: Error) => never) => Promise<T>): Promise<T> {
    let broken: Error | undefined;
    const onError = (error: Error): void => {
      broken = error;
    };
    const discard = (error: Error): never => {
      broken = error;
      throw error;
    };
    let client: PoolClient | null = null;
    const asked = performance.now();
    let got = asked;
    try {
      client = await this.pool.connect();
      got = performance.now();
      client.on("error", onError);
      return await work(client, discard);
    } catch (error) {
      const told = this.backend.toProblem(error);
      if (told !== error && error instanceof Error) broken = error;
      throw told;
    } finally {
      client?.removeListener("error", onError);
      client?.release(broken);
      const ended = performance.now();
      // Who got none has waited all the time.
      const waitedMs = client === null ? ended - asked : got - asked;
      for (const saw of this.watchers) saw({ waitedMs, usedMs: client === null ? 0 : ended - got });
    }
  }
}

async function runOn<Row>(
  client: PoolClient,
  { name, text }: Statement,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  const { rows } = await client.query({ name, text, values: [...values] });
  return rows as readonly Row[];
}
