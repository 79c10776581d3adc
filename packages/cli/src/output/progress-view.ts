import type { LiveEvent } from "../report/live-event.ts";

/** Something that shows a run or verification while it goes on. */
export interface ProgressView {
  /** Takes one event, in order. */
  show(event: LiveEvent): void;
  /** Ends the showing and leaves the stream ready for what comes after. May be called again without effect. */
  close(): void;
}

/** Where a view writes; any `NodeJS.WritableStream` is one. */
export interface TextSink {
  write(text: string): unknown;
}
