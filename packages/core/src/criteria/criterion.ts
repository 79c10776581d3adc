/**
 * A threshold, typed when the plan is read. `value` and `unit` are as written; the judge converts.
 *
 * See `docs/guide/criteria.md` for the text each kind comes from.
 */
export type Criterion =
  | AbsoluteCriterion
  | CountCriterion
  | StateCriterion
  | RelativeCriterion
  | WindowCriterion
  | WitnessCriterion
  | CompositeCriterion
  | ExpressionCriterion
  | ExitCriterion;

/** A part of a composite may read a metric of its own. */
export interface OfMetric {
  /** Normalised metric name; the metric of the gate where absent. */
  readonly metric?: string;
}

/** Comparison operators; `=` and `!=` compare exactly after unit conversion. */
export type ComparisonOperator = "<" | "<=" | "=" | "!=" | ">=" | ">";

/** A number with an operator: `<500ms`, `>=95%`, `99.9%+`. */
export interface AbsoluteCriterion extends OfMetric {
  readonly kind: "absolute";
  readonly op: ComparisonOperator;
  readonly value: number;
  /** As written, in the spelling of the unit table; null when the text has none. */
  readonly unit: string | null;
  /** Words that narrow the meaning: `p95`, `active`, `parallel`, `during burst`. */
  readonly qualifier?: string;
  /** The stated base of a ratio: 66972 in `>=80% of 66,972`; 5 in `>=4.5/5`. */
  readonly base?: number;
  /** True when the text had no operator and `=` was assumed. */
  readonly assumedOperator?: boolean;
  /** What zero of something means: zero findings need a scanner that proves it ran. */
  readonly counts?: "findings";
}

/** All of a fixed number: `203/203 passing`, counted from test cases. */
export interface CountCriterion extends OfMetric {
  readonly kind: "count";
  readonly op: "=";
  /** The number that must pass. */
  readonly value: number;
  readonly unit: null;
  /** The least total; a smaller inventory is `shrunk_suite`. */
  readonly total: number;
  readonly noun: string | null;
}

/** A state that a probe or scan reports: `operational`, `clean`, true. */
export interface StateCriterion extends OfMetric {
  readonly kind: "state";
  readonly op: "=" | "!=";
  readonly value: string | boolean;
  readonly unit: null;
}

/** No worse than a baseline by more than a margin. `op` is `>=` when more is better, `<=` when less is. */
export interface RelativeCriterion extends OfMetric {
  readonly kind: "relative";
  readonly op: "<=" | ">=";
  /** The signed margin as written: -2 in `no worse than -2pp`. 0 for a ratchet. */
  readonly value: number;
  /** `%rel`, `pp`, or a unit; `%` on a metric that is itself a percentage is refused by the judge. */
  readonly unit: string | null;
  readonly baseline: "last_pass" | "best";
}

/** Observed, unviolated time: `24hr canary`. */
export interface WindowCriterion {
  readonly kind: "window";
  readonly op: ">=";
  readonly value: number;
  /** A time unit as written: `h`, `d`, `min`. */
  readonly unit: string;
  readonly label: "canary" | "validation" | "soak" | null;
  /** Share of time slots, 0..1, that must hold an observation. @default 0.95 */
  readonly coverage: number;
  /** What must hold in each observation; empty means the gate's own checks pass. */
  readonly holds: readonly Criterion[];
}

/** Named humans sign: `1 of release-manager not producer within 48h`. */
export interface WitnessCriterion {
  readonly kind: "witness";
  readonly op: ">=";
  /** How many different people must sign. */
  readonly value: number;
  readonly unit: null;
  readonly role: string | null;
  readonly notProducer: boolean;
  /** Greatest age of a signature in milliseconds; null when unlimited. */
  readonly withinMs: number | null;
}

/** Several criteria over one gate's evidence. */
export interface CompositeCriterion {
  readonly kind: "composite";
  readonly op: "all" | "any" | "atLeast" | "not";
  /** The k of k-of-n, from 1; null for the others. */
  readonly value: number | null;
  readonly unit: null;
  readonly of: readonly Criterion[];
}

/** A CEL expression over the metrics of a gate. Names are metric keys; NaN, null and unknown names never reach it. */
export interface ExpressionCriterion {
  readonly kind: "expression";
  readonly op: "cel";
  readonly value: string;
  readonly unit: null;
}

/** The exit status of a check, only when a sidecar binds it. */
export interface ExitCriterion {
  readonly kind: "exit";
  readonly op: "=";
  readonly value: number;
  readonly unit: null;
}
