/** What one line of a document is, as far as Markdown tells. `html` is also indented code: neither holds items. */
export type LineRole = "heading" | "item" | "text" | "row" | "fence" | "rule" | "html";

/** One line of the document's block structure. Offsets are UTF-16 units of the working text. */
export interface Line {
  readonly role: LineRole;
  /** 1-based. */
  readonly line: number;
  /** First unit of the content: after heading marks, list marks and indentation. */
  readonly from: number;
  /** After the last unit of the content, trailing blanks left out. */
  readonly to: number;
  /** Heading level, or depth of the list (1 for the outermost; 0 outside of lists). */
  readonly level: number;
  /** Number of an ordered list item; -1 for bullets and everything else. */
  readonly number: number;
  /** Identifies the list that an item stands in; -1 for everything else. */
  readonly list: number;
  /** Index of the list item that holds this line; -1 when none does. */
  readonly holder: number;
  /** True for the first line of a paragraph, item or heading; false for lines that go on. */
  readonly first: boolean;
  /** True inside a block quote. */
  readonly quoted: boolean;
  /** The fence or the table row, for those roles. */
  readonly fence: Fence | null;
  readonly row: Row | null;
}

/** A fenced block. Its content is never an item unless it is a plan or gate block. */
export interface Fence {
  /** The word after the fence marks, in lower case; empty when there is none. */
  readonly language: string;
  readonly contentFrom: number;
  readonly contentTo: number;
  /** 1-based line of the first line of content. */
  readonly contentLine: number;
  readonly closed: boolean;
}

/** One row below the header of a table. */
export interface Row {
  /** Identifies the table: 1-based line of its header. */
  readonly table: number;
  readonly header: readonly Cell[];
  readonly cells: readonly Cell[];
}

/** A table cell: its range without surrounding blanks. */
export interface Cell {
  readonly from: number;
  readonly to: number;
}
