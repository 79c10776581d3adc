import { Oddities, StopReading } from "../oddities.ts";
import type { ByteSource, ReadLimits, ReportReader, ReportReading } from "../reading.ts";
import { DEFAULT_LIMITS } from "../reading.ts";
import { TestTally } from "../test-tally.ts";
import type { XmlAttributes, XmlHandler } from "../xml/read-xml.ts";
import { readXml } from "../xml/read-xml.ts";
import { JunitCase } from "./junit-case.ts";
import type { SuiteCounts, SuiteSums } from "./junit-header.ts";
import { addAsChild, addCounts, headerMismatch, noCounts } from "./junit-header.ts";

/** A `<testsuites>` or `<testsuite>` that is open. */
interface OpenSuite extends SuiteSums {
  readonly name: string;
  readonly attributes: XmlAttributes;
}

/**
 * Reads JUnit XML in the dialects of Ant, Jenkins, Surefire 3, pytest (xunit2), nextest, jest-junit, Vitest,
 * go-junit-report, GoogleTest and CTest.
 *
 * There is no one schema. Cases are counted; what a suite's attributes say is only compared with them.
 */
export function createJunitReader(limits: ReadLimits = DEFAULT_LIMITS): ReportReader {
  const oddities = new Oddities();
  const tally = new TestTally(oddities);
  return {
    read: (source: ByteSource, place: string): Promise<void> =>
      oddities.guard(place, () => readXml(source, limits, new JunitHandler(tally, oddities))),
    finish: (): ReportReading => tally.finish("junit"),
  };
}

class JunitHandler implements XmlHandler {
  readonly #tally: TestTally;
  readonly #oddities: Oddities;
  readonly #suites: OpenSuite[] = [];
  #case: JunitCase | null = null;
  #caseDepth = 0;
  /** Depth of an element of a suite whose inside says nothing about cases, such as `<properties>`; 0 when in none. */
  #asideDepth = 0;

  constructor(tally: TestTally, oddities: Oddities) {
    this.#tally = tally;
    this.#oddities = oddities;
  }

  open(name: string, attributes: XmlAttributes, depth: number): void {
    if (this.#case !== null) {
      this.#inCase(name, depth);
    } else if (this.#asideDepth > 0) {
      refuseCaseIn(name);
    } else if (name === "testsuite" || (name === "testsuites" && depth === 1)) {
      const sums: SuiteSums = { own: noCounts(), children: noCounts(), all: noCounts() };
      this.#suites.push({ name: attributes["name"] ?? "", attributes, ...sums });
    } else if (depth === 1) {
      throw new StopReading("malformed", `the root is <${name}>, not <testsuites> or <testsuite>`);
    } else if (name === "testcase") {
      this.#case = new JunitCase(attributes, this.#suites.at(-1)?.name ?? "");
      this.#caseDepth = depth;
    } else {
      this.#asideDepth = depth;
      if (name === "error" || name === "failure") this.#suiteError();
    }
  }

  close(name: string, depth: number): void {
    if (this.#case !== null) {
      if (depth === this.#caseDepth) this.#closeCase(this.#case);
    } else if (this.#asideDepth > 0) {
      if (depth === this.#asideDepth) this.#asideDepth = 0;
    } else if (name === "testsuite" || name === "testsuites") this.#closeSuite();
  }

  #inCase(name: string, depth: number): void {
    refuseCaseIn(name);
    if (depth === this.#caseDepth + 1) this.#case?.child(name);
  }

  #closeCase(testCase: JunitCase): void {
    this.#case = null;
    const outcome = testCase.outcome();
    this.#tally.add(testCase.name, outcome, testCase.durationS);
    for (const child of testCase.unknown)
      this.#oddities.add("unsupported", `<${child}> in a test case is not understood`);
    const counts: SuiteCounts = {
      cases: 1,
      bad: outcome === "failed" || outcome === "errored" ? 1 : 0,
      skipped: outcome === "skipped" ? 1 : 0,
      skipMarks: testCase.skipMark ? 1 : 0,
      suiteErrors: 0,
    };
    const suite = this.#suites.at(-1);
    if (suite !== undefined) addCounts(suite.own, counts);
  }

  /** A suite that breaks outside of any case, as in a failed set-up. */
  #suiteError(): void {
    const suite = this.#suites.at(-1);
    this.#tally.add(`${suite?.name ?? ""}::(suite)`, "errored");
    if (suite !== undefined) suite.own.suiteErrors += 1;
  }

  #closeSuite(): void {
    const suite = this.#suites.pop();
    if (suite === undefined) return;
    addCounts(suite.all, suite.own);
    addCounts(suite.children, suite.own);
    const mismatch = headerMismatch(suite.attributes, suite);
    if (mismatch !== null) this.#oddities.add("header_mismatch", `suite "${suite.name}" ${mismatch}`);
    const parent = this.#suites.at(-1);
    if (parent === undefined) return;
    addCounts(parent.all, suite.all);
    addAsChild(parent.children, suite.all);
  }
}

/** A case where none belongs would be counted by some readers and not by others. */
function refuseCaseIn(name: string): void {
  if (name === "testcase" || name === "testsuite" || name === "testsuites") {
    throw new StopReading("malformed", `<${name}> where it does not belong`);
  }
}
