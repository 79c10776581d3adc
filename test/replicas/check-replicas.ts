import { openStore, statement } from "@holdpoint/store";
import { type ChaosSeen, TTL_MS } from "./replica-chaos.ts";

/** What the database and the agents say together. */
export interface ChaosVerdict {
  readonly tasks: number;
  readonly accepted: number;
  readonly attempts: number;
  /** Tasks that are not accepted. */
  readonly lost: number;
  /** Tasks that were accepted more than once, by the log or by their attempts. */
  readonly acceptedTwice: number;
  /** Tasks that an agent was told to be accepted and that are not. */
  readonly toldWrongly: number;
  readonly abandoned: number;
  /** How long after the end of its lease an abandoned task was free again, and was handed out again; milliseconds. */
  readonly freedAfterMs: Spread;
  readonly offeredAfterMs: Spread;
  /** Abandoned leases that were free later than one lease's time after their end. */
  readonly freedLate: number;
  readonly kills: number;
  readonly redisKills: number;
  readonly redisCallers: number;
  readonly failovers: number;
  readonly faults: readonly string[];
}

/** The middle and the worst. */
export interface Spread {
  readonly p50: number;
  readonly max: number;
}

const TASKS = statement(
  "chaos_tasks",
  `WITH told AS (
     SELECT subject, count(*) AS times FROM holdpoint.event WHERE kind = 'task.accepted' GROUP BY subject
   ), tried AS (
     SELECT task_id, count(*) AS times FROM holdpoint.attempt WHERE outcome = 'accepted' GROUP BY task_id
   )
   SELECT t.task_id AS task, t.state, coalesce(told.times, 0) AS events, coalesce(tried.times, 0) AS attempts
   FROM holdpoint.task t LEFT JOIN told ON told.subject = t.task_id::text LEFT JOIN tried ON tried.task_id = t.task_id
   WHERE t.kind = 'task'`,
);
const ATTEMPTS = statement(
  "chaos_attempts",
  "SELECT task_id AS task, attempt, outcome, ended_at_ms AS ended FROM holdpoint.attempt",
);

interface TaskRow {
  readonly task: string;
  readonly state: string;
  readonly events: number;
  readonly attempts: number;
}

/** Reads the history from the database and compares it with what was seen from outside. */
export async function checkReplicas(databaseUrl: string, seen: ChaosSeen): Promise<ChaosVerdict> {
  const store = await openStore({ databaseUrl, runtime: { now: () => Date.now() } });
  try {
    const tasks = await store.run<TaskRow>(TASKS);
    const attempts = await store.run<{ task: string; attempt: number; outcome: string; ended: number }>(ATTEMPTS);
    const ended = new Map(attempts.map(({ task, attempt, ended: at }) => [`${task} ${attempt}`, at]));
    const accepted = tasks.filter(({ state }) => state === "accepted");
    const known = new Set(accepted.map(({ task }) => task));
    const freed = seen.abandoned.map(({ task, attempt, expiresAt }) => {
      return (ended.get(`${task} ${attempt}`) ?? Number.POSITIVE_INFINITY) - expiresAt;
    });
    const offered = seen.abandoned.flatMap(({ task, attempt, expiresAt }) => {
      const at = seen.offeredAt.get(`${task} ${attempt + 1}`);
      return at === undefined ? [] : [at - expiresAt];
    });
    return {
      tasks: tasks.length,
      accepted: accepted.length,
      attempts: attempts.length,
      lost: seen.created - accepted.length,
      acceptedTwice: accepted.filter((task) => task.events !== 1 || task.attempts !== 1).length,
      toldWrongly: [...seen.accepted].filter(([task, times]) => times > 1 || !known.has(task)).length,
      abandoned: seen.abandoned.length,
      freedAfterMs: spreadOf(freed),
      offeredAfterMs: spreadOf(offered),
      freedLate: freed.filter((ms) => ms > TTL_MS).length,
      kills: seen.kills,
      redisKills: seen.redisKills,
      redisCallers: seen.redisCallers,
      failovers: seen.failovers,
      faults: seen.faults,
    };
  } finally {
    await store.close();
  }
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return { p50: sorted[Math.floor(sorted.length / 2)] ?? 0, max: sorted.at(-1) ?? 0 };
}
