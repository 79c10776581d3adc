import type { ReportFormat } from "@holdpoint/contract";
import type { EvidenceAnomaly, EvidenceMetric } from "@holdpoint/core";

/** Raised when a reader changes what it yields from the same bytes; it stands in every evidence record. */
export const READER_VERSION = "1";

/** Test cases by outcome. `total` is the sum of passed, failed, errored and skipped; `flaky` ones are among the passed. */
export interface CasesSummary {
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly errored: number;
  readonly skipped: number;
  /** Cases that passed only after a failed try. */
  readonly flaky: number;
  /** Names of the first cases that failed, erred or were flaky, 20 at most. */
  readonly examples: readonly string[];
}

/** Why a reading carries an anomaly, in words for people. */
export interface ReadingNote {
  readonly anomaly: EvidenceAnomaly;
  readonly message: string;
  /** The file or stream that was read. */
  readonly place: string;
  /** 1-based; null where the format has no lines. */
  readonly line: number | null;
}

/** What one reader made of one report, or of several files of one format. */
export interface ReportReading {
  readonly format: ReportFormat;
  readonly reader: { readonly name: string; readonly version: string };
  /** Sorted by key. Counts are always those of the body; rates are left out where the report is not whole. */
  readonly metrics: readonly EvidenceMetric[];
  /** Digest (`sha256:…`) of the names of the test cases, whatever their order; null when there were none. */
  readonly inventoryDigest: string | null;
  /** Sorted, without repeats. Anything here keeps the evidence from passing a gate. */
  readonly anomalies: readonly EvidenceAnomaly[];
  /** Null for formats that hold no test cases. */
  readonly cases: CasesSummary | null;
  /** The first 50 explanations of the anomalies. */
  readonly notes: readonly ReadingNote[];
}

/** Reads one format; takes any number of files, which then count as one report. */
export interface ReportReader {
  /** Reads a source to its end. Bad content becomes an anomaly; only a failing source throws. */
  read(source: ByteSource, place: string): Promise<void>;
  /** What all sources together said. */
  finish(): ReportReading;
}

/** Bytes at once, or as they come: a Node stream is one. */
export type ByteSource = Uint8Array | AsyncIterable<Uint8Array>;

/** Bounds on what a reader accepts and keeps in memory. What exceeds them is an anomaly, never a pass. */
export interface ReadLimits {
  /** Bytes of one source. @default 4 GiB */
  readonly maxBytes: number;
  /** Nesting of XML elements, JSON containers and TAP subtests. @default 64 */
  readonly maxDepth: number;
  /** Characters of one XML tag with its attributes, or of one JSON value that is kept. @default 1,048,576 */
  readonly maxValueChars: number;
  /** Characters of one line; a longer one is no metric, no test point and no coverage. @default 65,536 */
  readonly maxLineChars: number;
  /** Things kept by name while reading (files, functions, rules, keys of one object). @default 500,000 */
  readonly maxEntries: number;
}

/** The bounds that hold when none are given. */
export const DEFAULT_LIMITS: ReadLimits = {
  maxBytes: 4 * 1024 ** 3,
  maxDepth: 64,
  maxValueChars: 1024 ** 2,
  maxLineChars: 64 * 1024,
  maxEntries: 500_000,
};
