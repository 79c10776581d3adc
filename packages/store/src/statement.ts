/** A statement that each connection prepares once, under its name. */
export interface Statement {
  /** Unique in the program; PostgreSQL keeps 63 bytes of it. */
  readonly name: string;
  readonly text: string;
}

/** Names a statement. */
export function statement(name: string, text: string): Statement {
  return { name, text };
}

/** Where statements can be run: the store itself, one by one, or a transaction. */
export interface Session {
  /**
   * Runs a statement and answers its rows, with `bigint` as number and `bytea` as bytes.
   *
   * @throws HoldpointError HP6010 when the database does not answer
   */
  run<Row>(statement: Statement, values?: readonly unknown[]): Promise<readonly Row[]>;
}
