import { type BodyOf, operations, type ResponseOf } from "@holdpoint/contract";
import { type Runtime, retryDelayMs } from "@holdpoint/core";
import type { WorkRequest } from "../attempt/work-source.ts";
import type { ServerLink } from "./server-link.ts";

/** A task as the server hands it out. */
export type GivenTask = ResponseOf<typeof operations.claimForAgents>["tasks"][number];

/** How long agents wait for each other so that one call serves them, milliseconds. */
const GATHER_MS = 20;
/** Calls that are open at one time: one for those who wait long, further ones for those who came later. */
const OPEN_CALLS = 4;
/** How long the further ones wait, milliseconds: soon all who wait are in one call again. */
const FURTHER_WAIT_MS = 1_000;
/** Agents of one call. */
const MOST_AGENTS = 1_000;
const RETRY = { baseMs: 200, capMs: 10_000 };

interface Waiter {
  readonly request: WorkRequest;
  readonly resolve: (tasks: readonly GivenTask[]) => void;
}

/** What the claims of a runner are made from. */
export interface ClaimMuxParts {
  readonly link: ServerLink;
  readonly runner: string;
  readonly leaseTtlMs: number;
  /** How long one call waits for work, milliseconds. */
  readonly waitMs: number;
  /** Attempts of all agents at one time. */
  readonly capacity: number;
  readonly runtime: Pick<Runtime, "random">;
  /** Is told of each task before anybody works on it. */
  readonly onGiven: (task: GivenTask) => void;
}

/** Asks for work for all agents of a runner with one call that waits: hundreds of idle agents are one open request. */
export class ClaimMux {
  readonly #parts: ClaimMuxParts;
  readonly #waiting = new Map<string, Waiter>();
  readonly #asked = new Set<string>();
  readonly #paused = new Set<string>();
  readonly #closing = new AbortController();
  #calls = 0;
  /** Tasks that were given and are not over. */
  #busy = 0;
  /** Tasks that open calls may still be given. */
  #reserved = 0;
  #failures = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(parts: ClaimMuxParts) {
    this.#parts = parts;
  }

  /** Waits for work for one agent; empty when the runner is closed. */
  async claim(request: WorkRequest): Promise<readonly GivenTask[]> {
    if (this.#closing.signal.aborted) return [];
    return await new Promise((resolve) => {
      this.#waiting.set(request.agent, { request, resolve });
      this.#askSoon(GATHER_MS);
    });
  }

  /** Asks for nothing for an agent until it is resumed. */
  pause(agent: string): void {
    this.#paused.add(agent);
  }

  /** Asks for an agent again. */
  resume(agent: string): void {
    if (this.#paused.delete(agent)) this.#askSoon(GATHER_MS);
  }

  get paused(): ReadonlySet<string> {
    return this.#paused;
  }

  /** An attempt is over: there is room for another. */
  ended(): void {
    this.#busy -= 1;
    this.#askSoon(GATHER_MS);
  }

  /** Asks at once: the server is back. */
  wake(): void {
    this.#failures = 0;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#askSoon(0);
  }

  /** Hangs up, and lets everybody who waits go with nothing. */
  close(): void {
    this.#closing.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const { resolve } of this.#waiting.values()) resolve([]);
    this.#waiting.clear();
  }

  #askSoon(ms: number): void {
    if (this.#closing.signal.aborted) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.#ask();
    }, ms);
  }

  async #ask(): Promise<void> {
    if (this.#calls >= OPEN_CALLS || (this.#failures > 0 && this.#calls > 0)) return;
    const waiters = [...this.#waiting.values()]
      .filter(({ request: { agent } }) => !this.#asked.has(agent) && !this.#paused.has(agent))
      .slice(0, MOST_AGENTS);
    const limit = Math.min(MOST_AGENTS, this.#parts.capacity - this.#busy - this.#reserved);
    if (waiters.length === 0 || limit <= 0) return;
    this.#calls += 1;
    this.#reserved += limit;
    for (const { request } of waiters) this.#asked.add(request.agent);
    const tasks = await this.#call(
      waiters.map(({ request }) => request),
      limit,
    );
    this.#calls -= 1;
    this.#reserved -= limit;
    this.#busy += tasks?.length ?? 0;
    for (const { request } of waiters) this.#asked.delete(request.agent);
    for (const task of tasks ?? []) this.#parts.onGiven(task);
    for (const waiter of waiters) {
      const given = (tasks ?? []).filter(({ agent }) => agent === waiter.request.agent);
      if (given.length === 0 || this.#waiting.get(waiter.request.agent) !== waiter) continue;
      this.#waiting.delete(waiter.request.agent);
      waiter.resolve(given);
    }
    this.#askSoon(tasks === null ? retryDelayMs(this.#failures, this.#parts.runtime.random(), RETRY) : 0);
  }

  /** Null when the server did not answer. */
  async #call(requests: readonly WorkRequest[], most: number): Promise<readonly GivenTask[] | null> {
    const { link, runner, leaseTtlMs, waitMs } = this.#parts;
    const agents = requests.map(({ agent, capabilities, limit }) => ({
      name: agent,
      capabilities: [...capabilities],
      limit: Math.min(limit, 500),
    }));
    const wait = this.#calls === 1 ? waitMs : Math.min(waitMs, FURTHER_WAIT_MS);
    const body: Partial<BodyOf<typeof operations.claimForAgents>> = {
      runner,
      agents,
      limit: most,
      leaseTtlMs,
      waitMs: wait,
    };
    try {
      const { tasks } = await link.call(operations.claimForAgents, { body }, { signal: this.#closing.signal });
      this.#failures = 0;
      return tasks;
    } catch {
      this.#failures += 1;
      return null;
    }
  }
}
