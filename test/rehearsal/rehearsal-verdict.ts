/** The numbers of a rehearsal, by name. */
export type Measured = Readonly<Record<string, number>>;

/** What a rehearsal sets out to do. */
export interface Aims {
  readonly agents: number;
  /** Tasks of its plan. */
  readonly tasks: number;
  /** Whether two replicas with one Redis serve, one of which is killed. */
  readonly replicas?: boolean;
}

/** Attempts of one task, with the state that it ended in. */
export interface Tried {
  readonly state: string;
  readonly attempts: readonly { readonly outcome: string }[];
}

const FAULT = /^holdpoint_http_request_duration_seconds_count\{.*\bstatus="5/;
const ANSWER = /^holdpoint_http_request_duration_seconds_count\{/;

/**
 * Requests that the server says it answered with 5xx.
 *
 * @param text its numbers in Prometheus' format
 * @throws Error when it counts no request at all, which it does under any other name
 */
export function faultsIn(text: string): number {
  const answers = text.split("\n").filter((line) => ANSWER.test(line));
  if (answers.length === 0) throw new Error("the server's numbers do not say how it answered its requests");
  return answers
    .filter((line) => FAULT.test(line))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf("}") + 1)), 0);
}

/** A share in whole percent, never more than there is: 231 of 232 are 99. */
export function percentOf(part: number, whole: number): number {
  return Math.floor((part * 100) / whole);
}

/**
 * How many of the tasks that failed once were accepted in the end, percent.
 *
 * @throws Error when none failed: then nothing can be said
 */
export function recoveryOf(tasks: readonly Tried[]): number {
  const failed = tasks.filter(({ attempts }) => attempts.some(({ outcome }) => outcome === "failed"));
  if (failed.length === 0) throw new Error("no task failed, so nothing had to recover");
  return percentOf(failed.filter(({ state }) => state === "accepted").length, failed.length);
}

type Wanted = readonly [name: string, value: number, what: string];

const REPLICAS: readonly Wanted[] = [
  ["replicas_killed", 1, "replica killed while the plan was worked"],
  ["redis_counted", 1, "Redis that counts for the replicas"],
];

/** What did not come to be, in words; empty when everything did. A number that is missing did not. */
export function shortfalls(measured: Measured, aims: Aims): readonly string[] {
  const wanted: readonly Wanted[] = [
    ["agents_healthy", 100, "% of the agents healthy"],
    ["agents_served", aims.agents, "agents served"],
    ["plan_tasks_accepted", aims.tasks, "tasks of the plan accepted"],
    ["error_recovery", 100, "% of the failed tasks recovered"],
    ["dead_letters_redriven", 1, "dead letter redriven"],
    ["restores_verified", 1, "backup restored with the same digest"],
    ["moves_verified", 1, "database moved with the same digest"],
    ["load_failed", 0, "requests of the load failed"],
    ["server_faults", 0, "faults of the server"],
    ["runner_stopped", 0, "exit code of the runner"],
    ["server_stopped", 0, "exit code of the server"],
    ...(aims.replicas === true ? REPLICAS : []),
  ];
  return wanted.flatMap(([name, value, what]) =>
    measured[name] === value ? [] : [`${measured[name] ?? "nothing"} instead of ${value} ${what}`],
  );
}
