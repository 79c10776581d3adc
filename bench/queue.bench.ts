/**
 * Holdpoint beside the queues that people pick, on one PostgreSQL 18 that waits for the disk, and one Redis: the same jobs, the
 * same number of workers, in rounds that take turns. Prints a table and, as its last line, one line of JSON.
 *
 *   npm run bench:queue -- [--jobs 5000] [--workers 16] [--rounds 3] [--json]
 *
 * The peers are installed from the npm registry into a folder of their own, with a Node that they work with where this one is
 * older, and are found there by the next run. What could not be measured is said, and is missing from the ratios.
 */
import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Client } from "pg";
import { hasRedis, testRedis } from "../packages/server/src/http/redis.testing.ts";
import { startEmbedded } from "../packages/store/src/embedded/embedded-postgres.ts";
import { installApart } from "../tools/install-apart.ts";
import { bundled } from "./bundled.ts";
import { median } from "./median.ts";

const { values } = parseArgs({
  options: {
    jobs: { type: "string", default: "5000" },
    workers: { type: "string", default: "16" },
    rounds: { type: "string", default: "3" },
    json: { type: "boolean", default: false },
  },
});
const [jobs, workers, rounds] = [Number(values.jobs), Number(values.workers), Number(values.rounds)];

const PEERS = {
  "graphile-worker": "0.18.0",
  "pg-boss": "12.38.0",
  bullmq: "6.7.0",
  ioredis: "5",
  "@dbos-inc/dbos-sdk": "5.3.0",
} as const;
/** Longest that one run may take, milliseconds. */
const LONGEST_MS = 90_000;
/** Seconds that pgbench runs. */
const LIMIT_S = 5;

interface Measured {
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
}

interface Contender {
  readonly system: string;
  readonly mode: string;
  /** Jobs of one run, where fewer are enough to know. */
  readonly jobs?: number;
}

const CONTENDERS: readonly Contender[] = [
  { system: "holdpoint", mode: "single" },
  { system: "holdpoint", mode: "batched" },
  { system: "holdpoint", mode: "http" },
  { system: "graphile-worker", mode: "plain" },
  { system: "graphile-worker", mode: "batched" },
  { system: "pg-boss", mode: "single" },
  { system: "pg-boss", mode: "batched" },
  { system: "bullmq", mode: "plain" },
  // Looks for work once a second: more jobs would only make the run longer.
  { system: "dbos", mode: "plain", jobs: 200 },
];

/** Ratios: what of ours over what of theirs. */
const RATIOS = {
  claim_complete_vs_graphile_batched: ["holdpoint batched claim_complete", "graphile-worker batched claim_complete"],
  claim_complete_vs_graphile_plain: ["holdpoint single claim_complete", "graphile-worker plain claim_complete"],
  claim_complete_vs_pgboss_single: ["holdpoint single claim_complete", "pg-boss single claim_complete"],
  claim_complete_vs_pgboss_batched: ["holdpoint batched claim_complete", "pg-boss batched claim_complete"],
  claim_complete_vs_bullmq: ["holdpoint batched claim_complete", "bullmq plain claim_complete"],
  claim_complete_http_vs_graphile_batched: ["holdpoint http claim_complete", "graphile-worker batched claim_complete"],
  claim_complete_vs_pgbench: ["holdpoint batched claim_complete", "pgbench smallest claim_complete"],
  enqueue_http_vs_pgboss_send: ["holdpoint http enqueue", "pg-boss single enqueue"],
  enqueue_http_vs_graphile_add_job: ["holdpoint http enqueue", "graphile-worker plain enqueue"],
} as const;

interface Peers {
  readonly node: string;
  readonly script: string;
}

/** Installs the peers when they are not there yet. */
function installPeers(): Peers {
  const wanted = Object.entries(PEERS).map(([name, version]) => `${name}@${version}`);
  const { folder, node } = installApart(`queue-peers-${Object.values(PEERS).join("-")}`, wanted);
  const script = join(folder, "peer.mjs");
  copyFileSync(join(import.meta.dirname, "queue/peer.mjs"), script);
  return { node, script };
}

/** Runs a program to its end; answers what it wrote, or says why there is nothing. */
async function runToEnd(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ readonly text: string; readonly ok: boolean }> {
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: LONGEST_MS,
    killSignal: "SIGKILL",
    env,
  });
  let [text, wrong] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (wrong += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => {
    child.on("error", () => resolve(null));
    child.on("close", resolve);
  });
  return code === 0
    ? { text, ok: true }
    : { text: wrong.trim().split("\n").slice(-3).join(" ") || "too slow", ok: false };
}

const dataDir = mkdtempSync(join(tmpdir(), "holdpoint-bench-queue-"));
const server = await startEmbedded({ dataDir, now: 0, durable: true });
const { host, user, password } = server.connection;
const redis = hasRedis() ? await testRedis() : null;
const results = new Map<string, number[]>();
const versions = new Map<string, string>();
const missing = new Map<string, string>();
try {
  await redis?.start();
  const peers = installPeers();
  const own = await bundled("queue/own");
  const admin = new Client({ host, user, password, database: "postgres" });
  await admin.connect();
  for (let round = 0; round < rounds; round += 1) {
    for (const [place, contender] of CONTENDERS.entries()) {
      const database = `bench_${round}_${place}`;
      await admin.query(`CREATE DATABASE ${database}`);
      await measure(contender, database, { own, peers });
      await admin.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    }
    await admin.query(`CREATE DATABASE limit_${round}`);
    await measureLimit(`limit_${round}`);
  }
  await admin.end();
  report();
} finally {
  await redis?.stop();
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

async function measure(
  { system, mode, jobs: few = jobs }: Contender,
  database: string,
  { own, peers }: { readonly own: string; readonly peers: Peers },
): Promise<void> {
  if (system === "bullmq" && redis === null)
    return void missing.set(`${system} ${mode}`, "there is no redis-server here");
  const isOwn = system === "holdpoint";
  const url = isOwn
    ? `socket://${user}:${password}@${host}?db=${database}`
    : `postgresql://${user}:${password}@localhost/${database}?host=${encodeURIComponent(host)}`;
  const asked = { system, mode, url, redis: redis?.url ?? "", jobs: few, concurrency: workers };
  const { text, ok } = await runToEnd(isOwn ? process.execPath : peers.node, [
    isOwn ? own : peers.script,
    JSON.stringify(asked),
  ]);
  if (!ok) return void missing.set(`${system} ${mode}`, text);
  const said = JSON.parse(text.trim().split("\n").at(-1) ?? "{}") as { version: string; measured: readonly Measured[] };
  versions.set(system, said.version);
  for (const { metric, value } of said.measured) add(`${system} ${mode} ${metric}`, value);
}

/** What the smallest claim and completion that loses nothing can reach: one statement, no history, no fence. */
async function measureLimit(database: string): Promise<void> {
  const client = new Client({ host, user, password, database });
  await client.connect();
  await client.query("CREATE TABLE job (id bigserial PRIMARY KEY, note text)");
  await client.query("INSERT INTO job (note) SELECT 'nothing' FROM generate_series(1, 400000)");
  const script = join(dataDir, "limit.sql");
  writeFileSync(
    script,
    "DELETE FROM job WHERE id = (SELECT id FROM job ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1) RETURNING id;\n",
  );
  const args = [
    "-n",
    "-f",
    script,
    "-c",
    String(workers),
    "-j",
    "2",
    "-T",
    String(LIMIT_S),
    "-M",
    "prepared",
    "-h",
    host,
  ];
  const { text, ok } = await runToEnd("pgbench", [...args, "-U", user, database], {
    ...process.env,
    PGPASSWORD: password,
  });
  const tps = /tps = ([\d.]+)/.exec(text)?.[1];
  if (ok && tps !== undefined) add("pgbench smallest claim_complete", Math.round(Number(tps)));
  else missing.set("pgbench smallest", text === "too slow" ? "there is no pgbench here" : text);
  await client.end();
}

function add(key: string, value: number): void {
  results.set(key, [...(results.get(key) ?? []), value]);
}

function medianOf(key: string): number | null {
  const all = results.get(key);
  return all === undefined ? null : median(all);
}

function report(): void {
  const runs = [...results.keys()].map((key) => {
    const [system = "", mode = "", metric = ""] = key.split(" ");
    return { system, mode, metric, value: medianOf(key) ?? 0, unit: "/s" };
  });
  const ratios = Object.fromEntries(
    Object.entries(RATIOS).flatMap(([name, [ours, theirs]]) => {
      const [one, other] = [medianOf(ours), medianOf(theirs)];
      return one === null || other === null || other === 0 ? [] : [[name, Math.round((one / other) * 100) / 100]];
    }),
  );
  if (!values.json) {
    console.log(
      `PostgreSQL ${server.version} that waits for the disk; ${jobs} jobs, ${workers} workers, median of ${rounds} rounds`,
    );
    for (const { system, mode, metric, value, unit } of runs) {
      const name = `${system} ${versions.get(system) ?? ""} ${mode}`;
      console.log(`${name.padEnd(44)} ${metric.padEnd(22)} ${String(value).padStart(8)}${unit}`);
    }
    for (const [name, why] of missing) console.log(`${name.padEnd(44)} not measured: ${why}`);
    for (const [name, value] of Object.entries(ratios)) console.log(`${name.padEnd(44)} ${value}x`);
  }
  console.log(
    JSON.stringify({
      runs,
      ratios,
      versions: Object.fromEntries(versions),
      missing: Object.fromEntries(missing),
      jobs,
      workers,
      rounds,
    }),
  );
}
