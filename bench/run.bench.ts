/**
 * 10,000 no-op tasks in a layered graph through the durable engine, with an in-process agent, beside what the same
 * PostgreSQL on the same disk does with one row per commit.
 *
 *   npx tsx bench/run.bench.ts [--tasks 10000] [--agents 64]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createApp, createSystemRuntime } from "@holdpoint/server";
import { openStore, type Store, statement } from "@holdpoint/store";
import { emptyDocument, layeredGraph } from "./layered-plan.ts";
import { median } from "./median.ts";

const { values } = parseArgs({
  options: { tasks: { type: "string", default: "10000" }, agents: { type: "string", default: "8" } },
});
const tasks = Number(values.tasks);
const agents = Number(values.agents);
const LAYERS = 20;
const YARDSTICK_COMMITS = 2_000;
const CLAIM_LIMIT = 100;
/** Pause of an agent that was offered nothing, milliseconds. */
const IDLE_MS = 2;

async function singleRowCommits(store: Store): Promise<number> {
  await store.run(
    statement("bench_table", "CREATE TABLE IF NOT EXISTS bench_yardstick (id bigint PRIMARY KEY, note text)"),
  );
  const insert = statement("bench_insert", "INSERT INTO bench_yardstick VALUES ($1, $2)");
  const began = performance.now();
  for (let id = 0; id < YARDSTICK_COMMITS; id += 1) await store.run(insert, [id, "one row, one commit"]);
  return YARDSTICK_COMMITS / ((performance.now() - began) / 1_000);
}

const dataDir = mkdtempSync(join(tmpdir(), "holdpoint-bench-"));
const runtime = createSystemRuntime();
/** Opens the store again and again; answers the median time until it can be used, in milliseconds. */
async function laterStartMs(): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < 5; run += 1) {
    const began = performance.now();
    const again = await openStore({ dataDir, runtime });
    times.push(performance.now() - began);
    await again.close();
  }
  return median(times);
}

const firstBegan = performance.now();
await (await openStore({ dataDir, runtime })).close();
const firstStartMs = performance.now() - firstBegan;
const nextStartMs = await laterStartMs();
const store = await openStore({ dataDir, runtime });
try {
  const app = await createApp({ store, runtime });
  const graph = layeredGraph(LAYERS, Math.ceil(tasks / LAYERS), 3);
  const importBegan = performance.now();
  const { plan } = await app.importPlan({ source: "bench", document: emptyDocument("Layered"), graph });
  const importMs = performance.now() - importBegan;

  let accepted = 0;
  const work = async (name: string): Promise<void> => {
    for (;;) {
      const claims = await app.work.claim({
        planId: plan.planId,
        agent: name,
        capabilities: [],
        owner: "bench",
        limit: CLAIM_LIMIT,
        leaseTtlMs: 60_000,
      });
      if (claims.length === 0) {
        if (accepted === graph.nodes.length) return;
        // Others finish what this agent's next tasks wait for.
        await pause(IDLE_MS);
        continue;
      }
      await Promise.all(
        claims.map(async ({ taskId, attempt }) => {
          await app.work.report({ taskId, attempt });
          const { ok } = await app.work.accept({ taskId, attempt });
          if (ok) accepted += 1;
        }),
      );
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: agents }, (_, agent) => work(`agent-${agent}`)));
  const tasksPerSecond = graph.nodes.length / ((performance.now() - began) / 1_000);

  const counts = await app.work.counts(plan.planId);
  if (counts.accepted !== graph.nodes.length) throw new Error(`not everything was accepted: ${JSON.stringify(counts)}`);
  const commitsPerSecond = await singleRowCommits(store);
  console.log(`${store.description}, ${graph.nodes.length} tasks in ${LAYERS} layers, ${agents} agents`);
  console.log(`first start, later starts      ${firstStartMs.toFixed(0)} ms, ${nextStartMs.toFixed(0)} ms`);
  console.log(`import of the graph            ${importMs.toFixed(0)} ms`);
  console.log(`claim, report, accept, durable ${tasksPerSecond.toFixed(0)} tasks/s`);
  console.log(`one row per commit, plain pg   ${commitsPerSecond.toFixed(0)} commits/s`);
  const round = (value: number): number => Math.round(value * 100) / 100;
  console.log(
    JSON.stringify({
      ratios: { runTasksPerSingleRowCommit: round(tasksPerSecond / commitsPerSecond) },
      rates: {
        firstStartMs: Math.round(firstStartMs),
        laterStartMs: Math.round(nextStartMs),
        runTasksPerSecond: Math.round(tasksPerSecond),
        singleRowCommitsPerSecond: Math.round(commitsPerSecond),
        importTasksPerSecond: Math.round(graph.nodes.length / (importMs / 1_000)),
      },
    }),
  );
} finally {
  await store.close();
  rmSync(dataDir, { recursive: true, force: true });
}
