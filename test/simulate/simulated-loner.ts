import { operations } from "@holdpoint/contract";
import { type Client, createClient, ServerProblem } from "@holdpoint/sdk";
import type { Chance } from "./chance.ts";
import type { VirtualProcess } from "./virtual-time.ts";
import type { World } from "./world.ts";
import { PLANE, type WorldShape } from "./world-shape.ts";

/**
 * An agent that connects by itself, as people write them: a loop over the product's client. It is a model, and not the
 * product's code; what it calls is.
 */
export class SimulatedLoner {
  readonly process: VirtualProcess;
  readonly #world: World;
  readonly #shape: WorldShape["loners"][number];
  readonly #client: Client;
  readonly #chance: Chance;

  constructor(world: World, shape: WorldShape["loners"][number], start: number) {
    this.#world = world;
    this.#shape = shape;
    this.process = { name: shape.name, alive: true };
    this.#chance = world.chance.of(`${shape.name} ${start}`);
    this.#client = createClient({ url: PLANE, random: () => this.#chance.random() });
  }

  /** Works for as long as it lives. */
  async run(): Promise<void> {
    const { name, capabilities, concurrency: limit, leaseTtlMs } = this.#shape;
    await this.#try(() =>
      this.#client.call(operations.registerAgents, {
        body: { runner: null, agents: [{ name, capabilities: [...capabilities], capacity: limit }] },
      }),
    );
    for (;;) {
      const body = { agent: name, capabilities: [...capabilities], limit, waitMs: 2_000, leaseTtlMs };
      const claimed = await this.#try(() => this.#client.call(operations.claimWork, { body }));
      await Promise.all((claimed?.tasks ?? []).map(({ id, attempt }) => this.#attempt(id, attempt)));
      if (claimed === null) await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  async #attempt(task: string, attempt: number): Promise<void> {
    const { leaseTtlMs } = this.#shape;
    const lost = new AbortController();
    const params = { task, attempt };
    const renewing = setInterval(() => {
      void this.#try(async () => {
        try {
          await this.#client.call(operations.tellProgress, { params, body: { leaseTtlMs } }, { tries: 1 });
        } catch (error) {
          if (error instanceof ServerProblem && error.status === 409) lost.abort();
          throw error;
        }
      });
    }, leaseTtlMs / 3);
    const stopped = await this.#world.work(this.#chance, lost.signal);
    if (!stopped) await this.#try(() => this.#tell(params));
    clearInterval(renewing);
  }

  async #tell(params: { readonly task: string; readonly attempt: number }): Promise<void> {
    const { task, attempt } = params;
    const reason = "as drawn";
    const how = this.#chance.random();
    if (this.#chance.is(this.#world.shape.failing)) {
      await this.#client.call(operations.failAttempt, { params, body: { reason } });
    } else if (how < 0.05) await this.#client.call(operations.blockAttempt, { params, body: { reason } });
    else if (how < 0.1) await this.#client.call(operations.releaseAttempt, { params, body: { reason } });
    else if (how < 0.3) await this.#client.call(operations.completeWork, { body: { tasks: [{ task, attempt }] } });
    else await this.#client.call(operations.completeAttempt, { params, body: {} });
  }

  /** Null when it was refused, or nobody answered: the lease tells the rest. */
  async #try<T>(call: () => Promise<T>): Promise<T | null> {
    try {
      return await call();
    } catch (error) {
      this.#world.sawRefusal(this.process.name, error);
      return null;
    }
  }
}
