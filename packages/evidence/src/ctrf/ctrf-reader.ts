import type { JsonHandler, JsonValue } from "../json/json-scanner.ts";
import { readJson } from "../json/read-json.ts";
import { Oddities, StopReading } from "../oddities.ts";
import type { ByteSource, ReadLimits, ReportReader, ReportReading } from "../reading.ts";
import { DEFAULT_LIMITS } from "../reading.ts";
import type { CaseOutcome } from "../test-tally.ts";
import { TestTally } from "../test-tally.ts";

const TEST = "results/tests/*";
const SUMMARY = "results/summary/";
const FIELDS = new Set(
  ["name", "status", "duration", "flaky", "retries", "suite", "filePath"].map((key) => `${TEST}/${key}`),
);
const ATTEMPT_STATUS = `${TEST}/retryAttempts/*/status`;
const STATUSES = ["passed", "failed", "skipped", "pending", "other"] as const;
type Status = (typeof STATUSES)[number];

/**
 * Reads the Common Test Report Format (https://ctrf.io, schema 0.0 and 1.0).
 *
 * Tests are counted; the summary is only compared. A test that passed after retries is flaky, whatever it calls itself,
 * and `other` counts as errored.
 */
export function createCtrfReader(limits: ReadLimits = DEFAULT_LIMITS): ReportReader {
  const oddities = new Oddities();
  const tally = new TestTally(oddities);
  return {
    read: (source: ByteSource, place: string): Promise<void> =>
      oddities.guard(place, async () => {
        const handler = new CtrfHandler(tally, oddities);
        await readJson(source, limits, handler);
        handler.end();
      }),
    finish: (): ReportReading => tally.finish("ctrf"),
  };
}

class CtrfHandler implements JsonHandler {
  readonly #tally: TestTally;
  readonly #oddities: Oddities;
  readonly #counts = new Map<string, number>();
  readonly #summary = new Map<string, JsonValue>();
  #fields = new Map<string, JsonValue>();
  #failedAttempt = false;
  #tests = 0;
  #listed = false;

  constructor(tally: TestTally, oddities: Oddities) {
    this.#tally = tally;
    this.#oddities = oddities;
  }

  wants(path: string): boolean {
    return FIELDS.has(path) || path === ATTEMPT_STATUS || path.startsWith(SUMMARY) || path === "reportFormat";
  }

  value(path: string, value: JsonValue): void {
    if (path === "reportFormat" && value !== "CTRF") throw new StopReading("malformed", "reportFormat is not CTRF");
    if (path.startsWith(SUMMARY)) this.#summary.set(path.slice(SUMMARY.length), value);
    else if (path === ATTEMPT_STATUS) this.#failedAttempt ||= value !== "passed";
    else if (FIELDS.has(path)) this.#fields.set(path.slice(TEST.length + 1), value);
  }

  open(path: string, kind: "object" | "array"): void {
    if (path === "results/tests") {
      if (kind !== "array") throw new StopReading("malformed", "results.tests is not a list");
      this.#listed = true;
    }
    if (path !== TEST) return;
    this.#fields = new Map();
    this.#failedAttempt = false;
  }

  close(path: string): void {
    if (path === TEST) this.#closeTest();
  }

  end(): void {
    if (!this.#listed) throw new StopReading("malformed", "no results.tests");
    const expected: readonly (readonly [key: string, counted: number])[] = [
      ["tests", this.#tests],
      ...STATUSES.map((status) => [status, this.#counts.get(status) ?? 0] as const),
    ];
    for (const [key, counted] of expected) {
      const claimed = this.#summary.get(key);
      if (claimed !== undefined && claimed !== counted) {
        this.#oddities.add(
          "header_mismatch",
          `the summary says ${key}=${JSON.stringify(claimed)}, the list holds ${counted}`,
        );
      }
    }
  }

  #closeTest(): void {
    const status = STATUSES.find((known) => known === this.#fields.get("status"));
    if (status === undefined) throw new StopReading("malformed", "a test without a known status");
    this.#tests += 1;
    this.#counts.set(status, (this.#counts.get(status) ?? 0) + 1);
    const { name, suite, filePath } = Object.fromEntries(this.#fields);
    const duration = this.#fields.get("duration");
    const identity = [suite, filePath, name].map((part) => (part === undefined ? "" : JSON.stringify(part))).join("::");
    this.#tally.add(identity, this.#outcome(status), typeof duration === "number" ? duration / 1000 : null);
  }

  #outcome(status: Status): CaseOutcome {
    if (status === "pending") return "skipped";
    if (status === "other") return "errored";
    if (status !== "passed") return status;
    const retries = this.#fields.get("retries");
    const retried = typeof retries === "number" && retries > 0;
    return this.#fields.get("flaky") === true || retried || this.#failedAttempt ? "flaky" : "passed";
  }
}
