const LONGEST_NAME = 200;
const NORMAL = /^[a-z0-9]+(?:_[a-z0-9]+)*$/;

/**
 * The one form in which metric names are compared: lower case, words joined by `_`.
 *
 * Case, spaces, `_`, `-`, `.`, `/` and `:` make no difference; other punctuation is dropped. At most 200 characters.
 *
 * @returns the normalised name; empty when the text holds no letter or digit
 */
export function normaliseMetric(name: string): string {
  // Names from readers and records are normal already, and comparing them is most of what happens.
  if (name.length <= LONGEST_NAME && NORMAL.test(name)) return name;
  return (
    name
      .slice(0, 4 * LONGEST_NAME)
      .normalize("NFKC")
      .toLowerCase()
      .replace(/[\s_\-./:‐-―]+/gu, "_")
      .replace(/[^\p{L}\p{M}\p{N}_]+/gu, "")
      // What was dropped may have kept letters apart that compose.
      .normalize("NFKC")
      .replace(/_{2,}/g, "_")
      .replace(/^_|_$/g, "")
      .slice(0, LONGEST_NAME)
  );
}

const PERCENT_WORDS = new Set([
  "coverage",
  "rate",
  "ratio",
  "percent",
  "percentage",
  "pct",
  "uptime",
  "availability",
  "share",
  "accuracy",
  "utilisation",
  "utilization",
]);

/** Whether the name of a metric says that it is a percentage, so that a bare `%` margin on it would be ambiguous. */
export function namesPercentage(metric: string): boolean {
  return normaliseMetric(metric)
    .split("_")
    .some((word) => PERCENT_WORDS.has(word));
}

const FINDING_WORDS = new Set([
  "finding",
  "findings",
  "issue",
  "issues",
  "vulnerability",
  "vulnerabilities",
  "vulns",
  "cves",
  "bug",
  "bugs",
  "critical",
  "cve",
  "defect",
  "defects",
  "vuln",
  "secret",
  "secrets",
  "leak",
  "leaks",
  "violation",
  "violations",
  "alerts",
]);

/** Whether a name speaks of findings: zero of them counts only when the scanner proved that it ran. */
export function namesFindings(metric: string): boolean {
  return normaliseMetric(metric)
    .split("_")
    .some((word) => FINDING_WORDS.has(word));
}

/** Whether a demand on a number leaves room for nothing but zero: `0`, `<= 0`, `< 1`. */
export function asksForNone(op: string, value: number): boolean {
  if (op === "=" || op === "<=") return value >= 0 && (op === "=" ? value === 0 : value < 1);
  return op === "<" && value > 0 && value <= 1;
}

const LESS_IS_BETTER = new Set([
  ...FINDING_WORDS,
  "time",
  "latency",
  "duration",
  "delay",
  "p50",
  "p90",
  "p95",
  "p99",
  "size",
  "bytes",
  "memory",
  "cost",
  "error",
  "errors",
  "failure",
  "failures",
  "failed",
  "flaky",
  "regression",
  "regressions",
  "warnings",
  "skipped",
  "complexity",
  "duplication",
  "debt",
]);

/** Whether a smaller value of the metric is the better one, as far as its name tells; more is better otherwise. */
export function lessIsBetter(metric: string): boolean {
  return normaliseMetric(metric)
    .split("_")
    .some((word) => LESS_IS_BETTER.has(word));
}
