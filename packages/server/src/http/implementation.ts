import type { BodyOf, Operation, ParamsOf, QueryOf, ResponseOf } from "@holdpoint/contract";
import type { Principal } from "./principal.ts";

/** A validated request. */
export interface Call<O> {
  readonly params: ParamsOf<O>;
  readonly query: QueryOf<O>;
  readonly body: BodyOf<O>;
  readonly principal: Principal;
  readonly request: RequestFacts;
}

/** What is known of a request besides its content. */
export interface RequestFacts {
  /** W3C trace id: the correlation id of everything that follows from it. */
  readonly traceId: string;
  /** Aborted when the caller hangs up or the server shuts down. */
  readonly signal: AbortSignal;
  /** A request header; null when it was not sent. */
  header(name: string): string | null;
}

/** An answer with another status than the operation's first, or with headers. */
export class Reply<R> {
  readonly body: R;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(body: R, status: number, headers: Readonly<Record<string, string>> = {}) {
    this.body = body;
    this.status = status;
    this.headers = headers;
  }
}

/** The answer of a write that did nothing, such as a claim without tasks: whoever repeats it with the same key asks anew. */
export class NothingDone<R> extends Reply<R> {
  constructor(body: R) {
    super(body, 200);
  }
}

/** An answer that is written bit by bit: server-sent events. */
export class StreamReply {
  readonly chunks: AsyncIterable<string>;
  readonly contentType: string;

  constructor(chunks: AsyncIterable<string>, contentType: string) {
    this.chunks = chunks;
    this.contentType = contentType;
  }
}

/** A value that nobody changes, down to its leaves: answers are only written. */
type DeepReadonly<T> = T extends readonly (infer U)[]
  ? readonly DeepReadonly<U>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** What a handler may answer. */
export type Answer<O> = DeepReadonly<ResponseOf<O>> | Reply<DeepReadonly<ResponseOf<O>>> | StreamReply;

/** An operation with the code that answers it. */
export interface Implementation {
  readonly operation: Operation;
  // As a method, so that the handler of a narrower operation fits: the edge validates by the operation's own schemas.
  handle(call: Call<Operation>): Promise<unknown>;
}

/** Ties an operation to its code, with the types of the operation. */
export function implement<P, Q, B, R>(
  operation: Operation<P, Q, B, R>,
  handle: (call: Call<Operation<P, Q, B, R>>) => Promise<Answer<Operation<P, Q, B, R>>>,
): Implementation {
  return { operation, handle };
}
