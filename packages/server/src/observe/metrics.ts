import { type Session, type Statement, statement } from "@holdpoint/store";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { CallbackRecord } from "../callbacks/index.ts";
import type { RequestRecord } from "../http/index.ts";
import type { RoundOutcome } from "../jobs/index.ts";
import type { BatchRecord } from "../work/index.ts";

/** How long the answer of the database serves further readers, milliseconds. */
const QUEUE_SERVES_MS = 5_000;

/** Small tables and partial indexes alone, so that history costs nothing. Tasks that wait for others are not counted. */
const QUEUE: Statement = statement(
  "metrics_queue",
  `SELECT count(*) FILTER (WHERE r.ready_at_ms <= $1) AS ready, count(*) FILTER (WHERE r.ready_at_ms > $1) AS resting,
     min(r.ready_at_ms) FILTER (WHERE r.ready_at_ms <= $1) AS oldest_at_ms,
     (SELECT count(*) FROM holdpoint.task_lease) AS leased,
     (SELECT count(*) FROM holdpoint.task WHERE state = 'reported') AS reported,
     (SELECT count(*) FROM holdpoint.task WHERE state = 'held') AS held,
     (SELECT count(*) FROM holdpoint.task WHERE state = 'dead') AS dead,
     (SELECT count(*) FROM holdpoint.callback_delivery WHERE state = 'pending') AS callbacks
   FROM holdpoint.task_ready r`,
);

const STATES = ["ready", "resting", "leased", "reported", "held", "dead"] as const;

type QueueRow = Readonly<Record<(typeof STATES)[number] | "callbacks", number>> & {
  readonly oldest_at_ms: number | null;
};

/** What the numbers are read from. */
export interface MetricsParts {
  readonly version: string;
  readonly store: Session;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Readers that follow the log, and callers that wait for work, in this process. */
  readonly present: () => Promise<{ readonly followers: number; readonly waiting: number }>;
}

/** The numbers of one process. */
export interface Metrics {
  sawRequest(record: RequestRecord): void;
  sawRound(round: RoundOutcome<unknown>): void;
  sawBatch(batch: BatchRecord): void;
  sawCallback(record: CallbackRecord): void;
  /** All of them in Prometheus' text format. */
  text(): Promise<string>;
}

/** Makes the numbers of one process, all at zero. */
export function createMetrics(parts: MetricsParts): Metrics {
  const registers = [new Registry()];
  const [registry] = registers;
  if (registry === undefined) throw new Error("there is no registry");
  collectDefaultMetrics({ register: registry });
  new Gauge({ name: "holdpoint_info", help: "Version of this process.", labelNames: ["version"], registers }).set(
    { version: parts.version },
    1,
  );
  const counters = counts(registers);
  const gauges = levels(registers);
  let read: { readonly at: number; readonly done: Promise<void> } | null = null;

  async function readQueue(): Promise<void> {
    try {
      const [row] = await parts.store.run<QueueRow>(QUEUE, [parts.now()]);
      if (row === undefined) return;
      for (const state of STATES) gauges.tasks.set({ state }, row[state]);
      gauges.oldest.set(row.oldest_at_ms === null ? 0 : Math.max(0, parts.now() - row.oldest_at_ms) / 1000);
      gauges.callbacks.set(row.callbacks);
      gauges.databaseUp.set(1);
    } catch {
      // Numbers of before would pass for those of now.
      gauges.tasks.reset();
      gauges.oldest.set(Number.NaN);
      gauges.callbacks.set(Number.NaN);
      gauges.databaseUp.set(0);
    }
  }

  return {
    sawRequest({ operation, method, status, durationMs }) {
      counters.requests.observe({ operation, method, status: String(status) }, durationMs / 1000);
    },
    sawRound({ name, ok, tookMs }) {
      counters.rounds.observe({ service: name, outcome: ok ? "ok" : "failed" }, tookMs / 1000);
    },
    sawBatch({ commands, tookMs, moved, fenced }) {
      counters.batches.observe(commands);
      counters.commits.observe(tookMs / 1000);
      for (const verb of moved) {
        if (ATTEMPT_ENDS.has(verb)) counters.attempts.inc({ outcome: verb });
        if (verb === "expired") counters.expiries.inc();
      }
      counters.fenced.inc(fenced);
    },
    sawCallback({ outcome, tookMs }) {
      counters.callbacks.observe({ outcome }, tookMs / 1000);
    },
    async text() {
      const at = performance.now();
      if (read === null || at - read.at > QUEUE_SERVES_MS) read = { at, done: readQueue() };
      await read.done;
      const { followers, waiting } = await parts.present();
      gauges.followers.set(followers);
      gauges.waiting.set(waiting);
      return await registry.metrics();
    },
  };
}

/** Verbs of task events that say how an attempt went. */
const ATTEMPT_ENDS: ReadonlySet<string> = new Set([
  "claimed",
  "reported",
  "accepted",
  "refused",
  "held",
  "failed",
  "released",
  "expired",
  "cancelled",
]);

const SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

type Registers = Registry[];

/** What only grows. */
function counts(registers: Registers) {
  return {
    requests: new Histogram({
      name: "holdpoint_http_request_duration_seconds",
      help: "Requests by operation and status, with their duration. A long poll lasts as long as it waits.",
      labelNames: ["operation", "method", "status"],
      buckets: SECONDS,
      registers,
    }),
    rounds: new Histogram({
      name: "holdpoint_service_round_duration_seconds",
      help: "Rounds of background services.",
      labelNames: ["service", "outcome"],
      buckets: SECONDS,
      registers,
    }),
    batches: new Histogram({
      name: "holdpoint_commit_batch_commands",
      help: "Commands that shared one transaction.",
      buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000],
      registers,
    }),
    commits: new Histogram({
      name: "holdpoint_commit_duration_seconds",
      help: "Transactions of commands, from begin to commit.",
      buckets: SECONDS,
      registers,
    }),
    attempts: new Counter({
      name: "holdpoint_attempts_total",
      help: "Attempts by what became of them; `claimed` counts those that began.",
      labelNames: ["outcome"],
      registers,
    }),
    expiries: new Counter({ name: "holdpoint_lease_expiries_total", help: "Leases that ran out.", registers }),
    callbacks: new Histogram({
      name: "holdpoint_callback_duration_seconds",
      help: "Tries to send a notification, by what became of them, with their duration.",
      labelNames: ["outcome"],
      buckets: SECONDS,
      registers,
    }),
    fenced: new Counter({
      name: "holdpoint_fence_refusals_total",
      help: "Commands of attempts that had been replaced by later ones.",
      registers,
    }),
  };
}

/** What rises and falls. */
function levels(registers: Registers) {
  return {
    tasks: new Gauge({
      name: "holdpoint_tasks",
      help: "Tasks by state; `resting` are ready later. Without those that wait for others or are finished.",
      labelNames: ["state"],
      registers,
    }),
    oldest: new Gauge({
      name: "holdpoint_oldest_ready_seconds",
      help: "How long the task that is ready for the longest time has been so.",
      registers,
    }),
    callbacks: new Gauge({
      name: "holdpoint_pending_callbacks",
      help: "Notifications that are to be sent, or to be tried again.",
      registers,
    }),
    databaseUp: new Gauge({
      name: "holdpoint_database_up",
      help: "Whether the database answered when the queue was last counted.",
      registers,
    }),
    followers: new Gauge({ name: "holdpoint_event_followers", help: "Readers that follow the log here.", registers }),
    waiting: new Gauge({ name: "holdpoint_waiting_claims", help: "Callers that wait for work here.", registers }),
  };
}
