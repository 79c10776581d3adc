import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import type { WorkGraph } from "@holdpoint/core";
import { type App, createApp, createSystemRuntime } from "@holdpoint/server";
import type { Store } from "@holdpoint/store";
import { BIN } from "../e2e/built-cli.ts";
import { outerEnvironment } from "../e2e/outer-environment.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const started = new Set<ChildProcess>();
/** How long a process may take to end, milliseconds. */
const END_MS = 30_000;

/** A process of a test, with what it has written. */
export interface TestProcess {
  readonly child: ChildProcess;
  text(): string;
  /** Kills it as a crash would. */
  kill(): Promise<void>;
  /** Asks it to stop; answers its exit code. */
  stop(): Promise<number | null>;
}

/** Starts the control plane of `serve.ts`; answers when it serves. */
export async function startServer(databaseUrl: string, port: number): Promise<TestProcess> {
  const tsx = join(ROOT, "node_modules/tsx/dist/loader.mjs");
  const server = start(["--import", tsx, join(import.meta.dirname, "serve.ts"), databaseUrl, String(port)]);
  await until(() => server.text().includes("http://") || server.child.exitCode !== null);
  if (server.child.exitCode !== null) throw new Error(server.text());
  return server;
}

/** Starts the built `holdpoint` with these arguments; `ensureBuilt` comes before. */
export function startCli(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): TestProcess {
  return start([BIN, ...args], cwd, env);
}

function start(args: readonly string[], cwd = ROOT, env: Readonly<Record<string, string>> = {}): TestProcess {
  const child = spawn(process.execPath, [...args], { cwd, env: { ...outerEnvironment(), ...env } });
  started.add(child);
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      // Says what the process wrote when it does not end.
      const late = AbortSignal.timeout(END_MS);
      await once(child, "exit", { signal: late }).catch(() => {
        throw new Error(`a process did not end within ${END_MS} ms of ${signal}:\n${text}`);
      });
    }
    started.delete(child);
    return child.exitCode;
  };
  return { child, text: () => text, kill: async () => void (await end("SIGKILL")), stop: () => end("SIGTERM") };
}

/** Kills what a test left running. */
export async function endAll(): Promise<void> {
  for (const child of started) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  started.clear();
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Waits until a condition holds; answers how long it took, milliseconds. */
export async function until(what: () => Promise<boolean> | boolean, withinMs = 60_000): Promise<number> {
  const began = performance.now();
  while (!(await what())) {
    if (performance.now() - began > withinMs)
      throw new Error(`did not come to be within ${withinMs} ms: ${what.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return performance.now() - began;
}

/** Puts tasks into a plan of the tenant `acme`, each with the capabilities it needs. */
export async function addTasks(
  store: Store,
  tasks: readonly { readonly key: string; readonly needs: readonly string[] }[],
): Promise<{ readonly app: App; readonly planId: string }> {
  const app = await createApp({ store, runtime: createSystemRuntime(), tenant: "acme" });
  const nodes = tasks.map(({ key, needs }, position): WorkGraph["nodes"][number] => ({
    key,
    kind: "task",
    title: `Task ${key}`,
    item: key,
    line: 1,
    dependsOn: [],
    gates: [],
    judgeFirst: false,
    capabilities: [...needs],
    priority: 0,
    position,
  }));
  const empty = { items: [], restated: [], gates: [], checks: [], problems: [], notUnderstood: [] };
  const digest = `sha256:${"0".repeat(64)}`;
  const about = { title: "Queue", format: "markdown" as const, digest, statusTokens: new Map() };
  const document = { ...about, source: new Uint8Array(), ...empty };
  const imported = await app.importPlan({ source: "queue", document, graph: { nodes, notes: [] } });
  return { app, planId: imported.plan.planId };
}
