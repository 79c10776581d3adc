import type { ReportFormat } from "@holdpoint/contract";
import type { EvidenceMetric } from "@holdpoint/core";
import { LineSet } from "./line-set.ts";
import { metric, sortMetrics } from "./metric-catalogue.ts";
import type { Oddities } from "./oddities.ts";
import { StopReading } from "./oddities.ts";
import type { ReadLimits, ReportReading } from "./reading.ts";
import { READER_VERSION } from "./reading.ts";

/** No source file is this long; a larger line number is a mistake or an attack on memory. */
export const GREATEST_LINE = 10_000_000;
const MAX_LINE_BYTES = 32 * 1024 ** 2;

/** What was found and what of it ran. */
export interface FoundHit {
  readonly found: number;
  readonly hit: number;
}

/** Counts functions or branches by whether each ran. */
export function countHits(entries: Iterable<boolean>): FoundHit {
  let found = 0;
  let hit = 0;
  for (const ran of entries) {
    found += 1;
    if (ran) hit += 1;
  }
  return { found, hit };
}

/** What is known of one source file, over all records and reports that speak of it. */
export interface FileCoverage {
  readonly lines: LineSet;
  /** Function by name: whether it was called. */
  readonly functions: Map<string, boolean>;
  /** Branch by line and number: whether it was taken. */
  readonly branches: Map<string, boolean>;
}

/** Adds up coverage by file, so that a file told of twice counts once. */
export class CoverageTally {
  readonly #files = new Map<string, FileCoverage>();
  readonly #oddities: Oddities;
  readonly #limits: ReadLimits;
  #entries = 0;
  #lineBytes = 0;

  constructor(oddities: Oddities, limits: ReadLimits) {
    this.#oddities = oddities;
    this.#limits = limits;
  }

  /** The entry of a source file, made when it is new. */
  file(path: string): FileCoverage {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    this.#count();
    const made: FileCoverage = { lines: new LineSet(), functions: new Map(), branches: new Map() };
    this.#files.set(path, made);
    return made;
  }

  /** Notes a line of a file. @throws StopReading `malformed` for a line number that no file has */
  line(file: FileCoverage, line: number, hit: boolean): void {
    if (line > GREATEST_LINE) throw new StopReading("malformed", `no source file has a line ${line}`);
    const before = file.lines.bytes;
    file.lines.add(line, hit);
    this.#lineBytes += file.lines.bytes - before;
    if (this.#lineBytes > MAX_LINE_BYTES) throw new StopReading("unsupported", "more lines than can be kept");
  }

  /** Notes a function or branch; one that ran anywhere ran. */
  entry(kind: Map<string, boolean>, name: string, hit: boolean): void {
    const known = kind.get(name);
    if (known === undefined) this.#count();
    kind.set(name, hit || known === true);
  }

  /** The reading of all files; no line at all is `empty_report`, never full coverage. */
  finish(format: ReportFormat): ReportReading {
    const files = [...this.#files.values()];
    const lines = sum(files.map((file) => file.lines));
    const functions = sum(files.map((file) => countHits(file.functions.values())));
    const branches = sum(files.map((file) => countHits(file.branches.values())));
    if (lines.found === 0) this.#oddities.add("empty_report", "no line that could be covered");
    const metrics = [metric("files_covered", this.#files.size), ...this.#share("line", lines)];
    if (functions.found > 0) metrics.push(...this.#share("function", functions));
    if (branches.found > 0) metrics.push(...this.#share("branch", branches));
    return {
      format,
      reader: { name: format, version: READER_VERSION },
      metrics: sortMetrics(metrics),
      inventoryDigest: null,
      anomalies: this.#oddities.anomalies,
      cases: null,
      notes: this.#oddities.notes,
    };
  }

  #count(): void {
    this.#entries += 1;
    if (this.#entries > this.#limits.maxEntries) {
      throw new StopReading("unsupported", `more than ${this.#limits.maxEntries} files, functions and branches`);
    }
  }

  #share(of: "line" | "function" | "branch", counts: FoundHit): EvidenceMetric[] {
    const keys = {
      line: ["lines_total", "lines_covered", "line_coverage"],
      function: ["functions_total", "functions_covered", "function_coverage"],
      branch: ["branches_total", "branches_covered", "branch_coverage"],
    } as const;
    const [total, covered, rate] = keys[of];
    const metrics = [metric(total, counts.found, counts.found), metric(covered, counts.hit, counts.found)];
    if (counts.found > 0 && !this.#oddities.broken) {
      metrics.push(metric(rate, (counts.hit / counts.found) * 100, counts.found));
    }
    return metrics;
  }
}

function sum(parts: readonly FoundHit[]): FoundHit {
  let found = 0;
  let hit = 0;
  for (const part of parts) {
    found += part.found;
    hit += part.hit;
  }
  return { found, hit };
}
