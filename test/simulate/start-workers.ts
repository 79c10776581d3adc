import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import type { WorkerTask } from "./simulate-worker.ts";

const HERE = import.meta.dirname;
const ROOT = join(HERE, "../..");

/** Bundles what the workers run: packages of the workspace go in, others stay out, and requests get their names without asking the system for chance. */
const bundling: Plugin = {
  name: "workspace",
  setup(made) {
    made.onResolve({ filter: /^node:crypto$/ }, ({ importer }) =>
      importer.includes("/sdk/") ? { path: join(HERE, "seeded-crypto.ts") } : undefined,
    );
    made.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === "entry-point" || path.startsWith("@holdpoint/") ? undefined : { path, external: true },
    );
  },
};

/** Processes that run worlds. */
export interface Workers {
  /** Hands out the tasks, one to each process at a time, until there are none or `answered` says false. */
  run(tasks: Iterable<WorkerTask>, answered: (answer: unknown) => boolean): Promise<void>;
  close(): void;
}

/** Starts processes for worlds. */
export async function startWorkers(count: number): Promise<Workers> {
  // Below the workspace, so that what stays out of the bundle is found.
  const folder = mkdtempSync(join(ROOT, "node_modules", ".simulate-"));
  const outfile = join(folder, "worker.mjs");
  await build({
    entryPoints: [join(HERE, "simulate-worker.ts")],
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20.19",
    outfile,
    plugins: [bundling],
    logLevel: "error",
  });
  const workers = Array.from({ length: count }, () => {
    const worker = fork(outfile, { execArgv: ["--max-semi-space-size=64"] });
    const gone = new Promise<never>((_, reject) => {
      worker.once("exit", (code) => reject(new Error(`a worker ended with ${String(code)}`)));
    });
    gone.catch(() => undefined);
    return { worker, gone };
  });
  return {
    async run(tasks, answered) {
      const left = tasks[Symbol.iterator]();
      let goesOn = true;
      await Promise.all(
        workers.map(async ({ worker, gone }) => {
          while (goesOn) {
            const { done, value } = left.next();
            if (done === true) return;
            if (!answered(await Promise.race([answerOf(worker, value), gone]))) goesOn = false;
          }
        }),
      );
    },
    close() {
      for (const { worker } of workers) if (worker.connected) worker.disconnect();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function answerOf(worker: ChildProcess, task: WorkerTask): Promise<unknown> {
  return new Promise((resolve) => {
    worker.once("message", resolve);
    worker.send(task);
  });
}
