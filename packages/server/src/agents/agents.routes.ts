import { operations } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import {
  httpProblems,
  type Implementation,
  implement,
  NothingDone,
  type Principal,
  StreamReply,
} from "../http/index.ts";
import { toMoment } from "../moment.ts";
import type { AttemptRef, Claim, CommandOutcome, JsonValue } from "../work/index.ts";
import type { AgentRoom } from "./agent-desk.ts";
import type { AgentView, AgentWanted, ControllerView } from "./agents.types.ts";
import { GONE_AFTER_MS } from "./liveness.ts";
import { sessionStream } from "./session-stream.ts";
import { rememberHolder, waitOut } from "./watched-work.ts";

/** A task as an agent is told of it. */
type ToldTask = Awaited<ReturnType<AgentRoutesParts["tasksOf"]>>[number];

/** What the routes of agents need besides the room of a tenant. */
export interface AgentRoutesParts {
  readonly room: (tenant: string) => Promise<AgentRoom>;
  readonly now: () => number;
  /** The problem of a command that changed nothing. */
  readonly refused: (ref: AttemptRef, verb: string, outcome: Extract<CommandOutcome, { readonly ok: false }>) => Error;
  /** Claims as agents are told of them, in the same order. */
  readonly tasksOf: (
    tenant: string,
    claims: readonly Claim[],
  ) => Promise<
    readonly {
      readonly id: string;
      readonly plan: string;
      readonly key: string;
      readonly title: string;
      readonly attempt: number;
      readonly tries: number;
      readonly maxAttempts: number;
      readonly expiresAt: string;
      readonly gates: readonly { readonly key: string; readonly metric: string | null; readonly text: string }[];
      readonly missing: readonly string[];
      readonly payload: JsonValue;
    }[]
  >;
}

/** Controllers answered by the compatibility route. */
const MOST_CONTROLLERS = 1_000;

/** How the leases of a runner name it: the same on every replica, so that whichever sees it drop can shorten them. */
export function runnerOwner(principal: Principal, runner: string): string {
  return `runner/${principal.tokenId ?? principal.name}/${runner}`;
}

/** Routes of agents, their runners, and the clients that watch them. */
export function agentRoutes({ room, now, tasksOf, refused }: AgentRoutesParts): readonly Implementation[] {
  const want = async (principal: Principal, name: string, wanted: AgentWanted): Promise<ReturnType<typeof toAgent>> => {
    const of = await room(principal.tenant);
    const view = await of.registry.want(name, wanted);
    if (view === null) throw problem(httpProblems, "HP9105", { kind: "agent", id: name });
    if (view.runner !== null) of.sessions.tell(view.runner, { agent: name, order: ORDER_OF[wanted] });
    return toAgent(view);
  };
  return [
    implement(operations.registerAgents, async ({ body, principal }) => {
      const { registry } = await room(principal.tenant);
      return { agents: (await registry.register(body.agents, body.runner)).map(toAgent) };
    }),
    implement(operations.heartbeat, async ({ body, principal }) => {
      const { registry } = await room(principal.tenant);
      return await registry.heartbeat(body.agents);
    }),
    implement(operations.listAgents, async ({ query, principal }) => {
      const { registry } = await room(principal.tenant);
      const { cursor, limit, state, capability, runner } = query;
      const views = await registry.list({
        states: state,
        limit: limit + 1,
        ...(cursor === undefined ? {} : { after: cursor }),
        ...(capability === undefined ? {} : { capability }),
        ...(runner === undefined ? {} : { runner }),
      });
      return pageOf(views.map(toAgent), limit);
    }),
    implement(operations.getAgent, async ({ params, principal }) => {
      const { registry } = await room(principal.tenant);
      const view = await registry.get(params.agent);
      if (view === null) throw problem(httpProblems, "HP9105", { kind: "agent", id: params.agent });
      return toAgent(view);
    }),
    implement(operations.deleteAgent, async ({ params, principal }) => {
      const { registry } = await room(principal.tenant);
      if (!(await registry.forget(params.agent))) {
        throw problem(httpProblems, "HP9105", { kind: "agent", id: params.agent });
      }
      return null;
    }),
    implement(operations.pauseAgent, ({ params, principal }) => want(principal, params.agent, "paused")),
    implement(operations.drainAgent, ({ params, principal }) => want(principal, params.agent, "draining")),
    implement(operations.resumeAgent, ({ params, principal }) => want(principal, params.agent, "active")),
    implement(operations.claimForAgents, async ({ body, principal, request }) => {
      const of = await room(principal.tenant);
      const { registry, offers, sessions } = of;
      sessions.renewed(body.runner);
      const wanted = await Promise.all(body.agents.map(({ name }) => registry.wanted(name)));
      const agents = body.agents.filter((_, at) => wanted[at] === "active");
      if (agents.length === 0) {
        await waitOut(body.waitMs, request.signal);
        return new NothingDone({ tasks: [] });
      }
      const ended = registry.offered(agents.map(({ name }) => name));
      try {
        const owner = runnerOwner(principal, body.runner);
        const plan = body.plan === undefined ? {} : { planId: body.plan };
        const claimed = await offers.claim(
          { agents, limit: body.limit, owner, leaseTtlMs: body.leaseTtlMs, ...plan },
          body.waitMs,
          request.signal,
        );
        if (claimed.length === 0) return new NothingDone({ tasks: [] });
        for (const { agent, claim } of claimed) rememberHolder(of, claim, { agent, runner: body.runner });
        const tasks: readonly ToldTask[] = await tasksOf(
          principal.tenant,
          claimed.map(({ claim }) => claim),
        );
        return { tasks: tasks.map((task, at) => ({ ...task, agent: claimed[at]?.agent ?? "" })) };
      } finally {
        ended();
      }
    }),
    implement(operations.followRunner, async ({ params, principal, request }) => {
      const { sessions } = await room(principal.tenant);
      const chunks = sessionStream(sessions, params.runner, runnerOwner(principal, params.runner), request.signal);
      return new StreamReply(chunks, "text/event-stream; charset=utf-8");
    }),
    implement(operations.registerController, async ({ body, principal }) => {
      const { controllers } = await room(principal.tenant);
      return toController(await controllers.register(body, now()), now());
    }),
    implement(operations.listControllers, async ({ query, principal }) => {
      const { controllers } = await room(principal.tenant);
      const rows = await controllers.list(query.cursor ?? "", query.limit + 1);
      return pageOf(
        rows.map((row) => toController(row, now())),
        query.limit,
      );
    }),
    implement(operations.controllers, async ({ principal }) => {
      const { controllers } = await room(principal.tenant);
      const rows = await controllers.list("", MOST_CONTROLLERS);
      return { controllers: rows.map((row) => toController(row, now())), total: rows.length };
    }),
    implement(operations.appendOutput, async ({ params, body, principal }) => {
      const { output, work } = await room(principal.tenant);
      const ref = { taskId: params.task, attempt: params.attempt };
      if (!(await output.isCurrent(ref))) {
        const task = await work.get(ref.taskId);
        const { state = null, attempt = null, lease = null } = task ?? {};
        const reason = task === null ? "not_found" : "fenced";
        const outcome = { ok: false, reason, state, attempt, holder: lease?.agent ?? null } as const;
        throw refused(ref, "write output of", outcome);
      }
      return { taken: output.append(ref.taskId, ref.attempt, body.pieces) };
    }),
    implement(operations.readOutput, async ({ params, query, principal }) => {
      const { output, work } = await room(principal.tenant);
      if ((await work.get(params.task)) === null) {
        throw problem(httpProblems, "HP9105", { kind: "task", id: params.task });
      }
      const { pieces, dropped } = await output.read(params.task, params.attempt, query.after, query.limit);
      return {
        pieces: pieces.map(({ at, ...piece }) => ({ ...piece, at: toMoment(at) })),
        next: pieces.at(-1)?.seq ?? query.after,
        dropped,
      };
    }),
  ];
}

const ORDER_OF = { active: "resume", paused: "pause", draining: "drain" } as const;

function pageOf<T extends { readonly name: string }>(
  found: readonly T[],
  limit: number,
): { readonly items: readonly T[]; readonly next: string | null } {
  const items = found.slice(0, limit);
  return { items, next: found.length > limit ? (items.at(-1)?.name ?? null) : null };
}

function toAgent(view: AgentView): Omit<AgentView, "registeredAt" | "seenAt" | "answeredAt"> & {
  readonly registeredAt: string;
  readonly seenAt: string | null;
  readonly answeredAt: string | null;
} {
  const { registeredAt, seenAt, answeredAt } = view;
  return {
    ...view,
    registeredAt: toMoment(registeredAt),
    seenAt: toMoment(seenAt),
    answeredAt: toMoment(answeredAt),
  };
}

function toController(
  view: ControllerView,
  now: number,
): Omit<ControllerView, "registeredAt" | "seenAt"> & {
  readonly registeredAt: string;
  readonly seenAt: string;
  readonly status: "active" | "inactive";
} {
  const status = now - view.seenAt <= GONE_AFTER_MS ? ("active" as const) : ("inactive" as const);
  return { ...view, registeredAt: toMoment(view.registeredAt), seenAt: toMoment(view.seenAt), status };
}
