import { type Session, statement } from "@holdpoint/store";
import { attemptPlace, laterLifePlace, type SpanPlace, type Tracing, taskPlace } from "@holdpoint/trace";
import type { NewEvent } from "../events/index.ts";

/**
 * What traces show of tasks. Each task has a trace of its own, whose ids follow from the task's: replicas and runners name
 * its spans without asking each other.
 *
 * ```
 *   task ──────────────────────────────────────────────  from its creation to accepted, dead or cancelled
 *     task.attempt ───────  task.attempt ──────────────  from claim to report, failure, release or expiry
 *       runner.attempt ──     runner.attempt ──────────  what a runner did for it
 *                          └ settle ─                     from report to verdict
 * ```
 *
 * A task that is dead may be offered again, or cancelled. Its next life is a further root of the same trace.
 */
export interface TaskLives {
  /** Hears of what a batch did; reads what it needs later, and never keeps anybody waiting. @param at of the batch */
  saw(events: readonly NewEvent[], at: number): void;
}

/** Verbs that end the lease of an attempt. */
const ENDS: ReadonlySet<string> = new Set(["reported", "released", "failed", "expired", "halted", "cancelled"]);
/** Verbs that say what became of a report. */
const SETTLES: ReadonlySet<string> = new Set(["accepted", "refused", "held", "handed_back"]);
/** States after which nothing comes by itself. */
const LAST: ReadonlySet<unknown> = new Set(["accepted", "dead", "cancelled"]);
/** Outcomes that are failures. */
const FAILURES: ReadonlySet<string> = new Set(["failed", "expired", "refused"]);

/** Claims that are remembered at most, for the links of their attempts. */
const MOST_CLAIMS = 50_000;
/** Moves that wait to be read at most; further ones are left out of the traces. */
const MOST_WAITING = 20_000;
/** Moves of one read. */
const AT_ONCE = 500;

const ATTEMPTS = statement(
  "trace_attempts",
  `SELECT a.task_id, a.attempt, a.agent, a.claimed_at_ms, a.ended_at_ms
   FROM unnest($2::uuid[], $3::int[]) AS i(task_id, attempt)
   JOIN holdpoint.attempt a ON a.tenant_id = $1 AND a.task_id = i.task_id AND a.attempt = i.attempt`,
);

/**
 * Which of these ends are not the first of their task. Whoever redrives a task resets its tries, so failures beyond them
 * belong to what was before: as many as are allowed made it dead. A task is offered again after its acceptance, too, when
 * its plan is changed.
 */
const LATER = statement(
  "trace_later_lives",
  `SELECT i.task_id, i.attempt
   FROM unnest($2::uuid[], $3::int[], $4::int[], $5::boolean[]) AS i(task_id, attempt, tries, cancelled)
   JOIN holdpoint.task t ON t.tenant_id = $1 AND t.task_id = i.task_id
   LEFT JOIN holdpoint.attempt a ON a.tenant_id = $1 AND a.task_id = i.task_id AND a.attempt <= i.attempt
   GROUP BY i.task_id, i.attempt, i.tries, i.cancelled, t.max_attempts
   HAVING (i.cancelled AND i.tries >= t.max_attempts)
     OR count(*) FILTER (WHERE a.outcome IN ('failed', 'expired', 'refused')) - i.tries >= t.max_attempts
     OR count(*) FILTER (WHERE a.outcome = 'accepted' AND a.attempt < i.attempt) > 0`,
);

interface AttemptRow {
  readonly task_id: string;
  readonly attempt: number;
  readonly agent: string;
  readonly claimed_at_ms: number;
  readonly ended_at_ms: number;
}

interface Move {
  readonly event: NewEvent;
  readonly taskId: string;
  readonly attempt: number;
  readonly verb: string;
  readonly at: number;
  /** Span of the claim, if it was made here. */
  readonly claim: SpanPlace | null;
}

/** Makes the spans of one tenant's tasks. */
export function createTaskLives(tracing: Tracing, store: Session, tenant: string): TaskLives {
  const claims = new Map<string, SpanPlace>();
  let waiting: Move[] = [];
  let running = false;

  function remember(key: string, span: SpanPlace): void {
    const [oldest] = claims.keys();
    if (claims.size >= MOST_CLAIMS && oldest !== undefined) claims.delete(oldest);
    claims.set(key, span);
  }

  async function run(): Promise<void> {
    running = true;
    while (waiting.length > 0) {
      const some = waiting.slice(0, AT_ONCE);
      waiting = waiting.slice(AT_ONCE);
      // A database that is away costs spans, and nothing else.
      const rows = await attemptsOf(some).catch(() => new Map<string, AttemptRow>());
      const later = await laterOf(some).catch(() => new Set<string>());
      for (const move of some) {
        const key = keyOf(move.taskId, move.attempt);
        tell(move, rows.get(key), later.has(key));
      }
    }
    running = false;
  }

  async function attemptsOf(moves: readonly Move[]): Promise<ReadonlyMap<string, AttemptRow>> {
    const ids = [moves.map(({ taskId }) => taskId), moves.map(({ attempt }) => attempt)];
    const rows = await store.run<AttemptRow>(ATTEMPTS, [tenant, ...ids]);
    return new Map(rows.map((row) => [keyOf(row.task_id, row.attempt), row]));
  }

  async function laterOf(moves: readonly Move[]): Promise<ReadonlySet<string>> {
    // The first attempt of a task belongs to its first life, whatever becomes of it.
    const ends = moves.filter(
      ({ event, attempt }) => LAST.has(event.data?.["to"]) && (attempt > 1 || event.data?.["to"] === "cancelled"),
    );
    if (ends.length === 0) return new Set();
    const rows = await store.run<{ readonly task_id: string; readonly attempt: number }>(LATER, [
      tenant,
      ends.map(({ taskId }) => taskId),
      ends.map(({ attempt }) => attempt),
      ends.map(({ event }) => Number(event.data?.["tries"] ?? 0)),
      ends.map(({ event }) => event.data?.["to"] === "cancelled"),
    ]);
    return new Set(rows.map((row) => keyOf(row.task_id, row.attempt)));
  }

  function tell(move: Move, row: AttemptRow | undefined, isLater: boolean): void {
    const { taskId, attempt, verb, at, event } = move;
    const facts = {
      "holdpoint.tenant": tenant,
      "holdpoint.plan": event.planId ?? undefined,
      "holdpoint.task": taskId,
      "holdpoint.task.key": textOf(event.data?.["key"]),
    };
    const ofAttempt = {
      ...facts,
      "holdpoint.attempt": attempt,
      "holdpoint.outcome": verb,
      "holdpoint.agent": row?.agent,
    };
    const causes = event.span === null || event.span === undefined ? [] : [event.span];
    const life = tracing.placeOf(taskPlace(taskId));
    // A task that is cancelled may have an attempt that ended long ago.
    if (row !== undefined && ENDS.has(verb) && row.ended_at_ms === at) {
      tracing
        .begin({
          name: "task.attempt",
          parent: life,
          place: attemptPlace(taskId, attempt),
          startedAt: row.claimed_at_ms,
          links: [...(move.claim === null ? [] : [move.claim]), ...causes],
          facts: ofAttempt,
        })
        .end({ endedAt: at, ...(FAILURES.has(verb) ? { failed: verb } : {}) });
    }
    if (row !== undefined && SETTLES.has(verb)) {
      tracing
        .begin({
          name: "task.settle",
          parent: life,
          startedAt: row.ended_at_ms,
          links: [tracing.placeOf(attemptPlace(taskId, attempt)), ...causes],
          facts: ofAttempt,
        })
        .end({ endedAt: at });
    }
    const state = event.data?.["to"];
    if (typeof state !== "string" || !LAST.has(state)) return;
    tracing
      .begin({
        name: "task",
        parent: null,
        place: isLater ? laterLifePlace(taskId, attempt, state) : taskPlace(taskId),
        startedAt: createdAt(taskId) ?? at,
        links: causes,
        facts: { ...facts, "holdpoint.task.state": state, "holdpoint.attempt": attempt },
      })
      .end({ endedAt: at, ...(state === "dead" ? { failed: "dead" } : {}) });
  }

  return {
    saw(events, at) {
      for (const event of events) {
        const { kind, subject, attempt, span } = event;
        if (!kind.startsWith("task.") || typeof subject !== "string" || typeof attempt !== "number") continue;
        const verb = kind.slice("task.".length);
        const key = keyOf(subject, attempt);
        if (verb === "claimed" && span !== null && span !== undefined) remember(key, span);
        if (!ENDS.has(verb) && !SETTLES.has(verb)) continue;
        const claim = claims.get(key) ?? null;
        if (ENDS.has(verb)) claims.delete(key);
        if (waiting.length < MOST_WAITING) waiting.push({ event, taskId: subject, attempt, verb, at, claim });
      }
      if (!running && waiting.length > 0) tracing.waitFor(run());
    },
  };
}

function keyOf(taskId: string, attempt: number): string {
  return `${taskId} ${attempt}`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** An id of version 7 says when it was made; null for any other. */
function createdAt(taskId: string): number | null {
  const hex = taskId.replaceAll("-", "");
  return hex[12] === "7" ? Number.parseInt(hex.slice(0, 12), 16) : null;
}
