import type { ItemKind, PlanDocument, PlanGate, PlanItem } from "@holdpoint/core";
import type { Precondition } from "../http/index.ts";

/** A document to be stored under the place it comes from. */
export interface PlanImport {
  /** What tells plans apart: the path or address of the document. */
  readonly source: string;
  readonly document: PlanDocument;
  /** Text of the sidecar; the stored one is left as it is when absent. */
  readonly sidecar?: string | null;
  /** Asks something of the document that is there, inside the transaction. @default nothing */
  readonly precondition?: Precondition | null;
}

/** What an import found or made. */
export interface PlanImported {
  readonly planId: string;
  /** Counts up with each changed document, from 1. */
  readonly revision: number;
  /** False when the current revision has the same bytes and the same sidecar: then nothing was written. */
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
  /** Whether its tasks are held back. */
  readonly paused: boolean;
}

/** One revision of a plan, with its bytes. */
export interface PlanRevision {
  readonly revision: number;
  readonly digest: string;
  readonly format: "markdown" | "yaml";
  readonly title: string;
  readonly document: Uint8Array;
  /** Text of the sidecar that was imported with it; null when none was. */
  readonly sidecar: string | null;
  readonly importedAt: number;
}

/** A revision as lists show it. */
export type RevisionView = Omit<PlanRevision, "document" | "sidecar">;

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
  /** Newest first. @param before only those before this one */
  revisions(
    planId: string,
    options: { readonly before?: number; readonly limit: number },
  ): Promise<readonly RevisionView[]>;
  /** In document order; only those of the current revision unless `all`. */
  items(planId: string, options?: { readonly all?: boolean }): Promise<readonly StoredItem[]>;
  gates(planId: string, options?: { readonly all?: boolean }): Promise<readonly StoredGate[]>;
}
