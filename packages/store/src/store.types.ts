import type { Runtime } from "@holdpoint/core";
import type { Listener, ListenHandler } from "./listener.ts";
import type { Session } from "./statement.ts";

/** Which database: an embedded one beside the plan, or a server. */
export type StoreOptions = {
  readonly runtime: Pick<Runtime, "now">;
  /** Connections at most. @default 8, 2 on the database of another process; always 1 in WebAssembly */
  readonly poolSize?: number;
  /**
   * How long a statement outside of a transaction may take, milliseconds: most of them are reads, and the writes are of a
   * row or two. Transactions are not bounded by it, and PostgreSQL in WebAssembly cannot keep to it. 0 is without end.
   *
   * @default 30000
   */
  readonly readTimeoutMs?: number | undefined;
} & (EmbeddedStoreOptions | { readonly databaseUrl: string });

/**
 * An embedded database, in `<dataDir>/.holdpoint/`: native PostgreSQL, or PostgreSQL in WebAssembly where that cannot run,
 * or as the environment variable HOLDPOINT_EMBEDDED (`native` or `wasm`) says. The one in WebAssembly has one connection
 * and cannot be joined.
 */
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

/** Connections of a pool. */
export interface Connections {
  /** Made, in use or not. */
  readonly open: number;
  readonly idle: number;
  /** Callers that wait for one. */
  readonly waiting: number;
}

/** What one statement outside of a transaction, or one transaction, took of the pool; milliseconds. */
export interface ConnectionUse {
  readonly waitedMs: number;
  readonly usedMs: number;
}

/** A part of the database to work on: the rows of one tenant, or all. */
export interface StoreScope extends Session {
  /**
   * Runs `work` in one transaction: committed when it resolves, undone when it throws. Work that lost against another
   * transaction is run again, so it must have no effect outside of the database.
   *
   * @throws HoldpointError HP6010 when the database does not answer, HP6014 when it was another process's that has ended
   */
  transaction<T>(work: (tx: Session) => Promise<T>): Promise<T>;
}

/**
 * A database with Holdpoint's schema.
 *
 * Run by itself, a statement sees what the database user sees: for an owner or a superuser the rows of every tenant. Work
 * for a tenant goes through {@link Store.forTenant}, work across tenants through {@link Store.asSystem}.
 */
export interface Store extends StoreScope {
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
   * The rows of one tenant, whatever a statement's WHERE says: the database shows no others and refuses to write others.
   * Statements and transactions run as the role `holdpoint_app`, which owns nothing and passes no policy by.
   *
   * Costs nothing while a connection stays with its tenant and nothing in transactions; a single statement on a
   * connection that last served another tenant costs one more round trip.
   *
   * @throws HoldpointError HP6018 when no tenant can have that name
   */
  forTenant(tenant: string): StoreScope;
  /**
   * The rows of every tenant, for work that spans them: expiry sweeps, leader election, administration.
   *
   * @throws HoldpointError HP6019 when the database user is bound to tenants
   */
  asSystem(): StoreScope;
  /**
   * Listens on a channel, on a connection beyond those of the pool that is made anew whenever it is lost. What is sent while
   * it is lost does not arrive, so it only makes quicker what polls would find.
   *
   * @param channel small letters and underscores
   * @returns null in WebAssembly, which has one connection and nobody else to hear from
   */
  listen(channel: string, handler: ListenHandler): Listener | null;
  /** Whether the database answers, and how long that took in milliseconds. Never throws. */
  health(): Promise<{ readonly ok: boolean; readonly tookMs: number; readonly detail: string | null }>;
  /** The pool as it is now. */
  connections(): Connections;
  /** Calls back after each use of a connection, for metrics. */
  onConnectionUse(saw: (use: ConnectionUse) => void): void;
  /** Gives back every connection and stops an embedded server that this process runs. */
  close(): Promise<void>;
}
