/**
 * What it costs that 10,000 agents say every ten seconds that they are there: through 100 runners of 100, and each by
 * itself beside a bare Fastify route that is sent the same requests. For what they cost, time is compressed: each interval's
 * calls are sent as fast as they are answered, and held against the ten seconds that they stand for. What they make the
 * database write is counted over an interval at its real pace.
 *
 *   npx tsx bench/heartbeat.bench.ts [--agents 10000] [--runners 100] [--rounds 5]
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { operations, SCOPES, type Scope } from "@holdpoint/contract";
import { createControlPlane, createSystemRuntime } from "@holdpoint/server";
import { openStore } from "@holdpoint/store";
import Fastify from "fastify";
import { bundled } from "./bundled.ts";
import { median } from "./median.ts";
import { post } from "./post.ts";

const { values } = parseArgs({
  options: {
    agents: { type: "string", default: "10000" },
    runners: { type: "string", default: "100" },
    rounds: { type: "string", default: "5" },
    child: { type: "string" },
  },
});
const AGENTS = Number(values.agents);
const RUNNERS = Number(values.runners);
const ROUNDS = Number(values.rounds);
const INTERVAL_MS = 10_000;
/** Calls under way at one time. */
const AT_ONCE = 64;

/** The server that is measured: this file, as it would be delivered. */
const program = values.child === undefined ? bundled("heartbeat.bench") : Promise.resolve("");
const servers: ChildProcess[] = [];
const keepAlive = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
const names = Array.from({ length: AGENTS }, (_, index) => `agent-${index}`);

if (values.child !== undefined) {
  await serve(values.child);
} else {
  const dataDir = mkdtempSync(join(tmpdir(), "holdpoint-bench-"));
  try {
    await measure(dataDir);
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
    for (const child of servers) child.kill();
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Serves in a process of its own, whose processor time is that of the server alone. */
async function serve(what: string): Promise<void> {
  let writes = 0;
  let url: string;
  let flush = async (): Promise<unknown> => undefined;
  let close = async (): Promise<void> => undefined;
  if (what === "bare") {
    const app = Fastify();
    app.post("/v1/agents/heartbeat", () => ({ unknown: [], orders: [] }));
    url = await app.listen({ host: "127.0.0.1", port: 0 });
    close = () => app.close();
  } else {
    const runtime = createSystemRuntime();
    const inner = await openStore({ dataDir: what, runtime });
    const store = counting(inner, () => {
      writes += 1;
    });
    const plane = await createControlPlane({
      store,
      runtime,
      version: "0",
      replica: "bench",
      // Limits are counted for each caller, and every agent and runner is one.
      authenticate: ({ token }) =>
        Promise.resolve({ tenant: "acme", name: token ?? "", tokenId: null, scopes: new Set<Scope>(SCOPES) }),
    });
    url = await plane.listen({ host: "127.0.0.1", port: 0 });
    flush = () => plane.agents.flush();
    close = async () => {
      await plane.close();
      await inner.close();
    };
  }
  process.on("message", (message) => {
    void (async () => {
      if (message === "flush") await flush();
      if (message === "end") {
        await close();
        process.exit(0);
      }
      const { user, system } = process.cpuUsage();
      process.send?.({ cpuMs: (user + system) / 1_000, writes });
    })();
  });
  process.send?.({ url });
}

/** A store that tells of each statement that writes, whoever runs it and in whatever transaction. */
function counting<T extends object>(inner: T, wrote: () => void): T {
  return new Proxy(inner, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: readonly unknown[]): unknown => {
        const [first] = args;
        if (name === "run" && typeof first === "object" && first !== null && "text" in first) {
          if (/INSERT|UPDATE|DELETE/.test(String(first.text))) wrote();
        }
        if (name === "transaction" && typeof first === "function") {
          const work = (tx: object): unknown => Reflect.apply(first, undefined, [counting(tx, wrote)]);
          return Reflect.apply(value, target, [work]);
        }
        const answer: unknown = Reflect.apply(value, target, args);
        const isScope = name === "forTenant" || name === "asSystem";
        return isScope && typeof answer === "object" && answer !== null ? counting(answer, wrote) : answer;
      };
    },
  });
}

interface Usage {
  readonly cpuMs: number;
  readonly writes: number;
}

interface Server {
  readonly url: string;
  ask(what: "usage" | "flush"): Promise<Usage>;
  end(): Promise<void>;
}

async function start(what: string): Promise<Server> {
  const child: ChildProcess = spawn(process.execPath, [await program, "--child", what, "--agents", String(AGENTS)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  servers.push(child);
  const [hello] = await once(child, "message");
  return {
    url: readUrl(hello),
    async ask(message) {
      child.send(message);
      const [answer] = await once(child, "message");
      return readUsage(answer);
    },
    async end() {
      child.send("end");
      await once(child, "exit");
    },
  };
}

function readUrl(message: unknown): string {
  if (typeof message === "object" && message !== null && "url" in message) return String(message.url);
  throw new Error("the server did not say where it is");
}

function readUsage(message: unknown): Usage {
  if (typeof message === "object" && message !== null && "cpuMs" in message && "writes" in message) {
    return { cpuMs: Number(message.cpuMs), writes: Number(message.writes) };
  }
  throw new Error("the server did not say what it used");
}

/** Sends all bodies, a few at a time. */
async function sendAll(url: string, bodies: readonly string[]): Promise<void> {
  let at = 0;
  const sender = async (): Promise<void> => {
    for (let body = bodies[at]; body !== undefined; body = bodies[at]) {
      at += 1;
      await post(keepAlive, url, `caller-${at}`, body);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
}

/** Processor time that an interval's calls cost the server, milliseconds, median of the rounds. */
async function costOf(server: Server, bodies: readonly string[]): Promise<number> {
  const url = `${server.url}${operations.heartbeat.path}`;
  await sendAll(url, bodies);
  const costs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = await server.ask("usage");
    await sendAll(url, bodies);
    const after = await server.ask("flush");
    costs.push(after.cpuMs - before.cpuMs);
  }
  return median(costs);
}

/**
 * Statements that write, a second, while every call of one whole interval comes when it would: writes follow the time that
 * passes, so this interval is not compressed.
 */
async function writesOf(server: Server, bodies: readonly string[]): Promise<number> {
  const url = `${server.url}${operations.heartbeat.path}`;
  const before = await server.ask("flush");
  const began = performance.now();
  const calls: Promise<unknown>[] = [];
  for (const [index, body] of bodies.entries()) {
    await pause(began + (index * INTERVAL_MS) / bodies.length - performance.now());
    calls.push(post(keepAlive, url, `caller-${index + 1}`, body));
  }
  await Promise.all(calls);
  await pause(began + INTERVAL_MS - performance.now());
  const after = await server.ask("usage");
  return (after.writes - before.writes) / ((performance.now() - began) / 1_000);
}

async function measure(dataDir: string): Promise<void> {
  const each = Math.ceil(AGENTS / RUNNERS);
  const groups = Array.from({ length: RUNNERS }, (_, index) => names.slice(index * each, (index + 1) * each));
  const together = groups.map((agents) => JSON.stringify({ agents }));
  const alone = names.map((name) => JSON.stringify({ agents: [name] }));
  const plane = await start(dataDir);
  for (const [index, group] of groups.entries()) {
    const body = { runner: `runner-${index}`, agents: group.map((name) => ({ name })) };
    await post(keepAlive, `${plane.url}${operations.registerAgents.path}`, `runner-${index}`, JSON.stringify(body));
  }
  const togetherMs = await costOf(plane, together);
  const writesPerSecond = await writesOf(plane, together);
  const aloneMs = await costOf(plane, alone);
  await plane.end();
  const bare = await start("bare");
  const bareMs = await costOf(bare, alone);
  await bare.end();
  keepAlive.destroy();
  const share = togetherMs / INTERVAL_MS;
  const ratio = aloneMs / bareMs;
  console.log(`${AGENTS} agents, one ping every ${INTERVAL_MS / 1_000} s`);
  console.log(`through ${RUNNERS} runners       ${(share * 100).toFixed(2)} % of one core (bound: 5 %)`);
  console.log(`database writes             ${writesPerSecond.toFixed(2)} a second (bound: 2)`);
  console.log(`each by itself              ${((aloneMs / INTERVAL_MS) * 100).toFixed(1)} % of one core`);
  console.log(`a bare Fastify route        ${((bareMs / INTERVAL_MS) * 100).toFixed(1)} % of one core`);
  console.log(`ratio                       ${ratio.toFixed(2)} (bound: 1.5)`);
  const round = (value: number): number => Math.round(value * 1_000) / 1_000;
  console.log(
    JSON.stringify({
      ratios: { heartbeatShareOfCore: round(share), heartbeatAloneOverBareRoute: round(ratio) },
      rates: { databaseWritesPerSecond: round(writesPerSecond) },
    }),
  );
}
