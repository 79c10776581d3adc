import type { LiveEvent } from "../report/live-event.ts";
import type { ProgressView, TextSink } from "./progress-view.ts";

/** `--events`: each event as one line of JSON. The command writes the final object after closing it. */
export class EventsView implements ProgressView {
  readonly #out: TextSink;
  #closed = false;

  constructor(out: TextSink) {
    this.#out = out;
  }

  show(event: LiveEvent): void {
    if (!this.#closed) this.#out.write(`${JSON.stringify(event)}\n`);
  }

  close(): void {
    this.#closed = true;
  }
}
