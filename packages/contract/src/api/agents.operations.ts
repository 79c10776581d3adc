import { z } from "zod";
import { digits, id, listOf, moment, nothing, ordinal, pageOf, pageQuery, word } from "./common.ts";
import { operation } from "./operation.ts";
import { claimedTask, LEASE_TTL_MS, MAX_CLAIM_WAIT_MS } from "./work.operations.ts";

/** Agents that one call may speak for. */
export const MOST_AGENTS_PER_CALL = 1_000;
/** Bounds of the live output of an attempt: of one piece and of all that is kept, characters. */
export const OUTPUT_BOUNDS = { piece: 65_536, piecesPerCall: 200, kept: 1_048_576 } as const;

/** What an operator wants of an agent. */
export const AGENT_WANTED = ["active", "paused", "draining"] as const;
/** How an agent is, judged by what it answers and not by its pings alone. */
export const AGENT_STATES = ["healthy", "silent", "gone"] as const;

const agentName = word.describe("Name of the agent, unique in the tenant.");
const runnerName = word.describe("Name of the process that runs the agents.");
/** Labels of one agent or controller. */
const MOST_LABELS = 50;
const labels = z
  .record(word, z.string().max(200))
  .refine((value) => Object.keys(value).length <= MOST_LABELS, { error: `must have ${MOST_LABELS} entries at most` })
  .meta({ maxProperties: MOST_LABELS });

const registration = z.object({
  name: agentName,
  capabilities: z.array(word).max(100).default([]).describe("What it can do."),
  labels: labels.default({}).describe("Names and values for people and lists."),
  capacity: z.int().min(1).max(1_000).default(1).describe("Tasks at one time."),
  version: z.string().max(100).nullable().default(null).describe("Version of the agent."),
});

const agentView = z.object({
  name: z.string(),
  runner: z.string().nullable().describe("Process that runs it; null when it connects by itself."),
  capabilities: z.array(z.string()),
  labels: z.record(z.string(), z.string()),
  capacity: z.int(),
  version: z.string().nullable(),
  wanted: z.enum(AGENT_WANTED).describe("What an operator wants of it."),
  state: z
    .enum(AGENT_STATES)
    .describe("`healthy`: it waits for work, or answered lately. `silent`: it may ping, and answers no offers."),
  leases: z.int().describe("Tasks that it holds now."),
  registeredAt: moment,
  seenAt: moment.nullable().describe("When it last pinged or did anything else."),
  answeredAt: moment.nullable().describe("When it last asked for work, renewed a lease or was offered some."),
});

/** Makes agents known. */
export const registerAgents = operation({
  id: "registerAgents",
  method: "POST",
  path: "/v1/agents",
  tag: "agents",
  summary: "Register agents, or bring what is known of them up to date",
  description: "The name tells agents apart: the same name again replaces what was known. All or none.",
  scope: "work",
  body: z.object({
    runner: runnerName.nullable().default(null),
    agents: z.array(registration).min(1).max(MOST_AGENTS_PER_CALL),
  }),
  response: z.object({ agents: z.array(agentView).describe("In the order of the request.") }),
  status: 201,
  idempotency: "none",
});

const order = z.object({ agent: z.string(), order: z.enum(["pause", "drain"]) });

/** Says that agents are there. */
export const heartbeat = operation({
  id: "heartbeat",
  method: "POST",
  path: "/v1/agents/heartbeat",
  tag: "agents",
  summary: "Say that agents are there, up to 1000 at once",
  description:
    "Kept in memory and written together, so it costs the database next to nothing. A ping alone makes no agent healthy.",
  scope: "work",
  body: z.object({ agents: z.array(agentName).min(1).max(MOST_AGENTS_PER_CALL) }),
  response: z.object({
    unknown: z.array(z.string()).describe("Not registered, or deleted since: register them again."),
    orders: z.array(order).describe("Agents of the call that are to do something else than work."),
  }),
  idempotency: "none",
});

/** Agents of the tenant. */
export const listAgents = operation({
  id: "listAgents",
  method: "GET",
  path: "/v1/agents",
  tag: "agents",
  summary: "List agents, by name",
  scope: "read",
  query: z.object({
    ...pageQuery,
    state: listOf(z.enum(AGENT_STATES)).describe("Only in these states; may be given several times."),
    capability: word.optional().describe("Only those that can do this."),
    runner: word.optional().describe("Only those of this runner."),
  }),
  response: pageOf(agentView),
});

const agentParams = z.object({ agent: agentName });

/** One agent. */
export const getAgent = operation({
  id: "getAgent",
  method: "GET",
  path: "/v1/agents/{agent}",
  tag: "agents",
  summary: "Get an agent",
  scope: "read",
  params: agentParams,
  response: agentView,
  problems: [404],
});

/** Forgets an agent. */
export const deleteAgent = operation({
  id: "deleteAgent",
  method: "DELETE",
  path: "/v1/agents/{agent}",
  tag: "agents",
  summary: "Forget an agent; what it holds is left to its lease",
  scope: "operate",
  params: agentParams,
  response: nothing,
  status: 204,
  problems: [404],
});

/** Gives an agent nothing new. */
export const pauseAgent = operation({
  id: "pauseAgent",
  method: "POST",
  path: "/v1/agents/{agent}/pause",
  tag: "agents",
  summary: "Offer an agent nothing new; it finishes what it has",
  scope: "operate",
  params: agentParams,
  response: agentView,
  problems: [404],
});

/** Takes the work off an agent. */
export const drainAgent = operation({
  id: "drainAgent",
  method: "POST",
  path: "/v1/agents/{agent}/drain",
  tag: "agents",
  summary: "Offer an agent nothing new, and let it hand back what it has without counting the try",
  scope: "operate",
  params: agentParams,
  response: agentView,
  problems: [404],
});

/** Lets an agent work again. */
export const resumeAgent = operation({
  id: "resumeAgent",
  method: "POST",
  path: "/v1/agents/{agent}/resume",
  tag: "agents",
  summary: "Offer work to an agent again",
  scope: "operate",
  params: agentParams,
  response: agentView,
  problems: [404],
});

/** Leases work for many agents of one runner. */
export const claimForAgents = operation({
  id: "claimForAgents",
  method: "POST",
  path: "/v1/agents/claim",
  tag: "agents",
  summary: "Lease ready tasks for many agents of one runner with one call, waiting for some if there are none",
  description:
    "Each task fits the agent that it is leased to. One open call keeps all of its agents on offer. The leases belong to the runner: while its session is open they run as usual, and when the session is seen to drop they end within two seconds unless they are renewed.",
  scope: "work",
  body: z.object({
    runner: runnerName,
    agents: z
      .array(
        z.object({
          name: agentName,
          capabilities: z.array(word).max(2_000).default([]),
          limit: z.int().min(1).max(500).default(1).describe("Tasks at most for this agent."),
        }),
      )
      .min(1)
      .max(MOST_AGENTS_PER_CALL),
    limit: z.int().min(1).max(1_000).default(1_000).describe("Tasks at most for all of them together."),
    plan: id.optional().describe("Only tasks of this plan or queue."),
    waitMs: z.int().min(0).max(MAX_CLAIM_WAIT_MS).default(0).describe("How long to wait for work, milliseconds."),
    leaseTtlMs: z
      .int()
      .min(LEASE_TTL_MS.least)
      .max(LEASE_TTL_MS.most)
      .default(LEASE_TTL_MS.standard)
      .describe("How long the lease runs without renewal, milliseconds."),
  }),
  response: z.object({ tasks: z.array(claimedTask.extend({ agent: z.string().describe("Whom it is leased to.") })) }),
  idempotency: "asked",
});

/** Keeps a connection open by which both sides see that the other is there. */
export const followRunner = operation({
  id: "followRunner",
  method: "GET",
  path: "/v1/runners/{runner}/session",
  tag: "agents",
  summary: "Stream of what a runner is to do, and the sign that it lives",
  description:
    "Server-sent events `order` with `{agent, order}`, order being `pause`, `drain` or `resume`. When the stream breaks and neither a new one nor a renewal follows, the runner's leases are shortened, so that its tasks are offered again within three seconds.",
  scope: "work",
  params: z.object({ runner: runnerName }),
  response: z.string(),
  produces: "text/event-stream",
});

const controllerView = z.object({
  name: z.string(),
  kind: z.string(),
  version: z.string().nullable(),
  labels: z.record(z.string(), z.string()),
  registeredAt: moment,
  seenAt: moment,
  status: z.enum(["active", "inactive"]).describe("`inactive` when it was not heard of for two minutes."),
});

/** Makes a client that watches or steers known. */
export const registerController = operation({
  id: "registerController",
  method: "POST",
  path: "/v1/controllers",
  tag: "agents",
  summary: "Register a client that watches or steers; again to say that it is there",
  scope: "read",
  body: z.object({
    name: word,
    kind: word.default("client").describe("What it is: cli, dashboard, bot …"),
    version: z.string().max(100).nullable().default(null),
    labels: labels.default({}),
  }),
  response: controllerView,
  status: 201,
  idempotency: "none",
});

/** Clients that watch or steer. */
export const listControllers = operation({
  id: "listControllers",
  method: "GET",
  path: "/v1/controllers",
  tag: "agents",
  summary: "List clients that watch or steer",
  scope: "read",
  query: z.object({ ...pageQuery }),
  response: pageOf(controllerView),
});

/** Controllers as older scripts read them. */
export const controllers = operation({
  id: "controllers",
  method: "GET",
  path: "/controllers",
  tag: "agents",
  summary: "Controllers, as a plain list",
  scope: "read",
  response: z.object({ controllers: z.array(controllerView), total: z.int() }),
  compatibility: true,
});

const outputParams = z.object({ task: id, attempt: digits(1).describe("The attempt.") });
const piece = z.object({
  seq: ordinal.describe("Counts up from 1; a piece that is there already is left as it is."),
  stream: z.enum(["stdout", "stderr", "log"]),
  text: z.string().min(1).max(OUTPUT_BOUNDS.piece),
});

/** Hands in output while the attempt runs. */
export const appendOutput = operation({
  id: "appendOutput",
  method: "POST",
  path: "/v1/tasks/{task}/attempts/{attempt}/output",
  tag: "work",
  summary: "Hand in live output of an attempt",
  description:
    "The newest mebibyte of each attempt is kept. Written with a delay of up to half a second. An attempt that was replaced by a later one is refused.",
  scope: "work",
  params: outputParams,
  body: z.object({ pieces: z.array(piece).min(1).max(OUTPUT_BOUNDS.piecesPerCall) }),
  response: z.object({ taken: z.int().describe("Pieces that were taken.") }),
  // Programs write anything.
  anyText: ["pieces.*.text"],
  status: 202,
  problems: [404, 409, 413],
  bodyLimit: 16 * 1024 * 1024,
  idempotency: "none",
});

/** Live output of an attempt. */
export const readOutput = operation({
  id: "readOutput",
  method: "GET",
  path: "/v1/tasks/{task}/attempts/{attempt}/output",
  tag: "work",
  summary: "Read the output of an attempt as far as it is kept",
  scope: "read",
  params: outputParams,
  query: z.object({
    after: digits(0).default(0).describe("The last `seq` that was read."),
    limit: digits(1, 1_000).default(200).describe("Pieces at most."),
  }),
  response: z.object({
    pieces: z.array(piece.extend({ at: moment })),
    next: z.int().describe("Give this as `after` to read on."),
    dropped: z.int().describe("Pieces before the oldest one that is kept."),
  }),
  problems: [404],
});
