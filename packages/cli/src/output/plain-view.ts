import type { LiveEvent } from "../report/live-event.ts";
import { betweenMs, clockText } from "./duration.ts";
import { eventText } from "./event-text.ts";
import type { ProgressView, TextSink } from "./progress-view.ts";
import type { Style } from "./style.ts";

/**
 * For pipes and CI: one line for each event that matters, with the time since the first event.
 *
 * A gate that is judged again with the same outcome, and a task that waits for the same thing again, are not repeated.
 * Lines are not cut, because a log has no width.
 */
export class PlainView implements ProgressView {
  readonly #out: TextSink;
  readonly #style: Style;
  readonly #said = new Map<string, string>();
  #startedAt: string | null = null;
  #closed = false;

  constructor(out: TextSink, style: Style) {
    this.#out = out;
    this.#style = style;
  }

  show(event: LiveEvent): void {
    if (this.#closed) return;
    this.#startedAt ??= event.at;
    if (this.#isRepeated(event)) return;
    const text = eventText(event, this.#style);
    if (text === null) return;
    const since = clockText(betweenMs(this.#startedAt, event.at)).padStart(7);
    this.#out.write(`${this.#style.paint.dim(since)}  ${text}\n`);
  }

  close(): void {
    this.#closed = true;
  }

  #isRepeated(event: LiveEvent): boolean {
    if (event.type === "attempt.started") this.#said.delete(`task ${event.task}`);
    const [about, what] = repeatable(event);
    if (about === null) return false;
    const before = this.#said.get(about);
    this.#said.set(about, what);
    return before === what;
  }
}

function repeatable(event: LiveEvent): readonly [string, string] | readonly [null, null] {
  if (event.type === "gate.judged") return [`gate ${event.gate}`, `${event.verdict} ${event.reason}`];
  if (event.type === "task.waiting") return [`task ${event.task}`, event.why];
  return [null, null];
}
