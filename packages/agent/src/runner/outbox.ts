import { operations } from "@holdpoint/contract";
import { type Runtime, retryDelayMs } from "@holdpoint/core";
import { ServerProblem } from "@holdpoint/sdk";
import type { WorkRef } from "../attempt/work-source.ts";
import type { ServerLink } from "./server-link.ts";
import type { Spool, SpooledTell, Tell } from "./spool.ts";

/** How the server took what it was told. */
export type Told =
  | { readonly outcome: "accepted" | "refused" | "held" | "pending" | "taken" }
  /** The attempt was over already: told before, or lost to another one. */
  | { readonly outcome: "over"; readonly code: string; readonly detail: string };

/** The operation that tells each kind of thing. */
export const TOLD_BY = {
  complete: operations.completeAttempt,
  fail: operations.failAttempt,
  release: operations.releaseAttempt,
} as const;
/** Calls that are under way at one time. */
const AT_ONCE = 8;
/** Pauses while the server is away, milliseconds. */
const RETRY = { baseMs: 200, capMs: 10_000 };

/** What is to be told, kept until it is told. */
export type ReportSpool = Pick<Spool, "pending" | "size" | "add" | "done">;

/** What an outbox is made from. */
export interface OutboxParts {
  readonly spool: ReportSpool;
  readonly link: ServerLink;
  readonly runtime: Pick<Runtime, "newId" | "random">;
  readonly onTold: (entry: SpooledTell, told: Told) => void | Promise<void>;
  /** Trace that the report of an attempt goes on with. @default one of its own */
  readonly traceparentOf?: (work: WorkRef) => string | undefined;
}

/** Tells the server what is in the spool, in its order, until it has taken each entry or says that its attempt is over. */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #sending = new Set<string>();
  readonly #idle = new Set<() => void>();
  #failures = 0;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** Keeps what is to be told, and begins to tell it. On disk when it returns. */
  add(tell: Tell): void {
    this.#parts.spool.add({ ...tell, id: this.#parts.runtime.newId() });
    if (this.#timer === null) this.#send();
  }

  /** Tells at once what is left from before, or what waits for the server to come back. */
  wake(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#send();
  }

  /** Settles when everything is told, or after the time that is given; answers what is left. */
  async flush(withinMs: number): Promise<number> {
    this.wake();
    if (this.#parts.spool.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, withinMs);
        const idle = this.#idle;
        function done(): void {
          clearTimeout(timer);
          idle.delete(done);
          resolve();
        }
        idle.add(done);
      });
    }
    return this.#parts.spool.size;
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #send(): void {
    if (this.#closed || this.#timer !== null) return;
    for (const entry of this.#parts.spool.pending) {
      if (this.#sending.size >= AT_ONCE) return;
      if (this.#sending.has(entry.id)) continue;
      this.#sending.add(entry.id);
      void this.#sendOne(entry);
      // While the server may be away, one entry is enough to find out.
      if (this.#failures > 0) return;
    }
  }

  async #sendOne(entry: SpooledTell): Promise<void> {
    const told = await this.#tell(entry);
    this.#sending.delete(entry.id);
    if (this.#closed) return;
    if (told === null) {
      this.#failures += 1;
      this.#timer ??= setTimeout(() => this.wake(), retryDelayMs(this.#failures, this.#parts.runtime.random(), RETRY));
      return;
    }
    this.#failures = 0;
    await this.#parts.onTold(entry, told);
    this.#parts.spool.done(entry.id);
    if (this.#parts.spool.size === 0) for (const done of this.#idle) done();
    this.#send();
  }

  /** Null when the server is to be told again. */
  async #tell({ id, kind, task, attempt, body }: SpooledTell): Promise<Told | null> {
    const { link } = this.#parts;
    const params = { task, attempt };
    const traceparent = this.#parts.traceparentOf?.({ taskId: task, attempt });
    const options = { idempotencyKey: id, ...(traceparent === undefined ? {} : { traceparent }) };
    try {
      if (kind === "complete") {
        const { outcome } = await link.call(TOLD_BY[kind], { params, body }, options);
        return { outcome };
      }
      await link.call(TOLD_BY[kind], { params, body }, options);
      return { outcome: "taken" };
    } catch (error) {
      if (!(error instanceof ServerProblem) || !isFinal(error)) return null;
      const settled = kind === "complete" ? settledAs(error, attempt) : null;
      return settled ?? { outcome: "over", code: error.code, detail: error.message };
    }
  }
}

/**
 * What became of a report that the server took before, and whose answer was lost: the task still stands where this attempt
 * brought it. Null when it stands elsewhere.
 */
function settledAs({ document: { task } }: ServerProblem, attempt: number): Told | null {
  if (task?.attempt !== attempt) return null;
  if (task.state === "accepted" || task.state === "held") return { outcome: task.state };
  return task.state === "reported" ? { outcome: "pending" } : null;
}

/** A token that expired is renewed some time; everything else that will not change by itself is final. */
function isFinal(error: ServerProblem): boolean {
  return !error.definition.retryable && error.status !== 401 && error.status !== 403 && error.status < 500;
}
