import { createClient } from "@holdpoint/sdk";
import type { AttemptOutcome } from "../../packages/agent/src/attempt/attempt.types.ts";
import type { AttemptRequest } from "../../packages/agent/src/attempt/run-attempt.ts";
import type { Agent } from "../../packages/agent/src/manifest/agent.ts";
import type { ReportSpool } from "../../packages/agent/src/runner/outbox.ts";
import { type RunnerMachine, RunnerProtocol } from "../../packages/agent/src/runner/runner-protocol.ts";
import type { SpooledTell } from "../../packages/agent/src/runner/spool.ts";
import type { Chance } from "./chance.ts";
import type { VirtualProcess } from "./virtual-time.ts";
import type { World } from "./world.ts";
import { PLANE, type RunnerShape } from "./world-shape.ts";

/** A spool whose file is in memory: what was added stays, what was marked as told may come back after a crash. */
export class MemorySpool implements ReportSpool {
  #pending = new Map<string, SpooledTell>();
  #marked: SpooledTell[] = [];

  get pending(): readonly SpooledTell[] {
    return [...this.#pending.values()];
  }

  get size(): number {
    return this.#pending.size;
  }

  add(entry: SpooledTell): void {
    this.#pending.set(entry.id, entry);
  }

  done(id: string): void {
    const entry = this.#pending.get(id);
    if (entry === undefined) return;
    this.#pending.delete(id);
    this.#marked = [...this.#marked.slice(-3), entry];
  }

  /** The machine went down before the marks were on disk. */
  loseMarks(): void {
    for (const entry of this.#marked) this.#pending.set(entry.id, entry);
    this.#marked = [];
  }
}

/** One start of a runner: the real protocol, with attempts that take virtual time and a spool in memory. */
export class SimulatedRunner {
  readonly process: VirtualProcess;
  readonly #protocol: RunnerProtocol;
  readonly #world: World;

  constructor(world: World, shape: RunnerShape, spool: MemorySpool, start: number) {
    this.#world = world;
    this.process = { name: shape.name, alive: true };
    const chance = world.chance.of(`${shape.name} ${start}`);
    const skewMs = world.skewOf(shape.name);
    const runtime = {
      now: () => Math.floor(world.time.nowMs) + skewMs,
      newId: () => world.newId(),
      random: () => chance.random(),
    };
    const { name, leaseTtlMs, waitMs, heartbeatMs, awayMs } = shape;
    const machine: RunnerMachine = {
      spool,
      plan: { dir: "/", document: "/", title: "", digest: "", readOnly: [], hidden: [] },
      artifactsFolder: "/",
      run: (request) => attemptOf(world, request, chance),
      settled: ({ taskId: task, attempt }, { outcome }) => {
        world.record({ type: "told", at: world.time.nowMs, runner: name, task, attempt, outcome });
        return Promise.resolve();
      },
    };
    const agents = shape.agents.map(agentOf);
    const capacity = agents.reduce((sum, agent) => sum + agent.concurrency, 0);
    const client = createClient({ url: PLANE, random: () => chance.random() });
    const spoken = { client, runtime, name, agents, leaseTtlMs, waitMs, heartbeatMs, awayMs, capacity };
    this.#protocol = new RunnerProtocol(spoken, machine);
  }

  /** Works until it is drained. */
  async run(): Promise<void> {
    try {
      await this.#protocol.run();
    } catch (error) {
      this.#world.sawUncaught(this.process.name, error);
    }
  }

  async drain(): Promise<void> {
    await this.#protocol.drain();
  }
}

function agentOf({ name, capabilities, concurrency }: RunnerShape["agents"][number]): Agent {
  return {
    name,
    version: null,
    capabilities,
    labels: {},
    command: "none",
    workspace: "shared",
    link: [],
    writes: [],
    env: [],
    limits: { wallMs: 0, memoryBytes: 0, cpuMs: 0, processes: 0, cpus: 0, outputBytes: 0 },
    concurrency,
    backoff: { firstMs: 100, longestMs: 1_000 },
    health: null,
    file: null,
  };
}

/** An attempt that runs no command: it takes its time, is done or fails, and ends at once when it is stopped. */
async function attemptOf(world: World, { work, signal }: AttemptRequest, chance: Chance): Promise<AttemptOutcome> {
  const { taskId, attempt } = work;
  const stopped = await world.work(chance, signal);
  const failed = !stopped && chance.is(world.shape.failing);
  const stream = { digest: `sha256:${"0".repeat(64)}` } as never;
  const at = world.time.nowMs;
  return {
    taskId,
    attempt,
    outcome: stopped ? "stopped" : failed ? "failed" : "done",
    reason: stopped || failed ? "as drawn" : null,
    summary: null,
    result: {
      started: true,
      startError: null,
      exitCode: failed ? 1 : 0,
      signal: null,
      endedFor: null,
      isolation: { mode: "off" } as never,
      startedAt: at,
      endedAt: at,
      stdout: stream,
      stderr: stream,
    } as never,
    handedOver: { taken: [], refused: [] },
    worktree: null,
  };
}
