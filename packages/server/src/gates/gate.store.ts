import type { CheckLedger, Runtime, Verdict } from "@holdpoint/core";
import type { Session, StoreScope } from "@holdpoint/store";
import { appendEvents } from "../events/index.ts";
import {
  type Binding,
  bindingsOf,
  type EvidenceRow,
  endOf,
  type ObservationRow,
  saysTheSame,
  toEvidence,
  toObservation,
  toVerdict,
  toWitness,
  type VerdictRow,
  type WitnessRow,
} from "./gate.rows.ts";
import * as SQL from "./gate.sql.ts";
import type { EvidenceQuery, GateStore, NewEvidence, Observation, StoredVerdict } from "./gate.types.ts";

/** Records listed by one call unless it says otherwise. */
const DEFAULT_EVIDENCE_LIMIT = 1_000;

type GateVerdict = { readonly gateKey: string; readonly verdict: Verdict };
type Judged = { readonly gateKey: string; readonly seq: number; readonly changed: boolean };

/** Evidence and judgements of one tenant in PostgreSQL. */
export function createGateStore(store: StoreScope, runtime: Runtime, tenant: string): GateStore {
  return {
    addEvidence: (records) => store.transaction((tx) => addEvidence(tx, runtime.now(), tenant, records)),
    addVerdicts: (planId, verdicts) =>
      store.transaction((tx) => addVerdicts(tx, runtime.now(), tenant, planId, verdicts)),
    addObservations: async (observations) => {
      await store.transaction((tx) => addObservations(tx, runtime, tenant, observations));
    },
    evidence: async ({ planId, gateKey, checkId, since, limit }: EvidenceQuery) => {
      const values = [
        tenant,
        planId,
        checkId ?? null,
        since ?? Number.MIN_SAFE_INTEGER,
        limit ?? DEFAULT_EVIDENCE_LIMIT,
      ];
      const rows =
        gateKey === undefined
          ? await store.run<EvidenceRow>(SQL.LIST_EVIDENCE, values)
          : await store.run<EvidenceRow>(SQL.LIST_EVIDENCE_OF_GATE, [...values, gateKey]);
      return rows.map(toEvidence);
    },
    getEvidence: async (digest) => {
      const [row] = await store.run<EvidenceRow>(SQL.GET_EVIDENCE, [tenant, digest]);
      return row === undefined ? null : toEvidence(row);
    },
    ledger: async (planId, place) => {
      const values = [tenant, planId, place?.task ?? null, place?.attempt ?? null];
      const rows = await store.run<CheckLedger & { readonly check_id: string }>(SQL.LEDGER, values);
      return new Map(rows.map(({ check_id: id, records, newest }) => [id, { records, newest }]));
    },
    currentVerdicts: async (planId) =>
      (await store.run<VerdictRow>(SQL.CURRENT_VERDICTS, [tenant, planId])).map(toVerdict),
    verdictHistory: async (planId, gateKey) =>
      (await store.run<VerdictRow>(SQL.VERDICT_HISTORY, [tenant, planId, gateKey])).map(toVerdict),
    witnesses: async (planId, gateKey) =>
      (await store.run<WitnessRow>(SQL.LIST_WITNESSES, [tenant, planId, gateKey ?? null])).map(toWitness),
    observations: async (planId, gateKey, since) => {
      const values = [tenant, planId, gateKey, since ?? Number.MIN_SAFE_INTEGER];
      return (await store.run<ObservationRow>(SQL.LIST_OBSERVATIONS, values)).map(toObservation);
    },
  };
}

async function addEvidence(
  tx: Session,
  now: number,
  tenant: string,
  records: readonly NewEvidence[],
): Promise<readonly { readonly digest: string; readonly added: boolean }[]> {
  if (records.length === 0) return [];
  const ended = records.map(endOf);
  const column = <T>(of: (record: NewEvidence) => T): readonly T[] => records.map(of);
  const rows = await tx.run<{ digest: string }>(SQL.ADD_EVIDENCE, [
    tenant,
    column((record) => record.digest),
    column((record) => record.planId),
    column(({ statement }) => statement.predicate.kind),
    column(({ statement }) => statement.predicate.check?.id ?? null),
    column(({ statement }) => statement.predicate.tier),
    column(({ statement }) => statement.predicate.producer.task),
    column(({ statement }) => statement.predicate.producer.attempt),
    ended,
    records.map(() => now),
    column((record) => Buffer.from(record.canonical)),
  ]);
  const added = new Set(rows.map((row) => row.digest));
  await bind(tx, tenant, bindingsOf(records));
  const news = records.filter((record) => added.has(record.digest));
  await appendEvents(tx, tenant, now, [...new Map(news.map((record) => [record.digest, eventOf(record)])).values()]);
  return records.map(({ digest }) => ({ digest, added: added.has(digest) }));
}

async function bind(tx: Session, tenant: string, bindings: readonly Binding[]): Promise<void> {
  if (bindings.length === 0) return;
  const plans = bindings.map(({ record }) => record.planId);
  const digests = bindings.map(({ record }) => record.digest);
  const gates = bindings.map(({ gate }) => gate);
  await tx.run(SQL.BIND_EVIDENCE, [tenant, plans, gates, digests, bindings.map(({ endedAt }) => endedAt)]);
  const signed = bindings.filter(({ record }) => record.statement.predicate.witness !== null && isSigned(record));
  if (signed.length === 0) return;
  const witness = <T>(of: (binding: Binding) => T): readonly T[] => signed.map(of);
  await tx.run(SQL.ADD_WITNESS, [
    tenant,
    witness(({ record }) => record.digest),
    witness(({ record }) => record.planId),
    witness(({ gate }) => gate),
    witness(({ record }) => record.statement.predicate.kind),
    witness(({ record }) => record.statement.predicate.witness?.name ?? ""),
    witness(({ record }) => record.statement.predicate.witness?.role ?? null),
    witness(({ record }) => record.statement.predicate.witness?.reason ?? ""),
    witness(({ endedAt }) => endedAt),
    witness(({ record }) => expiryOf(record)),
  ]);
}

function isSigned({ statement }: NewEvidence): boolean {
  return statement.predicate.kind === "witness" || statement.predicate.kind === "waiver";
}

function expiryOf({ expiresAt, statement }: NewEvidence): number | null {
  if (expiresAt !== undefined) return expiresAt;
  return statement.predicate.validUntil === null ? null : Date.parse(statement.predicate.validUntil);
}

function eventOf({ planId, digest, statement, gates }: NewEvidence): Parameters<typeof appendEvents>[3][number] {
  const { kind, check, tier, producer } = statement.predicate;
  const data = { kind, check: check?.id ?? null, tier, gates, task: producer.task };
  return { kind: "evidence.recorded", planId, subject: digest, attempt: producer.attempt, data };
}

async function addVerdicts(
  tx: Session,
  now: number,
  tenant: string,
  planId: string,
  verdicts: readonly GateVerdict[],
): Promise<readonly Judged[]> {
  if (verdicts.length === 0) return [];
  const keys = verdicts.map(({ gateKey }) => gateKey);
  const gates = await tx.run<{ gate_key: string }>(SQL.LOCK_GATES, [tenant, planId, keys]);
  const rows = await tx.run<VerdictRow>(SQL.NEWEST_VERDICTS, [tenant, planId, gates.map((gate) => gate.gate_key)]);
  const newest = new Map<string, StoredVerdict | null>(gates.map((gate) => [gate.gate_key, null]));
  for (const row of rows) newest.set(row.gate_key, toVerdict(row));
  const changes: { readonly gateKey: string; readonly verdict: Verdict; readonly seq: number }[] = [];
  const answers = verdicts.map(({ gateKey, verdict }): Judged => {
    const before = newest.get(gateKey);
    if (before === undefined) throw new Error(`the plan has no gate ${gateKey}`);
    if (before !== null && saysTheSame(before.verdict, verdict)) return { gateKey, seq: before.seq, changed: false };
    const seq = (before?.seq ?? 0) + 1;
    newest.set(gateKey, { gateKey, seq, judgedAt: now, verdict });
    changes.push({ gateKey, verdict, seq });
    return { gateKey, seq, changed: true };
  });
  if (changes.length === 0) return answers;
  const json = changes.map(({ gateKey, seq, verdict: { dueAt, ...told } }) => ({
    gate_key: gateKey,
    seq,
    due_at_ms: dueAt,
    ...told,
  }));
  await tx.run(SQL.ADD_VERDICTS, [tenant, planId, now, JSON.stringify(json)]);
  const events = changes.map(({ gateKey, seq, verdict: { verdict, freshness, reason, tier } }) => ({
    kind: "gate.judged",
    planId,
    subject: gateKey,
    data: { seq, verdict, freshness, reason, tier },
  }));
  await appendEvents(tx, tenant, now, events);
  return answers;
}

async function addObservations(
  tx: Session,
  runtime: Pick<Runtime, "now" | "newId">,
  tenant: string,
  observations: readonly Observation[],
): Promise<void> {
  if (observations.length === 0) return;
  const rows = observations.map(({ planId, gateKey, observedAt, subjectDigest, verdict, evidence }) => ({
    plan_id: planId,
    gate_key: gateKey,
    observed_at_ms: observedAt,
    observation_id: runtime.newId(),
    subject_digest: subjectDigest,
    verdict,
    evidence,
  }));
  await tx.run(SQL.ADD_OBSERVATIONS, [tenant, JSON.stringify(rows)]);
  const events = observations.map(({ planId, gateKey, verdict, observedAt }) => ({
    kind: "gate.observed",
    planId,
    subject: gateKey,
    data: { verdict, observedAt },
  }));
  await appendEvents(tx, tenant, runtime.now(), events);
}
