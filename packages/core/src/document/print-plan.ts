import type { PlanDocument } from "../plan/inspection.ts";

/** The document's bytes, exactly as they came. */
export function printPlan(document: PlanDocument): Uint8Array {
  return document.source;
}
