import type { Heading } from "./heading.ts";

/** A heading for what is done about the one above it. */
const SOLVES = /^(?:proposed |suggested )?(?:implementation|solution|fix|remedy)(?=$|\s?[:(–—-])/i;

/** The levels whose numbered headings mostly have a solution in their own section or below it. */
export function solvedLevels(headings: readonly Heading[]): ReadonlySet<number> {
  const counts = new Map<number, { all: number; solved: number }>();
  let current: { level: number; solved: boolean } | null = null;
  const close = (): void => {
    if (current === null) return;
    const count = counts.get(current.level) ?? { all: 0, solved: 0 };
    counts.set(current.level, { all: count.all + 1, solved: count.solved + (current.solved ? 1 : 0) });
    current = null;
  };
  for (const { level, number, evidence, title } of headings) {
    const open: { level: number; solved: boolean } | null = current;
    if (open !== null && level <= (open as { level: number }).level) close();
    if (current === null && number !== null && !number.includes(".")) current = { level, solved: false };
    if (current !== null && (evidence.solutions > 0 || (level > current.level && SOLVES.test(title))))
      current = { ...(current as { level: number }), solved: true };
  }
  close();
  const levels = [...counts].filter(([, { all, solved }]) => solved > 1 && solved * 2 >= all);
  return new Set(levels.map(([level]) => level));
}
