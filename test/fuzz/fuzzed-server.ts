import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { MAX_CLAIM_WAIT_MS, operations, SCOPES } from "@holdpoint/contract";
import { createClient } from "@holdpoint/sdk";
import { BIN, ensureBuilt } from "../e2e/built-cli.ts";
import { outerEnvironment } from "../e2e/outer-environment.ts";

const PLAN = join(import.meta.dirname, "../../examples/service-launch/PLAN.md");
const SOURCE = "PLAN.md";
const QUEUE = "fuzzed";
/** Tasks in each state when the fuzzing begins. */
const TASKS = { leased: 400, dead: 50, blocked: 50 } as const;
type State = keyof typeof TASKS;
const LEASE_MS = 3_600_000;
/** How long the server may take to begin and to end, milliseconds. */
const LONGEST_MS = 60_000;

/** What is there to be found; `hooks.py` reads it. */
export interface World {
  readonly url: string;
  /** Everything is allowed to it. */
  readonly token: string;
  readonly token_id: string;
  /** Makes further tokens; the process made it for its own user, so that nothing can end it. */
  readonly maker: string;
  readonly scopes: readonly string[];
  readonly plan: string;
  readonly source: string;
  readonly gates: readonly string[];
  readonly queue: string;
  /** By state, each with attempt 1. */
  readonly tasks: Readonly<Record<State, readonly string[]>>;
  readonly most_wait_ms: number;
}

/** A server that is there to be fuzzed. */
export interface FuzzedServer {
  readonly world: World;
  /** What it has logged that is worse than information. */
  complaints(): readonly string[];
  stop(): Promise<void>;
}

/** Starts `holdpoint up` on an embedded database of its own, and fills it with a plan, tasks and running attempts. */
export async function startFuzzedServer(): Promise<FuzzedServer> {
  await ensureBuilt();
  const folder = mkdtempSync(join(tmpdir(), "holdpoint-fuzz-"));
  const child = spawn(process.execPath, [BIN, "up", "--json", "--port", "0"], {
    cwd: folder,
    // As many requests as come: the limits have tests of their own.
    env: {
      ...outerEnvironment(),
      HOLDPOINT_RATE_LIMIT: "1000000/s",
      HOLDPOINT_LOG_FORMAT: "json",
      HOLDPOINT_LOG_LEVEL: "warn",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const complaints: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (!isAboutReceiver(line)) complaints.push(line);
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null) {
      child.kill("SIGTERM");
      await once(child, "exit", { signal: AbortSignal.timeout(LONGEST_MS) });
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const [line] = await once(createInterface({ input: child.stdout }), "line", {
      signal: AbortSignal.timeout(LONGEST_MS),
    });
    const { url } = textsIn(String(line));
    const { token } = textsIn(readFileSync(join(folder, ".holdpoint/server.json"), "utf8"));
    if (url === undefined || token === undefined) throw new Error(`no address and token in ${String(line)}`);
    return { world: await fill(url, token), complaints: () => complaints, stop };
  } catch (error) {
    await stop();
    throw new Error(`the server did not begin:\n${complaints.join("\n")}`, { cause: error });
  }
}

/** The fuzzing makes up addresses for callbacks; that nobody answers there says nothing about the server. */
function isAboutReceiver(line: string): boolean {
  return line.includes('"msg":"callback"');
}

function textsIn(json: string): Readonly<Record<string, string>> {
  const said: unknown = JSON.parse(json);
  const entries = typeof said === "object" && said !== null ? Object.entries(said) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

async function fill(url: string, maker: string): Promise<World> {
  const client = createClient({ url, token: maker });
  const scopes = [...SCOPES];
  const { token, view } = await client.call(operations.createToken, { body: { kind: "adm", name: "fuzzer", scopes } });
  const document = readFileSync(PLAN, "utf8");
  const imported = await client.call(operations.importPlan, { body: { source: SOURCE, document } });
  const plan = imported.plan.id;
  const gates = await client.call(operations.listGates, { params: { plan } });
  const [leased, dead, blocked] = [await lease("leased"), await lease("dead"), await lease("blocked")];
  const body = { reason: "for the fuzzing" };
  for (const task of dead) await client.call(operations.failAttempt, { params: { task, attempt: 1 }, body });
  for (const task of blocked) await client.call(operations.blockAttempt, { params: { task, attempt: 1 }, body });
  return {
    url,
    token,
    token_id: view.id,
    maker,
    scopes,
    plan,
    source: SOURCE,
    gates: gates.items.map(({ key }) => key),
    queue: QUEUE,
    tasks: { leased, dead, blocked },
    most_wait_ms: MAX_CLAIM_WAIT_MS,
  };

  async function lease(state: State): Promise<readonly string[]> {
    const limit = TASKS[state];
    const task = { title: `To be ${state}`, capabilities: ["fuzz"], maxAttempts: 1 };
    const tasks = Array.from({ length: limit }, () => task);
    await client.call(operations.createTasks, { body: { queue: QUEUE, tasks } });
    const claim = { agent: "fuzzer", capabilities: ["fuzz"], limit, leaseTtlMs: LEASE_MS };
    return (await client.call(operations.claimWork, { body: claim })).tasks.map(({ id }) => id);
  }
}
