import type { ReportItem, VerificationReport } from "./report-model.ts";

/**
 * Items that the document calls done and that no gate confirms: failed ones first, then unproven, then those without a
 * gate; by line within each.
 *
 * Leaves that count in the totals, and the phases and steps above them whose own gates say otherwise.
 */
export function claimGaps(report: Pick<VerificationReport, "items">): ReportItem[] {
  return report.items
    .filter((item) => item.claimed === "done" && item.verified !== "verified" && isTelling(item))
    .sort((a, b) => GAP_ORDER[a.verified] - GAP_ORDER[b.verified] || a.line - b.line);
}

/** The leaves that count in the totals, and how many of them are claimed and verified. */
export function leafCounts(report: Pick<VerificationReport, "items">): {
  total: number;
  claimed: number;
  verified: number;
} {
  const leaves = report.items.filter((item) => item.counts);
  return {
    total: leaves.length,
    claimed: leaves.filter((item) => item.claimed === "done").length,
    verified: leaves.filter((item) => item.verified === "verified").length,
  };
}

function isTelling(item: ReportItem): boolean {
  if (item.counts) return true;
  return (item.kind === "phase" || item.kind === "step") && item.verified !== "open";
}

const GAP_ORDER: Readonly<Record<ReportItem["verified"], number>> = {
  failed: 0,
  inconclusive: 1,
  open: 2,
  verified: 3,
};
