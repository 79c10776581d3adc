import type { ReportFormat } from "@holdpoint/contract";
import type { EvidenceMetric } from "@holdpoint/core";

/** What a metric of a reader means. */
export interface MetricDefinition {
  /** As it stands in the record; null for a plain count. */
  readonly unit: "%" | "s" | null;
  readonly formats: readonly ReportFormat[];
  /** One sentence, for the reference. */
  readonly meaning: string;
}

const TESTS = ["junit", "tap", "ctrf"] as const;
const TIMED = ["junit", "ctrf"] as const;
const COVERAGE = ["lcov", "cobertura"] as const;
const FINDINGS = ["sarif"] as const;

/** Every metric that a reader yields by itself, in the order of the reference. Metric lines bring their own names. */
export const METRICS = {
  tests_total: { unit: null, formats: TESTS, meaning: "Test cases in the report, whatever became of them." },
  tests_passed: { unit: null, formats: TESTS, meaning: "Cases that ended as passed, flaky ones among them." },
  tests_failed: { unit: null, formats: TESTS, meaning: "Cases whose assertion failed." },
  tests_errored: {
    unit: null,
    formats: TESTS,
    meaning: "Cases or whole suites that broke otherwise, or ended in a state that is neither passed nor failed.",
  },
  tests_skipped: { unit: null, formats: TESTS, meaning: "Cases that were skipped, disabled, pending or marked TODO." },
  tests_flaky: {
    unit: null,
    formats: TESTS,
    meaning: "Of the passed, those that failed at first; any makes the reading `flaky`.",
  },
  test_pass_rate: {
    unit: "%",
    formats: TESTS,
    meaning: "`tests_passed` of `tests_total`; a skipped case did not pass.",
  },
  test_duration: {
    unit: "s",
    formats: TIMED,
    meaning: "Sum of the cases' times, not the wall clock; only when each case that ran says its time.",
  },
  line_coverage: { unit: "%", formats: COVERAGE, meaning: "`lines_covered` of `lines_total`." },
  lines_total: { unit: null, formats: COVERAGE, meaning: "Lines that can be covered, each counted once per file." },
  lines_covered: { unit: null, formats: COVERAGE, meaning: "Of those, the lines that ran." },
  branch_coverage: { unit: "%", formats: COVERAGE, meaning: "`branches_covered` of `branches_total`." },
  branches_total: {
    unit: null,
    formats: COVERAGE,
    meaning: "Branches that can be taken; left out when the report has none.",
  },
  branches_covered: { unit: null, formats: COVERAGE, meaning: "Of those, the branches that were taken." },
  function_coverage: { unit: "%", formats: ["lcov"], meaning: "`functions_covered` of `functions_total`." },
  functions_total: { unit: null, formats: ["lcov"], meaning: "Functions; left out when the report has none." },
  functions_covered: { unit: null, formats: ["lcov"], meaning: "Of those, the functions that were called." },
  files_covered: { unit: null, formats: COVERAGE, meaning: "Source files that the report speaks of." },
  findings: { unit: null, formats: FINDINGS, meaning: "Results that stand: not suppressed, not gone, not `pass`." },
  findings_error: { unit: null, formats: FINDINGS, meaning: "Findings of level `error`." },
  findings_warning: { unit: null, formats: FINDINGS, meaning: "Findings of level `warning`." },
  findings_note: { unit: null, formats: FINDINGS, meaning: "Findings of level `note`." },
  findings_critical: {
    unit: null,
    formats: FINDINGS,
    meaning:
      "Findings with a `security-severity` of 9.0 or more; this and the next three only when every finding has one.",
  },
  findings_high: { unit: null, formats: FINDINGS, meaning: "`security-severity` from 7.0 to below 9.0." },
  findings_medium: { unit: null, formats: FINDINGS, meaning: "`security-severity` from 4.0 to below 7.0." },
  findings_low: { unit: null, formats: FINDINGS, meaning: "`security-severity` below 4.0." },
  findings_suppressed: {
    unit: null,
    formats: FINDINGS,
    meaning: "Results left out because every suppression is accepted.",
  },
  new_findings: {
    unit: null,
    formats: FINDINGS,
    meaning: "Findings with `baselineState` `new`; only when every finding has a `baselineState`.",
  },
  new_findings_error: { unit: null, formats: FINDINGS, meaning: "Of those, the ones of level `error`." },
  rules: { unit: null, formats: FINDINGS, meaning: "Rules that the scanner had, over all runs." },
  files_scanned: {
    unit: null,
    formats: FINDINGS,
    meaning: "Files the scanner lists as artifacts; where it lists none, the different files with results.",
  },
} as const satisfies Record<string, MetricDefinition>;

/** The name of a metric of {@link METRICS}. */
export type MetricKey = keyof typeof METRICS;

/** Makes a metric with the unit of the catalogue. `n` is the number of samples behind it. */
export function metric(key: MetricKey, value: number, n: number | null = null): EvidenceMetric {
  return { key, value, unit: METRICS[key].unit, n };
}

/** Orders metrics by key, so that the same report always gives the same bytes. */
export function sortMetrics(metrics: readonly EvidenceMetric[]): readonly EvidenceMetric[] {
  return [...metrics].sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
}
