import type { StateCriterion } from "../criteria/criterion.ts";
import { doubtOfRun } from "./doubt.ts";
import { allCasesPassed } from "./evaluate-count.ts";
import type { Finding } from "./finding.ts";
import { inconclusive, measured } from "./finding.ts";
import { numberOf, type Observations, observe } from "./observe.ts";
import type { Run } from "./runs.ts";

/** Words that say the same: the first of each row stands for it. */
const SAME: readonly (readonly string[])[] = [
  ["passing", "pass", "passed", "green", "successful", "success", "succeeded"],
  ["complete", "completed", "done"],
  ["operational", "up", "healthy"],
];
const CANONICAL: ReadonlyMap<string, string> = new Map(
  SAME.flatMap((row) => row.map((word) => [word, row[0] ?? word] as const)),
);

/** Words of a source that was not looked at or does not know. */
const NOT_RUN = new Set([
  "skipped",
  "skip",
  "not_run",
  "not-run",
  "disabled",
  "cancelled",
  "canceled",
  "pending",
  "queued",
]);
const NOT_KNOWN = new Set([
  "unknown",
  "none",
  "null",
  "undefined",
  "error",
  "nodata",
  "no_data",
  "no-data",
  "missing",
  "tbd",
]);

/** Judges what a probe or scan says of a state. */
export function evaluateState(criterion: StateCriterion, key: string | null, seen: Observations): Finding {
  const report = reportState(criterion, key, seen);
  if (report !== null) return report;
  const observed = observe(seen, key);
  if (observed.missing !== null) return observed.missing;
  const { metric, run, doubt } = observed;
  if (typeof metric.value === "number") {
    return inconclusive("unit_mismatch", `${metric.key} is the number ${metric.value} and not a state`, [run]);
  }
  if (typeof metric.value === "string") {
    const number = numberOf(metric, run);
    if (typeof number !== "number" && number.reason === "nan") return number;
    const word = metric.value.toLowerCase();
    if (NOT_RUN.has(word)) return inconclusive("not_run", `${metric.key} says ${word}`, [run]);
    if (word === "" || NOT_KNOWN.has(word)) return inconclusive("no_evidence", `${metric.key} says ${word}`, [run]);
  }
  const same = normal(metric.value) === normal(criterion.value);
  const says = `${metric.key} is ${String(metric.value)}, asked is ${criterion.op === "!=" ? "not " : ""}${String(criterion.value)}`;
  const met = criterion.op === "=" ? same : !same;
  if (met && CLEAN.has(normal(criterion.value)) && namesScan(metric.key) && !looked(run, metric.n)) {
    return inconclusive("no_evidence", `${says}, but nothing shows that anything was looked at`, [run]);
  }
  return measured(met, says, [run], doubt);
}

const CLEAN = new Set(["clean", "passing", "true"]);

/** Whether a name speaks of a scan, whose good word counts only when it shows that it looked. */
function namesScan(key: string): boolean {
  return /(?:^|_)(?:scan|scans|scanner|audit|sast|dast|vulnerabilit(?:y|ies)|secrets|findings)(?:_|$)/.test(key);
}

function looked(run: Run, n: number | null): boolean {
  const [rules, files] = [run.metrics.get("rules")?.value, run.metrics.get("files_scanned")?.value];
  return (n !== null && n > 0) || (typeof rules === "number" && rules > 0 && typeof files === "number" && files > 0);
}

function normal(value: string | boolean): string {
  const word = String(value).toLowerCase();
  return CANONICAL.get(word) ?? word;
}

/** A gate that the one report of its block speaks for: "passing" of test cases, "clean" of a scan. */
function reportState(criterion: StateCriterion, key: string | null, seen: Observations): Finding | null {
  if (key !== "tests_total" && key !== "findings") return null;
  const run = seen.newest.find((candidate) => candidate.metrics.has(key));
  if (run === undefined || criterion.op !== "=") return null;
  const good = key === "tests_total" ? allCasesPassed(run) : scanIsClean(run);
  const what = key === "tests_total" ? "the test cases" : "the scan";
  const says = good === true ? `${what} are all good` : `${what} are not all good`;
  if (good === null) return inconclusive("no_evidence", `${what} do not say whether all is good`, [run]);
  return measured(good, says, [run], doubtOfRun(run, seen.input, { exit: true, age: true }));
}

function scanIsClean(run: Run): boolean | null {
  const number = (key: string): number => {
    const value = run.metrics.get(key)?.value;
    return typeof value === "number" ? value : Number.NaN;
  };
  const findings = number("findings");
  if (findings > 0) return false;
  return findings === 0 && number("rules") > 0 && number("files_scanned") > 0 ? true : null;
}
