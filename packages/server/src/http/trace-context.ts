import { type Span, type SpanPlace, traceparentOf } from "@holdpoint/trace";
import { randomHex } from "../random-hex.ts";

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const NO_TRACE = "0".repeat(32);
const NO_SPAN = "0".repeat(16);
const SAMPLED = 1;

/** The trace that a request belongs to. https://www.w3.org/TR/trace-context/ */
export interface TraceContext {
  readonly traceId: string;
  /** Span of this server in it. */
  readonly spanId: string;
  /** What is sent back. */
  readonly traceparent: string;
  /** The span, where one is made. */
  readonly span: Span | null;
}

/**
 * Goes on with the trace of a request, or begins one when it has none or an invalid one.
 *
 * @param begin makes the span of the request below that of its caller; absent where none are made
 */
export function traceOf(header: string | null, begin?: (parent: SpanPlace | null) => Span): TraceContext {
  const parent = parentOf(header);
  const span = begin?.(parent) ?? null;
  const place = span?.place ?? {
    traceId: parent?.traceId ?? randomHex(16),
    spanId: randomHex(8),
    isSampled: parent?.isSampled ?? true,
  };
  return { traceId: place.traceId, spanId: place.spanId, traceparent: traceparentOf(place), span };
}

function parentOf(header: string | null): SpanPlace | null {
  const [, traceId, spanId, flags] = (header === null ? null : TRACEPARENT.exec(header)) ?? [];
  if (traceId === undefined || spanId === undefined || traceId === NO_TRACE || spanId === NO_SPAN) return null;
  return { traceId, spanId, isSampled: (Number.parseInt(flags ?? "0", 16) & SAMPLED) !== 0 };
}
