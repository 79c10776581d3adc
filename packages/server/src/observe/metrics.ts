import { type Statement, type Store, statement } from "@holdpoint/store";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { CallbackRecord } from "../callbacks/index.ts";
import type { RequestRecord } from "../http/index.ts";
import type { RoundOutcome } from "../jobs/index.ts";
import type { ToolCall } from "../mcp/index.ts";
import type { BatchRecord } from "../work/index.ts";
import { METRIC_TABLE, type MetricEntry } from "./metric-table.ts";

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
  readonly store: Pick<Store, "run" | "connections" | "onConnectionUse">;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** What is going on in this process now. */
  readonly present: () => Promise<Present>;
  /** What the watch over the database found last; null before its first look. */
  readonly database: () => DatabaseNumbers | null;
}

/** What is going on in one process. */
export interface Present {
  /** Readers that follow the log. */
  readonly followers: number;
  /** Callers that wait for work. */
  readonly waiting: number;
  /** Requests that are being answered. */
  readonly inFlight: number;
}

/** What metrics tell of the database's tidiness. */
export interface DatabaseNumbers {
  readonly horizon: { readonly heldMs: number } | null;
  readonly tables: readonly {
    readonly name: string;
    readonly live: number;
    readonly dead: number;
    readonly bytes: number;
    readonly indexBytes: number;
  }[];
}

/** The numbers of one process. */
export interface Metrics {
  sawRequest(record: RequestRecord): void;
  sawRound(round: RoundOutcome<unknown>): void;
  sawBatch(batch: BatchRecord): void;
  sawCallback(record: CallbackRecord): void;
  sawTool(call: ToolCall): void;
  /** All of them in Prometheus' text format. */
  text(): Promise<string>;
}

/** Makes the numbers of one process, all at zero. */
export function createMetrics(parts: MetricsParts): Metrics {
  const registers = [new Registry()];
  const [registry] = registers;
  if (registry === undefined) throw new Error("there is no registry");
  collectDefaultMetrics({ register: registry });
  const numbers = made(registers);
  numbers.info.set({ version: parts.version }, 1);
  // Counters that are not there yet cannot be seen to rise from zero.
  for (const outcome of ATTEMPT_ENDS) numbers.attempts.inc({ outcome }, 0);
  parts.store.onConnectionUse(({ waitedMs, usedMs }) => {
    numbers.databaseWaits.observe(waitedMs / 1000);
    numbers.databaseUse.observe(usedMs / 1000);
  });
  let isUp = false;
  let read: { readonly at: number; readonly done: Promise<void> } | null = null;

  async function readQueue(): Promise<void> {
    try {
      const [row] = await parts.store.run<QueueRow>(QUEUE, [parts.now()]);
      isUp = true;
      if (row === undefined) return;
      for (const state of STATES) numbers.tasks.set({ state }, row[state]);
      numbers.oldest.set(row.oldest_at_ms === null ? 0 : Math.max(0, parts.now() - row.oldest_at_ms) / 1000);
      numbers.callbacks.set(row.callbacks);
      numbers.databaseUp.set(1);
    } catch {
      // Numbers of before would pass for those of now.
      numbers.tasks.reset();
      numbers.oldest.set(Number.NaN);
      numbers.callbacks.set(Number.NaN);
      numbers.databaseUp.set(0);
      numbers.horizon.set(Number.NaN);
      numbers.rows.reset();
      numbers.bytes.reset();
      isUp = false;
    }
  }

  function tellDatabase(): void {
    const { open, idle, waiting } = parts.store.connections();
    numbers.connections.set({ state: "busy" }, open - idle);
    numbers.connections.set({ state: "idle" }, idle);
    numbers.connections.set({ state: "waiting" }, waiting);
    const found = parts.database();
    if (found === null || !isUp) return;
    numbers.horizon.set((found.horizon?.heldMs ?? 0) / 1000);
    for (const { name: table, live, dead, bytes, indexBytes } of found.tables) {
      numbers.rows.set({ table, kind: "live" }, live);
      numbers.rows.set({ table, kind: "dead" }, dead);
      numbers.bytes.set({ table, kind: "table" }, bytes);
      numbers.bytes.set({ table, kind: "indexes" }, indexBytes);
    }
  }

  return {
    sawRequest({ operation, method, path: route, status, durationMs }) {
      numbers.requests.observe({ operation, route, method, status: String(status) }, durationMs / 1000);
    },
    sawTool({ tool, outcome, tookMs }) {
      numbers.tools.observe({ tool, outcome }, tookMs / 1000);
    },
    sawRound({ name, ok, tookMs }) {
      numbers.rounds.observe({ service: name, outcome: ok ? "ok" : "failed" }, tookMs / 1000);
    },
    sawBatch({ commands, tookMs, moved, fenced }) {
      numbers.batches.observe(commands);
      numbers.commits.observe(tookMs / 1000);
      for (const verb of moved) {
        if (ATTEMPT_ENDS.has(verb)) numbers.attempts.inc({ outcome: verb });
        if (verb === "expired") numbers.expiries.inc();
      }
      numbers.fenced.inc(fenced);
    },
    sawCallback({ outcome, tookMs }) {
      numbers.callbackTries.observe({ outcome }, tookMs / 1000);
    },
    async text() {
      const at = performance.now();
      if (read === null || at - read.at > QUEUE_SERVES_MS) read = { at, done: readQueue() };
      await read.done;
      const { followers, waiting, inFlight } = await parts.present();
      numbers.followers.set(followers);
      numbers.waiting.set(waiting);
      numbers.inFlight.set(inFlight);
      tellDatabase();
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
  "handed_back",
  "halted",
  "expired",
  "cancelled",
]);

type Names<K extends keyof typeof METRIC_TABLE> = (typeof METRIC_TABLE)[K]["labels"][number];

/** Makes every number of the table, at zero. */
function made(registers: Registry[]) {
  const gauge = <K extends keyof typeof METRIC_TABLE>(key: K): Gauge<Names<K>> => {
    const { name, help, labels } = METRIC_TABLE[key];
    return new Gauge<Names<K>>({ name, help, labelNames: labels, registers });
  };
  const counter = <K extends keyof typeof METRIC_TABLE>(key: K): Counter<Names<K>> => {
    const { name, help, labels } = METRIC_TABLE[key];
    return new Counter<Names<K>>({ name, help, labelNames: labels, registers });
  };
  const histogram = <K extends keyof typeof METRIC_TABLE>(key: K): Histogram<Names<K>> => {
    const { name, help, labels, buckets = [] }: MetricEntry<Names<K>> = METRIC_TABLE[key];
    return new Histogram<Names<K>>({ name, help, labelNames: labels, buckets: [...buckets], registers });
  };
  return {
    info: gauge("info"),
    requests: histogram("requests"),
    inFlight: gauge("inFlight"),
    tools: histogram("tools"),
    tasks: gauge("tasks"),
    oldest: gauge("oldest"),
    waiting: gauge("waiting"),
    followers: gauge("followers"),
    attempts: counter("attempts"),
    expiries: counter("expiries"),
    fenced: counter("fenced"),
    batches: histogram("batches"),
    commits: histogram("commits"),
    rounds: histogram("rounds"),
    callbacks: gauge("callbacks"),
    callbackTries: histogram("callbackTries"),
    databaseUp: gauge("databaseUp"),
    databaseWaits: histogram("databaseWaits"),
    databaseUse: histogram("databaseUse"),
    connections: gauge("connections"),
    horizon: gauge("horizon"),
    rows: gauge("rows"),
    bytes: gauge("bytes"),
  } satisfies Record<keyof typeof METRIC_TABLE, unknown>;
}
