import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { Redis } from "ioredis";

/** Whether this machine can run a Redis; says what to install when it cannot. */
export function hasRedis(): boolean {
  const has = spawnSync("redis-server", ["--version"], { stdio: "ignore" }).status === 0;
  if (!has) process.stderr.write("redis-server is missing. On Debian or Ubuntu: apt-get install redis-server\n");
  return has;
}

/** A Redis for one test, on loopback, that stores nothing. */
export interface TestRedis {
  readonly url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Callers whose requests it counts at the moment. */
  callers(): Promise<number>;
}

/** Finds a port for a Redis that can be started and stopped. */
export async function testRedis(): Promise<TestRedis> {
  const port = await freePort();
  let child: ChildProcess | null = null;
  return {
    url: `redis://127.0.0.1:${port}`,
    async start() {
      const started = spawn("redis-server", [
        "--port",
        String(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
      ]);
      child = started;
      await new Promise<void>((resolve, reject) => {
        started.once("error", reject);
        started.once("exit", () => reject(new Error("redis-server ended")));
        started.stdout.on("data", (data: Buffer) => {
          if (data.toString().includes("Ready to accept connections")) resolve();
        });
      });
    },
    async stop() {
      const running = child;
      child = null;
      if (running === null) return;
      const ended = new Promise((resolve) => running.once("exit", resolve));
      running.kill("SIGKILL");
      await ended;
    },
    async callers() {
      const client = new Redis(port, "127.0.0.1", { maxRetriesPerRequest: 0, retryStrategy: () => null });
      client.on("error", () => undefined);
      try {
        return (await client.keys("holdpoint:rate:*")).length;
      } catch {
        return 0;
      } finally {
        client.disconnect();
      }
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
