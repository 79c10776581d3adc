import type { ReportFormat } from "@holdpoint/contract";
import type { EvidenceMetric } from "@holdpoint/core";
import { readReport } from "../read-report.ts";
import type { ReadLimits, ReportReading } from "../reading.ts";

/** Reads a text as one report, in pieces of `pieceBytes` so that every boundary falls somewhere. */
export function readingOf(
  text: string,
  format?: ReportFormat,
  options: { readonly limits?: Partial<ReadLimits>; readonly pieceBytes?: number } = {},
): Promise<ReportReading> {
  return readReport(pieces(Buffer.from(text), options.pieceBytes ?? 64 * 1024), { format, limits: options.limits });
}

/** The metrics of a reading as an object, for comparison. */
export function metricsOf(reading: ReportReading): Record<string, EvidenceMetric["value"]> {
  return Object.fromEntries(reading.metrics.map(({ key, value }) => [key, value]));
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
