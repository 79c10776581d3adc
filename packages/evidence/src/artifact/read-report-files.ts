import { realpath, stat } from "node:fs/promises";
import { join } from "node:path";

import type { EvidenceArtifact } from "@holdpoint/core";
import { HoldpointError } from "@holdpoint/core";

import type { ReadReportOptions, ReportSource } from "../read-report.ts";
import { readReports, withAnomaly } from "../read-report.ts";
import type { ReportReading } from "../reading.ts";
import { DEFAULT_LIMITS } from "../reading.ts";
import { digestStream, hashingSource } from "./digest.ts";
import { expandPlaces } from "./expand-places.ts";
import type { ResolvedArtifact } from "./resolve-artifact.ts";
import { openArtifact, resolveArtifact } from "./resolve-artifact.ts";

/** The state of files before a check ran, by place; what is not in it did not exist. */
export type ArtifactSnapshot = ReadonlyMap<string, string>;

/** What the files of a check gave. */
export interface ReportFilesReading {
  /** One reading per format. */
  readonly readings: readonly ReportReading[];
  /** Every file that was read, sorted by place. */
  readonly artifacts: readonly EvidenceArtifact[];
  /** Files and patterns that could not be read; a check with any of these has not given all its evidence. */
  readonly problems: readonly HoldpointError[];
}

/** How to read the files of a check. */
export interface ReadReportFilesOptions extends Omit<ReadReportOptions, "place" | "truncated"> {
  /** Taken before the check began; files that did not change since make the readings `not_written_by_run`. */
  readonly before?: ArtifactSnapshot | undefined;
  /** True when old files were moved away before: links and second names are then `not_written_by_run`. @default false */
  readonly fresh?: boolean | undefined;
}

/**
 * Notes the state of the files that patterns name, before a check runs.
 *
 * By inode, size and times of change of content and of status to the nanosecond: the last of these no program can set.
 */
export async function snapshotArtifacts(root: string, patterns: readonly string[]): Promise<ArtifactSnapshot> {
  const snapshot = new Map<string, string>();
  for (const place of (await placesOf(root, patterns)).places) {
    try {
      const artifact = await resolveArtifact(root, place);
      snapshot.set(place, await stampOf(artifact.path));
    } catch (error) {
      if (!(error instanceof HoldpointError)) throw error;
    }
  }
  return snapshot;
}

/**
 * Reads the report files that a check was to write, named by paths or patterns below the plan's folder.
 *
 * What cannot be read is in `problems` and never thrown, so that the rest is still evidence.
 */
export async function readReportFiles(
  root: string,
  patterns: readonly string[],
  options: ReadReportFilesOptions = {},
): Promise<ReportFilesReading> {
  const { places, problems } = await placesOf(root, patterns);
  const maxBytes = options.limits?.maxBytes ?? DEFAULT_LIMITS.maxBytes;
  const files = new Files(root, maxBytes);
  for (const place of places) {
    try {
      await files.add(place, options);
    } catch (error) {
      if (!(error instanceof HoldpointError)) throw error;
      problems.push(error);
    }
  }
  const readings = await readReports(files.sources, options);
  return { readings: readings.map((reading) => files.doubt(reading, options)), artifacts: files.artifacts, problems };
}

/** The files of one reading, with what speaks against them. */
class Files {
  readonly sources: ReportSource[] = [];
  readonly artifacts: EvidenceArtifact[] = [];
  readonly #root: string;
  readonly #maxBytes: number;
  readonly #notWritten: string[] = [];
  readonly #changed: string[] = [];

  constructor(root: string, maxBytes: number) {
    this.#root = root;
    this.#maxBytes = maxBytes;
  }

  async add(place: string, { before, fresh }: ReadReportFilesOptions): Promise<void> {
    const artifact = await resolveArtifact(this.#root, place);
    const stamp = await stampOf(artifact.path);
    const { digest, size } = await digestStream(this.#bytes(place));
    this.artifacts.push({ place: artifact.place, digest, size, truncated: false });
    if (before?.get(place) === stamp) this.#notWritten.push(place);
    if (fresh === true && (await hasOtherName(this.#root, artifact))) this.#notWritten.push(place);
    this.sources.push({ place, digest, open: () => this.#checked(place, digest) });
  }

  /** The reading with what this class saw of its files. */
  doubt(reading: ReportReading, options: ReadReportFilesOptions): ReportReading {
    let doubted = reading;
    for (const place of this.#notWritten) {
      doubted = withAnomaly(
        doubted,
        "not_written_by_run",
        "the file was there before, or is another one by a link",
        place,
      );
    }
    for (const place of this.#changed) {
      doubted = withAnomaly(doubted, "malformed", "the file changed while it was read", place);
    }
    if (reading.format !== "metric-lines" || reading.metrics.length > 0) return doubted;
    const places = this.sources.map((source) => source.place).join(", ");
    return options.format === undefined
      ? withAnomaly(doubted, "unsupported", "no known report and no metric line", places)
      : withAnomaly(doubted, "empty_report", "no metric line", places);
  }

  async *#bytes(place: string): AsyncGenerator<Uint8Array, void, undefined> {
    const artifact = await resolveArtifact(this.#root, place);
    const handle = await openArtifact(this.#root, artifact, this.#maxBytes);
    try {
      yield* handle.createReadStream({ autoClose: false, highWaterMark: 64 * 1024 });
    } finally {
      await handle.close();
    }
  }

  /** The same bytes again: a file that changes between digest and reading is not the file on the record. */
  async *#checked(place: string, digest: string): AsyncGenerator<Uint8Array, void, undefined> {
    const hashing = hashingSource(this.#bytes(place));
    yield* hashing.source;
    if (hashing.result()?.digest !== digest) this.#changed.push(place);
  }
}

async function placesOf(
  root: string,
  patterns: readonly string[],
): Promise<{ readonly places: readonly string[]; readonly problems: HoldpointError[] }> {
  const places = new Set<string>();
  const problems: HoldpointError[] = [];
  for (const pattern of patterns) {
    try {
      for (const place of await expandPlaces(root, pattern)) places.add(place);
    } catch (error) {
      if (!(error instanceof HoldpointError)) throw error;
      problems.push(error);
    }
  }
  return { places: [...places].sort(), problems };
}

/** Whether a link leads to the file, or it has a second name: then it may be older than its place. */
async function hasOtherName(root: string, { place, path }: ResolvedArtifact): Promise<boolean> {
  return join(await realpath(root), place) !== path || (await stat(path)).nlink > 1;
}

async function stampOf(path: string): Promise<string> {
  const { ino, dev, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].join(":");
}
