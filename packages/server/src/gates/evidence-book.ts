import { canonicalJson, type EvidenceRecord } from "@holdpoint/core";
import { readStatement } from "@holdpoint/evidence";
import type { GateStore } from "./gate.types.ts";

/** Most records of a plan that are judged; the newest ones. */
const MOST_RECORDS = 50_000;

/** All evidence of one plan, as records that the judge takes; kept in step with the store. */
export interface EvidenceBook {
  records(): readonly EvidenceRecord[];
  /** Takes in what other processes have stored since. */
  refresh(): Promise<void>;
  /** Stores records first, then shows them; bound to the gates that are named. */
  add(records: readonly EvidenceRecord[], gates: readonly string[], expiresAt?: number): Promise<void>;
}

/** Evidence of another process may have ended a little before what this one has seen, and still come later. */
const OVERLAP_MS = 600_000;

/** Opens the book of a plan with what the store holds. */
export async function openEvidenceBook(store: GateStore, planId: string): Promise<EvidenceBook> {
  const byDigest = new Map<string, EvidenceRecord>();
  let seenUntil = Number.NEGATIVE_INFINITY;

  async function refresh(): Promise<void> {
    const since = Number.isFinite(seenUntil) ? { since: seenUntil - OVERLAP_MS } : {};
    for (const { digest, canonical, endedAt } of await store.evidence({ planId, limit: MOST_RECORDS, ...since })) {
      if (!byDigest.has(digest)) byDigest.set(digest, readStatement(JSON.parse(new TextDecoder().decode(canonical))));
      seenUntil = Math.max(seenUntil, endedAt);
    }
  }

  await refresh();
  return {
    records: () => [...byDigest.values()],
    refresh,
    async add(records, gates, expiresAt) {
      await storeRecords(store, planId, records, gates, expiresAt);
      for (const record of records) byDigest.set(record.digest, record);
    },
  };
}

/** Stores records of a plan or queue, without reading what there is already. */
export async function storeRecords(
  store: GateStore,
  planId: string,
  records: readonly EvidenceRecord[],
  gates: readonly string[],
  expiresAt?: number,
): Promise<void> {
  await store.addEvidence(
    records.map(({ digest, statement }) => ({
      planId,
      digest,
      canonical: new TextEncoder().encode(canonicalJson(statement)),
      statement,
      gates,
      ...(expiresAt === undefined ? {} : { expiresAt }),
    })),
  );
}
