import { z } from "zod";
import { REPORT_FORMATS } from "../report-formats.ts";
import { anyJson, digest, digits, id, moment, ordinal, sentence, taskState, verdictValue, word } from "./common.ts";
import { operation } from "./operation.ts";

/** Longest that a claim may wait for work, milliseconds. */
export const MAX_CLAIM_WAIT_MS = 60_000;
/** Bounds and default of a lease, milliseconds. */
export const LEASE_TTL_MS = { least: 1_000, most: 3_600_000, standard: 10_000 } as const;

const agent = word.describe("Name of the agent; leases and evidence carry it.");
const leaseTtlMs = z
  .int()
  .min(LEASE_TTL_MS.least)
  .max(LEASE_TTL_MS.most)
  .default(LEASE_TTL_MS.standard)
  .describe("How long the lease runs without renewal, milliseconds.");

const gateBrief = z.object({
  key: z.string(),
  metric: z.string().nullable(),
  text: z.string().describe("The threshold as written."),
});

/** Work as an agent receives it. */
export const claimedTask = z.object({
  id,
  plan: id,
  key: z.string(),
  title: z.string(),
  attempt: z.int().min(1).describe("The fencing token: every later call for this task carries it."),
  tries: z.int(),
  maxAttempts: z.int(),
  expiresAt: moment.describe("When the lease runs out unless it is renewed."),
  gates: z.array(gateBrief).describe("What must pass before it is accepted."),
  missing: z.array(z.string()).describe("What the last refusal said was missing; empty on a first try."),
  payload: anyJson.describe("As the task was created with; null for tasks of a document."),
});

/** Leases ready tasks. */
export const claimWork = operation({
  id: "claimWork",
  method: "POST",
  path: "/v1/work/claim",
  tag: "work",
  summary: "Lease ready tasks, waiting for some if there are none",
  description:
    "An empty answer means that nothing fitting became ready in time; ask again. Offers are made at least once; a task is accepted at most once.",
  scope: "work",
  body: z.object({
    agent,
    capabilities: z
      .array(word)
      .max(100)
      .default([])
      .describe("Tasks whose capabilities are all among these are offered."),
    plan: id.optional().describe("Only tasks of this plan or queue."),
    limit: z.int().min(1).max(500).default(1).describe("Tasks at most."),
    waitMs: z.int().min(0).max(MAX_CLAIM_WAIT_MS).default(0).describe("How long to wait for work, milliseconds."),
    leaseTtlMs,
  }),
  response: z.object({ tasks: z.array(claimedTask) }),
  idempotency: "asked",
});

const attemptRef = z.object({ task: id, attempt: ordinal });

/** How one entry of a batch ended. */
const entryOutcome = z.object({
  task: id,
  ok: z.boolean(),
  state: taskState.nullable(),
  attempt: z.int().nullable().describe("The current attempt; another one than yours means that the lease is lost."),
  reason: z.enum(["not_found", "fenced", "wrong_state", "guard"]).nullable(),
  holder: z.string().nullable().describe("Agent that holds the lease now."),
});

/** Prolongs leases. */
export const renewWork = operation({
  id: "renewWork",
  method: "POST",
  path: "/v1/work/renew",
  tag: "work",
  summary: "Renew leases, many at once",
  scope: "work",
  body: z.object({ leaseTtlMs, leases: z.array(attemptRef).min(1).max(1_000) }),
  response: z.object({ leases: z.array(entryOutcome).describe("In the order of the request.") }),
  idempotency: "none",
});

const handed = z
  .discriminatedUnion("type", [
    z.object({
      type: z.literal("metric"),
      metric: z.string().min(1).max(200).describe("Name of the metric."),
      value: z.union([z.number(), z.string().max(200), z.boolean()]).describe("Number or state."),
      unit: z.string().max(20).nullable().default(null).describe("As `gates.md` spells it: ms, %, MiB …"),
    }),
    z.object({
      type: z.literal("report"),
      name: z.string().min(1).max(300).describe("Name of the report, for people."),
      content: z.string().max(8_000_000).describe("The report as text: JUnit, TAP, LCOV, Cobertura, SARIF, CTRF."),
      reader: z.enum(REPORT_FORMATS).nullable().default(null).describe("Format. Default: recognised from its content."),
    }),
  ])
  .describe("What an agent hands over: a metric is a claim (E0), a report an artifact (E1).");

/** A report is judged as it is, however odd. */
const REPORT_TEXT = ["evidence.*.content"];

const subject = z
  .object({
    commit: z
      .string()
      .regex(/^[0-9a-f]{7,64}$/)
      .nullable()
      .default(null)
      .describe("git commit that was worked on."),
    tree: digest.nullable().default(null).describe("Digest of the working tree."),
  })
  .describe("What the evidence is about, as the agent says.");

const missing = z.object({
  gate: z.string().nullable(),
  metric: z.string().nullable(),
  text: z.string().nullable(),
  verdict: verdictValue.nullable(),
  reason: z.string().nullable(),
  explanation: z.string().describe("One sentence: what was measured against what was asked."),
});

/** How a report was settled. */
export const settlement = z.object({
  task: id,
  attempt: z.int(),
  state: taskState,
  outcome: z
    .enum(["accepted", "refused", "held", "pending"])
    .describe("`pending`: it is reported, and whoever runs the checks of the plan will settle it."),
  missing: z.array(missing).describe("What keeps it from being accepted; empty when it was."),
  nextActions: z.array(z.string()).describe("What can be done about it."),
});

const attemptParams = z.object({ task: id, attempt: digits(1).describe("Your attempt.") });

/** Says that the work is done; gates decide. */
export const completeAttempt = operation({
  id: "completeAttempt",
  method: "POST",
  path: "/v1/tasks/{task}/attempts/{attempt}/complete",
  tag: "work",
  summary: "Report a task as done; its gates decide",
  description:
    "Completion has two phases: the attempt reports, then the gates are judged, and the task is accepted, refused with what is missing, or held for a person or for time. Nobody can set a verdict.",
  scope: "work",
  params: attemptParams,
  body: z.object({
    summary: z.string().max(10_000).nullable().default(null).describe("The agent's own account; kept, never judged."),
    result: anyJson.optional().describe("Kept with the attempt; 256 KiB at most."),
    evidence: z.array(handed).max(100).default([]).describe("Evidence handed over with the report."),
    subject: subject.optional(),
    waitMs: z
      .int()
      .min(0)
      .max(MAX_CLAIM_WAIT_MS)
      .default(0)
      .describe("How long to wait for a settlement, milliseconds."),
  }),
  response: settlement,
  alsoStatus: [202],
  problems: [404, 409, 413],
  anyText: REPORT_TEXT,
  bodyLimit: 16 * 1024 * 1024,
});

/** Hands in evidence while the work goes on. */
export const addEvidence = operation({
  id: "addEvidence",
  method: "POST",
  path: "/v1/tasks/{task}/attempts/{attempt}/evidence",
  tag: "evidence",
  summary: "Hand in evidence from inside an attempt",
  scope: "work",
  params: attemptParams,
  body: z.object({ evidence: z.array(handed).min(1).max(100), subject: subject.optional() }),
  response: z.object({ digests: z.array(digest) }),
  status: 201,
  problems: [404, 409, 413],
  anyText: REPORT_TEXT,
  bodyLimit: 16 * 1024 * 1024,
});

/** Many reports of tasks at once. */
export const completeWork = operation({
  id: "completeWork",
  method: "POST",
  path: "/v1/work/complete",
  tag: "work",
  summary: "Report many tasks as done, without evidence",
  scope: "work",
  body: z.object({
    tasks: z
      .array(attemptRef.extend({ result: anyJson.optional() }))
      .min(1)
      .max(1_000),
  }),
  response: z.object({ tasks: z.array(entryOutcome).describe("In the order of the request.") }),
  idempotency: "asked",
  bodyLimit: 16 * 1024 * 1024,
});

const attemptOutcome = z.object({ state: taskState, attempt: z.int(), tries: z.int() });
const because = z.object({ reason: sentence });

/** The attempt failed. */
export const failAttempt = operation({
  id: "failAttempt",
  method: "POST",
  path: "/v1/tasks/{task}/attempts/{attempt}/fail",
  tag: "work",
  summary: "Say that the attempt failed; the try counts",
  scope: "work",
  params: attemptParams,
  body: because,
  response: attemptOutcome,
  problems: [404, 409],
});

/** The work is handed back. */
export const releaseAttempt = operation({
  id: "releaseAttempt",
  method: "POST",
  path: "/v1/tasks/{task}/attempts/{attempt}/release",
  tag: "work",
  summary: "Hand the work back; the try does not count",
  scope: "work",
  params: attemptParams,
  body: because,
  response: attemptOutcome,
  problems: [404, 409],
});

/** The work cannot go on without somebody. */
export const blockAttempt = operation({
  id: "blockAttempt",
  method: "POST",
  path: "/v1/tasks/{task}/attempts/{attempt}/block",
  tag: "work",
  summary: "Say that the work cannot go on; it is held until an operator lets it",
  scope: "work",
  params: attemptParams,
  body: z.object({ reason: sentence.describe("What it waits for, and of whom.") }),
  response: attemptOutcome,
  problems: [404, 409],
});

/** How far the work is. */
export const tellProgress = operation({
  id: "tellProgress",
  method: "POST",
  path: "/v1/tasks/{task}/attempts/{attempt}/progress",
  tag: "work",
  summary: "Tell how far the work is, and renew the lease",
  scope: "work",
  params: attemptParams,
  body: z.object({
    message: z.string().max(2_000).optional().describe("One line for people."),
    percent: z.number().min(0).max(100).optional().describe("How much is done, as the agent claims."),
    leaseTtlMs,
  }),
  response: z.object({ expiresAt: moment }),
  problems: [404, 409],
  idempotency: "none",
});
