import type { EvidenceAnomaly, EvidencePredicate, EvidenceSubject } from "../evidence/record.ts";
import type { Doubt } from "./finding.ts";
import { parseInstant } from "./instant.ts";
import type { EvidenceRecord, JudgeContext, JudgeInput } from "./judge-input.ts";
import type { Run } from "./runs.ts";
import type { Reason, Tier } from "./verdict.ts";

/** How far the clock of another machine may run ahead before its times are not believed, in milliseconds. */
export const CLOCK_SKEW_MS = 300_000;

/** Tiers from least to most, by their order. */
export const TIER_ORDER: Readonly<Record<Tier, number>> = { E0: 0, E1: 1, E2: 2, E3: 3, E4: 4 };

/** Anomalies that leave nothing to judge by, and those that only keep a pass from being had. */
const ANOMALIES: Readonly<Record<EvidenceAnomaly, { reason: Reason; voids: boolean; says: string }>> = {
  empty_report: { reason: "no_evidence", voids: true, says: "the report is empty" },
  not_written_by_run: { reason: "no_evidence", voids: true, says: "the file was not written by this run" },
  conflicting_metric: { reason: "source_error", voids: true, says: "one metric came with two values" },
  unsupported: { reason: "source_error", voids: true, says: "the report has a form that is not supported" },
  malformed: { reason: "source_error", voids: false, says: "the report is malformed" },
  truncated: { reason: "source_error", voids: false, says: "only a part of the output was kept" },
  header_mismatch: { reason: "source_error", voids: false, says: "the report's header disagrees with its body" },
  scanner_not_proven: { reason: "source_error", voids: false, says: "the scanner did not prove that it ran" },
  skipped_new: { reason: "shrunk_suite", voids: false, says: "tests are skipped that were not before" },
  flaky: { reason: "flaky", voids: false, says: "tests passed only on a retry" },
  tree_changed: { reason: "stale_subject", voids: false, says: "the files changed while the check ran" },
};

/** The gravest doubt about a run, or null when a pass may rest on it. Does not ask whether it is the newest. */
export function doubtOfRun(run: Run, input: JudgeInput, options: { exit: boolean; age: boolean }): Doubt | null {
  return (
    first(run.records, (record) => anomalyDoubt(record)) ??
    timeDoubt(run, input.context) ??
    first(run.records, (record) => (options.exit ? exitDoubt(record.statement.predicate) : null)) ??
    first(run.records, (record) => definitionDoubt(record, input)) ??
    first(run.records, (record) => subjectDoubt(record, input.context)) ??
    (options.age ? first(run.records, (record) => ageDoubt(record, run, input)) : null) ??
    first(run.records, (record) => tierDoubt(record, input))
  );
}

/** Whether a run is about other files, or of another definition of its check, than there are now. */
export function isStale(run: Run, input: JudgeInput): boolean {
  return run.records.some(
    (record) =>
      subjectDoubt(record, input.context) !== null ||
      definitionDoubt(record, input) !== null ||
      record.statement.predicate.anomalies.includes("tree_changed"),
  );
}

/** Whether a run is older than its gate or its own record allows. */
export function isExpired(run: Run, input: JudgeInput): boolean {
  return run.records.some((record) => ageDoubt(record, run, input) !== null);
}

/** Whether a check ended as one that succeeded. */
export function exitedWell(exit: EvidencePredicate["exit"]): boolean {
  return exit !== null && exit.started && !exit.timedOut && exit.signal === null && exit.code === 0;
}

/** How a check ended, for people. */
export function describeExit(exit: EvidencePredicate["exit"]): string {
  if (exit === null) return "its exit status is not recorded";
  if (!exit.started) return "it could not be started";
  if (exit.timedOut) return "it was ended at its time limit";
  if (exit.signal !== null) return `it was ended by ${exit.signal}`;
  return `it exited with ${String(exit.code)}`;
}

function first(records: readonly EvidenceRecord[], doubt: (record: EvidenceRecord) => Doubt | null): Doubt | null {
  for (const record of records) {
    const found = doubt(record);
    if (found !== null) return found;
  }
  return null;
}

function anomalyDoubt(record: EvidenceRecord): Doubt | null {
  const { anomalies } = record.statement.predicate;
  if (anomalies.length === 0) return null;
  const known = anomalies.map((anomaly) => ANOMALIES[anomaly] ?? ANOMALIES.unsupported);
  return known.find((entry) => entry.voids) ?? known[0] ?? null;
}

function timeDoubt(run: Run, context: JudgeContext): Doubt | null {
  if (run.endedMs === null)
    return { reason: "source_error", says: "a time on its record cannot be read", voids: false };
  if (run.endedMs <= context.nowMs + CLOCK_SKEW_MS) return null;
  return { reason: "source_error", says: "its record comes from the future", voids: false };
}

function exitDoubt(predicate: EvidencePredicate): Doubt | null {
  const ran = predicate.kind === "check" || predicate.kind === "observation";
  if (!ran && predicate.exit === null) return null;
  if (exitedWell(predicate.exit)) return null;
  return { reason: "source_error", says: `of the check, ${describeExit(predicate.exit)}`, voids: false };
}

function definitionDoubt(record: EvidenceRecord, input: JudgeInput): Doubt | null {
  const changed = (record.statement.predicate.scripts ?? []).find((script) => script.changed);
  if (changed !== undefined) {
    return {
      reason: "checks_changed",
      says: `the attempt changed ${changed.path}, which the check runs`,
      voids: false,
    };
  }
  const { check } = record.statement.predicate;
  if (check === null) return null;
  const bound = input.bound.checks.find((entry) => entry.id === check.id);
  if (bound === undefined || bound.digest === null || bound.digest === check.digest) return null;
  return { reason: "checks_changed", says: `the check ${check.id} was changed since`, voids: false };
}

function subjectDoubt(record: EvidenceRecord, context: JudgeContext): Doubt | null {
  const { inputs, check } = record.statement.predicate;
  if (inputs !== null) {
    const now = check === null ? undefined : context.inputDigests.get(check.id);
    if (now !== undefined && bare(now) === bare(inputs.digest)) return null;
    return { reason: "stale_subject", says: "its input files changed since", voids: false };
  }
  const tree = record.statement.subject.find((entry) => entry.name === "tree");
  if (tree !== undefined && namesTree(tree, context.subject.tree)) return null;
  const says = tree === undefined ? "its record names no tree" : "the files changed since";
  return { reason: "stale_subject", says, voids: false };
}

/** Whether the digest of a subject, under whatever algorithm's name, is that of the tree. */
export function namesTree(subject: EvidenceSubject, tree: string): boolean {
  const wanted = bare(tree);
  if (wanted === "") return false;
  for (const algorithm in subject.digest) if (bare(subject.digest[algorithm] ?? "") === wanted) return true;
  return false;
}

function ageDoubt(record: EvidenceRecord, run: Run, input: JudgeInput): Doubt | null {
  const { validUntil } = record.statement.predicate;
  const { nowMs } = input.context;
  const expired: Doubt = { reason: "expired", says: "it has expired", voids: false };
  if (validUntil !== null) {
    const until = parseInstant(validUntil);
    if (until === null || until < nowMs) return expired;
  }
  const maxAgeMs = maxAgeOf(input, record.statement.predicate.inputs !== null);
  return maxAgeMs !== null && run.endedMs !== null && nowMs - run.endedMs > maxAgeMs ? expired : null;
}

/** A state is a live measurement: where nothing is said it is believed for a day. */
const DEFAULT_STATE_AGE_MS = 86_400_000;

function maxAgeOf(input: JudgeInput, hasInputs: boolean): number | null {
  if (input.policy.maxAgeMs !== null) return input.policy.maxAgeMs;
  return input.gate.criterion?.kind === "state" && !hasInputs ? DEFAULT_STATE_AGE_MS : null;
}

function tierDoubt(record: EvidenceRecord, input: JudgeInput): Doubt | null {
  const { predicate } = record.statement;
  const { minTier, isolation } = input.policy;
  // Nothing proves E3 or E4 yet, so a record that says so counts as E2.
  if (Math.min(TIER_ORDER[predicate.tier] ?? 0, TIER_ORDER.E2) < TIER_ORDER[minTier]) {
    return {
      reason: "tier_too_low",
      says: `it is ${predicate.tier} evidence and ${minTier} is asked for`,
      voids: false,
    };
  }
  if (isolation === "required" && predicate.isolation !== "full") {
    return { reason: "tier_too_low", says: "it was not produced in isolation", voids: false };
  }
  return null;
}

function bare(digest: string): string {
  return digest.startsWith("sha256:") ? digest.slice(7) : digest;
}
