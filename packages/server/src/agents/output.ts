import { OUTPUT_BOUNDS } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import { type Session, type Statement, statement } from "@holdpoint/store";
import type { AttemptRef } from "../work/index.ts";
import { agentsRoomProblems } from "./agents.problems.ts";

/** How long pieces wait for others to be written with, milliseconds. */
const WRITE_AFTER_MS = 250;
/** Characters of a tenant that may wait for the database. */
const MOST_WAITING = 16 * 1024 * 1024;

// The fence: pieces of an attempt that is not the current one any more, or of no task, are left out.
const WRITE: Statement = statement(
  "output_write",
  `INSERT INTO holdpoint.attempt_output (tenant_id, task_id, attempt, seq, stream, text, at_ms)
   SELECT $1, i.* FROM unnest($2::uuid[], $3::int[], $4::int[], $5::text[], $6::text[], $7::bigint[])
     AS i(task_id, attempt, seq, stream, text, at_ms)
   JOIN holdpoint.task t ON t.tenant_id = $1 AND t.task_id = i.task_id AND t.attempt = i.attempt
   ON CONFLICT DO NOTHING`,
);

const CUT: Statement = statement(
  "output_cut",
  `DELETE FROM holdpoint.attempt_output o USING (
     SELECT task_id, attempt, seq, sum(length(text)) OVER (PARTITION BY task_id, attempt ORDER BY seq DESC) AS kept
     FROM holdpoint.attempt_output
     WHERE tenant_id = $1 AND (task_id, attempt) IN (SELECT * FROM unnest($2::uuid[], $3::int[]))
   ) x
   WHERE o.tenant_id = $1 AND o.task_id = x.task_id AND o.attempt = x.attempt AND o.seq = x.seq AND x.kept > $4`,
);

const NEWEST_ATTEMPT: Statement = statement(
  "output_newest_attempt",
  "SELECT attempt FROM holdpoint.task WHERE tenant_id = $1 AND task_id = $2",
);

const READ: Statement = statement(
  "output_read",
  // A piece that was sent again on the next day stands there twice.
  `SELECT DISTINCT ON (seq) seq, stream, text, at_ms, (SELECT min(seq) FROM holdpoint.attempt_output
       WHERE tenant_id = $1 AND task_id = $2 AND attempt = $3) AS first
   FROM holdpoint.attempt_output
   WHERE tenant_id = $1 AND task_id = $2 AND attempt = $3 AND seq > $4 ORDER BY seq, day LIMIT $5`,
);

/** A piece of output. */
export interface OutputPiece {
  readonly seq: number;
  readonly stream: "stdout" | "stderr" | "log";
  readonly text: string;
}

interface Waiting extends OutputPiece {
  readonly task: string;
  readonly attempt: number;
  readonly at: number;
}

/** Live output of the attempts of one tenant: gathered for a moment, written together, the newest of each attempt kept. */
export class LiveOutput {
  readonly #store: Session;
  readonly #tenant: string;
  readonly #now: () => number;
  #waiting: Waiting[] = [];
  #characters = 0;
  #writing: Promise<void> | null = null;
  readonly #written = new Map<string, number>();

  constructor(store: Session, tenant: string, now: () => number) {
    this.#store = store;
    this.#tenant = tenant;
    this.#now = now;
  }

  /**
   * Whether an attempt is the newest one of its task. The last words of an attempt may come after its report; those of one that
   * was replaced belong to nobody.
   */
  async isCurrent({ taskId, attempt }: AttemptRef): Promise<boolean> {
    const [task] = await this.#store.run<{ attempt: number }>(NEWEST_ATTEMPT, [this.#tenant, taskId]);
    return task?.attempt === attempt;
  }

  /** Takes pieces. @throws HP7301 when too much waits to be written */
  append(task: string, attempt: number, pieces: readonly OutputPiece[]): number {
    if (this.#characters > MOST_WAITING) {
      throw problem(agentsRoomProblems, "HP7301", { waiting: this.#characters, bound: MOST_WAITING });
    }
    const at = this.#now();
    for (const piece of pieces) {
      // PostgreSQL keeps no NUL in text.
      const text = piece.text.replaceAll("\0", "�");
      this.#waiting.push({ ...piece, text, task, attempt, at });
      this.#characters += text.length;
    }
    this.#writing ??= this.#writeLater();
    return pieces.length;
  }

  /** Reads what is kept, what waits here included. */
  async read(
    task: string,
    attempt: number,
    after: number,
    limit: number,
  ): Promise<{ readonly pieces: readonly (OutputPiece & { readonly at: number })[]; readonly dropped: number }> {
    await this.#writing;
    const rows = await this.#store.run<OutputPiece & { at_ms: number; first: number }>(READ, [
      this.#tenant,
      task,
      attempt,
      after,
      limit,
    ]);
    const first = rows[0]?.first ?? 1;
    return {
      pieces: rows.map(({ seq, stream, text, at_ms: at }) => ({ seq, stream, text, at })),
      dropped: Math.max(0, first - 1),
    };
  }

  async #writeLater(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, WRITE_AFTER_MS));
    const batch = this.#waiting;
    this.#waiting = [];
    this.#characters = 0;
    this.#writing = null;
    try {
      await this.#write(batch);
    } catch {
      // The database is away: output is for people, and the runner keeps its own log. What waits next is bounded.
    }
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    await this.#store.run(WRITE, [
      this.#tenant,
      batch.map(({ task }) => task),
      batch.map(({ attempt }) => attempt),
      batch.map(({ seq }) => seq),
      batch.map(({ stream }) => stream),
      batch.map(({ text }) => text),
      batch.map(({ at }) => at),
    ]);
    const over = new Map<string, Waiting>();
    for (const piece of batch) {
      const key = `${piece.task} ${piece.attempt}`;
      const written = (this.#written.get(key) ?? 0) + piece.text.length;
      this.#written.set(key, written);
      if (written > OUTPUT_BOUNDS.kept / 4) over.set(key, piece);
    }
    if (this.#written.size > 10_000) this.#written.clear();
    if (over.size === 0) return;
    for (const key of over.keys()) this.#written.set(key, 0);
    const cut = [...over.values()];
    await this.#store.run(CUT, [
      this.#tenant,
      cut.map(({ task }) => task),
      cut.map(({ attempt }) => attempt),
      OUTPUT_BOUNDS.kept,
    ]);
  }
}
