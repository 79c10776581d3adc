import { attemptPlace, type Span, type Tracing, traceparentOf } from "@holdpoint/trace";
import type { AttemptOutcome } from "../attempt/attempt.types.ts";
import type { TellOutcome } from "../attempt/tell-source.ts";
import type { WorkRef } from "../attempt/work-source.ts";

/** Attempts that ended whose spans are remembered at most, until the server was told. */
const MOST_ENDED = 10_000;

/**
 * What a runner's traces show of attempts: a span of each, below the one that the server makes of it. Ids of the server's
 * follow from task and attempt, so that nobody has to be asked for them.
 */
export class AttemptSpans {
  readonly #tracing: Tracing;
  readonly #runner: string;
  readonly #spans = new Map<string, Span>();

  constructor(tracing: Tracing, runner: string) {
    this.#tracing = tracing;
    this.#runner = runner;
  }

  begin(work: WorkRef, agent: string): void {
    if (!this.#tracing.isOn) return;
    const [oldest] = this.#spans.keys();
    if (this.#spans.size >= MOST_ENDED && oldest !== undefined) this.#spans.delete(oldest);
    const span = this.#tracing.begin({
      name: "runner.attempt",
      parent: this.#tracing.placeOf(attemptPlace(work.taskId, work.attempt)),
      facts: {
        "holdpoint.task": work.taskId,
        "holdpoint.attempt": work.attempt,
        "holdpoint.agent": agent,
        "holdpoint.runner": this.#runner,
      },
    });
    this.#spans.set(keyOf(work), span);
  }

  end(outcome: AttemptOutcome, told: TellOutcome): void {
    const span = this.#spans.get(keyOf(outcome));
    if (span === undefined) return;
    span.tell({ "holdpoint.outcome": told, "process.exit.code": outcome.result?.exitCode ?? undefined });
    span.end(outcome.outcome === "failed" ? { failed: "failed" } : {});
  }

  /** The server knows of it. */
  forget(work: WorkRef): void {
    this.#spans.delete(keyOf(work));
  }

  /** What goes on with the trace of an attempt: its command, and the reports of it; undefined where none is made. */
  traceparentOf(work: WorkRef): string | undefined {
    const span = this.#spans.get(keyOf(work));
    return span === undefined ? undefined : traceparentOf(span.place);
  }
}

function keyOf({ taskId, attempt }: WorkRef): string {
  return `${taskId} ${attempt}`;
}
