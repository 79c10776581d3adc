import type { Criterion } from "../criteria/criterion.ts";
import type { EvidenceStatement } from "../evidence/record.ts";
import type { Severity } from "../plan/inspection.ts";
import type { Tier } from "./verdict.ts";

/** A statement with its address. */
export interface EvidenceRecord {
  /** `sha256:…` of the canonical JSON. */
  readonly digest: string;
  readonly statement: EvidenceStatement;
}

/** The gate as it is to be judged: what the plan says, with what the sidecar overrides. */
export interface JudgedGate {
  readonly key: string;
  /** The threshold as written. */
  readonly text: string;
  readonly criterion: Criterion | null;
  readonly severity: Severity;
  /** Normalised name of the metric that speaks for it; null when none does. */
  readonly metric: string | null;
}

/** A check that speaks for a gate, with the digest of its definition as it is now. */
export interface BoundCheck {
  readonly id: string;
  /** Evidence of another definition no longer passes (`checks_changed`); null when the definition is not known. */
  readonly digest: string | null;
}

/** What a gate has to be judged on. */
export interface BoundEvidence {
  /** `report`: the one report of its block; `none`: see `problem`. */
  readonly how: "sidecar" | "metric" | "report" | "witness" | "none";
  readonly problem: "unbound" | "ambiguous" | null;
  readonly checks: readonly BoundCheck[];
  /** Records of those checks, and witness and waiver records that name the gate; in any order. */
  readonly records: readonly EvidenceRecord[];
  /** True only when the sidecar binds the exit status to this gate. */
  readonly exitBound: boolean;
  /** Why the checks of its own block gave nothing that could be bound; null or absent when that does not explain it. */
  readonly silence?: { readonly reason: "source_error" | "not_run"; readonly check: string } | null;
}

/** What happens to a verdict that stays inconclusive. */
export interface OnInconclusive {
  /** How long it may stay open, in milliseconds. @default 24 hours */
  readonly holdMs: number;
  /** `ask` leaves it to its owner; `fail` makes it a fail at the deadline. */
  readonly outcome: "ask" | "fail";
}

/** The demands on evidence that a plan or sidecar may raise or lower. */
export interface GatePolicy {
  /** @default "E2" */
  readonly minTier: Tier;
  /** `required`: evidence whose producer could have touched the store does not pass. */
  readonly isolation: "any" | "required";
  /** Greatest age of a measurement in milliseconds; null when only its subject counts. */
  readonly maxAgeMs: number | null;
  readonly onInconclusive: OnInconclusive;
  /** Who holds which role, by name; null when records are taken at their word. */
  readonly roles: ReadonlyMap<string, readonly string[]> | null;
  /** Length of a slot of a time window in milliseconds; null for the default of `slotMsOf`. */
  readonly slotMs: number | null;
}

/** The policy where nothing is said. */
export const DEFAULT_POLICY: GatePolicy = {
  minTier: "E2",
  isolation: "any",
  maxAgeMs: null,
  onInconclusive: { holdMs: 86_400_000, outcome: "ask" },
  roles: null,
  slotMs: null,
};

/** What the plan's folder is now. */
export interface JudgedSubject {
  readonly commit: string | null;
  /** Digest over the files, with or without `sha256:`. */
  readonly tree: string;
  readonly dirty: boolean;
}

/** The records of a check that are known, by digest, so that one that was taken away or changed is missed. */
export interface CheckLedger {
  readonly records: readonly string[];
  /** Of those, the records of the newest run. */
  readonly newest: readonly string[];
}

/** The present, as far as judging depends on it. */
export interface JudgeContext {
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  readonly subject: JudgedSubject;
  /** Digest of the input files of each check, by check id, as they are now. */
  readonly inputDigests: ReadonlyMap<string, string>;
  /** By check id; absent when only the records themselves are known. */
  readonly ledger?: ReadonlyMap<string, CheckLedger>;
  /** Names of those who produced the work besides those on the records; they cannot be its witnesses. */
  readonly producers?: readonly string[];
  /** Since when the gate is inconclusive, in milliseconds since the epoch. @default nowMs */
  readonly inconclusiveSinceMs?: number;
}

/** Everything a verdict depends on. */
export interface JudgeInput {
  readonly gate: JudgedGate;
  readonly bound: BoundEvidence;
  readonly policy: GatePolicy;
  readonly context: JudgeContext;
}
