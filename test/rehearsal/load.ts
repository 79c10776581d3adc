import autocannon from "autocannon";

/** A load to put on a server. */
export interface Load {
  readonly url: string;
  /** One for each group of users; limits are counted for each token. */
  readonly tokens: readonly string[];
  /** Agents whose heartbeats are sent. */
  readonly agents: readonly string[];
  /** Connections that are open at the same time. */
  readonly users: number;
  /** Requests a second, of all users together. */
  readonly rate: number;
  readonly seconds: number;
}

/** What a load met with. Times are milliseconds from the moment a request was sent. */
export interface LoadResult {
  readonly requests: number;
  /** Connections that were open at the same time. */
  readonly users: number;
  /** Requests a second that were answered. */
  readonly rate: number;
  /** Answers that were no success, and requests without an answer. */
  readonly failed: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/**
 * The load generator lets all its connections send at the top of each second. Users do not: so there is one of it for
 * each hundredth of a second.
 */
const GROUPS = 100;

/** Sends what people, scripts and agents send: mostly reads, some heartbeats, and tasks that are created one by one. */
export async function putLoad(load: Load): Promise<LoadResult> {
  // A connection that sends less than once a second cannot be.
  const users = Math.min(load.users, load.rate);
  const groups = Math.max(1, Math.min(GROUPS, users));
  const partOf = (all: number, index: number): number => Math.floor(all / groups) + (index < all % groups ? 1 : 0);
  const times: number[] = [];
  let answers = 0;
  let at = 0;
  const next = (): autocannon.Request => {
    at += 1;
    const authorization = `Bearer ${load.tokens[at % load.tokens.length] ?? ""}`;
    const headers = { authorization, "content-type": "application/json" };
    const agent = load.agents[at % load.agents.length] ?? "";
    switch (at % 10) {
      case 0: {
        const body = JSON.stringify({ queue: "load", title: `Task ${at}`, capabilities: ["nobody"] });
        return { method: "POST", path: "/v1/tasks", headers, body };
      }
      case 1:
      case 2:
        return { method: "POST", path: "/v1/agents/heartbeat", headers, body: JSON.stringify({ agents: [agent] }) };
      case 3:
      case 4:
        return { method: "GET", path: "/v1/tasks?limit=20", headers };
      case 5:
        return { method: "GET", path: `/v1/agents/${agent}`, headers };
      case 6:
        return { method: "GET", path: "/ready", headers };
      default:
        return { method: "GET", path: "/status", headers };
    }
  };
  const groupOf = async (index: number): Promise<autocannon.Result> => {
    await new Promise((resolve) => setTimeout(resolve, (1_000 * index) / groups));
    const options: autocannon.Options = {
      url: load.url,
      connections: partOf(users, index),
      overallRate: partOf(load.rate, index),
      duration: load.seconds,
      timeout: 10,
      requests: [{ setupRequest: (request) => ({ ...request, ...next() }) }],
    };
    return await new Promise<autocannon.Result>((resolve, reject) => {
      const run = autocannon(options, (error: Error | null, result) => {
        if (error === null) resolve(result);
        else reject(error);
      });
      run.on("response", (_client, status, _bytes, ms) => {
        times.push(ms);
        if (status >= 200 && status < 300) answers += 1;
      });
    });
  };
  const results = await Promise.all(Array.from({ length: groups }, (_, index) => groupOf(index)));
  const sumOf = (part: (result: autocannon.Result) => number): number =>
    results.reduce((sum, one) => sum + part(one), 0);
  const errors = sumOf((result) => result.errors);
  const seconds = sumOf((result) => result.duration) / groups;
  times.sort((a, b) => a - b);
  const share = (part: number): number => Math.round((times[Math.floor((times.length - 1) * part)] ?? 0) * 10) / 10;
  return {
    requests: times.length + errors,
    users,
    rate: Math.round(times.length / seconds),
    failed: times.length - answers + errors,
    p50Ms: share(0.5),
    p95Ms: share(0.95),
    p99Ms: share(0.99),
  };
}
