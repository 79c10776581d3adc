import { CLOCK_SKEW_MS, isExpired, isStale, TIER_ORDER } from "./doubt.ts";
import { evaluate } from "./evaluate.ts";
import { isAbout, isShielded } from "./evaluate-witness.ts";
import { compileExpression } from "./expression.ts";
import type { Finding } from "./finding.ts";
import { inconclusive, settle } from "./finding.ts";
import { parseInstant } from "./instant.ts";
import type { CheckLedger, EvidenceRecord, JudgeInput } from "./judge-input.ts";
import type { Observations } from "./observe.ts";
import { groupRuns, newestRuns, type Run } from "./runs.ts";
import type { Freshness, Tier, Verdict } from "./verdict.ts";

/**
 * Judges one gate. A pure function: the same gate, evidence, policy and time give the same verdict, whatever the order of
 * the evidence, and nothing that is missing, odd, stale or unproven gives `pass`.
 */
export function judgeGate(input: JudgeInput): Verdict {
  const verdict = judgeEvidence(input);
  if (isOpen(verdict)) return verdict;
  const waiver = activeWaiver(input);
  return waiver === null ? atDeadline(verdict, input) : waived(waiver, verdict, input);
}

/** Whether a verdict lets work past its gate: only `pass`, and only while it is fresh. */
export function isOpen(verdict: Pick<Verdict, "verdict" | "freshness">): boolean {
  return verdict.verdict === "pass" && verdict.freshness === "fresh";
}

function judgeEvidence(input: JudgeInput): Verdict {
  const seen = observationsOf(input);
  const finding = settle(withPolicy(findingOf(input, seen), seen));
  const freshness = worstFreshness(finding.runs, input);
  return {
    verdict: finding.value,
    freshness,
    reason: finding.reason,
    tier: lowestTier(finding, input),
    evidence: digestsOf(finding),
    explanation: sentence(finding.says),
    dueAt: finding.value === "inconclusive" ? dueAtOf(input) : null,
    hint: finding.hint ?? isolationHint(finding, input),
  };
}

/** A pass says when its evidence could have been touched by what produced it. */
function isolationHint(finding: Finding, input: JudgeInput): string | null {
  if (finding.value !== "pass") return null;
  const signed = new Set(finding.signatures);
  const openly = input.bound.records.some((record) => signed.has(record.digest) && isOpenlyMade(record));
  const open = finding.runs.some((run) =>
    run.records.some(({ statement }) => statement.predicate.isolation !== "full"),
  );
  if (open) return "its evidence was not produced in isolation";
  return openly ? SIGNED_OPENLY : null;
}

const SIGNED_OPENLY = "isolation: none, it was signed after attempts or checks of the plan had run without isolation";

function isOpenlyMade({ statement }: EvidenceRecord): boolean {
  return statement.predicate.isolation !== "full";
}

function findingOf(input: JudgeInput, seen: Observations): Finding {
  const { gate, bound } = input;
  if (gate.criterion === null) {
    return inconclusive("unparsed", `the text ${JSON.stringify(clip(gate.text))} is no criterion that can be judged`);
  }
  if (bound.problem !== null && gate.criterion.kind === "expression") {
    const compiled = compileExpression(gate.criterion);
    if ("message" in compiled) return evaluate(gate.criterion, seen);
  }
  if (bound.problem === "unbound") {
    const { silence } = bound;
    if (silence == null) return inconclusive("unbound", "no check is bound to it");
    const says = silence.reason === "not_run" ? "has not run" : "ended badly and gave nothing for it";
    return inconclusive(silence.reason, `the check ${silence.check} of its block ${says}`);
  }
  if (bound.problem === "ambiguous") return inconclusive("ambiguous", "more than one check could speak for it");
  return evaluate(gate.criterion, seen);
}

/** What holds for the gate as a whole, whatever its criterion: the demanded tier, and that no run was taken away. */
function withPolicy(finding: Finding, seen: Observations): Finding {
  if (settle(finding).value !== "pass") return finding;
  const { minTier } = seen.input.policy;
  if (TIER_ORDER[minTier] > TIER_ORDER.E2) {
    return inconclusive("tier_too_low", `${finding.says}, but nothing can prove ${minTier} yet`, finding.runs);
  }
  if (!newestIsPresent(seen)) {
    return inconclusive("no_evidence", `${finding.says}, but the newest run that is known is missing`, finding.runs);
  }
  const rests = finding.runs.length > 0 || finding.signatures.length > 0;
  return rests ? finding : inconclusive("no_evidence", `${finding.says}, but it rests on no evidence`);
}

function observationsOf(input: JudgeInput): Observations {
  const runs = groupRuns(input.bound);
  const complete = isPresent(input, (known) => known.records);
  return { input, runs, newest: [...newestRuns(runs).values()], complete };
}

function newestIsPresent(seen: Observations): boolean {
  return isPresent(seen.input, (known) => known.newest);
}

/** Whether the known records of all bound checks, as far as they are picked, are among the evidence. */
function isPresent(input: JudgeInput, pick: (known: CheckLedger) => readonly string[]): boolean {
  const { ledger } = input.context;
  if (ledger === undefined) return true;
  const present = new Set(input.bound.records.map((record) => record.digest));
  return input.bound.checks.every((check) => {
    const known = ledger.get(check.id);
    return known === undefined || pick(known).every((digest) => present.has(digest));
  });
}

function worstFreshness(runs: readonly Run[], input: JudgeInput): Freshness {
  // Of a series only the newest run has an age that counts; all of it must be about the same subject.
  const newest = new Map(runs.map((run) => [run.source, run]));
  if ([...newest.values()].some((run) => isExpired(run, input))) return "expired";
  return runs.some((run) => isStale(run, input)) ? "stale" : "fresh";
}

function lowestTier(finding: Finding, input: JudgeInput): Tier | null {
  let lowest: Tier | null = null;
  const take = (record: EvidenceRecord): void => {
    const { tier } = record.statement.predicate;
    if (lowest === null || TIER_ORDER[tier] < TIER_ORDER[lowest]) lowest = tier;
  };
  for (const run of finding.runs) for (const record of run.records) take(record);
  if (finding.signatures.length > 0) {
    const signed = new Set(finding.signatures);
    for (const record of input.bound.records) if (signed.has(record.digest)) take(record);
  }
  return lowest;
}

function digestsOf(finding: Finding): readonly string[] {
  const [run, ...others] = finding.runs;
  const only = run?.records[0];
  if (only !== undefined && run?.records.length === 1 && others.length + finding.signatures.length === 0) {
    return [only.digest];
  }
  const digests = new Set(finding.signatures);
  for (const each of finding.runs) for (const record of each.records) digests.add(record.digest);
  return [...digests].sort();
}

/** The newest waiver of this gate that is in force, or null. */
function activeWaiver(input: JudgeInput): EvidenceRecord | null {
  const { nowMs } = input.context;
  let newest: EvidenceRecord | null = null;
  for (const record of input.bound.records) {
    if (!isAbout(record, "waiver", input.gate.key) || !isShielded(record, input.policy)) continue;
    const { predicate } = record.statement;
    const untilMs = predicate.validUntil === null ? null : parseInstant(predicate.validUntil);
    const sinceMs = parseInstant(predicate.endedAt);
    if (untilMs === null || untilMs < nowMs || sinceMs === null || sinceMs > nowMs + CLOCK_SKEW_MS) continue;
    if (predicate.witness === null || predicate.witness.reason.trim() === "") continue;
    if (newest === null || isNewer(record, newest)) newest = record;
  }
  return newest;
}

function isNewer(record: EvidenceRecord, other: EvidenceRecord): boolean {
  const a = parseInstant(record.statement.predicate.endedAt) ?? 0;
  const b = parseInstant(other.statement.predicate.endedAt) ?? 0;
  return a === b ? record.digest > other.digest : a > b;
}

function waived(waiver: EvidenceRecord, instead: Verdict, input: JudgeInput): Verdict {
  const { predicate } = waiver.statement;
  const name = predicate.witness?.name ?? "";
  const until = predicate.validUntil ?? "";
  return {
    verdict: "pass",
    freshness: "fresh",
    reason: "waived",
    tier: predicate.tier,
    evidence: [waiver.digest],
    explanation: sentence(`${clip(name)} waived it until ${until}: ${clip(predicate.witness?.reason ?? "")}`),
    dueAt: parseInstant(until),
    hint: `without the waiver ${input.gate.key} is ${instead.verdict} (${instead.reason})${isOpenlyMade(waiver) ? `; ${SIGNED_OPENLY}` : ""}`,
  };
}

function dueAtOf(input: JudgeInput): number {
  return (input.context.inconclusiveSinceMs ?? input.context.nowMs) + input.policy.onInconclusive.holdMs;
}

/** An inconclusive verdict past its deadline becomes a fail where the plan says so. */
function atDeadline(verdict: Verdict, input: JudgeInput): Verdict {
  const overdue = verdict.dueAt !== null && verdict.dueAt < input.context.nowMs;
  if (verdict.verdict !== "inconclusive" || !overdue || input.policy.onInconclusive.outcome !== "fail") return verdict;
  return { ...verdict, verdict: "fail", hint: "it stayed inconclusive past its deadline" };
}

function sentence(says: string): string {
  // The name of a metric stays as it is written; it is what people look for.
  const head = /^[a-z0-9]+_/.test(says) ? says : says.charAt(0).toUpperCase() + says.slice(1);
  return /[.!?]$/.test(head) ? head : `${head}.`;
}

const LONGEST_QUOTE = 200;

function clip(text: string): string {
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
}
