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
  return (
    countDisagrees(root, "lines-valid", sums.lines) ??
    countDisagrees(root, "lines-covered", sums.linesHit) ??
    rateDisagrees(root, "line-rate", sums.linesHit, sums.lines) ??
    branchesDisagree(root, sums)
  );
}

/**
 * Branches that begin on a line without a statement stand in no `<line>`, so some writers (Istanbul) rightly claim more
 * than the body shows. What they claim beyond it must then explain the difference.
 */
function branchesDisagree(root: XmlAttributes, sums: CoberturaSums): string | null {
  const found = claimed(root, "branches-valid") ?? sums.branches;
  const hit = claimed(root, "branches-covered") ?? sums.branchesHit;
  const unseen = found - sums.branches;
  const unseenHit = hit - sums.branchesHit;
  if (!(unseen >= 0 && unseenHit >= 0 && unseenHit <= unseen)) {
    return `says branches ${hit} of ${found}, holds ${sums.branchesHit} of ${sums.branches}`;
  }
  return rateDisagrees(root, "branch-rate", hit, found);
}

function countDisagrees(root: XmlAttributes, name: string, counted: number): string | null {
  const count = claimed(root, name);
  return count === null || count === counted ? null : `says ${name}=${count}, holds ${counted}`;
}

/**
 * A rate may be rounded to the digits it is written with, but never by more than a hundredth; nor need it be better than
 * four digits, since Istanbul writes 0.3777 as 0.37770000000000004.
 */
function rateDisagrees(root: XmlAttributes, name: string, hit: number, found: number): string | null {
  const rate = claimed(root, name);
  // Over nothing, writers put 0, 1 or NaN.
  if (rate === null || found === 0) return null;
  const digits = /\.(\d+)/.exec(root[name] ?? "")?.[1]?.length ?? 0;
  const slack = Math.max(Math.min(10 ** -digits, 0.01), 1e-4);
  return Math.abs(rate - hit / found) <= slack ? null : `says ${name}=${rate}, holds ${hit} of ${found}`;
}

/** A number of the root; NaN, which agrees with nothing, for other text; null when it is not there. */
function claimed(root: XmlAttributes, name: string): number | null {
  const text = root[name];
  return text === undefined || text.trim() === "" ? null : Number(text);
}
