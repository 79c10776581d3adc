/** How the scored scenarios of one run went. */
export interface ConformanceScore {
  readonly scored: number;
  readonly passed: number;
  /** Scored scenarios that failed or did not run. */
  readonly failed: readonly string[];
}

/**
 * The server scenarios that a revision requires, from the suite's own `requirements/<revision>.yaml`; what it runs besides,
 * for visibility, is not among them.
 */
export function scoredScenarios(requirements: string): readonly string[] {
  const [, section = ""] = requirements.split(/^server:[ \t]*$/m);
  const [own = ""] = section.split(/^\S/m);
  return [...own.matchAll(/^ +- ([a-z0-9-]+)[ \t]*$/gm)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

/**
 * Counts scored scenarios in what the suite printed. One that emits no check has nothing to fail and passes, as the suite
 * has it.
 */
export function scoreOf(output: string, scored: readonly string[]): ConformanceScore {
  const [, summary = ""] = output.split("=== SUMMARY ===");
  const passes = new Set([...summary.matchAll(/^✓ ([a-z0-9-]+): \d+ passed, 0 failed/gm)].map(([, name]) => name));
  const failed = scored.filter((name) => !passes.has(name));
  return { scored: scored.length, passed: scored.length - failed.length, failed };
}
