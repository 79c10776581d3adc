import { operations, REPORT_FORMATS } from "@holdpoint/contract";
import { HoldpointError, problem } from "@holdpoint/core";
import { z } from "zod";
import { httpProblems } from "../http/index.ts";
import { briefOf, briefShape, briefText } from "./brief.ts";
import { mcpProblems } from "./mcp.problems.ts";
import { toMissing, withExtras } from "./refusal.ts";
import { type McpRoom, READS, type Tool, type ToolContext, tool, WRITES, WRITES_ONCE } from "./tool.ts";

/** Lease of an agent that thinks between its calls, seconds; one that is gone holds a task no longer than this. */
const LEASE_S = 300;
/** Longest wait for work or for a judgement, seconds: below the minute after which clients give a call up. */
const MOST_WAIT_S = 50;

const task = z.uuid();
const attempt = z.int().min(1);
const leaseS = z.int().min(1).max(3_600).default(LEASE_S);
const waitS = z.int().min(0).max(MOST_WAIT_S);
const reason = z.string().min(1).max(2_000);
const subject = {
  commit: z.string().optional().describe("git commit worked on."),
  tree: z.string().optional().describe("sha256:… of the tree."),
} as const;

const moved = z.object({ state: z.string(), attempt: z.int() });

const workNext = tool({
  name: "work_next",
  description:
    "Take the next task you can do: leases it and tells what to do, which gates must pass and what was missing before. Work, then evidence_submit and work_finish.",
  scopes: ["work"],
  calls: [operations.claimWork, operations.releaseAttempt],
  hints: WRITES,
  input: z.strictObject({
    agent: z.string().optional().describe("Your name. Default: the token's."),
    capabilities: z.array(z.string()).default([]),
    plan: z.uuid().optional(),
    wait_s: waitS.default(0),
    lease_s: leaseS,
  }),
  output: z.object({ task: briefShape.nullable(), next_actions: z.array(z.string()) }),
  async run({ agent, capabilities, plan, wait_s: wait, lease_s: lease }, { principal, room, call }) {
    const { tasks } = await call(operations.claimWork, {
      body: {
        agent: agent ?? wordOf(principal.name),
        capabilities,
        plan,
        limit: 1,
        waitMs: wait * 1_000,
        leaseTtlMs: lease * 1_000,
      },
    });
    const [claimed] = tasks;
    if (claimed === undefined) {
      const next = ["Nothing that fits you is ready: call work_next with wait_s, or see plan_status."];
      return { data: { task: null, next_actions: next }, text: `No task. ${next[0]}` };
    }
    const brief = await briefOf(room, await found(room, claimed.id)).catch(async (error: unknown) => {
      // Who is not told of its lease cannot work under it.
      const params = { task: claimed.id, attempt: claimed.attempt };
      await call(operations.releaseAttempt, { params, body: { reason: "the task could not be told to its agent" } });
      throw error;
    });
    const next = [
      `Work, and call work_heartbeat before ${claimed.expiresAt}.`,
      ...(brief.gates.length === 0 ? [] : ["evidence_submit what the gates ask for."]),
      "work_finish; or work_release, if you cannot go on.",
    ];
    return { data: { task: brief, next_actions: next }, text: [briefText(brief), ...next].join("\n") };
  },
});

const workGet = tool({
  name: "work_get",
  description: "Read a task: state, holder, gates, what is missing.",
  scopes: ["work", "read"],
  calls: [],
  hints: READS,
  input: z.strictObject({ task }),
  // The same shape as in work_next, which shows it in full; once is enough for a list that costs tokens.
  output: z.looseObject({ id: z.string(), state: z.string(), attempt: z.int() }),
  async run(input, { room }) {
    const brief = await briefOf(room, await found(room, input.task));
    return { data: brief, text: briefText(brief) };
  },
});

const workHeartbeat = tool({
  name: "work_heartbeat",
  description: "Renew your lease and say how far you are.",
  scopes: ["work"],
  calls: [operations.tellProgress],
  hints: WRITES_ONCE,
  input: z.strictObject({
    task,
    attempt,
    message: z.string().max(2_000).optional(),
    percent: z.number().min(0).max(100).optional(),
    lease_s: leaseS,
  }),
  output: z.object({ lease_until: z.string() }),
  async run({ task: id, attempt: number, message, percent, lease_s: lease }, { call }) {
    const body = { message, percent, leaseTtlMs: lease * 1_000 };
    const { expiresAt } = await call(operations.tellProgress, { params: { task: id, attempt: number }, body });
    return { data: { lease_until: expiresAt }, text: `Lease until ${expiresAt}` };
  },
});

const evidenceSubmit = tool({
  name: "evidence_submit",
  description:
    "Hand in evidence for your attempt. A metric is a claim (E0), a report an artifact (E1): JUnit, TAP, LCOV, Cobertura, SARIF, CTRF. Gates judge it; nothing can be set to passed.",
  scopes: ["work"],
  calls: [operations.addEvidence],
  hints: WRITES_ONCE,
  input: z.strictObject({
    task,
    attempt,
    metrics: z
      .array(
        z.strictObject({
          metric: z.string(),
          value: z.union([z.number(), z.string(), z.boolean()]),
          unit: z.string().optional(),
        }),
      )
      .max(50)
      .default([]),
    reports: z
      .array(z.strictObject({ name: z.string(), content: z.string(), format: z.enum(REPORT_FORMATS).optional() }))
      .max(50)
      .default([]),
    ...subject,
  }),
  output: z.object({ digests: z.array(z.string()) }),
  async run({ task: id, attempt: number, metrics, reports, commit, tree }, { call }) {
    const evidence = [
      ...metrics.map(({ metric, value, unit = null }) => ({ type: "metric" as const, metric, value, unit })),
      ...reports.map(({ name, content, format = null }) => ({
        type: "report" as const,
        name,
        content,
        reader: format,
      })),
    ];
    const told = commit === undefined && tree === undefined ? {} : { subject: toldSubject(commit, tree) };
    const { digests } = await call(operations.addEvidence, {
      params: { task: id, attempt: number },
      body: { evidence, ...told },
    });
    return { data: { digests: [...digests] }, text: `Kept ${digests.length} record(s). Now call work_finish.` };
  },
});

const workFinish = tool({
  name: "work_finish",
  description:
    "Say that the task is done; its gates decide. Answers accepted, held (a person or time is needed) or pending, or refuses with missing[].",
  scopes: ["work"],
  calls: [operations.completeAttempt],
  hints: WRITES_ONCE,
  input: z.strictObject({
    task,
    attempt,
    summary: z.string().max(10_000).optional(),
    ...subject,
    wait_s: waitS.default(20),
  }),
  output: z.object({
    outcome: z.enum(["accepted", "held", "pending"]),
    missing: z.array(z.string()),
    next_actions: z.array(z.string()),
  }),
  async run({ task: id, attempt: number, summary = null, commit, tree, wait_s: wait }, context) {
    const told = commit === undefined && tree === undefined ? {} : { subject: toldSubject(commit, tree) };
    const settled = await context
      .call(operations.completeAttempt, {
        params: { task: id, attempt: number },
        body: { summary, evidence: [], waitMs: wait * 1_000, ...told },
      })
      .catch((error: unknown) => acceptedBefore(error, number));
    if (settled.outcome === "refused") {
      const [first] = settled.missing;
      const why = (first?.explanation ?? `it is ${settled.state}`).replace(/\.$/, "");
      const error = problem(mcpProblems, "HP9304", { task: id, why });
      const next = settled.nextActions.map((action) =>
        action.startsWith("Claim the task again") ? "work_next offers it again, with what is missing." : action,
      );
      throw withExtras(error, {
        missing: settled.missing.map(toMissing),
        nextActions: next,
        retryAfterMs: await restOf(context, id),
        task: { state: settled.state, attempt: settled.attempt, holder: null },
      });
    }
    const missing = settled.missing.map(({ explanation }) => explanation);
    const next = settled.outcome === "pending" ? ["work_get tells how it ended."] : ["work_next"];
    const data = { outcome: settled.outcome, missing, next_actions: [...settled.nextActions, ...next] };
    return { data, text: [`Task ${id} is ${settled.outcome}.`, ...missing.map((one) => `- ${one}`)].join("\n") };
  },
});

const workRelease = tool({
  name: "work_release",
  description: "Hand the task back. failed: true says that your try failed, and counts it.",
  scopes: ["work"],
  calls: [operations.releaseAttempt, operations.failAttempt],
  hints: WRITES_ONCE,
  input: z.strictObject({ task, attempt, reason, failed: z.boolean().default(false) }),
  output: moved,
  async run({ task: id, attempt: number, reason: why, failed }, { call }) {
    const given = { params: { task: id, attempt: number }, body: { reason: why } };
    const after = await (failed ? call(operations.failAttempt, given) : call(operations.releaseAttempt, given));
    return { data: { state: after.state, attempt: after.attempt }, text: `Task ${id} is ${after.state}.` };
  },
});

const workBlock = tool({
  name: "work_block",
  description: "Say that the task cannot go on without somebody; it is held until an operator lets it.",
  scopes: ["work"],
  calls: [operations.blockAttempt],
  hints: WRITES_ONCE,
  input: z.strictObject({ task, attempt, reason: reason.describe("What it waits for, and of whom.") }),
  output: moved,
  async run({ task: id, attempt: number, reason: why }, { call }) {
    const given = { params: { task: id, attempt: number }, body: { reason: why } };
    const after = await call(operations.blockAttempt, given);
    return { data: { state: after.state, attempt: after.attempt }, text: `Task ${id} is ${after.state}.` };
  },
});

/** Tools of agents that work. */
export const WORKER_TOOLS: readonly Tool[] = [
  workNext,
  workGet,
  workHeartbeat,
  evidenceSubmit,
  workFinish,
  workRelease,
  workBlock,
];

async function found(room: McpRoom, id: string): Promise<NonNullable<Awaited<ReturnType<McpRoom["task"]>>>> {
  const view = await room.task(id);
  if (view === null) throw problem(httpProblems, "HP9105", { kind: "task", id });
  return view;
}

function toldSubject(
  commit: string | undefined,
  tree: string | undefined,
): { commit: string | null; tree: string | null } {
  return { commit: commit ?? null, tree: tree ?? null };
}

/** A repeated call, whose first answer was lost, is answered as the first one was: the attempt was accepted. */
function acceptedBefore(
  error: unknown,
  attemptNumber: number,
): { outcome: "accepted"; state: string; attempt: number; missing: []; nextActions: [] } {
  const told: (HoldpointError & { task?: { state: string | null; attempt: number | null } }) | null =
    error instanceof HoldpointError ? error : null;
  if (told?.task?.state !== "accepted" || told.task.attempt !== attemptNumber) throw error;
  return { outcome: "accepted", state: "accepted", attempt: attemptNumber, missing: [], nextActions: [] };
}

/** How long a refused task rests before it is offered again, milliseconds; null when it is not. */
async function restOf({ room, now }: ToolContext, id: string): Promise<number | null> {
  const view = await room.task(id);
  return view?.state === "ready" ? Math.max(0, (view.readyAt ?? now()) - now()) : null;
}

/** A token's name as a name of an agent. */
function wordOf(name: string): string {
  const word = name
    .replaceAll(/[^A-Za-z0-9_.:/@-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 128);
  return word === "" ? "agent" : word;
}
