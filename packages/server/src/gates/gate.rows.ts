import type { Verdict } from "@holdpoint/core";
import type { NewEvidence, Observation, StoredEvidence, StoredVerdict, WitnessRecord } from "./gate.types.ts";

/** A row of `evidence` with the gates it is bound to. */
export interface EvidenceRow {
  readonly digest: string;
  readonly canonical: Uint8Array;
  readonly kind: StoredEvidence["kind"];
  readonly check_id: string | null;
  readonly ended_at_ms: number;
  readonly recorded_at_ms: number;
  readonly gates: readonly string[];
}

/** A row of `verdict`. */
export interface VerdictRow extends Omit<Verdict, "dueAt"> {
  readonly gate_key: string;
  readonly seq: number;
  readonly judged_at_ms: number;
  readonly due_at_ms: number | null;
}

/** A row of `witness_record`. */
export interface WitnessRow extends Pick<WitnessRecord, "digest" | "kind" | "name" | "role" | "reason"> {
  readonly gate_key: string;
  readonly signed_at_ms: number;
  readonly expires_at_ms: number | null;
}

/** A row of `observation`. */
export interface ObservationRow extends Pick<Observation, "verdict" | "evidence"> {
  readonly plan_id: string;
  readonly gate_key: string;
  readonly observed_at_ms: number;
  readonly subject_digest: string;
}

/** One record with one gate it speaks for. */
export interface Binding {
  readonly record: NewEvidence;
  readonly gate: string;
  readonly endedAt: number;
}

/** Every gate of every record, once: those it was bound to and those it names itself. */
export function bindingsOf(records: readonly NewEvidence[]): readonly Binding[] {
  return records.flatMap((record) => {
    const gates = new Set([...record.gates, ...record.statement.predicate.gates]);
    return [...gates].map((gate) => ({ record, gate, endedAt: endOf(record) }));
  });
}

/** When a record's check ended, in milliseconds since the epoch. @throws when its statement holds no time there */
export function endOf({ digest, statement }: NewEvidence): number {
  const endedAt = Date.parse(statement.predicate.endedAt);
  if (Number.isNaN(endedAt)) throw new Error(`evidence ${digest} has no readable end: ${statement.predicate.endedAt}`);
  return endedAt;
}

/** A stored record from its row. */
export function toEvidence(row: EvidenceRow): StoredEvidence {
  const { digest, canonical, kind, gates } = row;
  const bytes = new Uint8Array(canonical);
  return {
    digest,
    canonical: bytes,
    kind,
    checkId: row.check_id,
    endedAt: row.ended_at_ms,
    recordedAt: row.recorded_at_ms,
    gates,
  };
}

/** A stored verdict from its row. */
export function toVerdict(row: VerdictRow): StoredVerdict {
  const { verdict, freshness, reason, tier, evidence, explanation, hint, due_at_ms: dueAt } = row;
  const told: Verdict = { verdict, freshness, reason, tier, evidence, explanation, dueAt, hint };
  return { gateKey: row.gate_key, seq: row.seq, judgedAt: row.judged_at_ms, verdict: told };
}

/** A signature or waiver from its row. */
export function toWitness(row: WitnessRow): WitnessRecord {
  const { digest, kind, name, role, reason } = row;
  const times = { signedAt: row.signed_at_ms, expiresAt: row.expires_at_ms };
  return { digest, gateKey: row.gate_key, kind, name, role, reason, ...times };
}

/** An observation from its row. */
export function toObservation(row: ObservationRow): Observation {
  const { plan_id: planId, gate_key: gateKey, observed_at_ms: observedAt, subject_digest: subjectDigest } = row;
  return { planId, gateKey, observedAt, subjectDigest, verdict: row.verdict, evidence: row.evidence };
}

/** Whether two judgements say the same; their wording may differ. */
export function saysTheSame(left: Verdict, right: Verdict): boolean {
  const essence = ({ verdict, freshness, reason, tier, evidence, dueAt }: Verdict): string =>
    JSON.stringify([verdict, freshness, reason, tier, evidence, dueAt]);
  return essence(left) === essence(right);
}
