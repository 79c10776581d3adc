import { countHits, type FoundHit } from "../coverage-tally.ts";
import { StopReading } from "../oddities.ts";

/** One `SF … end_of_record` block while it is read; held only until its end. */
export class LcovRecord {
  readonly path: string;
  readonly lines: Map<number, boolean> = new Map();
  /** Functions by name or index, with the line they begin at when that is told. */
  readonly functions: Map<string, { line: string | null; hit: boolean }> = new Map();
  readonly branches: Map<string, boolean> = new Map();
  /** Sums as the record claims them: LF, LH, FNF, FNH, BRF, BRH. */
  readonly claimed: Map<string, number> = new Map();

  constructor(path: string) {
    this.path = path;
  }

  /** What the claimed sums disagree with, or null. */
  mismatch(): string | null {
    const lines = countHits(this.lines.values());
    const functions = countHits([...this.functions.values()].map((entry) => entry.hit));
    const branches = countHits(this.branches.values());
    return (
      this.#disagrees("LF", "LH", [lines]) ??
      this.#disagrees("FNF", "FNH", [functions, this.#functionsByLine()]) ??
      this.#disagrees("BRF", "BRH", [branches])
    );
  }

  /** Functions grouped by the line they begin at: llvm-cov lists every instance of a template but claims one. */
  #functionsByLine(): FoundHit {
    const groups = new Map<string, boolean>();
    for (const [name, entry] of this.functions) {
      const group = entry.line ?? name;
      groups.set(group, entry.hit || groups.get(group) === true);
    }
    return countHits(groups.values());
  }

  #disagrees(found: string, hit: string, counts: readonly FoundHit[]): string | null {
    const claimedFound = this.claimed.get(found);
    const claimedHit = this.claimed.get(hit);
    const agrees = counts.some(
      (count) => (claimedFound ?? count.found) === count.found && (claimedHit ?? count.hit) === count.hit,
    );
    if (agrees) return null;
    const [count] = counts;
    return `${this.path} says ${found}:${claimedFound ?? "-"} ${hit}:${claimedHit ?? "-"}, holds ${count?.found}:${count?.hit}`;
  }
}

/** A whole number of at most 15 digits. @throws StopReading `malformed` for anything else */
export function wholeNumber(text: string | undefined, line: number): number {
  if (text === undefined || !/^\d{1,15}$/.test(text)) {
    throw new StopReading("malformed", `"${(text ?? "").slice(0, 40)}" is not a whole number`, line);
  }
  return Number(text);
}

/** Whether a count of executions says that it ran; counts may be longer than a number holds exactly. */
export function ranCount(text: string | undefined, line: number): boolean {
  if (text === undefined || !/^\d{1,30}$/.test(text)) {
    throw new StopReading("malformed", `"${(text ?? "").slice(0, 40)}" is not a count`, line);
  }
  return /[1-9]/.test(text);
}
