import type { ItemKind, PlanDocument, PlanGate, PlanItem } from "@holdpoint/core";

/** A document to be stored under the place it comes from. */
export interface PlanImport {
  /** What tells plans apart: the path or address of the document. */
  readonly source: string;
  readonly document: PlanDocument;
}

/** What an import found or made. */
export interface PlanImported {
  readonly planId: string;
  /** Counts up with each changed document, from 1. */
  readonly revision: number;
  /** False when the current revision has the same bytes: then nothing was written. */
  readonly changed: boolean;
}

/** A plan as lists show it. */
export interface PlanView {
  readonly planId: string;
  readonly source: string;
  readonly title: string;
  readonly revision: number;
  /** Digest of the current document. */
  readonly digest: string;
  /** Milliseconds since the epoch. */
  readonly importedAt: number;
}

/** One revision of a plan, with its bytes. */
export interface PlanRevision {
  readonly revision: number;
  readonly digest: string;
  readonly format: "markdown" | "yaml";
  readonly title: string;
  readonly document: Uint8Array;
  readonly importedAt: number;
}

/** An item as it is stored: what the document says of it, and whether the current revision still holds it. */
export interface StoredItem {
  readonly item: PlanItem;
  readonly kind: ItemKind;
  readonly present: boolean;
  /** The last revision that held it. */
  readonly revision: number;
}

/** A gate as it is stored. */
export interface StoredGate {
  readonly gate: PlanGate;
  readonly present: boolean;
  /** The last revision that held it. */
  readonly revision: number;
}

/** Plans, their revisions, and what the current one holds. */
export interface PlanStore {
  /** Stores a document with its items and gates; the same bytes again change nothing. */
  importPlan(request: PlanImport): Promise<PlanImported>;
  get(planId: string): Promise<PlanView | null>;
  findBySource(source: string): Promise<PlanView | null>;
  /** In order of their sources. */
  list(): Promise<readonly PlanView[]>;
  /** The current revision when none is named. */
  revision(planId: string, revision?: number): Promise<PlanRevision | null>;
  /** In document order; only those of the current revision unless `all`. */
  items(planId: string, options?: { readonly all?: boolean }): Promise<readonly StoredItem[]>;
  gates(planId: string, options?: { readonly all?: boolean }): Promise<readonly StoredGate[]>;
}
