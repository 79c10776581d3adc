import type { Session } from "@holdpoint/store";
import type { Claim, WorkStore } from "../work/index.ts";
import { DEMAND } from "./agents.sql.ts";

/** How often the store is asked although nobody said that something became ready, milliseconds. */
const POLL_MS = 1_000;
/** Ready tasks that are looked at; where there are more, agents are also asked for without a look. */
const LOOKED_AT = 5_000;

/** An agent that could take work. */
export interface Candidate {
  readonly name: string;
  readonly capabilities: readonly string[];
  /** Tasks at most. */
  readonly limit: number;
}

/** A runner's call for all of its agents. */
export interface OfferRequest {
  readonly agents: readonly Candidate[];
  /** Tasks at most for all of them together. */
  readonly limit: number;
  /** Holder of the leases. */
  readonly owner: string;
  readonly planId?: string;
  readonly leaseTtlMs: number;
}

/** A claim, and whom it is for. */
export interface AgentClaim {
  readonly agent: string;
  readonly claim: Claim;
}

interface Waiter {
  readonly request: OfferRequest;
  readonly abilities: readonly (Candidate & { readonly able: ReadonlySet<string> })[];
  readonly answer: (claims: readonly AgentClaim[]) => void;
  readonly fail: (error: unknown) => void;
}

interface Kind {
  readonly capabilities: readonly string[];
  /** The only agent that is given tasks of this kind; null for whoever comes. */
  readonly assigned: string | null;
  left: number;
}

interface DemandRow extends Omit<Kind, "left"> {
  readonly n: number;
  readonly looked: number;
}

/**
 * Finds work for many agents at once: one look at what is ready, kind by kind, tells which of them to claim for, so that
 * two hundred idle agents with abilities of their own cost one query a second and not two hundred.
 *
 * What is handed out is claimed by the store's own command with the agent's own abilities, so a look that is out of date
 * can only miss something until the next one.
 */
export class Offers {
  readonly #store: Session;
  readonly #tenant: string;
  readonly #work: Pick<WorkStore, "claim" | "release" | "nextDueAt">;
  readonly #now: () => number;
  readonly #waiters = new Set<Waiter>();
  #serving = false;
  #again = false;
  #timer: NodeJS.Timeout | null = null;
  #askedAllAt = Number.NEGATIVE_INFINITY;

  constructor(
    store: Session,
    tenant: string,
    work: Pick<WorkStore, "claim" | "release" | "nextDueAt">,
    now: () => number,
  ) {
    this.#store = store;
    this.#tenant = tenant;
    this.#work = work;
    this.#now = now;
  }

  /** Calls that wait now. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** Something may have become ready. */
  wake(): void {
    if (this.#waiters.size > 0) void this.#serve();
  }

  /**
   * Leases ready tasks, or waits for some.
   *
   * @param signal the caller hung up: what it would have got is given back without counting the try
   */
  async claim(request: OfferRequest, waitMs: number, signal: AbortSignal): Promise<readonly AgentClaim[]> {
    const claims = await new Promise<readonly AgentClaim[]>((resolve, reject) => {
      let deadline: NodeJS.Timeout | undefined;
      const leave = (): void => {
        clearTimeout(deadline);
        signal.removeEventListener("abort", giveUp);
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        request,
        abilities: request.agents.map((agent) => ({ ...agent, able: new Set(agent.capabilities) })),
        answer: (given) => {
          leave();
          resolve(given);
        },
        fail: (error) => {
          leave();
          reject(error);
        },
      };
      const giveUp = (): void => waiter.answer([]);
      signal.addEventListener("abort", giveUp, { once: true });
      this.#waiters.add(waiter);
      if (signal.aborted) giveUp();
      else if (waitMs === 0) void this.#look([waiter]).then(giveUp);
      else {
        deadline = setTimeout(giveUp, waitMs);
        void this.#serve();
      }
    });
    if (!signal.aborted) return claims;
    await this.#giveBack(claims.map(({ claim }) => claim));
    return [];
  }

  async #serve(): Promise<void> {
    this.#again = true;
    if (this.#serving) return;
    this.#serving = true;
    try {
      while (this.#again && this.#waiters.size > 0) {
        this.#again = false;
        if (await this.#look([...this.#waiters])) this.#again = true;
      }
      await this.#sleep();
    } finally {
      this.#serving = false;
    }
    if (this.#again && this.#waiters.size > 0) void this.#serve();
  }

  /** One look; true when something was handed out, and there may be more. */
  async #look(waiters: readonly Waiter[]): Promise<boolean> {
    try {
      const now = this.#now();
      const rows = await this.#store.run<DemandRow>(DEMAND, [this.#tenant, now, LOOKED_AT]);
      const kinds = rows.map(({ capabilities, assigned, n }): Kind => ({ capabilities, assigned, left: n }));
      const isWhole = (rows[0]?.looked ?? 0) < LOOKED_AT;
      const askAll = !isWhole && now - this.#askedAllAt >= POLL_MS;
      if (askAll) this.#askedAllAt = now;
      const served = await Promise.all(
        waiters.map((waiter) => this.#give(waiter, askAll ? oneEach(waiter.request) : chosen(waiter, kinds))),
      );
      return served.some((got) => got);
    } catch (error) {
      for (const waiter of waiters) waiter.fail(error);
      return false;
    }
  }

  async #give(waiter: Waiter, agents: readonly Candidate[]): Promise<boolean> {
    if (agents.length === 0) return false;
    const { owner, leaseTtlMs, planId } = waiter.request;
    const settled = await Promise.allSettled(
      agents.map(async ({ name, capabilities, limit }): Promise<readonly AgentClaim[]> => {
        const plan = planId === undefined ? {} : { planId };
        const claims = await this.#work.claim({ agent: name, capabilities, limit, owner, leaseTtlMs, ...plan });
        return claims.map((claim) => ({ agent: name, claim }));
      }),
    );
    const claims = settled.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
    const failed = settled.find((one) => one.status === "rejected");
    if (claims.length > 0) {
      if (this.#waiters.has(waiter)) waiter.answer(claims);
      // Its time was up while the store answered.
      else await this.#giveBack(claims.map(({ claim }) => claim));
      return true;
    }
    if (failed !== undefined) waiter.fail(failed.reason);
    return false;
  }

  async #giveBack(claims: readonly Claim[]): Promise<void> {
    await Promise.all(
      claims.map(({ taskId, attempt }) =>
        this.#work.release({ taskId, attempt, reason: "the caller was gone before it was given the task" }),
      ),
    );
  }

  /** Looks again when something becomes due by itself, and every second in any case. */
  async #sleep(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#waiters.size === 0) return;
    const now = this.#now();
    // Without the database the poll tries again.
    const due = await this.#work.nextDueAt().catch(() => null);
    const pauseMs = Math.min(POLL_MS, Math.max(5, (due ?? Number.POSITIVE_INFINITY) - now));
    this.#timer = setTimeout(() => this.wake(), pauseMs);
    this.#timer.unref();
  }
}

/** Every agent of a call that has room for it, with one task each. */
function oneEach({ agents, limit }: OfferRequest): readonly Candidate[] {
  return agents.slice(0, limit).map((agent) => ({ ...agent, limit: 1 }));
}

/** Which agents of a call to claim for, and for how many tasks each; takes what it chooses off the kinds. */
function chosen({ abilities, request }: Waiter, kinds: readonly Kind[]): readonly Candidate[] {
  const free = new Map(abilities.map(({ name, limit }) => [name, limit]));
  const wanted = new Map<string, number>();
  let room = request.limit;
  for (const kind of kinds) {
    if (kind.left === 0) continue;
    for (const { name, able } of abilities) {
      const own = Math.min(room, free.get(name) ?? 0);
      if (own === 0 || (kind.assigned !== null && kind.assigned !== name)) continue;
      if (!kind.capabilities.every((capability) => able.has(capability))) continue;
      const take = Math.min(own, kind.left);
      kind.left -= take;
      room -= take;
      free.set(name, (free.get(name) ?? 0) - take);
      wanted.set(name, (wanted.get(name) ?? 0) + take);
      if (kind.left === 0) break;
    }
  }
  return abilities.flatMap(({ name, capabilities }) => {
    const limit = wanted.get(name) ?? 0;
    return limit === 0 ? [] : [{ name, capabilities, limit }];
  });
}
