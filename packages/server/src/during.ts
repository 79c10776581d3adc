import { HoldpointError } from "@holdpoint/core";
import type { Span, SpanStart, Tracing } from "@holdpoint/trace";

/** Makes a span of what runs; a span whose work throws has failed, by the code of the catalogue or the error's name. */
export async function during<T>(tracing: Tracing, start: SpanStart, run: (span: Span) => Promise<T>): Promise<T> {
  const span = tracing.begin(start);
  try {
    const result = await run(span);
    span.end();
    return result;
  } catch (error) {
    span.end({ failed: failureOf(error) });
    throw error;
  }
}

function failureOf(error: unknown): string {
  if (error instanceof HoldpointError) return error.code;
  return error instanceof Error ? error.name : "unknown";
}
