import { operations } from "@holdpoint/contract";
import type { Call, Implementation } from "../http/index.ts";
import type { AttemptRef } from "../work/index.ts";
import type { AgentRoom } from "./agent-desk.ts";

/** Leases whose holder is remembered on one replica and in one tenant. */
const MOST_HOLDERS = 50_000;

/** Remembers whom a task was leased to, so that its renewals count as that agent's answers. */
export function rememberHolder(
  { holders }: Pick<AgentRoom, "holders">,
  { taskId, attempt }: AttemptRef,
  holder: { readonly agent: string; readonly runner: string | null },
): void {
  if (holders.size >= MOST_HOLDERS) {
    const [oldest] = holders.keys();
    if (oldest !== undefined) holders.delete(oldest);
  }
  holders.set(`${taskId} ${attempt}`, holder);
}

/**
 * Lets the room of agents see what agents answer: who waits for work, who was given some, who renews. An agent that is
 * paused or draining is given nothing.
 */
export function watchWork(
  implementations: readonly Implementation[],
  room: (tenant: string) => Promise<AgentRoom>,
): readonly Implementation[] {
  return implementations.map((implementation) => {
    switch (implementation.operation.id) {
      case operations.claimWork.id:
        return watchClaims(implementation, room);
      case operations.renewWork.id:
        return watchRenewals(implementation, room);
      default:
        return implementation;
    }
  });
}

function watchClaims(watched: Implementation, room: (tenant: string) => Promise<AgentRoom>): Implementation {
  return {
    operation: watched.operation,
    async handle(call: Call<typeof operations.claimWork>) {
      const { agent, waitMs } = call.body;
      const of = await room(call.principal.tenant);
      if ((await of.registry.wanted(agent)) !== "active") {
        await waitOut(waitMs, call.request.signal);
        return { tasks: [] };
      }
      const ended = of.registry.offered([agent]);
      try {
        const answer = await watched.handle(call);
        for (const { id, attempt } of listIn(answer, "tasks").filter(isGiven)) {
          rememberHolder(of, { taskId: id, attempt }, { agent, runner: null });
        }
        return answer;
      } finally {
        ended();
      }
    },
  };
}

function watchRenewals(watched: Implementation, room: (tenant: string) => Promise<AgentRoom>): Implementation {
  return {
    operation: watched.operation,
    async handle(call: Call<typeof operations.renewWork>) {
      const answer = await watched.handle(call);
      const { registry, holders, sessions } = await room(call.principal.tenant);
      const outcomes = listIn(answer, "leases");
      for (const [at, { task, attempt }] of call.body.leases.entries()) {
        const key = `${task} ${attempt}`;
        const holder = holders.get(key);
        if (holder === undefined) continue;
        if (!isHeld(outcomes[at])) holders.delete(key);
        else {
          registry.answered(holder.agent);
          if (holder.runner !== null) sessions.renewed(holder.runner);
        }
      }
      return answer;
    },
  };
}

/** The list that an answer of the wrapped handler holds; its shape is the operation's. */
function listIn(answer: unknown, key: "tasks" | "leases"): readonly unknown[] {
  if (typeof answer !== "object" || answer === null) return [];
  const list: unknown = Reflect.get(answer, key);
  return Array.isArray(list) ? list : [];
}

function isGiven(entry: unknown): entry is { readonly id: string; readonly attempt: number } {
  return typeof entry === "object" && entry !== null && "id" in entry && "attempt" in entry;
}

function isHeld(outcome: unknown): boolean {
  return typeof outcome === "object" && outcome !== null && "ok" in outcome && outcome.ok === true;
}

/** Waits as long as the caller asked for: an answer at once would make it ask again at once. */
export async function waitOut(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done, { once: true });
    if (signal.aborted) done();
  });
}
