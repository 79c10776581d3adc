import { retryDelayMs } from "@holdpoint/core";
import type { Agent } from "../manifest/agent.ts";
import { offeredCapabilities } from "../manifest/match-agent.ts";
import { removeWorktree } from "../worktree/create-worktree.ts";
import type { AttemptEvent, AttemptOutcome, AttemptSettings } from "./attempt.types.ts";
import { checkHealth } from "./check-health.ts";
import { runAttempt } from "./run-attempt.ts";
import { type HeldLease, handBackUnbegun, type StopReason, type TellOutcome, tellSource } from "./tell-source.ts";
import type { ClaimedWork, WorkRef, WorkSource } from "./work-source.ts";

const LEASE_TTL_MS = 30_000;
const POLL_MS = 500;

/** What happens in the pool, for views and logs. */
export type PoolEvent =
  | { readonly type: "refused"; readonly agent: string; readonly work: ClaimedWork; readonly told: TellOutcome }
  | { readonly type: "started"; readonly agent: string; readonly work: ClaimedWork }
  | { readonly type: "attempt"; readonly agent: string; readonly work: WorkRef; readonly event: AttemptEvent }
  | { readonly type: "ended"; readonly agent: string; readonly outcome: AttemptOutcome; readonly told: TellOutcome }
  | { readonly type: "resting"; readonly agent: string; readonly forMs: number; readonly reason: string };

/** What a pool is made from. */
export interface PoolOptions extends AttemptSettings {
  readonly agents: readonly Agent[];
  readonly source: WorkSource;
  /** How long a lease runs without renewal; it is renewed every third of that. Milliseconds. @default 30000 */
  readonly leaseTtlMs?: number;
  /** How often an idle agent asks for work when nobody wakes it, milliseconds. @default 500 */
  readonly pollMs?: number;
  /** Asked before an agent takes work and again when it has some: why it may not run now; null when it may. @default it may */
  readonly barred?: (agent: Agent) => string | null;
  /** How one attempt is run. @default runAttempt: the agent's command, in its limits */
  readonly run?: typeof runAttempt;
  readonly onEvent?: (event: PoolEvent) => void | Promise<void>;
}

interface RunningAttempt extends HeldLease {
  readonly agent: string;
  readonly work: ClaimedWork;
  readonly controller: AbortController;
  stop: StopReason | null;
  leasedUntil: number;
}

/**
 * Runs the local agents: leases work for each as far as its concurrency goes, keeps the leases alive, and tells the
 * source what became of each attempt.
 *
 * An attempt whose lease is lost is ended and told to nobody: the task is someone else's. Draining ends all attempts and
 * hands their work back without counting the try.
 */
export class AgentPool {
  readonly #options: PoolOptions;
  readonly #running = new Map<string, RunningAttempt>();
  readonly #ending = new Set<Promise<void>>();
  readonly #wakers = new Set<() => void>();
  #draining = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Attempts that are being run now. */
  get running(): readonly WorkRef[] {
    return [...this.#running.values()].map(({ work }) => ({ taskId: work.taskId, attempt: work.attempt }));
  }

  /** Works until it is drained. Rejects only for a bug: what agents and the source do is dealt with. */
  async run(): Promise<void> {
    await Promise.all(this.#options.agents.map((agent) => this.#serve(agent)));
    await Promise.all(this.#ending);
    if (this.#failure !== null) throw this.#failure.error;
  }

  /** Lets idle agents ask for work at once: something may have become ready. */
  wake(): void {
    const wakers = [...this.#wakers];
    this.#wakers.clear();
    for (const waker of wakers) waker();
  }

  /** Takes no more work, ends what runs and hands it back; settles when all of it is told. */
  async drain(): Promise<void> {
    this.#draining = true;
    for (const attempt of this.#running.values()) this.#stop(attempt, "drained");
    this.wake();
    await Promise.all(this.#ending);
  }

  /** Takes no more work and lets what runs come to its end. */
  async finish(): Promise<void> {
    this.#draining = true;
    this.wake();
    await Promise.all(this.#ending);
  }

  /** Ends an attempt whose task was cancelled; the source is told nothing. False when it is not run here. */
  cancel(work: WorkRef): boolean {
    const attempt = this.#running.get(keyOf(work));
    if (attempt === undefined) return false;
    this.#stop(attempt, "cancelled");
    return true;
  }

  /** Ends what one agent runs and hands it back without counting the try; it goes on asking for work. */
  handBack(agent: string): void {
    for (const attempt of this.#running.values()) if (attempt.agent === agent) this.#stop(attempt, "drained");
  }

  async #serve(agent: Agent): Promise<void> {
    const capabilities = offeredCapabilities(agent, this.#options.agents);
    let failures = 0;
    let healthy = agent.health === null;
    while (!this.#draining) {
      const free = agent.concurrency - [...this.#running.values()].filter((one) => one.agent === agent.name).length;
      if (free <= 0) {
        await this.#change(null);
        continue;
      }
      try {
        const why = this.#options.barred?.(agent) ?? null;
        if (why !== null) throw new Error(why);
        if (!healthy) await checkHealth(agent, this.#options);
        healthy = true;
        const leaseTtlMs = this.#options.leaseTtlMs ?? LEASE_TTL_MS;
        const claimedAt = this.#options.runtime.now();
        const works = await this.#options.source.claim({ agent: agent.name, capabilities, limit: free, leaseTtlMs });
        failures = 0;
        // The claim may have waited for hours.
        const since = works.length === 0 ? null : (this.#options.barred?.(agent) ?? null);
        if (since !== null) {
          await this.#refuse(agent, works, claimedAt + leaseTtlMs, since);
          throw new Error(since);
        }
        for (const work of works) this.#begin(agent, work, claimedAt + leaseTtlMs);
        if (works.length === 0) await this.#change(this.#options.pollMs ?? POLL_MS);
      } catch (error) {
        failures += 1;
        await this.#rest(agent, failures, messageOf(error));
      }
    }
  }

  /** Hands back what an agent was given that may not run any more. */
  async #refuse(agent: Agent, works: readonly ClaimedWork[], leasedUntil: number, reason: string): Promise<void> {
    await Promise.all(
      works.map(async (work) => {
        const lease = { work, stop: null, leasedUntil };
        const told = await handBackUnbegun(lease, `${agent.name} may not run: ${reason}`, this.#options);
        await this.#emit({ type: "refused", agent: agent.name, work, told });
      }),
    );
  }

  #begin(agent: Agent, work: ClaimedWork, leasedUntil: number): void {
    const attempt: RunningAttempt = {
      agent: agent.name,
      work,
      controller: new AbortController(),
      stop: null,
      leasedUntil,
    };
    this.#running.set(keyOf(work), attempt);
    if (this.#draining) this.#stop(attempt, "drained");
    const ending = this.#attempt(agent, attempt)
      .catch((error: unknown) => {
        this.#failure ??= { error };
        void this.drain();
      })
      .finally(() => {
        this.#running.delete(keyOf(work));
        this.#ending.delete(ending);
        this.wake();
      });
    this.#ending.add(ending);
  }

  async #attempt(agent: Agent, attempt: RunningAttempt): Promise<void> {
    const { work, controller } = attempt;
    await this.#emit({ type: "started", agent: agent.name, work });
    const renewing = this.#renew(attempt);
    try {
      const { run = runAttempt } = this.#options;
      const outcome = await run(
        {
          agent,
          work,
          signal: controller.signal,
          onEvent: (event) => this.#emit({ type: "attempt", agent: agent.name, work: refOf(work), event }),
        },
        this.#options,
      );
      // The lease is kept until the outcome is told.
      const told = await tellSource(agent.name, attempt, outcome, this.#options);
      clearInterval(renewing);
      if (told !== "reported" && outcome.worktree !== null) await removeWorktree(outcome.worktree);
      await this.#emit({ type: "ended", agent: agent.name, outcome, told });
      if (outcome.result?.started === false && attempt.stop === null) await this.#rest(agent, 1, outcome.reason ?? "");
    } finally {
      clearInterval(renewing);
    }
  }

  #renew(attempt: RunningAttempt): NodeJS.Timeout {
    const { source, runtime, leaseTtlMs = LEASE_TTL_MS } = this.#options;
    const timer = setInterval(() => {
      const askedAt = runtime.now();
      const renewed = source.renew(refOf(attempt.work), leaseTtlMs);
      // When the source is away it may be back before the lease ends; when not, the task is no longer ours.
      void renewed
        .catch(() => (runtime.now() >= attempt.leasedUntil ? ("lost" as const) : null))
        .then((answer) => {
          if (answer === "lost") this.#stop(attempt, "lost");
          else if (answer === "held") attempt.leasedUntil = askedAt + leaseTtlMs;
          return answer;
        });
    }, leaseTtlMs / 3);
    return timer;
  }

  async #rest(agent: Agent, failures: number, reason: string): Promise<void> {
    const { firstMs, longestMs } = agent.backoff;
    const policy = { baseMs: firstMs, capMs: longestMs };
    const forMs = retryDelayMs(failures, this.#options.runtime.random(), policy);
    await this.#emit({ type: "resting", agent: agent.name, forMs, reason });
    const until = performance.now() + forMs;
    // Being woken for work is no reason to rest less; draining is.
    while (!this.#draining && performance.now() < until) await this.#change(until - performance.now());
  }

  /** Settles when something changes here, or after the time that is given. */
  async #change(withinMs: number | null): Promise<void> {
    if (this.#draining) return;
    await new Promise<void>((resolve) => {
      const timer = withinMs === null ? undefined : setTimeout(done, withinMs);
      const wakers = this.#wakers;
      function done(): void {
        clearTimeout(timer);
        wakers.delete(done);
        resolve();
      }
      wakers.add(done);
    });
  }

  #stop(attempt: RunningAttempt, reason: StopReason): void {
    attempt.stop ??= reason;
    attempt.controller.abort();
  }

  async #emit(event: PoolEvent): Promise<void> {
    await this.#options.onEvent?.(event);
  }
}

function refOf(work: WorkRef): WorkRef {
  return { taskId: work.taskId, attempt: work.attempt };
}

function keyOf(work: WorkRef): string {
  return `${work.taskId} ${work.attempt}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
