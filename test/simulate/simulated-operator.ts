import { operations } from "@holdpoint/contract";
import { type Client, createClient, ServerProblem } from "@holdpoint/sdk";
import type { Chance } from "./chance.ts";
import { BEGINNING_MS, type VirtualProcess } from "./virtual-time.ts";
import type { World } from "./world.ts";
import { PLANE, QUEUE } from "./world-shape.ts";

/** How often it decides something, milliseconds on average. */
const EVERY_MS = 450;

/** Who creates the tasks, and whoever steers: cancels, puts back, reserves, pauses. */
export class SimulatedOperator {
  readonly process: VirtualProcess = { name: "operator", alive: true };
  /** Everything that is to be created is, or was refused. */
  hasCreated = false;
  readonly #world: World;
  readonly #client: Client;
  readonly #chance: Chance;
  #created = 0;
  #isRefused = false;

  constructor(world: World) {
    this.#world = world;
    this.#chance = world.chance.of("operator");
    this.#client = createClient({ url: PLANE, random: () => this.#chance.random() });
  }

  async run(): Promise<void> {
    await Promise.all([this.#create(), this.#steer(), this.#resume()]);
  }

  /** Creates each batch, again and again with the same key until somebody answers. */
  async #create(): Promise<void> {
    await this.#createAll();
    this.hasCreated = true;
  }

  async #createAll(): Promise<void> {
    for (const { atMs, tasks } of this.#world.shape.batches) {
      await pause(BEGINNING_MS + atMs - this.#world.time.nowMs);
      const key = `batch-${(this.#created += 1)}`;
      const body = {
        queue: QUEUE,
        tasks: tasks.map(({ key: name, dependsOn, capabilities, maxAttempts, priority }) => {
          return {
            key: name,
            title: name,
            dependsOn: [...dependsOn],
            capabilities: [...capabilities],
            maxAttempts,
            priority,
          };
        }),
      };
      for (;;) {
        const made = await this.#try(() =>
          this.#client.call(operations.createTasks, { body }, { idempotencyKey: key }),
        );
        if (this.#isRefused) return;
        if (made !== null) break;
        await pause(300);
      }
    }
  }

  async #steer(): Promise<void> {
    const { shape, time, faults } = this.#world;
    const agents = [...this.#world.abilities.keys()];
    const isSteering = this.#chance.is(0.8);
    while (time.nowMs < BEGINNING_MS + shape.calmAtMs) {
      await pause(this.#chance.whole(1, 2 * EVERY_MS));
      if (!isSteering || !faults.active) continue;
      const task = this.#task();
      const how = this.#chance.random();
      const body = { reason: "as drawn" };
      if (how < 0.15) {
        const agent = this.#chance.one(agents);
        const wanted = this.#chance.one([operations.pauseAgent, operations.drainAgent, operations.resumeAgent]);
        await this.#try(() => this.#client.call(wanted, { params: { agent } }));
      } else if (task === null) continue;
      else if (how < 0.27) await this.#try(() => this.#client.call(operations.cancelTask, { params: { task }, body }));
      else if (how < 0.45) await this.#try(() => this.#client.call(operations.retryTask, { params: { task }, body }));
      else if (how < 0.65) await this.#try(() => this.#client.call(operations.unblockTask, { params: { task }, body }));
      else if (how < 0.72) {
        const priority = this.#chance.whole(0, 9);
        await this.#try(() => this.#client.call(operations.prioritiseTask, { params: { task }, body: { priority } }));
      } else {
        const agent = this.#chance.is(0.8) ? this.#chance.one(agents) : null;
        await this.#try(() => this.#client.call(operations.assignTask, { params: { task }, body: { agent } }));
      }
    }
  }

  /** Lets whoever was paused go on; what was asked for before may come later than this. */
  async #resume(): Promise<void> {
    const { shape, time } = this.#world;
    await pause(BEGINNING_MS + shape.calmAtMs - time.nowMs);
    for (;;) {
      for (const agent of this.#world.pausedAgents()) {
        await this.#try(() => this.#client.call(operations.resumeAgent, { params: { agent } }));
      }
      await pause(1_000);
    }
  }

  /** Somebody looked, and picked one. */
  #task(): string | null {
    const tasks = this.#world.database.last();
    return tasks.length === 0 ? null : this.#chance.one(tasks).task;
  }

  async #try<T>(call: () => Promise<T>): Promise<T | null> {
    try {
      return await call();
    } catch (error) {
      // A batch may depend on a task that was cancelled meanwhile; everything else that is asked for is right.
      this.#isRefused = error instanceof ServerProblem && error.status === 422;
      if (this.#isRefused && !/has cancelled it/.test(String(error))) this.#world.sawUncaught(this.process.name, error);
      this.#world.sawRefusal(this.process.name, error);
      return null;
    }
  }
}

async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
