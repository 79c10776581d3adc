import type { CaseOutcome } from "../test-tally.ts";
import type { XmlAttributes } from "../xml/read-xml.ts";

/** Children of a case that say nothing about its outcome. */
const SILENT = new Set(["properties", "system-out", "system-err", "attachments", "attachment", "tags", "output"]);
const RETRIES = new Set(["flakyFailure", "flakyError"]);
const RERUNS = new Set(["rerunFailure", "rerunError"]);
const STATUS_BAD = new Set([
  "failed",
  "fail",
  "failure",
  "error",
  "errored",
  "aborted",
  "timeout",
  "timedout",
  "cancelled",
]);
const STATUS_SKIPPED = new Set(["skipped", "skip", "notrun", "disabled", "ignored", "pending", "suppressed", "todo"]);

/** One `<testcase>` while it is being read. */
export class JunitCase {
  readonly name: string;
  readonly durationS: number | null;
  /** Children that no dialect known here has. */
  readonly unknown: string[] = [];
  readonly #status: string;
  #failed = false;
  #errored = false;
  #skipped = false;
  #retried = false;
  #rerun = false;

  constructor(attributes: XmlAttributes, suite: string) {
    this.name = [suite, attributes["classname"] ?? attributes["class"] ?? "", attributes["name"] ?? ""].join("::");
    this.durationS = seconds(attributes["time"]);
    this.#status = (attributes["result"] ?? attributes["status"] ?? "").toLowerCase();
    const status = (attributes["status"] ?? "").toLowerCase();
    // GoogleTest says status="notrun" result="suppressed"; CTest status="fail": the worse of both words holds.
    if (STATUS_BAD.has(status) || STATUS_SKIPPED.has(status)) this.#status = status;
  }

  /** Takes a direct child of the case. */
  child(name: string): void {
    if (name === "failure") this.#failed = true;
    else if (name === "error") this.#errored = true;
    else if (name === "skipped" || name === "disabled" || name === "ignored") this.#skipped = true;
    else if (RETRIES.has(name)) this.#retried = true;
    else if (RERUNS.has(name)) this.#rerun = true;
    else if (!SILENT.has(name) && this.unknown.length < 3) this.unknown.push(name);
  }

  /** Whether anything marks the case as skipped, even if it failed nevertheless. */
  get skipMark(): boolean {
    return this.#skipped || STATUS_SKIPPED.has(this.#status);
  }

  /** The worst that any part of the case says. A rerun element alone means that no try passed. */
  outcome(): CaseOutcome {
    if (this.#errored) return "errored";
    if (this.#failed || this.#rerun || STATUS_BAD.has(this.#status)) return "failed";
    if (this.skipMark) return "skipped";
    return this.#retried ? "flaky" : "passed";
  }
}

/** Seconds, also with thousands separators as Surefire writes them (`1,234.5`); null for anything else. */
function seconds(value: string | undefined): number | null {
  if (value === undefined) return null;
  const plain = value.trim();
  if (/^\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain)) return Number(plain.replaceAll(",", ""));
  return /^\d+(\.\d+)?([eE][+-]?\d{1,2})?$/.test(plain) ? Number(plain) : null;
}
