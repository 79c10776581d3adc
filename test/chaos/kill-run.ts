/**
 * Works a generated plan with the real `holdpoint run`, kills its process (`kill -9`) at random moments and starts it
 * again, plan after plan, until as many kills were made as asked for; then lets it finish. Reads the whole history of
 * each plan from the database, from what the agents noted themselves and from the working tree.
 *
 *   npx tsx test/chaos/kill-run.ts [--kills 50] [--seed 1] [--layers 5] [--width 6] [--json] [--keep]
 *
 * Ends with 1 when a task was lost or accepted twice, a process was left behind, or anything else cannot be right.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { readPlan, scheduleWork } from "@holdpoint/core";
import { createApp, createSystemRuntime, type EventRow } from "@holdpoint/server";
import { openStore } from "@holdpoint/store";
import { BIN, ensureBuilt } from "../e2e/built-cli.ts";
import { outerEnvironment } from "../e2e/outer-environment.ts";
import { writeChaosPlan } from "./chaos-plan.ts";
import { checkFolder, processesIn } from "./check-folder.ts";
import { checkHistory } from "./check-history.ts";
import { seededRandom } from "./seeded-random.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "50" },
    seed: { type: "string", default: "1" },
    layers: { type: "string", default: "5" },
    width: { type: "string", default: "6" },
    json: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
  },
});
const [kills, seed] = [Number(values.kills), Number(values.seed)];
const shape = { layers: Number(values.layers), width: Number(values.width) };
const random = seededRandom(seed);
/** Half of the kills come this long after the start at most, the database's own start included; milliseconds. */
const LATEST_ANY_MS = 1200;
/** The other half come this long after the agents have noted something new. */
const LATEST_WORKING_MS = 600;
/** How long the processes of a killed run may take to end, the database's orderly stop included. */
const END_WITHIN_MS = 12_000;
const READ_AT_ONCE = 5_000;

const say = (line: string): void => void (values.json ? process.stderr : process.stdout).write(`${line}\n`);
const totals = { kills: 0, rounds: 0, tasks: 0, attempts: 0, lost: 0, acceptedTwice: 0, leftBehind: 0, faults: 0 };
const base = mkdtempSync(join(tmpdir(), "holdpoint-chaos-"));

// The database is sealed with the user's key: the history is read by the same user.
process.env["XDG_CONFIG_HOME"] = join(base, "config");

await ensureBuilt();
try {
  while (totals.kills < kills) await playRound(totals.rounds + 1);
  const { faults, ...numbers } = totals;
  say(`${totals.kills} kills in ${totals.rounds} rounds, seed ${seed}`);
  process.stdout.write(`${JSON.stringify({ seed, ...numbers, faults })}\n`);
  process.exitCode = faults + totals.lost + totals.acceptedTwice + totals.leftBehind === 0 ? 0 : 1;
} finally {
  if (values.keep) say(base);
  else rmSync(base, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

/** Works one plan to its end, with kills as long as some are due. */
async function playRound(round: number): Promise<void> {
  const dir = join(base, `round-${round}`);
  const log = join(base, `log-${round}.txt`);
  mkdirSync(dir);
  writeChaosPlan(dir, { ...shape, log });
  const document = readPlan(readFileSync(join(dir, "PLAN.md")), { fileName: "PLAN.md" });
  for (let runs = 1; ; runs += 1) {
    const { child, ended } = startRun(dir);
    const wantsKill = totals.kills < kills;
    if (wantsKill) await killAtRandom(child, ended, dir, log);
    const { code, err } = await ended;
    if (wantsKill && random() < 0.3) await countLeftBehind(dir);
    if (code === 0) break;
    // Whoever was not killed has to come to the end; one that was may have been starting its database.
    if (code !== null && code !== 69) throw new Error(`round ${round}, run ${runs} ended with ${code}: ${err}`);
    if (runs > kills + 200) throw new Error(`round ${round} does not come to an end: ${err}`);
  }
  await countLeftBehind(dir);
  await readHistory(round, dir, log, document);
}

interface RunEnd {
  readonly code: number | null;
  readonly err: string;
}

function startRun(dir: string): { child: ChildProcess; ended: Promise<RunEnd> } {
  const child = spawn(process.execPath, [BIN, "run", "PLAN.md", "--trust", "--json"], {
    cwd: dir,
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      ...outerEnvironment(),
      XDG_STATE_HOME: join(base, "state"),
    },
  });
  let err = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => void (err += text));
  const ended = once(child, "close").then(([code]: unknown[]): RunEnd => ({ code: code as number | null, err }));
  return { child, ended };
}

async function killAtRandom(child: ChildProcess, ended: Promise<RunEnd>, dir: string, log: string): Promise<void> {
  const life = { over: false };
  void ended.then(() => (life.over = true));
  const working = random() < 0.5;
  const waitMs = random() * (working ? LATEST_WORKING_MS : LATEST_ANY_MS);
  const withServer = random() < 0.25;
  if (working) {
    const before = sizeOf(log);
    while (!life.over && sizeOf(log) === before) await pause(5);
  }
  await Promise.race([pause(waitMs), ended]);
  if (life.over || child.exitCode !== null) return;
  // A quarter of the kills take the database server down with it, in the middle of whatever it does.
  if (withServer) killServer(dir);
  if (child.kill("SIGKILL")) totals.kills += 1;
}

function sizeOf(file: string): number {
  try {
    return readFileSync(file).length;
  } catch {
    return 0;
  }
}

function killServer(dir: string): void {
  try {
    const [pid] = readFileSync(join(dir, ".holdpoint", "pg", "data", "postmaster.pid"), "utf8").split("\n");
    process.kill(Number(pid), "SIGKILL");
  } catch {
    // It is not running at this moment.
  }
}

async function countLeftBehind(dir: string): Promise<void> {
  const until = performance.now() + END_WITHIN_MS;
  let left = processesIn(dir);
  while (left.length > 0 && performance.now() < until) {
    await pause(50);
    left = processesIn(dir);
  }
  for (const line of left) say(`  left behind: ${line}`);
  totals.leftBehind += left.length;
}

async function readHistory(
  round: number,
  dir: string,
  log: string,
  document: ReturnType<typeof readPlan>,
): Promise<void> {
  const runtime = createSystemRuntime();
  const app = await createApp({ store: await openStore({ dataDir: dir, runtime }), runtime });
  try {
    const [plan] = await app.plans.list();
    if (plan === undefined) throw new Error(`round ${round} has no plan in its database`);
    const events: EventRow[] = [];
    for (let more = true; more; ) {
      const page = await app.events.read({ planId: plan.planId, after: events.at(-1)?.seq ?? 0, limit: READ_AT_ONCE });
      events.push(...page);
      more = page.length > 0;
    }
    const tasks = await app.work.list({ planId: plan.planId, limit: READ_AT_ONCE });
    const graph = scheduleWork(document);
    const dependsOn = new Map(graph.nodes.map((node) => [node.key, node.dependsOn]));
    const history = checkHistory(events, tasks, dependsOn);
    const faults = [...history.faults, ...checkFolder(dir, log, tasks)];
    const missing = graph.nodes.length - history.accepted;
    totals.rounds += 1;
    totals.tasks += history.tasks;
    totals.attempts += history.attempts;
    totals.lost += history.lost + missing;
    totals.acceptedTwice += history.acceptedTwice;
    totals.faults += faults.length;
    say(
      `round ${round}: ${totals.kills} kills so far, ${history.accepted} of ${graph.nodes.length} tasks and checkpoints ` +
        `accepted, ${history.attempts} attempts, ${history.lost + missing} lost, ${history.acceptedTwice} accepted twice, ` +
        `${faults.length} faults`,
    );
    for (const fault of faults.slice(0, 20)) say(`  ${fault.task} ${fault.what}`);
  } finally {
    await app.close();
  }
}
