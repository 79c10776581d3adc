import { checkWorld, type Violation } from "./check-world.ts";
import type { FaultKind } from "./faults.ts";
import { World } from "./world.ts";

/** What a number of worlds came to. */
export interface SeedsReport {
  readonly runs: number;
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  readonly tasks: number;
  readonly accepted: number;
  /** Attempts that began. */
  readonly attempts: number;
  /** Things that happened. */
  readonly steps: number;
  /** Time that passed in the worlds, milliseconds. */
  readonly virtualMs: number;
  /** The first world in which a rule did not hold. */
  readonly failed: { readonly seed: number; readonly violations: readonly Violation[] } | null;
}

/** Runs the worlds of seeds, one after the other, until one fails. */
export async function runSeeds(seed: number, runs: number): Promise<SeedsReport> {
  const faults: Partial<Record<FaultKind, number>> = {};
  const sums = { runs: 0, tasks: 0, accepted: 0, attempts: 0, steps: 0, virtualMs: 0 };
  for (let at = 0; at < runs; at += 1) {
    const world = new World({ seed: seed + at });
    const history = await world.run();
    const violations = checkWorld(history);
    sums.runs += 1;
    sums.tasks += history.last.length;
    sums.accepted += history.last.filter(({ state }) => state === "accepted").length;
    sums.attempts += history.last.reduce((sum, { attempt }) => sum + attempt, 0);
    sums.steps += world.time.steps;
    sums.virtualMs += world.livedMs;
    for (const [kind, count] of world.faults.counts) faults[kind] = (faults[kind] ?? 0) + count;
    if (violations.length > 0) return { ...sums, faults, failed: { seed: seed + at, violations } };
  }
  return { ...sums, faults, failed: null };
}

/** Two reports as one. */
export function sumOf(one: SeedsReport, other: SeedsReport): SeedsReport {
  const faults: Partial<Record<FaultKind, number>> = { ...one.faults };
  for (const [kind, count] of Object.entries(other.faults)) {
    const key = kind as FaultKind;
    faults[key] = (faults[key] ?? 0) + count;
  }
  return {
    runs: one.runs + other.runs,
    tasks: one.tasks + other.tasks,
    accepted: one.accepted + other.accepted,
    attempts: one.attempts + other.attempts,
    steps: one.steps + other.steps,
    virtualMs: one.virtualMs + other.virtualMs,
    faults,
    failed: one.failed ?? other.failed,
  };
}

/** No worlds. */
export const NOTHING: SeedsReport = {
  runs: 0,
  tasks: 0,
  accepted: 0,
  attempts: 0,
  steps: 0,
  virtualMs: 0,
  faults: {},
  failed: null,
};
