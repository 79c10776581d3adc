import type { Criterion } from "../criteria/criterion.ts";
import { normaliseMetric } from "../criteria/metric-name.ts";
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

/** What a gate could mean of a report: its family and the metric of that report. */
export interface ReportMeaning {
  readonly family: ReportFamily;
  readonly metric: string;
}

const COVERAGE_WORDS = "coverage line lines code test tests unit statement statements total overall minimum".split(" ");
const TEST_WORDS = "test tests all unit suite passing pass passed success rate green".split(" ");
const FINDING_WORDS =
  "finding findings issue issues vulnerability vulnerabilities vulns vuln cve cves bug bugs secret secrets leak leaks violation violations alerts defect defects security open known scan lint severity zero new".split(
    " ",
  );
const LEVELS = ["critical", "high", "medium", "low", "error", "warning", "note"];

/** What a gate could mean of a report, or null when no report is meant by its words. */
export function reportOfGate(criterion: Criterion | null, metric: string | null): ReportMeaning | null {
  if (criterion === null) return null;
  const name = wordsOf(metric ?? "");
  if (criterion.kind === "count") return { family: "tests", metric: FAMILY_METRICS.tests };
  if (criterion.kind === "absolute") {
    if (criterion.counts === "findings") return findingsOf([...name, ...wordsOf(criterion.qualifier ?? "")]);
    return criterion.unit === "%" ? shareOf(name, wordsOf(criterion.qualifier ?? "")) : null;
  }
  if (criterion.kind !== "state" || typeof criterion.value !== "string") return null;
  const says = (...any: readonly string[]): boolean => any.some((word) => name.includes(word));
  if (/^(?:pass|passed|passing|green)$/.test(criterion.value) && says("test", "tests")) {
    return { family: "tests", metric: FAMILY_METRICS.tests };
  }
  const scans = criterion.value === "clean" && says("scan", "audit", "security", "lint", "secrets");
  return scans ? { family: "findings", metric: FAMILY_METRICS.findings } : null;
}

function wordsOf(text: string): readonly string[] {
  return normaliseMetric(text)
    .split("_")
    .filter((word) => word !== "");
}

/** A word that is not known narrows a coverage to something that no report speaks about. */
function shareOf(name: readonly string[], qualifier: readonly string[]): ReportMeaning | null {
  const words = [...name, ...qualifier];
  if (words.includes("coverage")) {
    const kinds = words.filter((word) => !COVERAGE_WORDS.includes(word));
    if (kinds.length === 0) return { family: "coverage", metric: FAMILY_METRICS.coverage };
    const other = /^(branch|function)(?:es|s)?$/.exec(kinds.length === 1 ? (kinds[0] ?? "") : "")?.[1];
    return other === undefined ? null : { family: "coverage", metric: `${other}_coverage` };
  }
  const tests = words.some((word) => word === "test" || word === "tests");
  const named = tests && words.every((word) => TEST_WORDS.includes(word));
  const passing = tests && words.some((word) => /^(?:passing|pass|passed|success)$/.test(word));
  const bad = words.some((word) => /^(?:fail|flak|skip|error|broken|slow)/.test(word));
  return (named || passing) && !bad ? { family: "tests", metric: "test_pass_rate" } : null;
}

/** `critical findings` is a metric of its own; what no report counts apart stays unbound. */
function findingsOf(words: readonly string[]): ReportMeaning | null {
  const other = [...new Set(words.filter((word) => !FINDING_WORDS.includes(word)))];
  if (other.length === 0) return { family: "findings", metric: FAMILY_METRICS.findings };
  const level = other.length === 1 ? LEVELS.find((word) => word === other[0]) : undefined;
  return level === undefined ? null : { family: "findings", metric: `findings_${level}` };
}
