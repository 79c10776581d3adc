export { openTracing } from "./open-tracing.ts";
export { attemptPlace, laterLifePlace, taskPlace } from "./task-places.ts";
export {
  NO_TRACING,
  type Span,
  type SpanFacts,
  type SpanIds,
  type SpanPlace,
  type SpanStart,
  type Tracing,
  type TracingOptions,
  traceparentOf,
} from "./tracing.ts";
