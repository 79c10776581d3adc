import type { Criterion } from "../criteria/criterion.ts";
import type { Run } from "./runs.ts";

/** What a whole report can speak about. */
export type ReportFamily = "tests" | "coverage" | "findings";

const FAMILY_METRICS: Readonly<Record<ReportFamily, string>> = {
  tests: "tests_total",
  coverage: "line_coverage",
  findings: "findings",
};

/** Metric lines are no report: they name what they mean. */
function readsReport(record: Run["records"][number]): boolean {
  const { reader } = record.statement.predicate;
  return reader !== null && reader.name !== "metric-lines";
}

/** The families of report that a run read, recognised by the metrics that only such a report gives. */
export function familiesOf(run: Run): readonly ReportFamily[] {
  const read = run.records.some((record) => readsReport(record));
  if (!read) return [];
  return (["tests", "coverage", "findings"] as const).filter((family) => run.metrics.has(FAMILY_METRICS[family]));
}

/** The family of report that a gate could mean, or null when no report is meant by its words. */
export function familyOfGate(criterion: Criterion | null, metric: string | null): ReportFamily | null {
  if (criterion === null) return null;
  const words = new Set((metric ?? "").split("_"));
  const says = (...any: readonly string[]): boolean => any.some((word) => words.has(word));
  if (criterion.kind === "count") return "tests";
  if (criterion.kind === "absolute" && criterion.counts === "findings") return "findings";
  if (criterion.kind === "absolute" && criterion.unit === "%") {
    if (says("coverage")) return "coverage";
    return says("tests", "test") && says("passing", "pass", "passed", "success") ? "tests" : null;
  }
  if (criterion.kind !== "state" || typeof criterion.value !== "string") return null;
  if (/^(?:pass|passed|passing|green)$/.test(criterion.value) && says("test", "tests")) return "tests";
  return criterion.value === "clean" && says("scan", "audit", "security", "lint", "secrets") ? "findings" : null;
}

/** The metric of a report that answers a gate of its family. */
export function metricOfFamily(family: ReportFamily, criterion: Criterion): string {
  return family === "tests" && criterion.kind === "absolute" ? "test_pass_rate" : FAMILY_METRICS[family];
}
