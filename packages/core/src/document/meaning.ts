import type { Claimed, Severity } from "../plan/inspection.ts";

/** What a heading or a label says of what stands under it. */
export interface Meaning {
  /** What a list entry without a check box is. `ordered-task`: only in a numbered list; `planned-task`: in a document without boxes or task tables also in bullets; `aim`: a criterion where it states a threshold. */
  readonly entries: "task" | "ordered-task" | "planned-task" | "criterion" | "aim" | "none" | "neutral";
  /** What a check box is. */
  readonly boxes: "task" | "criterion" | "neutral";
  /** True when headings below are pieces of work by themselves. */
  readonly headingsAreSteps: boolean;
  /** Which thresholds in the entries are gates: all, those with words for states too, or only plain targets. */
  readonly gates: "none" | "thresholds" | "states" | "targets";
  /** True when the section tells work again that stands elsewhere, so that only what is new counts. */
  readonly retells: boolean;
  /** What the section says of all its entries. */
  readonly claimed: Claimed | null;
  readonly severity: Severity | null;
  /** The word that decided, for the reason given with each item. */
  readonly because: string;
  /** True when the words that decided are less than half of the title, so that it may name something of its own. */
  readonly weak: boolean;
}
