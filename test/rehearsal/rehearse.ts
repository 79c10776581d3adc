/**
 * A whole day of a control plane in a few minutes, with the processes that people deploy: a server on its embedded database,
 * a folder of discovered scripts served by one runner, a plan worked to its end, a task that fails until it is mended, many
 * users at once, a backup that is restored and moved. Prints what it measured, and what /status and /metrics say; ends with 1 when
 * something did not come to be. With --replicas the same is served by two processes on a PostgreSQL server and Redis, of which
 * one is killed while the plan is worked.
 *
 *   npm run rehearse -- [--agents 232] [--users 1000] [--rate 1000] [--seconds 300] [--replicas] [--json]
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { operations } from "@holdpoint/contract";
import { type Client, createClient } from "@holdpoint/sdk";
import { endAll, startCli, until } from "../runner/processes.ts";
import { type FleetFolder, STUMBLES, writeFleetFolder } from "./fleet-folder.ts";
import { putLoad } from "./load.ts";
import { faultsIn, percentOf, recoveryOf, shortfalls, type Tried } from "./rehearsal-verdict.ts";
import { type Served, serveEmbedded, serveReplicas } from "./served.ts";

const { values } = parseArgs({
  options: {
    agents: { type: "string", default: "232" },
    users: { type: "string", default: "1000" },
    rate: { type: "string", default: "1000" },
    seconds: { type: "string", default: "300" },
    replicas: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const agents = Number(values.agents);
/** Tokens of the load: their limits are counted one by one. */
const TOKENS = 10;
/** How long the plan may take, milliseconds. */
const PLAN_MS = 240_000;
/** Accepted tasks of the plan after which one of several replicas is killed. */
const KILL_AFTER = 20;
/** Numbers of /metrics that are shown. */
const SHOWN = /^holdpoint_(?:tasks|attempts_total|oldest_ready_seconds|lease_expiries_total|fence_refusals_total)\b/;

const folder = mkdtempSync(join(tmpdir(), "holdpoint-rehearsal-"));
const measured: Record<string, number> = {};
try {
  const fleet = writeFleetFolder(folder, agents);
  await rehearse(fleet);
  process.stdout.write(`${JSON.stringify({ schema: "holdpoint/rehearsal/v1", ...measured })}\n`);
  const short = shortfalls(measured, { agents, tasks: fleet.tasks, replicas: values.replicas });
  for (const what of short) process.stderr.write(`did not come to be: ${what}\n`);
  if (short.length > 0) process.exitCode = 1;
} finally {
  await endAll();
  rmSync(folder, { recursive: true, force: true });
}

async function rehearse(fleet: FleetFolder): Promise<void> {
  const served = await (values.replicas ? serveReplicas(folder, note) : serveEmbedded(folder, note));
  const client = createClient({ url: served.url, token: served.adminToken });

  await discover(fleet);
  const token = (await client.call(operations.createToken, { body: { kind: "run", name: "host" } })).token;
  const args = ["agent", "run", "--trust", "--name", "host", "--state", join(folder, "state"), "--url", client.url];
  const runner = startCli(args, folder, { HOLDPOINT_TOKEN: token });
  const healthyMs = await until(async () => (await healthyAgents(client)) === agents);
  note("agent_start_s", seconds(healthyMs), `s until all ${agents} agents are healthy`);
  await workThePlan(client, fleet, served);
  await serveEveryAgent(client, fleet);
  await redriveADeadLetter(client, fleet);
  note("agents_healthy", percentOf(await healthyAgents(client), agents), "% of the agents healthy afterwards");

  await show(client);
  const { users, rate, seconds: lasting } = values;
  const load = { users: Number(users), rate: Number(rate), seconds: Number(lasting) };
  const tokens = await Promise.all(Array.from({ length: TOKENS }, (_, index) => tokenOf(client, `users ${index}`)));
  const result = await putLoad({ url: client.url, tokens, agents: fleet.capabilities, ...load });
  note("load_users", result.users, "users at the same time");
  note("load_rate", result.rate, `requests a second, for ${load.seconds} s`);
  note("load_failed", result.failed, `of ${result.requests} requests failed`);
  note("load_p50_ms", result.p50Ms, "ms, half of the requests");
  note("load_p95_ms", result.p95Ms, "ms, 95 % of the requests");
  note("load_p99_ms", result.p99Ms, "ms, 99 % of the requests");
  await backUpAndRestore(served);
  let faults = 0;
  for (const url of served.replicas) faults += faultsIn(await metrics(createClient({ url, token: served.adminToken })));
  note("server_faults", faults, "answers of 500 and above, by the server's own count");
  note("runner_stopped", (await runner.stop()) ?? -1, "is how the runner ended");
  note("server_stopped", (await served.stop())[0] ?? 0, "is how the server ended");
}

async function discover(fleet: FleetFolder): Promise<void> {
  const found = startCli(["agent", "discover", fleet.scripts, "--write"], folder);
  await until(() => found.child.exitCode !== null);
  if (found.child.exitCode !== 0 || !found.text().includes(`${agents} manifests written`))
    throw new Error(found.text());
}

async function healthyAgents(client: Client): Promise<number> {
  let healthy = 0;
  let cursor: string | undefined;
  do {
    const page = await client.call(operations.listAgents, { query: { limit: 200, cursor } });
    healthy += page.items.filter(({ state }) => state === "healthy").length;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return healthy;
}

/** Works the plan to its end; what failed at first and was accepted in the end has recovered. */
async function workThePlan(client: Client, fleet: FleetFolder, { killOne }: Served): Promise<void> {
  const body = { source: "REHEARSAL.md", document: fleet.plan };
  const { plan } = await client.call(operations.importPlan, { body });
  const counts = async (): Promise<Readonly<Record<string, number>>> =>
    (await client.call(operations.getProgress, { params: { plan: plan.id } })).tasks;
  const begun = performance.now();
  if (killOne !== undefined) {
    await until(async () => ((await counts())["accepted"] ?? 0) >= KILL_AFTER, PLAN_MS);
    await killOne();
  }
  await until(async () => {
    const { waiting = 0, ready = 0, leased = 0, reported = 0 } = await counts();
    return waiting + ready + leased + reported === 0;
  }, PLAN_MS);
  const tookMs = performance.now() - begun;
  const { accepted = 0 } = await counts();
  note("plan_tasks_accepted", accepted, "tasks of a plan accepted");
  note("plan_s", seconds(tookMs), "s from the import to the last of them");
  note("error_recovery", recoveryOf(await stumbled(client, plan.id)), "% of the failed tasks recovered");
}

/** The tasks whose first try fails by their script, with what became of each try. */
async function stumbled(client: Client, plan: string): Promise<readonly Tried[]> {
  const tried: Tried[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.call(operations.listTasks, { query: { plan, limit: 200, cursor } });
    for (const { id, state } of page.items.filter((task) => task.key.endsWith(STUMBLES))) {
      tried.push({ state, ...(await client.call(operations.listAttempts, { params: { task: id } })) });
    }
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return tried;
}

/** Gives each agent one task that only it can do. */
async function serveEveryAgent(client: Client, fleet: FleetFolder): Promise<void> {
  const tasks = fleet.capabilities.map((name) => ({ title: `Ask ${name}`, key: name, capabilities: [name] }));
  const { tasks: made } = await client.call(operations.createTasks, { body: { queue: "roll-call", tasks } });
  const waiting = new Set(made.map(({ id }) => id));
  await until(async () => {
    for (const id of waiting) {
      const { state } = await client.call(operations.getTask, { params: { task: id } });
      if (state !== "accepted") return false;
      waiting.delete(id);
    }
    return true;
  }, PLAN_MS);
  note("agents_served", made.length, "agents were given a task of their own and did it");
}

async function redriveADeadLetter(client: Client, fleet: FleetFolder): Promise<void> {
  const body = { title: "Fails until it is mended", key: "mend-me", maxAttempts: 1 };
  const { id } = await client.call(operations.createTask, { body });
  const stateOf = async (): Promise<string> => (await client.call(operations.getTask, { params: { task: id } })).state;
  await until(async () => (await stateOf()) === "dead");
  writeFileSync(fleet.mended, "");
  const redriven = await client.call(operations.redriveDeadLetters, { body: { reason: "mended", tasks: [id] } });
  await until(async () => (await stateOf()) === "accepted");
  note("dead_letters_redriven", redriven.done, "dead letter redriven and accepted");
}

/** Restores a backup that was made while the server works, moves the result, and holds the digests together. */
async function backUpAndRestore({ database }: Served): Promise<void> {
  const file = join(folder, "rehearsal.backup");
  const [restoredTo, movedTo] = [join(folder, "restored"), join(folder, "moved")];
  const saved = await copy(["backup", file, "--json", ...database]);
  const restored = await copy(["restore", file, "--to", restoredTo, "--json"]);
  note("restores_verified", saved.digest === restored.digest ? 1 : 0, "backup restored, its digest found again");
  note("restored_rows", restored.rows, "rows in it");
  const moved = await copy(["db", "move", "--from", restoredTo, "--to", movedTo, "--json"]);
  note("moves_verified", saved.digest === moved.digest ? 1 : 0, "time moved to another database, with the same digest");
}

/** What the server says of itself when the work is done. */
async function show(client: Client): Promise<void> {
  const status = await client.call(operations.status, {});
  const numbers = (await metrics(client)).split("\n").filter((line) => SHOWN.test(line));
  if (!values.json)
    process.stderr.write(`/status     ${JSON.stringify(status)}\n/metrics    ${numbers.join("\n            ")}\n`);
}

async function copy(args: readonly string[]): Promise<{ readonly digest: string; readonly rows: number }> {
  const copying = startCli(args, folder);
  await until(() => copying.child.exitCode !== null, PLAN_MS);
  const said = copying
    .text()
    .split("\n")
    .find((line) => line.startsWith("{"));
  if (copying.child.exitCode !== 0 || said === undefined) throw new Error(copying.text());
  return JSON.parse(said) as { digest: string; rows: number };
}

async function tokenOf(client: Client, name: string): Promise<string> {
  const body = { kind: "opr", name, scopes: ["read", "plan", "work"] } as const;
  return (await client.call(operations.createToken, { body })).token;
}

async function metrics(client: Client): Promise<string> {
  return await (await client.open(operations.metrics, {})).text();
}

function note(name: string, value: number, what: string): void {
  measured[name] = value;
  if (!values.json) process.stderr.write(`${String(value).padStart(10)}  ${what}\n`);
}

function seconds(ms: number): number {
  return Math.round(ms) / 1_000;
}
