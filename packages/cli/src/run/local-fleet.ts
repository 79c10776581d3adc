import { type Agent, AgentPool, type PoolEvent, type PoolOptions } from "@holdpoint/agent";
import type { Fleet, TaskView } from "@holdpoint/server";

/** The local agents as the engine's loop sees them. */
export interface LocalFleet extends Fleet {
  /** Begins to take work. */
  start(): void;
  /** Ends attempts and hands their work back without counting the try. */
  drain(): Promise<void>;
  /** Takes no more work; settles when nothing runs. @throws what went wrong in the pool, which is a bug */
  finish(): Promise<void>;
}

/** Makes the fleet from manifests. Agents ask for work by themselves; the loop only wakes them. */
export function createLocalFleet(options: Omit<PoolOptions, "onEvent">, onEvent: (event: PoolEvent) => void): LocalFleet {
  const waiting = new Set<() => void>();
  const wakeLoop = (): void => {
    for (const wake of waiting) wake();
    waiting.clear();
  };
  const pool = new AgentPool({
    ...options,
    onEvent: (event) => {
      onEvent(event);
      if (event.type === "ended" || event.type === "resting") wakeLoop();
    },
  });
  let working: Promise<void> = Promise.resolve();
  return {
    start() {
      working = pool.run();
      working.catch(() => undefined);
    },
    async offer() {
      pool.wake();
      return 0;
    },
    running: () => pool.running.length,
    canWork: (task) => options.agents.some((agent) => canWork(agent, task)),
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
      await pool.drain();
      await working;
    },
    async finish() {
      await pool.finish();
      await working;
    },
  };
}

/** Whether what the store asks for is among what the agent answers to. */
function canWork(agent: Agent, task: Pick<TaskView, "capabilities">): boolean {
  const own = new Set([agent.name, ...agent.capabilities].map((word) => word.trim().replace(/^@/, "").toLowerCase().replaceAll(/\s+/g, "-")));
  return own.has("any") || task.capabilities.every((capability) => own.has(capability));
}
