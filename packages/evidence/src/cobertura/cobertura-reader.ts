import type { FileCoverage } from "../coverage-tally.ts";
import { CoverageTally, countHits } from "../coverage-tally.ts";
import { Oddities, StopReading } from "../oddities.ts";
import type { ByteSource, ReadLimits, ReportReader, ReportReading } from "../reading.ts";
import { DEFAULT_LIMITS } from "../reading.ts";
import type { XmlAttributes, XmlHandler } from "../xml/read-xml.ts";
import { readXml } from "../xml/read-xml.ts";
import type { CoberturaSums } from "./cobertura-header.ts";
import { coberturaMismatch, noSums } from "./cobertura-header.ts";

/**
 * Reads Cobertura XML (coverage-04.dtd), as Cobertura, coverage.py, Coverlet, Istanbul, JaCoCo converters and PHPUnit
 * write it. Each line of a source file counts once, whichever classes name it; the lines of methods repeat those of
 * their class and count only where the class lists none. The sums and rates of the root are only compared.
 */
export function createCoberturaReader(limits: ReadLimits = DEFAULT_LIMITS): ReportReader {
  const oddities = new Oddities();
  const tally = new CoverageTally(oddities, limits);
  return {
    read: (source: ByteSource, place: string): Promise<void> =>
      oddities.guard(place, () => readXml(source, limits, new CoberturaHandler(tally, oddities, limits))),
    finish: (): ReportReading => tally.finish("cobertura"),
  };
}

class CoberturaHandler implements XmlHandler {
  readonly #tally: CoverageTally;
  readonly #oddities: Oddities;
  readonly #limits: ReadLimits;
  /** The same counting for this document alone: what its header must agree with. */
  readonly #own: CoverageTally;
  readonly #ownFiles = new Set<FileCoverage>();
  /** Sums over the rows of the classes, in which a line of two classes counts twice. */
  readonly #rows = noSums();
  #root: XmlAttributes = {};
  #file: FileCoverage | null = null;
  #ownFile: FileCoverage | null = null;
  #inMethods = 0;
  #classLines = 0;
  #methodLines: XmlAttributes[] = [];

  constructor(tally: CoverageTally, oddities: Oddities, limits: ReadLimits) {
    this.#tally = tally;
    this.#oddities = oddities;
    this.#limits = limits;
    this.#own = new CoverageTally(new Oddities(), limits);
  }

  open(name: string, attributes: XmlAttributes, depth: number): void {
    if (depth === 1) {
      if (name !== "coverage") throw new StopReading("malformed", `the root is <${name}>, not <coverage>`);
      this.#root = attributes;
    } else if (name === "class") this.#class(attributes);
    else if (name === "methods") this.#inMethods = depth;
    else if (name === "line" && this.#inMethods > 0) this.#keepMethodLine(attributes);
    else if (name === "line") this.#line(attributes);
  }

  close(name: string, depth: number): void {
    if (name === "class") this.#closeClass();
    else if (depth === this.#inMethods) this.#inMethods = 0;
    if (depth !== 1) return;
    const mismatch = coberturaMismatch(this.#root, this.#rows, this.#unique());
    if (mismatch !== null) this.#oddities.add("header_mismatch", mismatch);
  }

  #class(attributes: XmlAttributes): void {
    const path = attributes["filename"] ?? "";
    if (path === "") throw new StopReading("malformed", "a <class> without a filename");
    if (this.#file !== null) throw new StopReading("malformed", "a <class> inside a <class>");
    this.#file = this.#tally.file(path);
    this.#ownFile = this.#own.file(path);
    this.#ownFiles.add(this.#ownFile);
    this.#classLines = 0;
    this.#methodLines = [];
  }

  #closeClass(): void {
    if (this.#classLines === 0) for (const line of this.#methodLines) this.#line(line);
    this.#file = null;
  }

  #keepMethodLine(attributes: XmlAttributes): void {
    if (this.#methodLines.length >= this.#limits.maxEntries)
      throw new StopReading("unsupported", "a class has too many lines");
    this.#methodLines.push(attributes);
  }

  #line(attributes: XmlAttributes): void {
    if (this.#file === null || this.#ownFile === null)
      throw new StopReading("malformed", "a <line> outside of a <class>");
    const at = attributes["number"] ?? "";
    const hits = attributes["hits"] ?? "";
    if (!/^\d{1,9}$/.test(at) || !/^\d{1,30}$/.test(hits)) {
      throw new StopReading("malformed", `a <line> with number="${at.slice(0, 40)}" hits="${hits.slice(0, 40)}"`);
    }
    const hit = /[1-9]/.test(hits);
    this.#tally.line(this.#file, Number(at), hit);
    this.#own.line(this.#ownFile, Number(at), hit);
    const branches = conditions(attributes["condition-coverage"]);
    for (let index = 0; index < branches.found; index += 1) {
      this.#tally.entry(this.#file.branches, `${at},${index}`, index < branches.hit);
      this.#own.entry(this.#ownFile.branches, `${at},${index}`, index < branches.hit);
    }
    this.#classLines += 1;
    this.#rows.lines += 1;
    if (hit) this.#rows.linesHit += 1;
    this.#rows.branches += branches.found;
    this.#rows.branchesHit += branches.hit;
  }

  #unique(): CoberturaSums {
    const sums = noSums();
    for (const file of this.#ownFiles) {
      sums.lines += file.lines.found;
      sums.linesHit += file.lines.hit;
      const branches = countHits(file.branches.values());
      sums.branches += branches.found;
      sums.branchesHit += branches.hit;
    }
    return sums;
  }
}

/** The counts of `condition-coverage="50% (1/2)"`; none when the line has no conditions. */
function conditions(text: string | undefined): { readonly found: number; readonly hit: number } {
  if (text === undefined || text.trim() === "") return { found: 0, hit: 0 };
  const match = /\((\d{1,6})\/(\d{1,6})\)/.exec(text);
  const hit = Number(match?.[1]);
  const found = Number(match?.[2]);
  if (match === null || hit > found) {
    throw new StopReading("malformed", `condition-coverage="${text.slice(0, 40)}" holds no count`);
  }
  return { found, hit };
}
