import { startTestServer } from "@holdpoint/store/testing";
import { hasRedis, testRedis } from "../../packages/server/src/http/redis.testing.ts";
import { freePort } from "../runner/processes.ts";
import { type StartedUp, startUp } from "../runner/start-up.ts";
import { startBalancer } from "./balancer.ts";

/** A control plane that is being rehearsed. */
export interface Served {
  readonly url: string;
  readonly adminToken: string;
  /** Addresses of the processes that serve, each of which counts for itself. */
  readonly replicas: readonly string[];
  /** Arguments by which `backup` finds the database. */
  readonly database: readonly string[];
  /** Kills one of several processes; absent where there is one. */
  readonly killOne?: () => Promise<void>;
  /** Ends it in order; answers the exit codes that are not 0. */
  stop(): Promise<readonly number[]>;
}

/** Takes down what was measured. */
export type Note = (name: string, value: number, what: string) => void;

/** One process on its embedded database, started twice: into an empty folder, and into one that is there. */
export async function serveEmbedded(folder: string, note: Note): Promise<Served> {
  const port = await freePort();
  const first = await startUp(folder, onPort(port));
  note("first_start_s", seconds(first.tookMs), "s until an empty folder is served");
  const code = await first.process.stop();
  if (code !== 0) throw new Error(`the server ended with ${code} when it was asked to stop:\n${first.process.text()}`);
  const next = await startUp(folder, onPort(port));
  note("next_start_s", seconds(next.tookMs), "s until a folder that is there is served");
  return {
    url: next.url,
    adminToken: first.adminToken ?? "",
    replicas: [next.url],
    database: [],
    stop: () => stopAll([next]),
  };
}

/** Two processes on one PostgreSQL server and one Redis, behind one address. @throws Error where there is no redis-server */
export async function serveReplicas(folder: string, note: Note): Promise<Served> {
  if (!hasRedis()) throw new Error("two replicas share their limits in Redis: install redis-server");
  const [server, redis] = [await startTestServer(undefined), await testRedis()];
  await redis.start();
  const databaseUrl = await server.emptyDatabase();
  const database = ["--database-url", databaseUrl];
  const ports = [await freePort(), await freePort()];
  const start = (at: number): Promise<StartedUp> =>
    startUp(folder, [...onPort(ports[at] ?? 0), ...database, "--redis-url", redis.url]);
  const replicas = await Promise.all([start(0), start(1)]);
  note("first_start_s", Math.max(...replicas.map(({ tookMs }) => seconds(tookMs))), "s until two replicas serve");
  const balancer = await startBalancer(ports);
  return {
    url: balancer.url,
    adminToken: replicas.map(({ adminToken }) => adminToken).find((token) => token !== null) ?? "",
    replicas: replicas.map(({ url }) => url),
    database,
    async killOne() {
      await replicas[0]?.process.kill();
      note("replicas_killed", 1, "replica killed while the plan was worked");
      replicas[0] = await start(0);
      note("next_start_s", seconds(replicas[0].tookMs), "s until it serves again");
    },
    async stop() {
      note("redis_counted", (await redis.callers()) > 0 ? 1 : 0, "Redis that counts the requests of both");
      const codes = await stopAll(replicas);
      await balancer.stop();
      await redis.stop();
      await server.stop();
      return codes;
    },
  };
}

function onPort(port: number): readonly string[] {
  return ["--log-level", "error", "--port", String(port)];
}

async function stopAll(replicas: readonly StartedUp[]): Promise<readonly number[]> {
  const codes = await Promise.all(replicas.map((replica) => replica.process.stop()));
  return codes.flatMap((code) => (code === 0 ? [] : [code ?? -1]));
}

function seconds(ms: number): number {
  return Math.round(ms) / 1_000;
}
