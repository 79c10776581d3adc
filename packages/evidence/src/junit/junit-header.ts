import type { XmlAttributes } from "../xml/read-xml.ts";

/** What the cases below one suite add up to. */
export interface SuiteCounts {
  cases: number;
  /** Failed and errored cases. */
  bad: number;
  skipped: number;
  /** Cases with a mark of having been skipped, also those that failed nevertheless. */
  skipMarks: number;
  /** Errors of suites themselves; some writers count them as tests, some do not. */
  suiteErrors: number;
}

/** The ways in which the cases of one suite are added up. */
export interface SuiteSums {
  /** Cases directly in it. */
  readonly own: SuiteCounts;
  /** Cases directly in it and each nested suite as one. */
  readonly children: SuiteCounts;
  /** All cases in it and in nested suites. */
  readonly all: SuiteCounts;
}

/** A suite without cases. */
export function noCounts(): SuiteCounts {
  return { cases: 0, bad: 0, skipped: 0, skipMarks: 0, suiteErrors: 0 };
}

/** Adds what stands in `from` to `to`. */
export function addCounts(to: SuiteCounts, from: SuiteCounts): void {
  to.cases += from.cases;
  to.bad += from.bad;
  to.skipped += from.skipped;
  to.skipMarks += from.skipMarks;
  to.suiteErrors += from.suiteErrors;
}

/** Adds a nested suite as one child, as Node's test runner counts: it failed or was skipped when anything in it did. */
export function addAsChild(to: SuiteCounts, suite: SuiteCounts): void {
  to.cases += 1;
  to.bad += suite.bad + suite.suiteErrors > 0 ? 1 : 0;
  to.skipped += suite.skipped > 0 ? 1 : 0;
  to.skipMarks += suite.skipMarks > 0 ? 1 : 0;
}

/**
 * Compares what a suite's attributes claim with its cases.
 *
 * Writers differ in what a suite counts: all cases in it, those directly in it, or its direct children with a nested
 * suite as one. They also differ in how they split failures from errors and skipped from disabled; there the sums count.
 *
 * @returns what disagrees, or null
 */
export function headerMismatch(attributes: XmlAttributes, suite: SuiteSums): string | null {
  const whole = disagreement(attributes, suite.all);
  const partly = suite.own.cases + suite.own.suiteErrors > 0 ? [suite.own, suite.children] : [suite.children];
  const inPart = suite.children.cases > 0 && partly.some((counts) => disagreement(attributes, counts) === null);
  return whole === null || inPart ? null : whole;
}

function disagreement(attributes: XmlAttributes, counts: SuiteCounts): string | null {
  const tests = number(attributes["tests"]);
  if (tests !== null && tests !== counts.cases && tests !== counts.cases + counts.suiteErrors) {
    return `says tests=${shown(tests)}, holds ${counts.cases}`;
  }
  const failures = number(attributes["failures"]);
  const errors = number(attributes["errors"]);
  const bad = counts.bad + counts.suiteErrors;
  if ((failures !== null || errors !== null) && !agrees(failures, errors, bad, counts)) {
    return `says failures=${shown(failures)} errors=${shown(errors)}, holds ${bad} failed or errored`;
  }
  const skipped = number(attributes["skipped"] ?? attributes["skip"] ?? attributes["skips"] ?? attributes["ignored"]);
  const disabled = number(attributes["disabled"]);
  if (
    skipped !== null &&
    ![skipped, skipped + (disabled ?? 0)].some((sum) => sum === counts.skipped || sum === counts.skipMarks)
  ) {
    return `says skipped=${shown(skipped)}, holds ${counts.skipped}`;
  }
  if (skipped === null && disabled !== null && !(disabled <= counts.skipped)) {
    return `says disabled=${shown(disabled)}, holds ${counts.skipped}`;
  }
  return null;
}

function agrees(failures: number | null, errors: number | null, bad: number, counts: SuiteCounts): boolean {
  const sum = (failures ?? 0) + (errors ?? 0);
  if (sum === bad || sum === counts.bad) return true;
  // With only one of the two attributes the other kind may go unmentioned, but nothing may be claimed that is not there.
  return (failures === null || errors === null) && sum <= bad && (sum > 0 || bad === 0);
}

/** A count as written; NaN for anything that is none, which then agrees with nothing; null when it is not there. */
function number(value: string | undefined): number | null {
  if (value === undefined || value.trim() === "") return null;
  return /^\s*\d{1,12}\s*$/.test(value) ? Number(value) : Number.NaN;
}

function shown(value: number | null): string {
  return value === null ? "(none)" : Number.isNaN(value) ? "(no number)" : String(value);
}
