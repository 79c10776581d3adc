import { StopReading } from "../oddities.ts";

const MAX_AHEAD = 10_000;

/** The test points of one level of a TAP document: the whole of it, or one subtest. */
export class TapLevel {
  /** Name of the subtest; empty for the document itself. */
  readonly name: string;
  plan: number | null = null;
  /** Test points directly at this level. */
  points = 0;
  /** Cases at this level and below, without parents that only sum up. */
  cases = 0;
  /** Cases that failed here and below; whether they count depends on what the points above say. */
  failed: string[] = [];
  /** A subtest that ended and waits for the test point that sums it up. */
  ended: TapLevel | null = null;
  /** Name of the subtest that comes next, when a comment tells it. */
  nextName = "";
  #next = 1;
  #greatest = 0;
  readonly #ahead = new Set<number>();

  constructor(name: string) {
    this.name = name;
  }

  /** Notes the number of a point. Points may come in any order, but none twice. @throws StopReading `malformed` */
  number(id: number | null, line: number): void {
    this.points += 1;
    const own = id ?? this.#next;
    if (own < this.#next || this.#ahead.has(own))
      throw new StopReading("malformed", `test point ${own} stands twice`, line);
    this.#greatest = Math.max(this.#greatest, own);
    if (own === this.#next) {
      this.#next += 1;
      while (this.#ahead.delete(this.#next)) this.#next += 1;
      return;
    }
    this.#ahead.add(own);
    if (this.#ahead.size > MAX_AHEAD)
      throw new StopReading("malformed", "the numbers of the test points are in disorder", line);
  }

  /** What the plan and the points disagree about, or null. */
  mismatch(): string | null {
    const what = this.name === "" ? "the plan" : `the plan of "${this.name}"`;
    if (this.plan === null) return null;
    if (this.plan !== this.points) return `${what} says ${this.plan}, there are ${this.points} test points`;
    return this.#greatest > this.plan ? `${what} says ${this.plan}, there is a test point ${this.#greatest}` : null;
  }
}
