import type { Criterion } from "../criteria/criterion.ts";

/** Every kind of item. The definitions stand in `docs/guide/plans.md`. */
export const ITEM_KINDS = ["phase", "step", "task", "criterion"] as const;

/** What an item is: one of {@link ITEM_KINDS}. */
export type ItemKind = (typeof ITEM_KINDS)[number];

/** Every status that a document can claim. */
export const CLAIMED = [
  "done",
  "in_progress",
  "partial",
  "pending",
  "blocked",
  "failed",
  "cancelled",
  "deferred",
  "unknown",
] as const;

/** What the document says of an item, one of {@link CLAIMED}. It is a claim: nothing is verified by it. */
export type Claimed = (typeof CLAIMED)[number];

/** Every severity, the gravest first. */
export const SEVERITIES = ["critical", "important", "enhancement"] as const;

/** How much a gate matters. Only a `critical` gate that is pass and fresh lets work past it. */
export type Severity = (typeof SEVERITIES)[number];

/** One phase, step, task or criterion, at the line that defines it. */
export interface PlanItem {
  /** The explicit id where it is unique, else a hash of kind, normalised title path and occurrence. */
  readonly key: string;
  /** The id as written (`SEC-001`, `1.2`, `T012`), or null. */
  readonly id: string | null;
  readonly kind: ItemKind;
  /** Plain text: no status marks, ids, emphasis or link targets. */
  readonly title: string;
  /** 1-based line of the defining text. */
  readonly line: number;
  /** Key of the enclosing item, or null. */
  readonly parent: string | null;
  readonly claimed: Claimed;
  readonly owners: readonly string[];
  readonly team: string | null;
  readonly mode: "parallel" | "sequential" | null;
  /** Keys of the items that must be finished first. */
  readonly dependsOn: readonly string[];
  /** Blockers as written. */
  readonly blockers: readonly string[];
  readonly optional: boolean;
  readonly priority: string | null;
  readonly complexity: string | null;
  readonly effort: string | null;
  /** A time window as written: `Weeks 1-2`. */
  readonly window: string | null;
  /** 0..1: how sure the reader is that this is an item of this kind. */
  readonly confidence: number;
  /** Why the reader took it for one: a stable rule name and a few words. */
  readonly reason: string;
}

/** An item told again, with a status, elsewhere in the document. */
export interface Restatement {
  readonly line: number;
  /** Key of the item. */
  readonly of: string;
  readonly claimed: Claimed;
}

/** A named criterion at a place in the plan. */
export interface PlanGate {
  /** Unique in the document, stable when lines move: item key, metric and occurrence. */
  readonly key: string;
  readonly line: number;
  /** Normalised metric name (`response_time_p95`); null when the text names none. */
  readonly metric: string | null;
  /** The threshold as written. */
  readonly text: string;
  /** Null when the text could not be typed: the gate is then inconclusive `unparsed`. */
  readonly criterion: Criterion | null;
  /** Key of the item it stands on, or null for the whole plan. */
  readonly item: string | null;
  readonly severity: Severity;
  /** Key of the block of checks and gates it was written in, so that a report of the same block can be bound to it. */
  readonly block: string | null;
}

/** A command that the plan names as a check. Never run without consent. */
export interface PlanCheck {
  readonly line: number;
  readonly command: string;
  /** Key of the item it belongs to, or null. */
  readonly item: string | null;
  /** Same meaning as in {@link PlanGate}. */
  readonly block: string | null;
}

/** What the reader noticed and the writer should look at. */
export interface PlanProblem {
  readonly code: string;
  readonly severity: "error" | "warning" | "info";
  readonly kind: string;
  readonly line: number;
  /** Lines that disagree with each other, 20 at most. */
  readonly lines: readonly number[];
  readonly message: string;
  readonly hint: string;
}

/** A line that looked like part of a plan and was not taken into it. */
export interface NotUnderstood {
  readonly line: number;
  readonly text: string;
  readonly reason: string;
}

/** Where one token of the document stands, in UTF-8 bytes of the document as it came. */
export interface ByteSpan {
  /** Offset of the first byte. */
  readonly start: number;
  /** Offset after the last byte. */
  readonly end: number;
}

/** How an item's status is written, so that changing it touches only that token. */
export interface StatusToken extends ByteSpan {
  /** `box`: the character(s) between the brackets; `emoji`: a mark; `word`: a state word; `key`: a YAML or frontmatter value. */
  readonly form: "box" | "emoji" | "word" | "key";
}

/** A document as read: what it says, and where each status token stands. */
export interface PlanDocument {
  readonly title: string;
  readonly format: "markdown" | "yaml";
  /** `sha256:` and the hex digest of the bytes. */
  readonly digest: string;
  readonly items: readonly PlanItem[];
  readonly restated: readonly Restatement[];
  readonly gates: readonly PlanGate[];
  readonly checks: readonly PlanCheck[];
  readonly problems: readonly PlanProblem[];
  readonly notUnderstood: readonly NotUnderstood[];
  /** The bytes as they came; printing an unchanged document gives exactly these. */
  readonly source: Uint8Array;
  /** By item key; an item without a status token cannot be changed in the document. */
  readonly statusTokens: ReadonlyMap<string, StatusToken>;
}
