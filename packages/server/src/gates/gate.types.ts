import type { CheckLedger, EvidenceStatement, Verdict, VerdictValue } from "@holdpoint/core";

/** A statement to be kept, with its canonical bytes. */
export interface NewEvidence {
  readonly planId: string;
  /** `sha256:` and the digest of `canonical`; the database checks it. */
  readonly digest: string;
  /** The canonical JSON of `statement`, in UTF-8. */
  readonly canonical: Uint8Array;
  readonly statement: EvidenceStatement;
  /** Keys of the gates it speaks for, besides those the statement names itself; keys that the plan never had are left out. */
  readonly gates: readonly string[];
  /** When a waiver ends, milliseconds since the epoch; required for one. */
  readonly expiresAt?: number;
}

/** A kept statement. */
export interface StoredEvidence {
  readonly digest: string;
  readonly canonical: Uint8Array;
  readonly kind: EvidenceStatement["predicate"]["kind"];
  readonly checkId: string | null;
  /** Milliseconds since the epoch. */
  readonly endedAt: number;
  readonly recordedAt: number;
  /** Gate keys that it is bound to, sorted. */
  readonly gates: readonly string[];
}

/** Which evidence, oldest first. */
export interface EvidenceQuery {
  readonly planId: string;
  readonly gateKey?: string;
  readonly checkId?: string;
  /** Only records that ended at or after this time. */
  readonly since?: number;
  /** The newest ones when there are more. @default 1000 */
  readonly limit?: number;
}

/** A gate's judgement and its place in the gate's history. */
export interface StoredVerdict {
  readonly gateKey: string;
  /** Counts up from 1 with each change. */
  readonly seq: number;
  readonly judgedAt: number;
  readonly verdict: Verdict;
}

/** A signature or a waiver. */
export interface WitnessRecord {
  readonly digest: string;
  readonly gateKey: string;
  readonly kind: "witness" | "waiver";
  readonly name: string;
  readonly role: string | null;
  readonly reason: string;
  readonly signedAt: number;
  readonly expiresAt: number | null;
}

/** What one verify or run saw of a gate. */
export interface Observation {
  readonly planId: string;
  readonly gateKey: string;
  readonly observedAt: number;
  /** Digest of the tree that was looked at; another one begins the window anew. */
  readonly subjectDigest: string;
  readonly verdict: VerdictValue;
  readonly evidence: readonly string[];
}

/** Evidence, judgements and signatures of a tenant's plans. Nothing here judges. */
export interface GateStore {
  /** Keeps statements; one that is known already is left as it is and only bound to further gates. */
  addEvidence(
    records: readonly NewEvidence[],
  ): Promise<readonly { readonly digest: string; readonly added: boolean }[]>;
  evidence(query: EvidenceQuery): Promise<readonly StoredEvidence[]>;
  /**
   * The kept records of each check, by check id, and those that ended last: so that one that is missing is missed. Of
   * runs in attempts' workspaces only those of the attempt that is named.
   */
  ledger(
    planId: string,
    place?: { readonly task: string | null; readonly attempt: number | null },
  ): Promise<ReadonlyMap<string, CheckLedger>>;
  getEvidence(digest: string): Promise<StoredEvidence | null>;
  /** Adds verdicts to the history of their gates; one that says the same as the newest is not added again. */
  addVerdicts(
    planId: string,
    verdicts: readonly { readonly gateKey: string; readonly verdict: Verdict }[],
  ): Promise<readonly { readonly gateKey: string; readonly seq: number; readonly changed: boolean }[]>;
  /** The newest verdict of each gate of the current revision that has one. */
  currentVerdicts(planId: string): Promise<readonly StoredVerdict[]>;
  /** Oldest first. */
  verdictHistory(planId: string, gateKey: string): Promise<readonly StoredVerdict[]>;
  /** Oldest first; every gate of the plan when none is named. */
  witnesses(planId: string, gateKey?: string): Promise<readonly WitnessRecord[]>;
  addObservations(observations: readonly Observation[]): Promise<void>;
  /** Oldest first. */
  observations(planId: string, gateKey: string, since?: number): Promise<readonly Observation[]>;
}
