/**
 * The process that is killed: opens the store, frees what its predecessor held, and works the plan until nothing is
 * left. It works as a real run does: claim, report, then accept or refuse, by chance from its seed.
 *
 *   tsx worker.ts DIR PLAN_ID SEED
 */
import { hostname } from "node:os";
import { type Claim, createApp, createSystemRuntime } from "@holdpoint/server";
import { openStore } from "@holdpoint/store";
import { seededRandom } from "./seeded-random.ts";

const [dataDir = ".", planId = "", seed = "1"] = process.argv.slice(2);
const random = seededRandom(Number(seed));
const runtime = createSystemRuntime();
const app = await createApp({
  store: await openStore({ dataDir, runtime }),
  runtime,
  retry: { baseMs: 1, capMs: 5 },
});
const owner = `${hostname()}:${process.pid}`;

// Only one process may have the directory, so every lease found here belongs to a dead one.
for (const { lease } of await app.work.list({ planId, states: ["leased"] })) {
  if (lease !== null) await app.work.expire({ owner: lease.owner });
}
for (const { taskId, attempt } of await app.work.list({ planId, states: ["reported"] })) await judge(taskId, attempt);
process.stdout.write("working\n");

for (;;) {
  const claims = await app.work.claim({
    planId,
    agent: "chaos",
    capabilities: [],
    owner,
    limit: 20,
    leaseTtlMs: 60_000,
  });
  if (claims.length === 0) {
    const { waiting, ready, leased, reported } = await app.work.counts(planId);
    if (waiting + ready + leased + reported === 0) break;
    continue;
  }
  await Promise.all(claims.map(work));
}
await app.close();
process.stdout.write("done\n");

async function work({ taskId, attempt }: Claim): Promise<void> {
  const fate = random();
  if (fate < 0.02) await app.work.release({ taskId, attempt, reason: "drained" });
  else if (fate < 0.05) await app.work.fail({ taskId, attempt, reason: "crashed" });
  else {
    await app.work.report({ taskId, attempt, result: { fate } });
    await judge(taskId, attempt);
  }
}

async function judge(taskId: string, attempt: number): Promise<void> {
  if (random() < 0.05) await app.work.refuse({ taskId, attempt, missing: ["chance"] });
  else await app.work.accept({ taskId, attempt });
}
