import type { ReportFormat } from "@holdpoint/contract";
import { REPORT_FORMATS } from "@holdpoint/contract";
import type { EvidenceAnomaly } from "@holdpoint/core";
import { createCoberturaReader } from "./cobertura/cobertura-reader.ts";
import { createCtrfReader } from "./ctrf/ctrf-reader.ts";
import { createJunitReader } from "./junit/junit-reader.ts";
import { createLcovReader } from "./lcov/lcov-reader.ts";
import { createMetricLinesReader } from "./metric-lines/metric-lines-reader.ts";
import type { ByteSource, ReadLimits, ReportReader, ReportReading } from "./reading.ts";
import { DEFAULT_LIMITS } from "./reading.ts";
import { createSarifReader } from "./sarif/sarif-reader.ts";
import { bannerLength, SNIFF_BYTES, sniffFormat } from "./sniff-format.ts";
import { createTapReader } from "./tap/tap-reader.ts";
import { slices } from "./text/text-chunks.ts";

const READERS: Readonly<Record<ReportFormat, (limits: ReadLimits) => ReportReader>> = {
  "metric-lines": createMetricLinesReader,
  junit: createJunitReader,
  lcov: createLcovReader,
  sarif: createSarifReader,
  tap: createTapReader,
  cobertura: createCoberturaReader,
  ctrf: createCtrfReader,
};

/** How to read a source. */
export interface ReadReportOptions {
  /** The format; told from the first bytes when it is not given, and metric lines when those begin no report. */
  readonly format?: ReportFormat | undefined;
  readonly limits?: Partial<ReadLimits> | undefined;
  /** Names the source in notes. @default "stdout" */
  readonly place?: string | undefined;
  /** True when the source is only the head of what there was; the reading is then `truncated`. */
  readonly truncated?: boolean | undefined;
}

/** One of several sources that are read as one. */
export interface ReportSource {
  readonly place: string;
  /** Sources of the same digest count once, so that a report that was named twice is not two reports. */
  readonly digest: string;
  /** Opens the source anew. */
  open(): ByteSource;
}

/** Makes the reader of a format. */
function createReader(format: ReportFormat, limits: Partial<ReadLimits> = {}): ReportReader {
  return READERS[format]({ ...DEFAULT_LIMITS, ...limits });
}

/**
 * Reads the output of a check or a file: one whole report, or metric lines among any other text.
 *
 * Bad content never throws; it is an anomaly. Only a source that cannot be read throws its own error.
 */
export async function readReport(source: ByteSource, options: ReadReportOptions = {}): Promise<ReportReading> {
  const peeked = await peek(source);
  const reader = createReader(options.format ?? sniffFormat(peeked.head) ?? "metric-lines", options.limits);
  await reader.read(peeked.whole, options.place ?? "stdout");
  const reading = reader.finish();
  return options.truncated === true
    ? withAnomaly(reading, "truncated", "only the head was kept", options.place)
    : reading;
}

/**
 * Reads several sources, each format into one reading: the cases of many JUnit files are one suite, the lines of many
 * coverage files one coverage.
 *
 * @returns one reading per format that was found, in the order of {@link REPORT_FORMATS}
 */
export async function readReports(
  sources: readonly ReportSource[],
  options: Omit<ReadReportOptions, "place" | "truncated"> = {},
): Promise<readonly ReportReading[]> {
  const readers = new Map<ReportFormat, ReportReader>();
  const digests = new Set<string>();
  for (const source of sources) {
    if (digests.has(source.digest)) continue;
    digests.add(source.digest);
    const peeked = await peek(source.open());
    const format = options.format ?? sniffFormat(peeked.head) ?? "metric-lines";
    const reader = readers.get(format) ?? createReader(format, options.limits);
    readers.set(format, reader);
    await reader.read(peeked.whole, source.place);
  }
  return REPORT_FORMATS.flatMap((format) => readers.get(format)?.finish() ?? []);
}

/** The reading with one more anomaly and the reason for it. */
export function withAnomaly(
  reading: ReportReading,
  anomaly: EvidenceAnomaly,
  message: string,
  place = "stdout",
): ReportReading {
  const anomalies = [...new Set([...reading.anomalies, anomaly])].sort();
  return { ...reading, anomalies, notes: [...reading.notes, { anomaly, message, place, line: null }] };
}

/** The first bytes, and a source that still yields all of them but a script runner's banner. */
async function peek(source: ByteSource): Promise<{ readonly head: Uint8Array; readonly whole: ByteSource }> {
  const chunks = slices(source);
  const kept: Uint8Array[] = [];
  let size = 0;
  while (size < SNIFF_BYTES) {
    const next = await chunks.next();
    if (next.done === true) break;
    kept.push(next.value);
    size += next.value.length;
  }
  const head = Buffer.concat(kept);
  return { head, whole: chain(head.subarray(bannerLength(head)), chunks) };
}

async function* chain(
  first: Uint8Array,
  rest: AsyncGenerator<Uint8Array, void, undefined>,
): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}
