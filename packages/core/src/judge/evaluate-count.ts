import type { CountCriterion } from "../criteria/criterion.ts";
import { doubtOfRun } from "./doubt.ts";
import type { Finding } from "./finding.ts";
import { inconclusive, measured } from "./finding.ts";
import { absent, noRuns, numberOf, type Observations, observe } from "./observe.ts";
import type { Run } from "./runs.ts";

/** What a run says of a set of things that must pass. */
interface Tally {
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly flaky: number;
}

/**
 * Judges "203/203 passing": that many passed, no fewer exist, none failed and no more are skipped than before.
 *
 * A report is counted from its cases (`tests_*`); a metric of the gate's own name counts when it came as passed/total.
 */
export function evaluateCount(criterion: CountCriterion, key: string | null, seen: Observations): Finding {
  const missing = noRuns(seen);
  if (missing !== null) return missing;
  if (key !== null && seen.newest.some((run) => run.metrics.has(key) && run.metrics.get("tests_total") === undefined)) {
    return countNamed(criterion, key, seen);
  }
  const reporting = seen.newest.filter((run) => run.metrics.has("tests_total") || run.conflicts.has("tests_total"));
  const [run] = reporting;
  if (run === undefined) return absent(seen, key === null ? "a count of cases" : `the metric ${key}`);
  if (reporting.length > 1) return inconclusive("ambiguous", `${reporting.length} checks count test cases`, reporting);
  const tally = tallyOf(run);
  if (tally === null) return inconclusive("source_error", "the count of cases is not whole", [run]);
  return judgeTally(criterion, tally, run, seen);
}

function countNamed(criterion: CountCriterion, key: string, seen: Observations): Finding {
  const observed = observe(seen, key);
  if (observed.missing !== null) return observed.missing;
  const { metric, run } = observed;
  const passed = numberOf(metric, run);
  if (typeof passed !== "number") return passed;
  if (metric.unit !== null) return inconclusive("unit_mismatch", `${key} is in ${metric.unit} and not a count`, [run]);
  if (metric.n === null) return inconclusive("no_evidence", `${key} is ${passed}, but of how many is not said`, [run]);
  const tally = { total: metric.n, passed, failed: metric.n - passed, skipped: 0, flaky: 0 };
  return judgeTally(criterion, tally, run, seen);
}

function judgeTally(criterion: CountCriterion, tally: Tally, run: Run, seen: Observations): Finding {
  const { total, passed, failed, skipped } = tally;
  const doubt = doubtOfRun(run, seen.input, { exit: true, age: true });
  const says = `${passed} of ${total} passed, ${failed} failed and ${skipped} skipped, asked are ${criterion.value} of ${criterion.total}`;
  if (total === 0) return inconclusive("no_evidence", "no cases were counted", [run]);
  if (passed > total || passed < 0 || failed < 0) return inconclusive("source_error", `${says}: that cannot be`, [run]);
  if (failed > 0) return measured(false, says, [run], doubt);
  if (total < criterion.total) return shrunk(says, run, doubt !== null && doubt.reason === "source_error", doubt);
  if (passed < criterion.value) return measured(false, says, [run], doubt);
  const finding = measured(true, says, [run], doubt ?? skipDoubt(skipped, run, seen) ?? flakyDoubt(tally));
  return total > criterion.total ? { ...finding, hint: `update the plan: there are ${total} now` } : finding;
}

/** Fewer cases than the plan states; when the reading itself is in doubt, that explains it and proves nothing. */
function shrunk(says: string, run: Run, unsure: boolean, doubt: ReturnType<typeof doubtOfRun>): Finding {
  if (unsure && doubt !== null) return inconclusive(doubt.reason, `${says}, but ${doubt.says}`, [run]);
  const finding = measured(false, says, [run], doubt);
  return { ...finding, reason: finding.value === "fail" ? "shrunk_suite" : finding.reason, doubt: "shrunk_suite" };
}

/** Skips may not grow: the run before is the measure, and where there is none every skip is new. */
function skipDoubt(skipped: number, run: Run, seen: Observations): ReturnType<typeof doubtOfRun> {
  if (skipped === 0) return null;
  const earlier = seen.complete
    ? seen.runs.filter((other) => other.source === run.source && other !== run).at(-1)
    : undefined;
  const before = earlier === undefined ? null : tallyOf(earlier);
  if (before !== null && before.skipped >= skipped) return null;
  return {
    reason: "shrunk_suite",
    says: `${skipped} are skipped and no earlier run shows that they were before`,
    voids: false,
  };
}

function flakyDoubt(tally: Tally): ReturnType<typeof doubtOfRun> {
  return tally.flaky > 0 ? { reason: "flaky", says: `${tally.flaky} passed only on a retry`, voids: false } : null;
}

function tallyOf(run: Run): Tally | null {
  const count = (key: string): number | null => {
    const value = run.metrics.get(key)?.value;
    return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : null;
  };
  const total = count("tests_total");
  const passed = count("tests_passed");
  if (total === null || passed === null) return null;
  const skipped = count("tests_skipped") ?? 0;
  // Whatever neither passed nor was skipped did not pass, whether the source names it or not.
  const failed = Math.max((count("tests_failed") ?? 0) + (count("tests_errored") ?? 0), total - passed - skipped);
  return { total, passed, failed, skipped, flaky: count("tests_flaky") ?? 0 };
}

/** Whether the cases a run counted all passed; null when it counted none or cannot say. */
export function allCasesPassed(run: Run): boolean | null {
  const tally = tallyOf(run);
  if (tally === null || tally.total === 0) return null;
  if (tally.failed > 0) return false;
  return tally.skipped === 0 && tally.flaky === 0 && tally.passed === tally.total ? true : null;
}
