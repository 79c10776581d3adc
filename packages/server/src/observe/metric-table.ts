/** One number that `/metrics` has: the same entry makes it and its line in the reference. */
export interface MetricEntry<Label extends string = string> {
  readonly name: string;
  readonly kind: "counter" | "gauge" | "histogram";
  /** What it counts, one or two sentences. */
  readonly help: string;
  readonly labels: readonly Label[];
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[];
}

const SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;
const COMMANDS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000] as const;

/** Every number of a server besides those of the process, by the name that code uses. */
export const METRIC_TABLE = {
  info: {
    name: "holdpoint_info",
    kind: "gauge",
    help: "Version of this process; always 1.",
    labels: ["version"],
  },
  requests: {
    name: "holdpoint_http_request_duration_seconds",
    kind: "histogram",
    help: "Requests by operation, route and status, with their duration. A long poll lasts as long as it waits, a stream as long as it is followed.",
    labels: ["operation", "route", "method", "status"],
    buckets: SECONDS,
  },
  inFlight: {
    name: "holdpoint_http_requests_in_flight",
    kind: "gauge",
    help: "Requests that are being answered here, long polls and streams among them.",
    labels: [],
  },
  tools: {
    name: "holdpoint_mcp_tool_duration_seconds",
    kind: "histogram",
    help: "Calls of tools over the Model Context Protocol by outcome (`ok`, `refused`, `fault`), with their duration.",
    labels: ["tool", "outcome"],
    buckets: SECONDS,
  },
  tasks: {
    name: "holdpoint_tasks",
    kind: "gauge",
    help: "Depth of the queue: tasks by state; `resting` are ready later. Without those that wait for others or are finished.",
    labels: ["state"],
  },
  oldest: {
    name: "holdpoint_oldest_ready_seconds",
    kind: "gauge",
    help: "How long the task that is ready for the longest time has been so.",
    labels: [],
  },
  waiting: {
    name: "holdpoint_waiting_claims",
    kind: "gauge",
    help: "Callers that wait for work here.",
    labels: [],
  },
  followers: {
    name: "holdpoint_event_followers",
    kind: "gauge",
    help: "Readers that follow the log here.",
    labels: [],
  },
  attempts: {
    name: "holdpoint_attempts_total",
    kind: "counter",
    help: "Attempts by what became of them; `claimed` counts those that began.",
    labels: ["outcome"],
  },
  expiries: { name: "holdpoint_lease_expiries_total", kind: "counter", help: "Leases that ran out.", labels: [] },
  fenced: {
    name: "holdpoint_fence_refusals_total",
    kind: "counter",
    help: "Commands of attempts that had been replaced by later ones.",
    labels: [],
  },
  batches: {
    name: "holdpoint_commit_batch_commands",
    kind: "histogram",
    help: "Commands that shared one transaction.",
    labels: [],
    buckets: COMMANDS,
  },
  commits: {
    name: "holdpoint_commit_duration_seconds",
    kind: "histogram",
    help: "Transactions of commands, from begin to commit.",
    labels: [],
    buckets: SECONDS,
  },
  rounds: {
    name: "holdpoint_service_round_duration_seconds",
    kind: "histogram",
    help: "Rounds of background services by outcome (`ok`, `failed`).",
    labels: ["service", "outcome"],
    buckets: SECONDS,
  },
  callbacks: {
    name: "holdpoint_pending_callbacks",
    kind: "gauge",
    help: "Notifications that are to be sent, or to be tried again.",
    labels: [],
  },
  callbackTries: {
    name: "holdpoint_callback_duration_seconds",
    kind: "histogram",
    help: "Tries to send a notification by what became of them, with their duration.",
    labels: ["outcome"],
    buckets: SECONDS,
  },
  databaseUp: {
    name: "holdpoint_database_up",
    kind: "gauge",
    help: "Whether the database answered when the queue was last counted.",
    labels: [],
  },
  databaseWaits: {
    name: "holdpoint_database_wait_seconds",
    kind: "histogram",
    help: "How long was waited for a connection of the pool.",
    labels: [],
    buckets: SECONDS,
  },
  databaseUse: {
    name: "holdpoint_database_use_seconds",
    kind: "histogram",
    help: "How long connections were used for one statement or transaction.",
    labels: [],
    buckets: SECONDS,
  },
  connections: {
    name: "holdpoint_database_connections",
    kind: "gauge",
    help: "Connections of the pool: `busy`, `idle`, and `waiting` for what waits for one.",
    labels: ["state"],
  },
  horizon: {
    name: "holdpoint_database_horizon_seconds",
    kind: "gauge",
    help: "For how long old rows are kept from being cleared away; 0 when nothing keeps them.",
    labels: [],
  },
  rows: {
    name: "holdpoint_database_rows",
    kind: "gauge",
    help: "Rows of the tables that change with every task: `live`, and `dead` ones that wait to be cleared away.",
    labels: ["table", "kind"],
  },
  bytes: {
    name: "holdpoint_database_bytes",
    kind: "gauge",
    help: "Bytes of the tables that change with every task: the `table` and its `indexes`.",
    labels: ["table", "kind"],
  },
} as const satisfies Readonly<Record<string, MetricEntry>>;
