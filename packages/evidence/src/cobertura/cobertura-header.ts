import type { XmlAttributes } from "../xml/read-xml.ts";

/** Sums over a document. */
export interface CoberturaSums {
  lines: number;
  linesHit: number;
  branches: number;
  branchesHit: number;
}

/** Sums of a document that holds nothing. */
export function noSums(): CoberturaSums {
  return { lines: 0, linesHit: 0, branches: 0, branchesHit: 0 };
}

/**
 * Compares the attributes of the root with what was counted, once by rows of classes and once by different lines:
 * writers do either.
 *
 * @returns what disagrees, or null
 */
export function coberturaMismatch(root: XmlAttributes, rows: CoberturaSums, unique: CoberturaSums): string | null {
  const whole = disagreement(root, unique);
  return whole === null || disagreement(root, rows) === null ? null : whole;
}

function disagreement(root: XmlAttributes, sums: CoberturaSums): string | null {
  const pairs = [
    ["lines-valid", sums.lines],
    ["lines-covered", sums.linesHit],
    ["branches-valid", sums.branches],
    ["branches-covered", sums.branchesHit],
  ] as const;
  for (const [name, counted] of pairs) {
    const claimed = root[name];
    if (claimed !== undefined && claimed.trim() !== "" && Number(claimed) !== counted) {
      return `says ${name}=${claimed.slice(0, 20)}, holds ${counted}`;
    }
  }
  return (
    rateDisagrees("line-rate", root["line-rate"], sums.linesHit, sums.lines) ??
    rateDisagrees("branch-rate", root["branch-rate"], sums.branchesHit, sums.branches)
  );
}

/** A rate may be rounded to the digits it is written with, but never by more than a hundredth. */
function rateDisagrees(name: string, claimed: string | undefined, hit: number, found: number): string | null {
  // Over nothing, writers put 0, 1 or NaN.
  if (claimed === undefined || claimed.trim() === "" || found === 0) return null;
  const digits = /\.(\d+)/.exec(claimed)?.[1]?.length ?? 0;
  const slack = Math.max(Math.min(10 ** -digits, 0.01), 1e-6);
  const rate = Number(claimed);
  if (Math.abs(rate - hit / found) <= slack) return null;
  return `says ${name}=${claimed.slice(0, 20)}, holds ${hit} of ${found}`;
}
