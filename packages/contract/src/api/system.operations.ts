import { z } from "zod";
import { digits, id, moment, pageOf } from "./common.ts";
import { operation } from "./operation.ts";

/** Liveness. */
export const health = operation({
  id: "health",
  method: "GET",
  path: "/health",
  tag: "system",
  summary: "Whether the process lives",
  scope: null,
  response: z.object({ status: z.literal("ok"), version: z.string(), uptimeMs: z.int() }),
});

const part = z.object({
  name: z.string(),
  status: z.enum(["ok", "degraded", "down"]),
  detail: z.string().nullable(),
  tookMs: z.number().nullable(),
});

/** Readiness, by the path that work takes. */
export const ready = operation({
  id: "ready",
  method: "GET",
  path: "/ready",
  tag: "system",
  summary: "Whether work can be delivered: database, hand-out, event log",
  description: "Answers 503 with the same shape while it cannot.",
  scope: null,
  response: z.object({ status: z.enum(["ready", "degraded", "not_ready"]), parts: z.array(part) }),
  alsoAnswers: [503],
});

/** Numbers for Prometheus. */
export const metrics = operation({
  id: "metrics",
  method: "GET",
  path: "/metrics",
  tag: "system",
  summary: "Numbers about requests, queues, leases and the process, for Prometheus",
  description: "Needs the scope `read`, unless the configuration opens it for callers on the same machine.",
  scope: "read",
  response: z.string().describe("Prometheus text format."),
  produces: "text/plain; version=0.0.4; charset=utf-8",
});

/** This document. */
export const openApi = operation({
  id: "openApi",
  method: "GET",
  path: "/openapi.json",
  tag: "system",
  summary: "The HTTP interface as an OpenAPI 3.1 document",
  scope: null,
  response: z.record(z.string(), z.unknown()).describe("An OpenAPI 3.1 document."),
});

/** What a problem means. */
export const problemPage = operation({
  id: "problemPage",
  method: "GET",
  path: "/problems/{code}",
  tag: "system",
  summary: "The page that explains a problem",
  scope: null,
  params: z.object({
    code: z
      .string()
      .regex(/^HP\d{4}$/)
      .describe("Code of the problem, such as HP9101."),
  }),
  response: z.string().describe("HTML."),
  produces: "text/html; charset=utf-8",
  problems: [404],
});

const event = z.object({
  seq: z.int().describe("Grows within a tenant; has gaps. The cursor."),
  at: moment,
  kind: z.string().describe("Room and verb, such as `task.accepted`."),
  plan: id.nullable(),
  subject: z.string().nullable(),
  attempt: z.int().nullable(),
  data: z.record(z.string(), z.unknown()),
  trace: z.string().nullable().describe("W3C trace id of the request that caused it; null when none did."),
});

/** The log of every state change. */
export const listEvents = operation({
  id: "listEvents",
  method: "GET",
  path: "/v1/events",
  tag: "events",
  summary: "Read the log of state changes; as a stream with `Accept: text/event-stream`",
  description:
    "As a stream each event is sent as it is committed, with its `seq` as the event id; `Last-Event-ID` or `cursor` resumes without a gap. As JSON it is a page. Events are kept for as long as `retention-events` says; a cursor with dropped events behind it is refused (410), and `cursor` of the problem says where to go on.",
  scope: "read",
  query: z.object({
    cursor: digits(0, Number.MAX_SAFE_INTEGER)
      .optional()
      .describe(
        "The last `seq` that was read; when absent, a stream begins at the end and a page with the oldest event.",
      ),
    limit: digits(1, 1_000).default(100).describe("Entries of a page at most."),
    plan: id.optional().describe("Only of this plan."),
  }),
  response: pageOf(event),
  streams: "text/event-stream",
  problems: [410],
});

/** The whole control plane at a glance. */
export const status = operation({
  id: "status",
  method: "GET",
  path: "/status",
  tag: "system",
  summary: "The control plane at a glance",
  scope: "read",
  response: z.object({
    status: z.enum(["operational", "degraded", "down"]),
    version: z.string(),
    uptime_seconds: z.number(),
    agents: z.object({ total: z.int(), healthy: z.int() }),
    tasks: z.record(z.string(), z.int()),
    plans: z.int(),
    database: z.string(),
  }),
  compatibility: true,
});

/** Progress as older scripts read it. */
export const progressStatus = operation({
  id: "progressStatus",
  method: "GET",
  path: "/api/progress/status",
  tag: "system",
  summary: "Progress of the plan that was imported last, or of the one that is named",
  scope: "read",
  query: z.object({ plan: id.optional() }),
  response: z.object({
    overall_completion: z.number().describe("Percent of the leaf items that are verified."),
    claimed_completion: z.number().describe("Percent of the leaf items that the document says are done."),
    phase_status: z.record(z.string(), z.string()),
    step_completion: z.record(z.string(), z.number()),
    quality_gates: z.record(z.string(), z.string()),
    blockers: z.array(z.string()),
  }),
  compatibility: true,
  problems: [404],
});
