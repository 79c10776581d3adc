/** How the scored scenarios of one run went. */
export interface ConformanceScore {
  readonly scored: number;
  readonly passed: number;
  readonly failed: readonly string[];
}

/**
 * Counts the scored scenarios in what the suite printed: those of its summary, without those that it lists as not scored.
 * A scenario without a single check has nothing to fail and passes, as the suite has it.
 */
export function scoreOf(output: string): ConformanceScore {
  const [, summary = ""] = output.split("=== SUMMARY ===");
  const [all = "", unscored = ""] = summary.split(/^Not scored/m);
  const left = new Set([...unscored.matchAll(/^\s+\S+ ([a-z0-9-]+) \(/gm)].map(([, name]) => name));
  const entries = [...all.matchAll(/^(\S+) ([a-z0-9-]+): \d+ passed, (\d+) failed/gm)].filter(
    ([, , name]) => !left.has(name),
  );
  const failed = entries.flatMap(([, mark, name = ""]) => (mark === "✓" ? [] : [name]));
  return { scored: entries.length, passed: entries.length - failed.length, failed };
}
