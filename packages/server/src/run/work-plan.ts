import type { Runtime } from "@holdpoint/core";
import type { TaskView, WorkStore } from "../work/index.ts";
import type { Settlement } from "./run.types.ts";

/** The agents, as far as the loop needs to know them. */
export interface Fleet {
  /** Takes what is ready and fits, starts attempts; answers how many it took. @throws what broke the fleet */
  offer(): Promise<number>;
  /** Attempts that run now. */
  running(): number;
  /** Whether any agent of the fleet could be given this task. */
  canWork(task: TaskView): boolean;
  /** Resolves when an attempt ended, or after this many milliseconds. */
  idle(ms: number): Promise<void>;
}

/** What the loop works with. */
export interface WorkPlanParts {
  readonly work: WorkStore;
  readonly planId: string;
  readonly fleet: Fleet;
  readonly settle: (task: TaskView) => Promise<Settlement>;
  readonly runtime: Pick<Runtime, "now">;
  /** How long to stay for gates that only need time, milliseconds; 0 ends at once, Infinity stays until interrupted. */
  readonly waitMs: number;
  readonly listener: WorkPlanListener;
  readonly signal: AbortSignal;
}

/** Is told what happens, for people. */
export interface WorkPlanListener {
  settled(settlement: Settlement): void;
  /** A task that is ready and that no agent of the fleet can be given; told once. */
  withoutAgent(task: TaskView): void;
}

/** Why the loop ended. */
export type WorkPlanEnd = "done" | "nothing_can_move" | "interrupted";

/** How often what waits for a person is looked at again while the run stays for people. */
const LOOK_FOR_PEOPLE_MS = 1000;
const LEAST_PAUSE_MS = 20;
const MOST_PAUSE_MS = 1000;
/** More than a plan can hold. */
const ALL = 1_000_000;

/**
 * Works a plan until nothing can move without a person, an agent or time.
 *
 * One pass: free leases that ran out, settle what was reported, offer what is ready, look again at what is held. It
 * pauses only while attempts run or something becomes due by itself.
 */
export async function workPlan(parts: WorkPlanParts): Promise<WorkPlanEnd> {
  const { work, planId, fleet, runtime, signal } = parts;
  const staysUntil = runtime.now() + parts.waitMs;
  const round = new Round(parts);
  await round.settle("held");

  for (;;) {
    if (signal.aborted) return "interrupted";
    await work.expire();
    const settled = await round.settle("reported");
    const offered = signal.aborted ? 0 : await fleet.offer();
    if (settled + offered > 0) continue;
    if (fleet.running() > 0) {
      await fleet.idle(MOST_PAUSE_MS);
      continue;
    }
    const open = await work.list({ planId, states: ["ready", "leased", "reported", "held"], limit: ALL });
    if (open.length === 0 && (await work.counts(planId)).waiting === 0) return "done";
    round.tellWithoutAgent(open);
    const now = runtime.now();
    const lookAt = round.lookAgainAt(open, now, staysUntil);
    if (lookAt !== null && lookAt <= now) {
      await round.settle("held");
      continue;
    }
    const due = await dueAt(open, parts, now);
    if (due === null && lookAt === null) return signal.aborted ? "interrupted" : "nothing_can_move";
    const until = Math.min(due ?? Number.POSITIVE_INFINITY, lookAt ?? Number.POSITIVE_INFINITY);
    await fleet.idle(Math.min(Math.max(until - now, LEAST_PAUSE_MS), MOST_PAUSE_MS));
  }
}

/** What the loop remembers from pass to pass. */
class Round {
  readonly #parts: WorkPlanParts;
  readonly #told = new Set<string>();
  /** When to look again at a held task. */
  readonly #looks = new Map<string, { readonly at: number; readonly timed: boolean }>();

  constructor(parts: WorkPlanParts) {
    this.#parts = parts;
  }

  /** Settles the tasks in this state one after the other, of the held ones those that are due; answers how many moved. */
  async settle(state: "reported" | "held"): Promise<number> {
    const { work, planId, signal, settle, listener, runtime } = this.#parts;
    let moved = 0;
    for (const task of await work.list({ planId, states: [state], limit: ALL })) {
      if (signal.aborted) return moved;
      if (state === "held" && (this.#looks.get(task.taskId)?.at ?? 0) > runtime.now()) continue;
      if (task.blocked) {
        // Its agent cannot go on, so there is nothing to judge and nothing to merge: it waits for an operator.
        this.#looks.set(task.taskId, { at: runtime.now() + LOOK_FOR_PEOPLE_MS, timed: false });
        continue;
      }
      const settlement = await settle(task);
      if (settlement.outcome === "interrupted") return moved;
      const pauseMs = settlement.lookAgainMs ?? LOOK_FOR_PEOPLE_MS;
      this.#looks.set(task.taskId, { at: runtime.now() + pauseMs, timed: settlement.lookAgainMs !== null });
      if (state === "held" && settlement.outcome === "held") continue;
      moved++;
      listener.settled(settlement);
    }
    return moved;
  }

  /**
   * When to look again at what is held, or null when looking cannot help: a run that stays for a given time does so only
   * for gates that time alone can move; one that stays until it is interrupted also waits for people.
   */
  lookAgainAt(open: readonly TaskView[], now: number, staysUntil: number): number | null {
    if (now >= staysUntil) return null;
    const forPeople = staysUntil === Number.POSITIVE_INFINITY;
    const looks = open.flatMap((task) => {
      if (task.state !== "held") return [];
      const look = this.#looks.get(task.taskId) ?? { at: now, timed: true };
      return forPeople || look.timed ? [look.at] : [];
    });
    return looks.length === 0 ? null : Math.min(...looks);
  }

  /** Tells once of each ready task that no agent of the fleet can be given. */
  tellWithoutAgent(open: readonly TaskView[]): void {
    const { fleet, listener } = this.#parts;
    for (const task of open) {
      if (task.state !== "ready" || this.#told.has(task.taskId) || fleet.canWork(task)) continue;
      this.#told.add(task.taskId);
      listener.withoutAgent(task);
    }
  }
}

/** When something becomes possible by itself: a rested task for which there is an agent, a lease of another process. */
async function dueAt(
  open: readonly TaskView[],
  { work, planId, fleet }: WorkPlanParts,
  now: number,
): Promise<number | null> {
  const moves = ({ state }: TaskView): boolean => state === "leased" || state === "reported";
  if (!open.some((task) => moves(task) || (task.state === "ready" && fleet.canWork(task)))) return null;
  return (await work.nextDueAt(planId)) ?? now;
}
