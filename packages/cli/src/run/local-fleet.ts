import { type Agent, AgentPool, offeredCapabilities, type PoolEvent, type PoolOptions } from "@holdpoint/agent";
import type { Fleet, TaskView } from "@holdpoint/server";

/** The local agents as the engine's loop sees them. */
export interface LocalFleet extends Fleet {
  canWork(task: Pick<TaskView, "capabilities">): boolean;
  /** Begins to take work. */
  start(): void;
  /** Ends attempts and hands their work back without counting the try. */
  drain(): Promise<void>;
  /** Takes no more work; settles when nothing runs. @throws what went wrong in the pool, which is a bug */
  finish(): Promise<void>;
}

/** What a fleet is made from. */
export type LocalFleetOptions = Omit<PoolOptions, "onEvent"> & Required<Pick<PoolOptions, "barred">>;

/** An agent that had to rest this often without starting anything in between is not counted on any more. */
const MOST_RESTS = 3;

/** Makes the fleet from manifests. Agents ask for work by themselves; the loop only wakes them. */
export function createLocalFleet(options: LocalFleetOptions, onEvent: (event: PoolEvent) => void): LocalFleet {
  const { agents, barred } = options;
  const waiting = new Set<() => void>();
  const rests = new Map<string, number>();
  const offers = new Map(agents.map((agent) => [agent.name, new Set(offeredCapabilities(agent, agents))]));
  const wakeLoop = (): void => {
    for (const wake of waiting) wake();
  };
  const pool = new AgentPool({
    ...options,
    onEvent: (event) => {
      if (event.type === "started") rests.delete(event.agent);
      if (event.type === "resting") rests.set(event.agent, (rests.get(event.agent) ?? 0) + 1);
      onEvent(event);
      if (event.type === "ended" || event.type === "resting") wakeLoop();
    },
  });
  const canTake = (agent: Agent, task: Pick<TaskView, "capabilities">): boolean =>
    (rests.get(agent.name) ?? 0) < MOST_RESTS &&
    barred(agent) === null &&
    task.capabilities.every((capability) => offers.get(agent.name)?.has(capability) === true);
  let working: Promise<void> = Promise.resolve();
  let failure: { readonly error: unknown } | null = null;
  return {
    start() {
      working = pool.run();
      working.catch((error: unknown) => {
        failure = { error };
        wakeLoop();
      });
    },
    async offer() {
      if (failure !== null) throw failure.error;
      pool.wake();
      return 0;
    },
    running: () => pool.running.length,
    canWork: (task) => agents.some((agent) => canTake(agent, task)),
    idle: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(done, ms);
        function done(): void {
          clearTimeout(timer);
          waiting.delete(done);
          resolve();
        }
        waiting.add(done);
      }),
    async drain() {
      const drained = pool.drain();
      wakeLoop();
      await drained;
      await working;
    },
    async finish() {
      await pool.finish();
      await working;
    },
  };
}
