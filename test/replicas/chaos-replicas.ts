/**
 * Lets agents work a queue through two replicas, kills one after the other (`kill -9`) and starts it again, for as long as
 * asked for; then reads the whole history from the database. Where there is a redis-server, the replicas count requests in it
 * together, and it is killed as well.
 *
 *   npm run chaos:replicas -- [--seconds 300] [--seed 1] [--agents 24] [--database-url URL of an empty database]
 *
 * Ends with 1 when a task was lost or accepted twice, a lease stayed lost, an agent got an answer that it should not get, or Redis
 * counted nothing.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startTestServer } from "@holdpoint/store/testing";
import { hasRedis, testRedis } from "../../packages/server/src/http/redis.testing.ts";
import { ensureBuilt } from "../e2e/built-cli.ts";
import { checkReplicas } from "./check-replicas.ts";
import { tryReplicas } from "./replica-chaos.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "300" },
    seed: { type: "string", default: "1" },
    agents: { type: "string", default: "24" },
    "database-url": { type: "string" },
  },
});
const [seconds, seed, agents] = [Number(values.seconds), Number(values.seed), Number(values.agents)];
if (![seconds, seed, agents].every((value) => Number.isSafeInteger(value) && value > 0)) {
  process.stderr.write("--seconds, --seed and --agents are whole numbers above 0\n");
  process.exit(64);
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const folder = mkdtempSync(join(tmpdir(), "holdpoint-replicas-"));
await ensureBuilt();
const given = values["database-url"];
const redis = hasRedis() ? await testRedis() : null;
const server = given === undefined ? await startTestServer(undefined) : null;
try {
  const databaseUrl = given ?? (await server?.emptyDatabase()) ?? "";
  say(`two replicas, ${redis === null ? "no Redis" : "Redis"}, ${agents} agents, ${seconds} s, seed ${seed}`);
  const shared = redis === null ? {} : { redis };
  const seen = await tryReplicas({ databaseUrl, folder, seed, seconds, killEveryMs: 12_000, agents, say, ...shared });
  const verdict = await checkReplicas(databaseUrl, seen);
  say(JSON.stringify({ seed, ...verdict }));
  const { lost, acceptedTwice, toldWrongly, freedLate, faults, redisCallers } = verdict;
  const isShared = redis === null || redisCallers > 0;
  process.exitCode = lost === 0 && acceptedTwice + toldWrongly + freedLate + faults.length === 0 && isShared ? 0 : 1;
} finally {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}
