import type { Claimed, PlanDocument } from "../plan/inspection.ts";

/** Temporary. */
export function setStatus(
  document: PlanDocument,
  key: string,
  claimed: Claimed,
): { readonly bytes: Uint8Array; readonly changed: boolean; readonly reason: string | null } {
  const token = document.statusTokens.get(key);
  if (token === undefined || token.form !== "box" || claimed !== "done") {
    return { bytes: document.source, changed: false, reason: "its notation cannot say so in place" };
  }
  const bytes = document.source.slice();
  bytes[token.start] = 0x78;
  return { bytes, changed: true, reason: null };
}
