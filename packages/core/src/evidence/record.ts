import type { Tier } from "../judge/verdict.ts";

/**
 * One piece of evidence: an in-toto Statement v1 with predicate `holdpoint/evidence/v1`.
 *
 * Immutable and content-addressed: its digest is the SHA-256 of its canonical JSON. A signature and a chain will wrap
 * the same bytes. See https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
 */
export interface EvidenceStatement {
  readonly _type: "https://in-toto.io/Statement/v1";
  readonly subject: readonly EvidenceSubject[];
  readonly predicateType: "https://holdpoint.dev/evidence/v1";
  readonly predicate: EvidencePredicate;
}

/** What the evidence is about. `name` is `git`, `tree`, `plan` or `item`; digests as in-toto names them. */
export interface EvidenceSubject {
  readonly name: string;
  readonly digest: Readonly<Record<string, string>>;
  /** What else is known of it, as in-toto allows: `dirty` of a tree, `key` of an item. */
  readonly annotations?: Readonly<Record<string, string | number | boolean>>;
}

/** Every way in which evidence can come about. */
export const EVIDENCE_KINDS = ["check", "artifact", "claim", "witness", "waiver", "observation"] as const;

/** One of {@link EVIDENCE_KINDS}. */
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** What was seen, by whom, how. Times are ISO 8601 in UTC. */
export interface EvidencePredicate {
  readonly kind: EvidenceKind;
  readonly check: { readonly id: string; readonly digest: string } | null;
  readonly producer: {
    readonly agent: string;
    readonly tenant: string;
    readonly task: string | null;
    readonly attempt: number | null;
  };
  readonly tier: Tier;
  readonly isolation: "full" | "none";
  readonly argv: readonly string[];
  readonly cwd: string | null;
  /** Files that the command names, as they were when it began; absent when it names none. */
  readonly scripts?: readonly EvidenceScript[];
  readonly environmentDigest: string | null;
  readonly exit: {
    readonly code: number | null;
    readonly signal: string | null;
    readonly timedOut: boolean;
    readonly started: boolean;
  } | null;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly artifacts: readonly EvidenceArtifact[];
  readonly reader: { readonly name: string; readonly version: string } | null;
  readonly metrics: readonly EvidenceMetric[];
  /** Digest over the sorted names of the test cases that were seen; null when none were. */
  readonly inventoryDigest: string | null;
  /** What made the reading odd; anything here keeps the evidence from passing a gate. */
  readonly anomalies: readonly EvidenceAnomaly[];
  readonly validUntil: string | null;
  readonly inputs: { readonly globs: readonly string[]; readonly digest: string } | null;
  /** Gate keys that a witness or waiver speaks about; empty otherwise. */
  readonly gates: readonly string[];
  readonly witness: { readonly name: string; readonly role: string | null; readonly reason: string } | null;
}

/** Raw bytes that were read, by digest. `place` is a path below the plan's folder, or `stdout`/`stderr`. */
export interface EvidenceArtifact {
  readonly place: string;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  /** True when only the head was kept; the digest is of the whole. */
  readonly truncated: boolean;
}

/** A file below the plan's folder that a check's command names. */
export interface EvidenceScript {
  readonly path: string;
  readonly digest: string;
  /** True when an attempt's copy of it differs from the one in the plan's folder: the work changed its own judge. */
  readonly changed: boolean;
}

/** One measured number or state. */
export interface EvidenceMetric {
  /** Normalised name: lower case, words joined by `_`. */
  readonly key: string;
  readonly value: number | string | boolean;
  readonly unit: string | null;
  /** Number of samples behind the value; null when the source does not say. */
  readonly n: number | null;
}

/** A closed list: how a source can be odd without being unreadable. */
export const EVIDENCE_ANOMALIES = [
  "header_mismatch",
  "empty_report",
  "truncated",
  "malformed",
  // Reserved: the judge finds new skips by comparing runs, because one report cannot know the run before.
  "skipped_new",
  "flaky",
  "scanner_not_proven",
  "tree_changed",
  "conflicting_metric",
  "not_written_by_run",
  "unsupported",
] as const;

/** One of {@link EVIDENCE_ANOMALIES}. */
export type EvidenceAnomaly = (typeof EVIDENCE_ANOMALIES)[number];
