/**
 * Runs the protocol of work in worlds of simulated time, network, store and failures, and holds the history of each against
 * the rules; then looks for the planted bugs.
 *
 *   npm run simulate -- [--runs 20000] [--seed 1] [--jobs 2] [--planted 200] [--json]
 *
 * Ends with 1 when a rule does not hold, or a planted bug is not found. A seed is a world: the same seed runs the same again.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { ALL_FAULTS } from "./faults.ts";
import { type Catch, PLANTED_BUGS, tableOf } from "./planted-bugs.ts";
import { NOTHING, type SeedsReport, sumOf } from "./run-seeds.ts";
import type { WorkerTask } from "./simulate-worker.ts";
import { startWorkers, type Workers } from "./start-workers.ts";
import { smallestFailure, tellFailure } from "./tell-failure.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "20000" },
    seed: { type: "string", default: "1" },
    jobs: { type: "string", default: String(availableParallelism()) },
    planted: { type: "string", default: "200" },
    json: { type: "boolean", default: false },
  },
});
const [runs, seed] = [whole("runs", values.runs), whole("seed", values.seed)];
const [jobs, mostWorlds] = [Math.max(1, whole("jobs", values.jobs)), whole("planted", values.planted)];
/** Worlds that a worker runs before it tells how far it is. */
const AT_ONCE = 50;
/** Pause between two lines of progress, milliseconds. */
const TELL_EVERY_MS = 5_000;

const say = (line: string): void => void (values.json ? process.stderr : process.stdout).write(`${line}\n`);
const workers = await startWorkers(Math.min(jobs, Math.max(1, Math.ceil(runs / AT_ONCE))));
try {
  const began = performance.now();
  const total = await simulate(workers);
  const tookS = (performance.now() - began) / 1_000;
  if (total.failed !== null) await tellFailed(total.failed.seed);
  const catches = total.failed === null && mostWorlds > 0 ? await hunt(workers) : [];
  const violations = total.failed?.violations.length ?? 0;
  const faults = Object.fromEntries(ALL_FAULTS.map((kind) => [kind, total.faults[kind] ?? 0]));
  const numbers = {
    seed,
    runs: total.runs,
    runsPerSecond: Math.round(total.runs / tookS),
    seconds: Math.round(tookS * 10) / 10,
    virtualHours: Math.round(total.virtualMs / 3_600_000),
    tasks: total.tasks,
    accepted: total.accepted,
    attempts: total.attempts,
    steps: total.steps,
    faults,
    faultsInAll: Object.values(faults).reduce((sum, count) => sum + count, 0),
    violations,
    failedSeed: total.failed?.seed ?? null,
    plantedBugs: catches.length,
    plantedCaught: catches.filter(({ worlds }) => worlds !== null).length,
  };
  for (const [kind, count] of Object.entries(faults)) say(`  ${String(count).padStart(9)} ${kind}`);
  if (catches.length > 0) say(`\n${tableOf(catches)}\n`);
  say(
    `${numbers.runs} worlds from seed ${seed}, ${numbers.runsPerSecond}/s: ${numbers.virtualHours} hours, ` +
      `${numbers.attempts} attempts at ${numbers.tasks} tasks, ${numbers.faultsInAll} faults, ${violations} violations, ` +
      `${numbers.plantedCaught} of ${numbers.plantedBugs} planted bugs found`,
  );
  if (values.json) process.stdout.write(`${JSON.stringify(numbers)}\n`);
  process.exitCode = violations === 0 && numbers.plantedCaught === numbers.plantedBugs ? 0 : 1;
} finally {
  workers.close();
}

async function simulate(on: Workers): Promise<SeedsReport> {
  let total = NOTHING;
  const began = performance.now();
  let toldAt = began;
  await on.run(tasksOf(), (report) => {
    total = sumOf(total, report as SeedsReport);
    const now = performance.now();
    if (now - toldAt > TELL_EVERY_MS) {
      toldAt = now;
      say(`  ${total.runs} of ${runs} worlds, ${Math.round((total.runs * 1_000) / (now - began))}/s`);
    }
    return total.failed === null;
  });
  return total;
}

function* tasksOf(): Generator<WorkerTask> {
  for (let from = 0; from < runs; from += AT_ONCE) yield { seed: seed + from, runs: Math.min(AT_ONCE, runs - from) };
}

async function hunt(on: Workers): Promise<readonly Catch[]> {
  const catches: Catch[] = [];
  const tasks = PLANTED_BUGS.map((_, bug): WorkerTask => ({ bug, seed, mostWorlds }));
  await on.run(tasks, (found) => {
    catches.push(found as Catch);
    return true;
  });
  const order = new Map(PLANTED_BUGS.map(({ name }, at) => [name, at]));
  return catches.sort((one, other) => (order.get(one.bug) ?? 0) - (order.get(other.bug) ?? 0));
}

async function tellFailed(failed: number): Promise<void> {
  say(tellFailure(await smallestFailure({ seed: failed })));
}

function whole(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) {
    process.stderr.write(`--${name} must be a whole number, 0 or more, not ${JSON.stringify(text)}\n`);
    process.exit(64);
  }
  return number;
}
