/** The ids of a span. */
export interface SpanIds {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
}

/** Where a span stands: what a link and a `traceparent` name. https://www.w3.org/TR/trace-context/ */
export interface SpanPlace extends SpanIds {
  /** Whether the span is kept. */
  readonly isSampled: boolean;
}

/** What is told of a span; what is undefined is left out. */
export type SpanFacts = Readonly<Record<string, string | number | boolean | undefined>>;

/** A span that is to begin. */
export interface SpanStart {
  /** Low in number: a route or a verb, never an id. */
  readonly name: string;
  /** `server` answers another process, `client` calls one. @default "internal" */
  readonly kind?: "internal" | "server" | "client";
  /** Null begins a trace. */
  readonly parent: SpanPlace | null;
  /** Ids that others can compute, too. @default new ones */
  readonly place?: SpanIds;
  /** When it began, milliseconds since the epoch. @default now */
  readonly startedAt?: number;
  /** Spans of other traces that it has to do with. */
  readonly links?: readonly SpanPlace[];
  readonly facts?: SpanFacts;
}

/** A span that has begun. */
export interface Span {
  readonly place: SpanPlace;
  tell(facts: SpanFacts): void;
  link(place: SpanPlace): void;
  /**
   * Ends it; later calls do nothing.
   *
   * @param how `failed` is why, in a word; `endedAt` in milliseconds since the epoch, by default now
   */
  end(how?: { readonly failed?: string; readonly endedAt?: number }): void;
}

/** Makes spans. */
export interface Tracing {
  /** Whether anything is done with them; where not, nothing needs to be computed for them. */
  readonly isOn: boolean;
  /** Never throws and never waits. */
  begin(start: SpanStart): Span;
  /**
   * The place of a span that another process may have made. Whether it is kept is what the sampler says of a trace with this
   * id: the same in every process that samples by the same rule.
   */
  placeOf(ids: SpanIds): SpanPlace;
  /** Is waited for by `close`: whatever goes on to make spans. */
  waitFor(pending: Promise<unknown>): void;
  /** Sends what has ended, for two seconds at most. */
  close(): Promise<void>;
}

/** What traces are sent with. */
export interface TracingOptions {
  /** Base address of an OTLP receiver over HTTP, such as `http://localhost:4318`; null makes no traces. */
  readonly endpoint: string | null;
  readonly version: string;
  /** Tells this process from others of its kind: a replica, a runner. */
  readonly instance: string;
  /** What the process does. */
  readonly role: "server" | "runner";
  /**
   * Is told once when traces cannot be sent, with why, and with null when they can be again.
   *
   * @param receiver scheme, host and port: the rest of an endpoint may hold a password
   */
  readonly onTrouble?: (why: string | null, receiver: string) => void;
  /** How long spans that ended wait for others, milliseconds. @default 2000 */
  readonly delayMs?: number;
}

const NOWHERE: SpanPlace = { traceId: "0".repeat(32), spanId: "0".repeat(16), isSampled: false };
const NO_SPAN: Span = { place: NOWHERE, tell: () => undefined, link: () => undefined, end: () => undefined };

/** Makes no spans. */
export const NO_TRACING: Tracing = {
  isOn: false,
  begin: () => NO_SPAN,
  placeOf: (ids) => ({ ...ids, isSampled: false }),
  waitFor: () => undefined,
  close: () => Promise.resolve(),
};

/** The header by which another process goes on with a span. */
export function traceparentOf({ traceId, spanId, isSampled }: SpanPlace): string {
  return `00-${traceId}-${spanId}-${isSampled ? "01" : "00"}`;
}
