import type { Claimed, Freshness, ItemKind, Severity, Tier, VerdictValue } from "@holdpoint/core";

/** Every status that a document can claim. */
export const CLAIMED: readonly [Claimed, ...Claimed[]] = [
  "done",
  "in_progress",
  "partial",
  "pending",
  "blocked",
  "failed",
  "cancelled",
  "deferred",
  "unknown",
];

/** Every kind of item. */
export const ITEM_KINDS: readonly [ItemKind, ...ItemKind[]] = ["phase", "step", "task", "criterion"];

/** How much a gate can matter, from most to least. */
export const SEVERITIES: readonly [Severity, ...Severity[]] = ["critical", "important", "enhancement"];

/** The provenance tiers, from a claim to an outside identity. */
export const TIERS: readonly [Tier, ...Tier[]] = ["E0", "E1", "E2", "E3", "E4"];

/** The three verdicts. */
export const VERDICTS: readonly [VerdictValue, ...VerdictValue[]] = ["pass", "fail", "inconclusive"];

/** How evidence stands to the present subject. */
export const FRESHNESS: readonly [Freshness, ...Freshness[]] = ["fresh", "stale", "expired"];
