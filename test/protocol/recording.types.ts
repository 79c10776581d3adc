/** A JSON value of a recording; texts in it hold places such as `{{id.3}}` where the value differs each time. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A request as a client of the recorded version sends it. */
export interface RecordedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Null when there is none. */
  readonly body: Json;
}

/** A request with its answer. */
export interface Exchange {
  /** Id of the operation. */
  readonly operation: string;
  readonly request: RecordedRequest;
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    /** Null when there is none, or when it is text. */
    readonly body: Json;
  };
}

/** What a stream said. */
export interface RecordedStream {
  readonly operation: string;
  readonly request: RecordedRequest;
  /** What was asked while it was open; null when nothing was. */
  readonly act: Exchange | null;
  readonly lines: readonly string[];
}

/** What a client and a server of one version said to each other. */
export interface Recording {
  /** Such as `0.1.0`. */
  readonly version: string;
  readonly exchanges: readonly Exchange[];
  readonly streams: readonly RecordedStream[];
}
