import { NO_TRACING, type Tracing, type TracingOptions } from "./tracing.ts";

/**
 * Opens the way to an OTLP receiver. Nothing of OpenTelemetry is loaded where there is no endpoint.
 *
 * The standard variables hold besides: `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_SERVICE_NAME`,
 * `OTEL_TRACES_SAMPLER` with its `_ARG`, and `OTEL_SDK_DISABLED`.
 */
export async function openTracing(options: TracingOptions): Promise<Tracing> {
  const { endpoint } = options;
  if (endpoint === null || process.env["OTEL_SDK_DISABLED"]?.toLowerCase() === "true") return NO_TRACING;
  const { createOtlpTracing } = await import("./otlp-tracing.ts");
  return createOtlpTracing({ ...options, endpoint });
}
