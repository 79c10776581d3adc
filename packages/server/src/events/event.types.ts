import type { SpanPlace } from "@holdpoint/trace";

/** A JSON object that is kept as it comes. */
export type EventData = Readonly<Record<string, unknown>>;

/** What happened, before it has its place in the log. */
export interface NewEvent {
  /** Room and verb: `task.accepted`. */
  readonly kind: string;
  readonly planId?: string | null;
  /** Id of what it happened to: a task id, a gate key. */
  readonly subject?: string | null;
  readonly attempt?: number | null;
  readonly data?: EventData;
  /** Trace of the request that caused it; that of the request that is being answered when absent. */
  readonly trace?: string | null;
  /** Span of what caused it, for the traces of tasks; not stored. */
  readonly span?: SpanPlace | null;
}

/** One row of the log. */
export interface EventRow {
  /** Grows within a tenant; has gaps. */
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly kind: string;
  readonly planId: string | null;
  readonly subject: string | null;
  readonly attempt: number | null;
  readonly data: EventData;
  /** W3C trace id of the request that caused it; null when none did. */
  readonly trace: string | null;
}

/** Where to read on. */
export interface EventQuery {
  /** The last `seq` that was read; 0 reads from the beginning of what is kept. @default 0 */
  readonly after?: number;
  readonly planId?: string;
  /** @default 1000 */
  readonly limit?: number;
}

/** The append-only log of every state change, read by cursor. */
export interface EventLog {
  /**
   * The next rows in order. A row never appears behind a cursor that was handed out: rows wait until every transaction
   * that began before theirs has ended.
   *
   * @throws HP9110 when rows after the cursor were dropped
   */
  read(query?: EventQuery): Promise<readonly EventRow[]>;
  /** Makes sure that nothing after a cursor was dropped. @throws HP9110 */
  requireKept(after: number): Promise<void>;
  /** The place after the newest row that may be read; 0 when there is none. */
  last(): Promise<number>;
}
