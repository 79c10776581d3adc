// @ts-check
/**
 * One run of one peer, in a process of its own: `node peer.mjs '{"system","mode","url","redis","jobs","concurrency"}'`. It is
 * copied to where the peers are installed, and run by a Node that they work with. Prints its numbers as one line of JSON.
 *
 * Jobs do nothing. `claim_complete`: jobs a second from the start of the workers to the last completion, all jobs being there
 * before. `enqueue`: jobs a second that are added one by one, 64 calls at a time, in this process.
 */
import { createRequire } from "node:module";
import { setTimeout as pause } from "node:timers/promises";

const AT_ONCE = 64;

/** @typedef {{ metric: string, value: number, unit: string }} Measured */
/** @typedef {{ system: string, mode: string, url: string, redis: string, jobs: number, concurrency: number }} Asked */

/** @type {Record<string, (asked: Asked) => Promise<Measured[]>>} */
const SYSTEMS = { "graphile-worker": graphile, "pg-boss": pgBoss, bullmq, dbos };

/** @type {Asked} */
const asked = JSON.parse(process.argv[2] ?? "{}");
const seen = await SYSTEMS[asked.system]?.(asked);
process.stdout.write(`${JSON.stringify({ version: versionOf(asked.system), measured: seen ?? [] })}\n`);
process.exit(0);

/** @param {Asked} asked */
async function graphile({ mode, url, jobs, concurrency }) {
  const { Logger, makeWorkerUtils, run } = await import("graphile-worker");
  // A line for each job would be measured, too.
  const logger = new Logger(() => () => undefined);
  const utils = await makeWorkerUtils({ connectionString: url, logger });
  await utils.migrate();
  const measured = [await enqueue(jobs, () => utils.addJob("nothing", {}))];
  let done = 0;
  const batched = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };
  const { promise, resolve } = Promise.withResolvers();
  const began = performance.now();
  const runner = await run({
    preset: {
      worker: { connectionString: url, concurrentJobs: concurrency, logger, ...(mode === "batched" ? batched : {}) },
    },
    noHandleSignals: true,
    taskList: {
      nothing: () => {
        done += 1;
        if (done === jobs) resolve(null);
      },
    },
  });
  await promise;
  // The last completions are still being written.
  await runner.stop();
  measured.push(rate("claim_complete", jobs, performance.now() - began));
  await utils.release();
  return measured;
}

/** @param {Asked} asked */
async function pgBoss({ mode, url, jobs, concurrency }) {
  const { PgBoss } = await import("pg-boss");
  const boss = new PgBoss({ connectionString: url, max: concurrency, supervise: false, schedule: false });
  await boss.start();
  await boss.createQueue("nothing");
  const measured = [await enqueue(jobs, () => boss.send("nothing", {}))];
  const batchSize = mode === "batched" ? 500 : 1;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (;;) {
        const taken = await boss.fetch("nothing", { batchSize });
        if (taken.length === 0) return;
        await boss.complete(
          "nothing",
          taken.map(({ id }) => id),
        );
      }
    }),
  );
  measured.push(rate("claim_complete", jobs, performance.now() - began));
  await boss.stop({ graceful: false });
  return measured;
}

/** @param {Asked} asked */
async function bullmq({ redis, jobs, concurrency }) {
  const { Queue, Worker } = await import("bullmq");
  const { hostname: host, port } = new URL(redis);
  const connection = { host, port: Number(port), maxRetriesPerRequest: null };
  const queue = new Queue("nothing", { connection });
  const measured = [await enqueue(jobs, () => queue.add("nothing", {}))];
  let done = 0;
  const began = performance.now();
  const worker = new Worker("nothing", () => Promise.resolve(null), { connection, concurrency });
  await new Promise((resolve) => {
    worker.on("completed", () => {
      done += 1;
      if (done === jobs) resolve(null);
    });
  });
  measured.push(rate("claim_complete", jobs, performance.now() - began));
  await worker.close();
  await queue.obliterate({ force: true });
  await queue.close();
  return measured;
}

/** Workflows on a queue; what is enqueued is worked at once, so the two are measured together. @param {Asked} asked */
async function dbos({ url, jobs, concurrency }) {
  const { DBOS } = await import("@dbos-inc/dbos-sdk");
  DBOS.setConfig({ name: "bench", systemDatabaseUrl: url, runAdminServer: false, logLevel: "error" });
  const nothing = DBOS.registerWorkflow(() => Promise.resolve(), { name: "nothing" });
  await DBOS.launch();
  await DBOS.registerQueue("nothing", { workerConcurrency: concurrency });
  const began = performance.now();
  /** @type {{ getResult(): Promise<unknown> }[]} */
  const handles = [];
  let left = jobs;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left > 0) {
        left -= 1;
        handles.push(await DBOS.startWorkflow(nothing, { queueName: "nothing" })());
      }
    }),
  );
  await Promise.all(handles.map((handle) => handle.getResult()));
  const measured = [rate("enqueue_and_complete", jobs, performance.now() - began)];
  await Promise.race([DBOS.shutdown(), pause(5_000)]);
  return measured;
}

/** @param {number} jobs @param {() => Promise<unknown>} add */
async function enqueue(jobs, add) {
  let left = jobs;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left > 0) {
        left -= 1;
        await add();
      }
    }),
  );
  return rate("enqueue", jobs, performance.now() - began);
}

/** @param {string} metric @param {number} jobs @param {number} ms @returns {Measured} */
function rate(metric, jobs, ms) {
  return { metric, value: Math.round(jobs / (ms / 1_000)), unit: "/s" };
}

/** @param {string} system @returns {string} */
function versionOf(system) {
  const name = system === "dbos" ? "@dbos-inc/dbos-sdk" : system;
  const main = createRequire(import.meta.url).resolve(name);
  const root = main.slice(0, main.lastIndexOf(`node_modules/${name}`) + `node_modules/${name}`.length);
  return createRequire(import.meta.url)(`${root}/package.json`).version;
}
