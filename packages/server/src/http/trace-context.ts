import { randomHex } from "../random-hex.ts";

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const NO_TRACE = "0".repeat(32);
const NO_SPAN = "0".repeat(16);

/** The trace that a request belongs to. https://www.w3.org/TR/trace-context/ */
export interface TraceContext {
  readonly traceId: string;
  /** Span of this server in it. */
  readonly spanId: string;
  /** What is sent back. */
  readonly traceparent: string;
}

/** Goes on with the trace of a request, or begins one when it has none or an invalid one. */
export function traceOf(header: string | null): TraceContext {
  const match = header === null ? null : TRACEPARENT.exec(header);
  const given = match?.[1] === NO_TRACE || match?.[2] === NO_SPAN ? undefined : match?.[1];
  const traceId = given ?? randomHex(16);
  const spanId = randomHex(8);
  const flags = given === undefined ? "01" : (match?.[3] ?? "01");
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-${flags}` };
}
