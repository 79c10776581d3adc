import type { WitnessCriterion } from "../criteria/criterion.ts";
import { CLOCK_SKEW_MS, namesTree } from "./doubt.ts";
import type { Finding } from "./finding.ts";
import { inconclusive, measured } from "./finding.ts";
import { parseInstant } from "./instant.ts";
import type { EvidenceRecord, GatePolicy, JudgeInput } from "./judge-input.ts";
import type { Observations } from "./observe.ts";

/** Judges whether enough different people signed. Signatures from inside an attempt never count. */
export function evaluateWitness(criterion: WitnessCriterion, seen: Observations): Finding {
  const signatures = new Map<string, string>();
  const refused = new Set<string>();
  for (const record of newestFirst(seen.input.bound.records)) {
    if (!isAbout(record, "witness", seen.input.gate.key)) continue;
    const name = nameOf(record);
    const refusal = refusalOf(record, name, criterion, seen);
    if (refusal !== null) refused.add(refusal);
    else if (!signatures.has(name)) signatures.set(name, record.digest);
  }
  const role = criterion.role === null ? "" : ` of ${criterion.role}`;
  const says = `${signatures.size} of ${criterion.value}${role} signed`;
  const digests = [...signatures.values()];
  if (signatures.size >= criterion.value) return { ...measured(true, says, [], null), signatures: digests };
  const why = refused.size === 0 ? "" : ` (not counted: ${[...refused].sort().join(", ")})`;
  return { ...inconclusive("awaiting_witness", says + why), signatures: digests };
}

/** Whether a record is a person's word of this kind about this gate, given outside any attempt. */
export function isAbout(record: EvidenceRecord, kind: "witness" | "waiver", gateKey: string): boolean {
  const { predicate } = record.statement;
  if (predicate.kind !== kind || predicate.witness === null || predicate.witness.name.trim() === "") return false;
  const outside = predicate.producer.task === null && predicate.producer.attempt === null;
  return outside && predicate.gates.includes(gateKey);
}

/** Whether a person's word may count where it was made: in doubt it is of a process that escaped from an attempt. */
export function isShielded(record: EvidenceRecord, policy: Pick<GatePolicy, "isolation">): boolean {
  return policy.isolation !== "required" || record.statement.predicate.isolation === "full";
}

function newestFirst(records: readonly EvidenceRecord[]): readonly EvidenceRecord[] {
  const ended = (record: EvidenceRecord): number => parseInstant(record.statement.predicate.endedAt) ?? 0;
  return records.toSorted((a, b) => ended(b) - ended(a) || (a.digest < b.digest ? -1 : a.digest > b.digest ? 1 : 0));
}

function nameOf(record: EvidenceRecord): string {
  return comparable(record.statement.predicate.witness?.name ?? "");
}

/** One form for a person's name, so that case, width, blanks and punctuation do not make two people of one. */
function comparable(name: string): string {
  const folded = name.normalize("NFKC").toLowerCase();
  const letters = folded.replace(/[^\p{L}\p{M}\p{N}]/gu, "");
  return letters === "" ? folded.trim() : letters;
}

function refusalOf(
  record: EvidenceRecord,
  name: string,
  criterion: WitnessCriterion,
  seen: Observations,
): string | null {
  const { context } = seen.input;
  const { predicate } = record.statement;
  const signedMs = parseInstant(predicate.endedAt);
  if (signedMs === null || signedMs > context.nowMs + CLOCK_SKEW_MS) return "a signature without a time that can be";
  const until = predicate.validUntil === null ? null : parseInstant(predicate.validUntil);
  if (predicate.validUntil !== null && (until === null || until < context.nowMs)) return "an expired signature";
  if (criterion.withinMs !== null && context.nowMs - signedMs > criterion.withinMs) return "an expired signature";
  if (!isShielded(record, seen.input.policy)) return "a signature made without isolation";
  if (signedOther(record, seen.input)) return "a signature under other files";
  if (criterion.role !== null && !holdsRole(record, name, criterion.role, seen.input)) return "someone in another role";
  if (criterion.notProducer && isProducer(name, seen)) return "its producer";
  return null;
}

function signedOther(record: EvidenceRecord, input: JudgeInput): boolean {
  const tree = record.statement.subject.find((entry) => entry.name === "tree");
  return tree !== undefined && !namesTree(tree, input.context.subject.tree);
}

function holdsRole(record: EvidenceRecord, name: string, role: string, input: JudgeInput): boolean {
  const { roles } = input.policy;
  if (roles === null) return record.statement.predicate.witness?.role?.toLowerCase() === role.toLowerCase();
  return (roles.get(role) ?? []).some((holder) => comparable(holder) === name);
}

function isProducer(name: string, seen: Observations): boolean {
  const producers = [
    ...(seen.input.context.producers ?? []),
    ...seen.runs.flatMap((run) => run.records.map((record) => record.statement.predicate.producer.agent)),
  ];
  return producers.some((producer) => comparable(producer) === name);
}
