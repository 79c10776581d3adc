/**
 * What pauses, reservations and limits cost the claims: the claim statement beside one that knows none of them, and
 * create, claim, report, accept with and without limits, on one durable embedded PostgreSQL.
 *
 *   npx tsx bench/work.bench.ts [--tasks 4000] [--rounds 3]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type App, createApp, createSystemRuntime } from "@holdpoint/server";
import { openStore, type Store, statement } from "@holdpoint/store";
import { CLAIM } from "../packages/server/src/work/claim.sql.ts";
import { createLimits, createPauses } from "../packages/server/src/work/index.ts";
import { median } from "./median.ts";

const { values } = parseArgs({
  options: { tasks: { type: "string", default: "4000" }, rounds: { type: "string", default: "3" } },
});
const count = Number(values.tasks);
const rounds = Number(values.rounds);
const CLAIM_LIMIT = 100;
const AGENTS = 8;
const PLAIN_TASK = {
  capabilities: [],
  priority: 0,
  dependsOn: [],
  maxAttempts: 3,
  runAt: null,
  concurrencyKey: null,
};
const STATEMENT_RUNS = 150;

/** The claim as it was before there was anything to leave out. */
const PLAIN_CLAIM = statement(
  "bench_plain_claim",
  `WITH slot AS (
     SELECT * FROM unnest($3::text[], $4::text[], $5::bigint[]) WITH ORDINALITY AS s(agent, owner, expires_at_ms, place)
   ), picked AS MATERIALIZED (
     SELECT task_id, priority, position FROM holdpoint.task_ready
     WHERE tenant_id = $1 AND ready_at_ms <= $2 AND capabilities <@ $6::text[] AND ($7::uuid IS NULL OR plan_id = $7)
     ORDER BY priority DESC, position, task_id
     LIMIT cardinality($3::text[])
     FOR UPDATE SKIP LOCKED
   ), numbered AS (
     SELECT task_id, row_number() OVER (ORDER BY priority DESC, position, task_id) AS place FROM picked
   ), taken AS (
     DELETE FROM holdpoint.task_ready r USING picked p WHERE r.tenant_id = $1 AND r.task_id = p.task_id
   ), moved AS (
     UPDATE holdpoint.task t SET state = 'leased', attempt = t.attempt + 1, updated_at_ms = $2
     FROM numbered n JOIN slot s USING (place)
     WHERE t.tenant_id = $1 AND t.task_id = n.task_id AND t.state = 'ready'
     RETURNING s.place, s.agent, s.owner, s.expires_at_ms, t.task_id, t.plan_id, t.key, t.state, t.attempt, t.tries,
       t.max_attempts, t.missing
   ), lease AS (
     INSERT INTO holdpoint.task_lease
       (tenant_id, task_id, plan_id, attempt, agent, owner, claimed_at_ms, expires_at_ms)
     SELECT $1, task_id, plan_id, attempt, agent, owner, $2, expires_at_ms FROM moved
   )
   SELECT m.*, x.title, x.gates
   FROM moved m JOIN holdpoint.task_text x ON x.tenant_id = $1 AND x.task_id = m.task_id
   ORDER BY m.place`,
);

const runtime = createSystemRuntime();
const dataDir = mkdtempSync(join(tmpdir(), "holdpoint-bench-"));
const store = await openStore({ dataDir, runtime });
let tenants = 0;

async function newTenant(): Promise<App> {
  tenants += 1;
  return await createApp({ store, runtime, tenant: `bench-${tenants}` });
}

async function create(app: App, howMany: number, queue: string, concurrencyKey: string | null): Promise<void> {
  const plain = { ...PLAIN_TASK, concurrencyKey };
  for (let done = 0; done < howMany; done += 1_000) {
    const length = Math.min(1_000, howMany - done);
    const batch = Array.from({ length }, (_, at) => ({ ...plain, title: `Task ${at}` }));
    await app.work.create({ queue, tasks: batch, by: "bench" });
  }
}

/** Median time of a claim of 100, plain and real, taken in turns from the same queue; milliseconds. */
async function statementMs(on: Store): Promise<{ plain: number; real: number }> {
  const app = await newTenant();
  await create(app, 2 * STATEMENT_RUNS * CLAIM_LIMIT, "statement", null);
  await on.run(statement("bench_analyze", "ANALYZE"));
  const times = { plain: [] as number[], real: [] as number[] };
  const agents = Array.from({ length: CLAIM_LIMIT }, () => "bench");
  for (let run = 0; run < 2 * STATEMENT_RUNS; run += 1) {
    const now = runtime.now();
    const input = [app.tenant, now, agents, agents, agents.map(() => now + 600_000), [], null];
    const began = performance.now();
    const rows = run % 2 === 0 ? await on.run(PLAIN_CLAIM, input) : await on.run(CLAIM, [...input, null]);
    times[run % 2 === 0 ? "plain" : "real"].push(performance.now() - began);
    if (rows.length !== CLAIM_LIMIT) throw new Error(`${rows.length} tasks were claimed`);
  }
  return { plain: median(times.plain), real: median(times.real) };
}

/** Tasks per second from claim to acceptance. */
async function tasksPerSecond(app: App): Promise<number> {
  const work = async (agent: string): Promise<void> => {
    for (;;) {
      const request = { agent, capabilities: [], owner: "bench", limit: CLAIM_LIMIT, leaseTtlMs: 60_000 };
      const claims = await app.work.claim(request);
      if (claims.length === 0) return;
      await Promise.all(
        claims.map(async (ref) => {
          await app.work.report(ref);
          await app.work.accept(ref);
        }),
      );
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: AGENTS }, (_, agent) => work(`agent-${agent}`)));
  const rate = count / ((performance.now() - began) / 1_000);
  const { accepted } = await app.work.counts();
  if (accepted !== count) throw new Error(`${accepted} of ${count} were accepted`);
  return rate;
}

const scenarios: Readonly<Record<string, (app: App) => Promise<void>>> = {
  none: (app) => create(app, count, "work", null),
  otherLimits: async (app) => {
    const limits = createLimits(store, runtime, app.tenant, () => undefined);
    for (let key = 0; key < 10; key += 1) await limits.put(`key-${key}`, { maxRunning: 1, rate: null }, "bench");
    await create(app, count, "work", null);
  },
  limited: async (app) => {
    const limits = createLimits(store, runtime, app.tenant, () => undefined);
    await limits.put("wide", { maxRunning: 1_000_000, rate: { starts: 1_000_000, perMs: 1_000 } }, "bench");
    await create(app, count, "work", "wide");
  },
  paused: async (app) => {
    const pauses = createPauses(store, runtime, app.tenant, () => undefined);
    for (let queue = 0; queue < 5; queue += 1) {
      const tasks = [{ ...PLAIN_TASK, title: "Cancelled" }];
      const [task] = await app.work.create({ queue: `paused-${queue}`, by: "bench", tasks });
      await pauses.pausePlan((await pauses.queueId(`paused-${queue}`)) ?? "", { by: "bench", reason: null });
      await app.work.cancel({ taskId: task?.taskId ?? "", by: "bench", reason: "only its queue is wanted" });
    }
    await create(app, count, "work", null);
  },
};

try {
  const claim = await statementMs(store);
  const rates = new Map<string, number[]>();
  for (let round = 0; round < rounds; round += 1) {
    const all = Object.entries(scenarios);
    // Each begins a round in its turn.
    for (const [name, prepare] of [...all.slice(round % all.length), ...all.slice(0, round % all.length)]) {
      const app = await newTenant();
      await prepare(app);
      await store.run(statement("bench_analyze", "ANALYZE"));
      rates.set(name, [...(rates.get(name) ?? []), await tasksPerSecond(app)]);
    }
  }
  // What else the machine does only makes a round slower.
  const rate = (name: string): number => Math.max(...(rates.get(name) ?? []));
  const single = await newTenant();
  const began = performance.now();
  await Promise.all(
    Array.from({ length: count }, (_, at) =>
      single.work.create({ queue: "single", by: "bench", tasks: [{ ...PLAIN_TASK, title: `Task ${at}` }] }),
    ),
  );
  const createdPerSecond = count / ((performance.now() - began) / 1_000);
  console.log(`${store.description}, ${count} tasks, ${AGENTS} agents, best of ${rounds} rounds`);
  console.log(
    `claim of ${CLAIM_LIMIT}, plain and as it is    ${claim.plain.toFixed(2)} ms, ${claim.real.toFixed(2)} ms`,
  );
  console.log(`claim, report, accept             ${rate("none").toFixed(0)} tasks/s`);
  console.log(`… with ten limits on other keys   ${rate("otherLimits").toFixed(0)} tasks/s`);
  console.log(`… each under a limit              ${rate("limited").toFixed(0)} tasks/s`);
  console.log(`… beside five paused queues       ${rate("paused").toFixed(0)} tasks/s`);
  console.log(`single creations at one time      ${createdPerSecond.toFixed(0)} tasks/s`);
  const rounded = (value: number): number => Math.round(value * 100) / 100;
  console.log(
    JSON.stringify({
      ratios: {
        claimPerPlainClaim: rounded(claim.real / claim.plain),
        otherLimitsPerNone: rounded(rate("otherLimits") / rate("none")),
        limitedPerNone: rounded(rate("limited") / rate("none")),
        pausedPerNone: rounded(rate("paused") / rate("none")),
      },
      rates: { tasksPerSecond: Math.round(rate("none")), createdPerSecond: Math.round(createdPerSecond) },
    }),
  );
} finally {
  await store.close();
  rmSync(dataDir, { recursive: true, force: true });
}
