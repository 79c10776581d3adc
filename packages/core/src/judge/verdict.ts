/** The three verdicts. */
export const VERDICTS = ["pass", "fail", "inconclusive"] as const;

/** Three-valued: what is not proven either way is inconclusive. */
export type VerdictValue = (typeof VERDICTS)[number];

/** How evidence can stand to the present subject. */
export const FRESHNESS = ["fresh", "stale", "expired"] as const;

/** Whether the evidence still speaks about the present subject. A gate opens only on `pass` and `fresh`. */
export type Freshness = (typeof FRESHNESS)[number];

/** The closed list of reasons. Every way in which evidence can be missing or odd has one. */
export const REASONS = [
  "met",
  "violated",
  "no_evidence",
  "no_gate",
  "no_baseline",
  "too_few_samples",
  "nan",
  "unit_mismatch",
  "source_error",
  "stale_subject",
  "expired",
  "tier_too_low",
  "checks_changed",
  "shrunk_suite",
  "flaky",
  // Reserved: quarantines do not exist yet, and adding a reason later would change the contract.
  "quarantine_expired",
  "window_incomplete",
  "awaiting_witness",
  "waived",
  "unparsed",
  "unbound",
  "ambiguous",
  "not_run",
] as const;

/** One of {@link REASONS}. */
export type Reason = (typeof REASONS)[number];

/** The provenance tiers, from least to most. */
export const TIERS = ["E0", "E1", "E2", "E3", "E4"] as const;

/** Who says so: a claim (E0) up to an outside identity or a witness (E4). */
export type Tier = (typeof TIERS)[number];

/** The judgement of one gate, with what it rests on. */
export interface Verdict {
  readonly verdict: VerdictValue;
  readonly freshness: Freshness;
  readonly reason: Reason;
  /** The lowest tier among the evidence it rests on; null without evidence. */
  readonly tier: Tier | null;
  /** Digests (`sha256:…`) of the evidence records it rests on, sorted. */
  readonly evidence: readonly string[];
  /** One sentence for people: what was measured against what was asked. */
  readonly explanation: string;
  /** When an inconclusive verdict must be settled, in milliseconds since the epoch; null when there is no deadline. */
  readonly dueAt: number | null;
  /** A hint that does not change the verdict, such as "update the plan". */
  readonly hint: string | null;
}
