/**
 * One run of Holdpoint, in a process of its own: `own.ts '{"mode","url","jobs","concurrency"}'`. Prints its numbers as one line of
 * JSON, like `peer.mjs`. Every job is fenced, leaves its events and its attempt behind, and counts down who depends on it.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Agent } from "node:http";
import { operations } from "@holdpoint/contract";
import { createApp, createControlPlane, createSystemRuntime } from "@holdpoint/server";
import { openStore } from "@holdpoint/store";
import { post } from "../post.ts";

interface Asked {
  readonly mode: "single" | "batched" | "http" | "serve";
  readonly url: string;
  readonly jobs: number;
  readonly concurrency: number;
}

interface Measured {
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
}

/** Calls under way at one time where jobs are added. */
const AT_ONCE = 64;
/** Jobs of one claim, where they are claimed in batches: in this process, and over HTTP. */
const BATCH = { store: 500, http: 50 } as const;
const LEASE_MS = 60_000;
const TASK = { queue: "bench", title: "Nothing" };

const asked = JSON.parse(process.argv[2] ?? "{}") as Asked;
const runtime = createSystemRuntime();
if (asked.mode === "serve") await serve();
else {
  const measured = asked.mode === "http" ? await overHttp(asked) : await inProcess(asked);
  process.stdout.write(`${JSON.stringify({ version: "of this folder", measured })}\n`);
  process.exit(0);
}

/** Through the rooms of the engine, as `holdpoint run` does. */
async function inProcess({ mode, url, jobs, concurrency }: Asked): Promise<readonly Measured[]> {
  const store = await openStore({ databaseUrl: url, runtime, poolSize: concurrency });
  const { work } = await createApp({ store, runtime });
  const plain = { capabilities: [], priority: 0, dependsOn: [], maxAttempts: 3, runAt: null, concurrencyKey: null };
  const create = () => work.create({ queue: TASK.queue, tasks: [{ ...plain, title: TASK.title }], by: "bench" });
  const measured = [await atOnce("enqueue", jobs, AT_ONCE, create)];
  const limit = mode === "batched" ? BATCH.store : 1;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async (_, at) => {
      for (;;) {
        const wanted = { agent: `a${at}`, capabilities: [], owner: "bench", limit, leaseTtlMs: LEASE_MS };
        const claims = await work.claim(wanted);
        if (claims.length === 0) return;
        await Promise.all(
          claims.map(async (ref) => {
            await work.report(ref);
            await work.accept(ref);
          }),
        );
      }
    }),
  );
  measured.push(rate("claim_complete", jobs, performance.now() - began));
  await store.close();
  return measured;
}

/** The control plane, in this process, with tokens, limits, the audit log and idempotency as they are by default. */
async function serve(): Promise<void> {
  const store = await openStore({ databaseUrl: asked.url, runtime });
  const access = { requestsPerSecond: 0 };
  const plane = await createControlPlane({ store, runtime, version: "0", replica: "bench", access });
  const first = await plane.access.ensureFirstAdmin();
  process.send?.({ url: await plane.listen({ host: "127.0.0.1", port: 0 }), token: first?.token ?? "" });
}

/** Through the HTTP interface of a server in another process. */
async function overHttp({ url, jobs, concurrency }: Asked): Promise<readonly Measured[]> {
  const script = process.argv[1] ?? "";
  const child = spawn(process.execPath, [script, JSON.stringify({ ...asked, mode: "serve", url })], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const [hello] = (await once(child, "message")) as [{ url: string; token: string }];
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const call = (path: string, body: unknown): Promise<string> =>
    post(agent, `${hello.url}${path}`, hello.token, JSON.stringify(body));
  const measured = [await atOnce("enqueue", jobs, AT_ONCE, () => call(operations.createTask.path, TASK))];
  const began = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async (_, at) => {
      for (;;) {
        const claim = { agent: `a${at}`, limit: BATCH.http, leaseTtlMs: LEASE_MS };
        const { tasks } = JSON.parse(await call(operations.claimWork.path, claim)) as {
          tasks: readonly { id: string; attempt: number }[];
        };
        if (tasks.length === 0) return;
        await call(operations.completeWork.path, { tasks: tasks.map(({ id, attempt }) => ({ task: id, attempt })) });
      }
    }),
  );
  measured.push(rate("claim_complete", jobs, performance.now() - began));
  agent.destroy();
  child.kill("SIGTERM");
  return measured;
}

async function atOnce(metric: string, jobs: number, calls: number, add: () => Promise<unknown>): Promise<Measured> {
  let left = jobs;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: calls }, async () => {
      while (left > 0) {
        left -= 1;
        await add();
      }
    }),
  );
  return rate(metric, jobs, performance.now() - began);
}

function rate(metric: string, jobs: number, ms: number): Measured {
  return { metric, value: Math.round(jobs / (ms / 1_000)), unit: "/s" };
}
