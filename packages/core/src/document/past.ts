import type { Heading } from "./heading.ts";
import { THE_PAST } from "./section-meaning.ts";

/** The headings under one that tells of what was. One pass with the open headings on a stack. */
export function underPast(headings: readonly Heading[]): ReadonlySet<Heading> {
  const under = new Set<Heading>();
  const open: Heading[] = [];
  for (const heading of headings) {
    while ((open.at(-1)?.level ?? 0) >= heading.level) open.pop();
    const above = open.at(-1);
    if (above !== undefined && above.level > 1 && (above.meaning.because === THE_PAST || under.has(above)))
      under.add(heading);
    open.push(heading);
  }
  return under;
}
