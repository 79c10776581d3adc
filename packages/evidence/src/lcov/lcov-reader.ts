import { CoverageTally, GREATEST_LINE } from "../coverage-tally.ts";
import { Oddities, StopReading } from "../oddities.ts";
import type { ByteSource, ReadLimits, ReportReader, ReportReading } from "../reading.ts";
import { DEFAULT_LIMITS } from "../reading.ts";
import { forEachLine } from "../text/for-each-line.ts";
import { LcovRecord, ranCount, wholeNumber } from "./lcov-record.ts";

/** Tags that carry nothing we count: test name, version, and modified condition coverage of LCOV 2.2. */
const PASSED_OVER = new Set(["TN", "VER", "MCDC", "MCF", "MCH"]);
const SUMS = new Set(["LF", "LH", "FNF", "FNH", "BRF", "BRH"]);

/**
 * Reads LCOV tracefiles, 1.x and 2.x.
 *
 * Source: geninfo(1), "Files", of LCOV 2.2. Sums are counted from the DA, FNDA/FNA and BRDA entries; the claimed ones
 * (LF, LH …) are only compared. Records of the same source file are merged.
 */
export function createLcovReader(limits: ReadLimits = DEFAULT_LIMITS): ReportReader {
  const oddities = new Oddities();
  const tally = new CoverageTally(oddities, limits);
  return {
    read: (source: ByteSource, place: string): Promise<void> =>
      oddities.guard(place, async () => {
        const lines = new LcovLines(tally, oddities, limits);
        await forEachLine(source, limits, (text, line, overlong) => lines.push(text, line, overlong));
        lines.end();
      }),
    finish: (): ReportReading => tally.finish("lcov"),
  };
}

class LcovLines {
  readonly #tally: CoverageTally;
  readonly #oddities: Oddities;
  readonly #limits: ReadLimits;
  #record: LcovRecord | null = null;

  constructor(tally: CoverageTally, oddities: Oddities, limits: ReadLimits) {
    this.#tally = tally;
    this.#oddities = oddities;
    this.#limits = limits;
  }

  push(raw: string, line: number, overlong: boolean): void {
    if (overlong) throw new StopReading("malformed", "an overlong line", line);
    const text = raw.trim();
    if (text === "" || text.startsWith("#")) return;
    if (text === "end_of_record") {
      this.#close(line);
      return;
    }
    const colon = text.indexOf(":");
    const tag = text.slice(0, Math.max(colon, 0));
    const value = text.slice(colon + 1);
    if (tag === "SF") this.#open(value, line);
    else if (!PASSED_OVER.has(tag)) this.#entry(tag, value, line);
  }

  end(): void {
    if (this.#record !== null) throw new StopReading("malformed", `${this.#record.path} has no end_of_record`);
  }

  #open(path: string, line: number): void {
    if (this.#record !== null) throw new StopReading("malformed", `${this.#record.path} has no end_of_record`, line);
    if (path === "") throw new StopReading("malformed", "SF without a path", line);
    this.#record = new LcovRecord(path);
  }

  #entry(tag: string, value: string, line: number): void {
    const record = this.#record;
    if (record === null) throw new StopReading("malformed", `"${tag.slice(0, 40)}" outside of a record`, line);
    const parts = value.split(",");
    if (tag === "DA") addLine(record, parts, line);
    else if (tag === "FN" || tag === "FNDA" || tag === "FNL" || tag === "FNA") addFunction(record, tag, parts, line);
    else if (tag === "BRDA") addBranch(record, parts, line);
    else if (SUMS.has(tag)) record.claimed.set(tag, wholeNumber(value, line));
    else throw new StopReading("malformed", `"${tag.slice(0, 40)}" is no entry of a tracefile`, line);
    if (record.lines.size + record.functions.size + record.branches.size > this.#limits.maxEntries * 2) {
      throw new StopReading("unsupported", `${record.path} has too many entries`, line);
    }
  }

  #close(line: number): void {
    const record = this.#record;
    if (record === null) throw new StopReading("malformed", "end_of_record without SF", line);
    this.#record = null;
    const mismatch = record.mismatch();
    if (mismatch !== null) this.#oddities.add("header_mismatch", mismatch, line);
    const file = this.#tally.file(record.path);
    for (const [at, hit] of record.lines) this.#tally.line(file, at, hit);
    for (const [name, entry] of record.functions) this.#tally.entry(file.functions, name, entry.hit);
    for (const [name, hit] of record.branches) this.#tally.entry(file.branches, name, hit);
  }
}

/** `DA:line,count[,checksum]` */
function addLine(record: LcovRecord, parts: readonly string[], line: number): void {
  const at = wholeNumber(parts[0], line);
  if (at > GREATEST_LINE) throw new StopReading("malformed", `no source file has a line ${at}`, line);
  record.lines.set(at, ranCount(parts[1], line) || record.lines.get(at) === true);
}

/**
 * `FN:line[,end],name` and `FNDA:count,name`; from LCOV 2.2 `FNL:index,line[,end]` and `FNA:index,count,name`, where
 * several names of one index are one function.
 */
function addFunction(
  record: LcovRecord,
  tag: "FN" | "FNDA" | "FNL" | "FNA",
  parts: readonly string[],
  line: number,
): void {
  if (parts.length < 2) throw new StopReading("malformed", `${tag} is cut short`, line);
  if (tag === "FN") {
    const begins = String(wholeNumber(parts[0], line));
    const named = parts.length > 2 && /^\d+$/.test(parts[1] ?? "") ? 2 : 1;
    const name = parts.slice(named).join(",");
    record.functions.set(name, { line: begins, hit: record.functions.get(name)?.hit ?? false });
  } else if (tag === "FNDA") {
    const name = parts.slice(1).join(",");
    const known = record.functions.get(name);
    const hit = ranCount(parts[0], line) || known?.hit === true;
    record.functions.set(name, { line: known?.line ?? null, hit });
  } else {
    const index = wholeNumber(parts[0], line);
    const entry = record.functions.get(`#${index}`) ?? { line: null, hit: false };
    // Two functions of one line stay two, so the index and not the line tells them apart.
    const hit = tag === "FNA" ? ranCount(parts[1], line) || entry.hit : entry.hit;
    record.functions.set(`#${index}`, { line: entry.line, hit });
  }
}

/** `BRDA:line,[e]block,branch,taken`, where `branch` may be an expression with commas and `-` means never reached. */
function addBranch(record: LcovRecord, parts: readonly string[], line: number): void {
  if (parts.length < 4) throw new StopReading("malformed", "BRDA is cut short", line);
  const at = wholeNumber(parts[0], line);
  const block = parts[1] ?? "";
  if (!/^e?\d{1,15}$/.test(block)) throw new StopReading("malformed", `"${block.slice(0, 40)}" is no block`, line);
  const taken = parts.at(-1) ?? "";
  const name = `${at},${block},${parts.slice(2, -1).join(",")}`;
  record.branches.set(name, (taken !== "-" && ranCount(taken, line)) || record.branches.get(name) === true);
}
