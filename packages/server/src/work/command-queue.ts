import { HoldpointError, problem } from "@holdpoint/core";
import { workRoomProblems } from "./work.problems.ts";

/** Commands that may share one transaction. */
const MAX_BATCH = 1_000;
/** Commands that may wait before callers are told to slow down. */
const MAX_WAITING = 50_000;

interface Waiting<C, R> {
  readonly command: C;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/** Bounds of a queue. */
export interface QueueBounds {
  /** @default 1000 */
  readonly maxBatch?: number;
  /** @default 50000 */
  readonly maxWaiting?: number;
  /** Waits for a turn before a batch is taken; what it resolves to ends the turn. Default: always one's turn. */
  readonly turn?: () => Promise<(cost: number) => void>;
}

/**
 * Group commit: commands that arrive while a batch is being committed form the next batch, and each caller awaits the
 * result of its own. A single command is committed at once; under load the fsync is shared.
 */
export class CommandQueue<C, R> {
  private readonly commit: (batch: readonly C[]) => Promise<readonly R[]>;
  private readonly maxBatch: number;
  private readonly maxWaiting: number;
  private readonly turn: (() => Promise<(cost: number) => void>) | undefined;
  private waiting: Waiting<C, R>[] = [];
  private busy = false;

  /** @param commit runs a batch in one transaction and answers in the order of the batch */
  constructor(commit: (batch: readonly C[]) => Promise<readonly R[]>, bounds: QueueBounds = {}) {
    this.commit = commit;
    this.maxBatch = bounds.maxBatch ?? MAX_BATCH;
    this.maxWaiting = bounds.maxWaiting ?? MAX_WAITING;
    this.turn = bounds.turn;
  }

  /** @throws HoldpointError HP5003 when too many commands wait; else whatever the commit of this command throws */
  async add(command: C): Promise<R> {
    if (this.waiting.length >= this.maxWaiting) {
      const params = { waiting: this.waiting.length, bound: this.maxWaiting };
      throw problem(workRoomProblems, "HP5003", params);
    }
    return await new Promise<R>((resolve, reject) => {
      this.waiting.push({ command, resolve, reject });
      if (!this.busy) void this.drain();
    });
  }

  private async drain(): Promise<void> {
    this.busy = true;
    // One turn of the microtask queue lets everything that was asked for in the same moment join the batch.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      // What arrives while others have their turn joins the batch.
      const done = await this.turn?.();
      const batch = this.waiting.slice(0, this.maxBatch);
      this.waiting = this.waiting.slice(this.maxBatch);
      await this.settle(batch);
      done?.(batch.length);
    }
    this.busy = false;
  }

  private async settle(batch: readonly Waiting<C, R>[]): Promise<void> {
    try {
      const results = await this.commit(batch.map((entry) => entry.command));
      batch.forEach((entry, place) => answer(entry, results[place]));
    } catch (error) {
      // One command that the database cannot take must not fail its neighbours; a database that is gone fails them all.
      if (batch.length === 1 || error instanceof HoldpointError) for (const entry of batch) entry.reject(error);
      else for (const entry of batch) await this.settle([entry]);
    }
  }
}

function answer<C, R>(entry: Waiting<C, R>, result: R | undefined): void {
  if (result === undefined) entry.reject(new Error("a batch was committed without a result for one of its commands"));
  else entry.resolve(result);
}
