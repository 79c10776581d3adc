import type { ReportFormat } from "@holdpoint/contract";
import type { EvidenceMetric } from "@holdpoint/core";
import { metric, sortMetrics } from "./metric-catalogue.ts";
import type { Oddities } from "./oddities.ts";
import type { CasesSummary, ReportReading } from "./reading.ts";
import { READER_VERSION } from "./reading.ts";
import { TestInventory } from "./test-inventory.ts";

/** What became of one test case. */
export type CaseOutcome = "passed" | "failed" | "errored" | "skipped" | "flaky";

const MAX_EXAMPLES = 20;
/** Names of failed cases kept to recognise a later try; a report with more fails anyway. */
const MAX_FAILED_NAMES = 10_000;
const MAX_NAME_CHARS = 1000;

/** Counts test cases, in bounded memory, whatever the format they came in. */
export class TestTally {
  readonly #counts: Record<CaseOutcome, number> = { passed: 0, failed: 0, errored: 0, skipped: 0, flaky: 0 };
  readonly #inventory = new TestInventory();
  readonly #failed = new Set<string>();
  readonly #examples: string[] = [];
  readonly #oddities: Oddities;
  #durationS = 0;
  #timed = 0;
  #ran = 0;

  constructor(oddities: Oddities) {
    this.#oddities = oddities;
  }

  /**
   * Counts one case.
   *
   * @param name identifies the case; one that failed before and passes now was retried, and the failed try stays counted
   * @param durationS seconds; null when the report does not say or says nonsense
   */
  add(name: string, outcome: CaseOutcome, durationS: number | null = null): void {
    const short = name.length > MAX_NAME_CHARS ? name.slice(0, MAX_NAME_CHARS) : name;
    this.#inventory.add(name);
    this.#counts[outcome] += 1;
    if (outcome === "flaky") this.#counts.passed += 1;
    if (outcome !== "passed" && outcome !== "skipped") this.#example(short);
    if (outcome === "failed" || outcome === "errored") {
      if (this.#failed.size < MAX_FAILED_NAMES) this.#failed.add(short);
    } else if (outcome === "flaky") {
      this.#oddities.add("flaky", `${short} passed only after a failed try`);
    } else if (outcome === "passed" && this.#failed.has(short)) {
      this.#oddities.add("flaky", `${short} stands in the report both failed and passed`);
    }
    if (outcome !== "skipped") this.#time(durationS);
  }

  /** What was counted so far. */
  summary(): CasesSummary {
    const { passed, failed, errored, skipped, flaky } = this.#counts;
    const total = passed + failed + errored + skipped;
    return { total, passed, failed, errored, skipped, flaky, examples: [...this.#examples] };
  }

  /** The reading of all cases; a report in which nothing ran is `empty_report`. */
  finish(format: ReportFormat): ReportReading {
    const cases = this.summary();
    if (cases.total === cases.skipped) {
      this.#oddities.add("empty_report", cases.total === 0 ? "no test case" : "every test case was skipped");
    }
    return {
      format,
      reader: { name: format, version: READER_VERSION },
      metrics: sortMetrics([...counts(cases), ...this.#rates(cases)]),
      inventoryDigest: this.#inventory.digest(),
      anomalies: this.#oddities.anomalies,
      cases,
      notes: this.#oddities.notes,
    };
  }

  #example(name: string): void {
    if (this.#examples.length < MAX_EXAMPLES && !this.#examples.includes(name)) this.#examples.push(name);
  }

  #time(durationS: number | null): void {
    this.#ran += 1;
    if (durationS === null || !Number.isFinite(durationS) || durationS < 0) return;
    this.#timed += 1;
    this.#durationS += durationS;
  }

  #rates(cases: CasesSummary): EvidenceMetric[] {
    if (this.#oddities.broken || cases.total === 0) return [];
    const rates = [metric("test_pass_rate", (cases.passed / cases.total) * 100, cases.total)];
    // A sum over some of the cases would look faster than the suite is.
    if (this.#ran > 0 && this.#timed === this.#ran)
      rates.push(metric("test_duration", microseconds(this.#durationS), this.#timed));
    return rates;
  }
}

function counts(cases: CasesSummary): EvidenceMetric[] {
  return [
    metric("tests_total", cases.total, cases.total),
    metric("tests_passed", cases.passed, cases.total),
    metric("tests_failed", cases.failed, cases.total),
    metric("tests_errored", cases.errored, cases.total),
    metric("tests_skipped", cases.skipped, cases.total),
    metric("tests_flaky", cases.flaky, cases.total),
  ];
}

/** Without the noise that adding binary fractions leaves in the last digits. */
function microseconds(durationS: number): number {
  return Math.round(durationS * 1e6) / 1e6;
}
