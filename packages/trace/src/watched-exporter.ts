import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-base";

/** An exporter that says when it fails, once, and when it works again. */
export function watchedExporter(inner: SpanExporter, onTrouble: (why: string | null) => void): SpanExporter {
  let failing = false;
  const saw = ({ code, error }: ExportResult): void => {
    const isFailure = code !== ExportResultCode.SUCCESS;
    if (isFailure === failing) return;
    failing = isFailure;
    onTrouble(isFailure ? (error?.message ?? "nothing is said of why") : null);
  };
  return {
    export(spans: ReadableSpan[], done) {
      inner.export(spans, (result) => {
        saw(result);
        done(result);
      });
    },
    shutdown: () => inner.shutdown(),
    forceFlush: () => inner.forceFlush?.() ?? Promise.resolve(),
  };
}
