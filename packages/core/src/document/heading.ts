import type { Meaning } from "./meaning.ts";
import type { Stage } from "./stage.ts";
import type { FoundStatus } from "./status.ts";

/** What stands in a heading's own block: between it and the next heading. */
export interface BlockEvidence {
  readonly boxes: number;
  /** Rows of a table of tasks. */
  readonly taskRows: number;
  /** Rows of a table that gives each its release or stage. */
  readonly placedRows: number;
  /** A `Status:` line that says a state. */
  readonly status: boolean;
  /** Lines for effort, owner, complexity or priority. */
  readonly workAttributes: number;
  /** Labels that announce tasks or criteria. */
  readonly workLabels: number;
  /** Paragraphs that are nothing but a bold line, perhaps with a remark in brackets, and that head no list. */
  readonly boldLines: number;
  /** Labels that say what is done about a problem. */
  readonly solutions: number;
  /** A lead and a timeline: what a team section has. */
  readonly lead: boolean;
  readonly window: boolean;
  /** List entries that have entries below them. */
  readonly nested: number;
  /** Entries of lists. */
  readonly entries: number;
  /** Entries that begin with a mark for a state, and whether those marks say different states. */
  readonly marked: number;
  readonly mark: string;
  readonly mixed: boolean;
  /** Entries of numbered lists. */
  readonly ordered: number;
  /** Entries that are followed by a word for a state, and whether those words say different states. */
  readonly worded: number;
  readonly word: string;
  readonly varied: boolean;
  /** The block begins with a list. */
  readonly leadsWithList: boolean;
}

/** A heading, or a bold line that heads a stage, with what can be told from it alone and from its block. */
export interface Heading {
  /** Index into the document's lines. */
  readonly index: number;
  readonly level: number;
  /** Plain text without leading marks and without the status that is set off from it. */
  readonly title: string;
  readonly status: FoundStatus | null;
  /** Whether a word for a state and a colon begin the heading: `Completed: Groundwork`. */
  readonly stateFirst: boolean;
  readonly stage: Stage | null;
  readonly horizon: Stage | null;
  readonly trailing: Stage | null;
  readonly number: string | null;
  readonly meaning: Meaning;
  readonly evidence: BlockEvidence;
}
