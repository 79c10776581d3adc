import { Oddities, StopReading } from "../oddities.ts";
import type { ByteSource, ReadLimits, ReportReader, ReportReading } from "../reading.ts";
import { DEFAULT_LIMITS } from "../reading.ts";
import { TestTally } from "../test-tally.ts";
import { forEachLine } from "../text/for-each-line.ts";
import { TapLevel } from "./tap-level.ts";
import type { TapLine } from "./tap-line.ts";
import { readTapLine } from "./tap-line.ts";

const MAX_FAILED = 10_000;

/**
 * Reads the Test Anything Protocol, versions 13 and 14, with subtests, YAML blocks, SKIP, TODO and Bail out.
 *
 * Cases are the test points that sum up no subtest. A document without a plan may have broken off anywhere, so it is
 * `truncated`. TODO and SKIP count as skipped, but a `not ok` that says SKIP failed.
 */
export function createTapReader(limits: ReadLimits = DEFAULT_LIMITS): ReportReader {
  const oddities = new Oddities();
  const tally = new TestTally(oddities);
  return {
    read: (source: ByteSource, place: string): Promise<void> =>
      oddities.guard(place, async () => {
        const document = new TapDocument(tally, oddities, limits);
        try {
          await forEachLine(source, limits, (text, line, overlong) => {
            if (!overlong) document.push(text, line);
          });
        } finally {
          document.flush();
        }
        document.end();
      }),
    finish: (): ReportReading => tally.finish("tap"),
  };
}

class TapDocument {
  readonly #tally: TestTally;
  readonly #oddities: Oddities;
  readonly #limits: ReadLimits;
  readonly #levels: TapLevel[] = [new TapLevel("")];
  #yaml: number | null = null;
  /** Whether the line before was a test point, after which a YAML block may stand. */
  #afterPoint = false;
  #started = false;
  #failures = 0;

  constructor(tally: TestTally, oddities: Oddities, limits: ReadLimits) {
    this.#tally = tally;
    this.#oddities = oddities;
    this.#limits = limits;
  }

  push(raw: string, line: number): void {
    if (this.#yaml !== null) {
      if (raw.trim() === "..." && raw.length - raw.trimStart().length === this.#yaml) this.#yaml = null;
      return;
    }
    const read = readTapLine(raw);
    if (read.kind === "yaml" && this.#afterPoint) this.#yaml = read.indent;
    this.#afterPoint = read.kind === "point";
    this.#take(read, line);
  }

  /** Counts what failed in subtests that were never summed up. */
  flush(): void {
    for (const level of this.#levels) {
      for (const name of [...(level.ended?.failed ?? []), ...level.failed]) this.#tally.add(name, "failed");
      level.failed = [];
      if (level.ended !== null) level.ended.failed = [];
    }
  }

  /** Says that the document is over. */
  end(): void {
    const [root] = this.#levels;
    if (this.#yaml !== null) this.#oddities.add("truncated", "a YAML block does not end");
    if (this.#levels.length > 1 || root === undefined || root.ended !== null) {
      this.#oddities.add("truncated", "a subtest has no test point that sums it up");
    }
    if (root?.plan === null)
      this.#oddities.add("truncated", "there is no plan, so nobody knows whether all of it is here");
    this.#plan(root);
    const { failed, errored } = this.#tally.summary();
    if (this.#failures > 0 && failed + errored === 0) {
      this.#oddities.add("header_mismatch", `a comment says that ${this.#failures} failed, no test point does`);
    }
  }

  #take(read: TapLine, line: number): void {
    if (read.kind === "version") {
      if (this.#started) throw new StopReading("malformed", "a second TAP document begins", line);
      if (read.version < 12 || read.version > 14)
        this.#oddities.add("unsupported", `TAP version ${read.version}`, line);
      this.#started = true;
    } else if (read.kind === "bail") {
      throw new StopReading("truncated", `the run bailed out: ${read.reason}`, line);
    } else if (read.kind === "subtest") {
      if (read.depth >= this.#levels.length) this.#enter(read.depth, line);
      this.#current().nextName = read.name;
    } else if (read.kind === "failures") this.#failures += read.count;
    else if (read.kind === "plan" || read.kind === "point") {
      this.#started = true;
      const level = this.#enter(read.depth, line);
      if (read.kind === "point") this.#point(read, level, line);
      else if (level.plan !== null) throw new StopReading("malformed", "a second plan", line);
      else level.plan = read.count;
    }
  }

  #current(): TapLevel {
    const level = this.#levels.at(-1);
    if (level === undefined) throw new Error("a TAP document always has a level");
    return level;
  }

  /** Goes to the level of a line: a deeper one begins subtests, a less deep one ends them. */
  #enter(depth: number, line: number): TapLevel {
    if (depth >= this.#limits.maxDepth) throw new StopReading("malformed", "subtests nest too deep", line);
    while (this.#levels.length <= depth) this.#begin(line);
    while (this.#levels.length - 1 > depth) {
      const ended = this.#levels.pop() ?? null;
      if (ended?.ended !== null && ended?.ended !== undefined) {
        throw new StopReading("malformed", "a subtest has no test point that sums it up", line);
      }
      const parent = this.#current();
      parent.ended = ended;
      if (ended?.plan === null) this.#oddities.add("truncated", `the subtest "${ended.name}" has no plan`, line);
      this.#plan(ended ?? undefined);
      parent.cases += ended?.cases ?? 0;
    }
    return this.#current();
  }

  #begin(line: number): void {
    const parent = this.#current();
    if (parent.ended !== null) throw new StopReading("malformed", "a subtest has no test point that sums it up", line);
    const name = parent.nextName === "" ? `${parent.points + 1}` : parent.nextName;
    parent.nextName = "";
    this.#levels.push(new TapLevel(parent.name === "" ? name : `${parent.name} > ${name}`));
  }

  #plan(level: TapLevel | undefined): void {
    const mismatch = level?.mismatch() ?? null;
    if (mismatch !== null) this.#oddities.add("header_mismatch", mismatch);
  }

  #point(point: TapLine & { readonly kind: "point" }, level: TapLevel, line: number): void {
    level.number(point.id, line);
    const child = level.ended;
    level.ended = null;
    level.nextName = "";
    const name = [level.name, point.name === "" ? `${level.points}` : point.name]
      .filter((part) => part !== "")
      .join(" > ");
    if (child === null || child.cases === 0) {
      level.cases += 1;
      this.#leaf(point, level, name);
      return;
    }
    if (point.directive === "todo" || (point.directive === "skip" && point.ok)) {
      for (const failed of child.failed) this.#tally.add(failed, "skipped");
      return;
    }
    if (point.ok && child.failed.length > 0) {
      this.#oddities.add("header_mismatch", `"${name}" says ok, but a test within it failed`, line);
    }
    for (const failed of child.failed) this.#fail(level, failed);
    if (!point.ok && child.failed.length === 0) this.#fail(level, name);
  }

  #leaf(point: TapLine & { readonly kind: "point" }, level: TapLevel, name: string): void {
    if (point.directive === "todo" || (point.directive === "skip" && point.ok)) this.#tally.add(name, "skipped");
    else if (point.ok) this.#tally.add(name, "passed");
    else this.#fail(level, name);
  }

  /** A failure within a subtest waits for the points above it, which may say TODO. */
  #fail(level: TapLevel, name: string): void {
    if (this.#levels.length === 1 || level.failed.length >= MAX_FAILED) this.#tally.add(name, "failed");
    else level.failed.push(name);
  }
}
