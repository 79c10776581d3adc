import type { Store } from "../store.types.ts";

/** Throw-away databases for one test file. */
export interface TestServer {
  readonly version: number;
  /** The address of a fresh, empty database. Only of a server that has users. */
  emptyDatabase(): Promise<string>;
  /** The address of a fresh database with the whole schema. Only of a server that has users. */
  migratedDatabase(): Promise<string>;
  /** A store on a fresh database with the whole schema, cloned from a template. */
  openStore(now: () => number, poolSize?: number): Promise<Store>;
  /** Closes every store that it opened and removes every database that it made. */
  stop(): Promise<void>;
}

/** A server that tests can run on. */
export interface TestServerKind {
  readonly name: string;
  /** Whether it has addresses to connect to, any number of databases, and users. */
  readonly hasUsers: boolean;
  start(): Promise<TestServer>;
}
