import type { RunFixture } from "./fixture.ts";

export const BOUND = { check: "check" } as const;
export const OTHER_TREE = "b".repeat(64);

/** Runs every quarter of an hour, the newest a minute ago. */
export function quarters(count: number, stdout: (index: number) => string): RunFixture[] {
  return Array.from({ length: count }, (_, i) => ({ minutesAgo: 1 + (count - 1 - i) * 15, stdout: stdout(i) }));
}

/** None of these may open a gate. */
