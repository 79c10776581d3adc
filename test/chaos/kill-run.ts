/**
 * Works a plan in a child process that is killed (`kill -9`) at random moments and started again, until as many kills
 * were made as asked for; then lets it finish and reads the whole history.
 *
 *   npx tsx test/chaos/kill-run.ts [--kills 50] [--seed 1] [--tasks 600] [--keep]
 *
 * Ends with 1 when a task was lost or accepted twice, or anything else in the history is impossible.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createApp, createSystemRuntime, type EventRow } from "@holdpoint/server";
import { openStore } from "@holdpoint/store";
import { emptyDocument, layeredGraph } from "../../bench/layered-plan.ts";
import { checkHistory } from "./check-history.ts";
import { seededRandom } from "./seeded-random.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "50" },
    seed: { type: "string", default: "1" },
    tasks: { type: "string", default: "600" },
    keep: { type: "boolean", default: false },
  },
});
const kills = Number(values.kills);
const seed = Number(values.seed);
const random = seededRandom(seed);
/** A kill comes this long after the child was started or has begun to work, in milliseconds, at most. */
const LATEST_KILL_MS = 400;
const LAYERS = 12;
/** So many tries that chance alone leaves no task in the dead letters. */
const MAX_ATTEMPTS = 1_000;
const READ_AT_ONCE = 5_000;

const dataDir = mkdtempSync(join(tmpdir(), "holdpoint-chaos-"));
const graph = layeredGraph(LAYERS, Math.ceil(Number(values.tasks) / LAYERS), 3);
const dependsOn = new Map(graph.nodes.map((node) => [node.key, node.dependsOn]));
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const pause = async (ms: number): Promise<void> => await new Promise((resolve) => setTimeout(resolve, ms));

/** Begins the plan anew, so that there is work left for every kill. */
async function importPlan(round: number): Promise<string> {
  const runtime = createSystemRuntime();
  const app = await createApp({ store: await openStore({ dataDir, runtime }), runtime });
  const document = emptyDocument("Chaos");
  const { plan } = await app.importPlan({ source: `chaos-${round}`, document, graph, maxAttempts: MAX_ATTEMPTS });
  await app.close();
  return plan.planId;
}

function startWorker(planId: string): { child: ChildProcess; output: Promise<string>; working: Promise<void> } {
  const script = fileURLToPath(new URL("worker.ts", import.meta.url));
  const args = ["--import", "tsx", script, dataDir, planId, String(Math.floor(random() * 2 ** 31))];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  const working = new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes("working")) resolve();
    });
  });
  return { child, working, output: once(child, "exit").then(() => text) };
}

function killServer(): void {
  try {
    const [pid] = readFileSync(join(dataDir, ".holdpoint", "pg", "data", "postmaster.pid"), "utf8").split("\n");
    process.kill(Number(pid), "SIGKILL");
  } catch {
    // It is not running at this moment.
  }
}

let killed = 0;
let faults = 0;
try {
  for (let round = 1; killed < kills; round += 1) {
    const planId = await importPlan(round);
    let finished = false;
    while (!finished) {
      const { child, output, working } = startWorker(planId);
      if (killed < kills) {
        // Half of the kills come while it works, half at any moment of its life, the start of the database included.
        if (random() < 0.5) await Promise.race([working, output]);
        await Promise.race([pause(random() * LATEST_KILL_MS), output]);
        // A quarter of the kills take the database server down with it, in the middle of whatever it does.
        if (random() < 0.25) killServer();
        if (child.exitCode === null && child.kill("SIGKILL")) killed += 1;
      }
      finished = (await output).includes("done");
    }
    const runtime = createSystemRuntime();
    const app = await createApp({ store: await openStore({ dataDir, runtime }), runtime });
    const events: EventRow[] = [];
    for (let more = true; more; ) {
      const page = await app.events.read({ planId, after: events.at(-1)?.seq ?? 0, limit: READ_AT_ONCE });
      events.push(...page);
      more = page.length > 0;
    }
    const tasks = await app.work.list({ planId, limit: graph.nodes.length });
    await app.close();
    const report = checkHistory(events, tasks, dependsOn);
    const open = report.tasks - report.accepted;
    faults += report.faults.length + open;
    say(
      `round ${round}: ${killed} kills so far, ${report.tasks} tasks, ${report.attempts} attempts, ${report.lost} lost, ` +
        `${report.acceptedTwice} accepted twice, ${open} left open`,
    );
    for (const fault of report.faults.slice(0, 20)) say(`  ${fault.task} ${fault.what}`);
  }
  say(JSON.stringify({ seed, kills: killed, faults }));
  process.exitCode = faults === 0 ? 0 : 1;
} finally {
  if (values.keep) say(dataDir);
  else rmSync(dataDir, { recursive: true, force: true });
}
