import type { LiveEvent } from "../report/live-event.ts";
import { type GuardedProcess, hideCursor } from "./cursor-guard.ts";
import { frameLines } from "./live-frame.ts";
import { LiveState } from "./live-state.ts";
import type { PlanOutline } from "./plan-outline.ts";
import type { ProgressView, TextSink } from "./progress-view.ts";
import type { Style } from "./style.ts";
import { textWidth } from "./text-width.ts";

/** The terminal a live view draws on; `process.stderr` is one. The size may change while it draws. */
export interface Terminal extends TextSink {
  readonly columns?: number;
  readonly rows?: number;
}

/** Time as the view needs it. */
export interface ViewClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after so many milliseconds; the returned function takes it back. Must not keep the process alive. */
  after(delayMs: number, call: () => void): () => void;
}

/** What a live view is made of. */
export interface LiveViewParts {
  readonly terminal: Terminal;
  readonly style: Style;
  readonly outline: PlanOutline;
  readonly clock: ViewClock;
  /** Whose end must bring the cursor back. */
  readonly process: GuardedProcess;
}

/** At most ten pictures a second. */
const FRAME_MS = 100;
/** Elapsed times go on although nothing happens. */
const TICK_MS = 1000;
const DEFAULT_ROWS = 24;
const CLEAR_LINE = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";

/**
 * Shows a run in place on a terminal: the picture is drawn over the one before, at most ten times a second.
 *
 * Never taller than the terminal less one line (the cursor's), never wider. The cursor is hidden meanwhile and comes
 * back on {@link LiveView.close}, on exit and on an unhandled signal. The last picture stays.
 */
export class LiveView implements ProgressView {
  readonly #parts: LiveViewParts;
  readonly #state: LiveState;
  readonly #showCursor: () => void;
  /** Widths of the lines on the screen, so that their rows are known after the terminal became narrower. */
  #drawn: readonly number[] = [];
  #drawnAtMs = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | null = null;
  #closed = false;

  constructor(parts: LiveViewParts) {
    this.#parts = parts;
    this.#state = new LiveState(parts.outline);
    this.#showCursor = hideCursor(parts.terminal, parts.process);
  }

  show(event: LiveEvent): void {
    if (this.#closed) return;
    this.#state.apply(event);
    const since = this.#parts.clock.now() - this.#drawnAtMs;
    if (since >= FRAME_MS) this.#draw();
    else this.#drawAfter(FRAME_MS - since);
  }

  /** Writes lines that stay above the picture. */
  print(text: string): void {
    if (this.#closed) {
      this.#parts.terminal.write(text);
      return;
    }
    this.#parts.terminal.write(`${this.#home()}${CLEAR_BELOW}${text}${text.endsWith("\n") ? "" : "\n"}`);
    this.#drawn = [];
    this.#draw();
  }

  close(): void {
    if (this.#closed) return;
    this.#draw();
    this.#closed = true;
    this.#cancel?.();
    this.#cancel = null;
    this.#showCursor();
  }

  #draw(): void {
    const { terminal, style, clock } = this.#parts;
    const size = { columns: this.#columns(), rows: Math.max(1, (terminal.rows ?? DEFAULT_ROWS) - 1) };
    const nowMs = clock.now();
    const lines = frameLines(this.#state, nowMs, style, size);
    // One write, each line cleared as it is replaced: nothing flickers.
    terminal.write(`${this.#home()}${lines.map((line) => `${line}${CLEAR_LINE}\n`).join("")}${CLEAR_BELOW}`);
    this.#drawn = lines.map(textWidth);
    this.#drawnAtMs = nowMs;
    this.#cancel?.();
    this.#cancel = null;
    this.#drawAfter(TICK_MS);
  }

  #drawAfter(delayMs: number): void {
    // A sooner picture replaces the tick; a picture that is due already stays due.
    this.#cancel?.();
    this.#cancel = this.#parts.clock.after(delayMs, () => {
      this.#cancel = null;
      if (!this.#closed) this.#draw();
    });
  }

  /** Moves to the beginning of the picture before, whose lines a narrower terminal may have broken. */
  #home(): string {
    const columns = this.#columns() + 1;
    const rows = this.#drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    const reachable = Math.min(rows, Math.max(0, (this.#parts.terminal.rows ?? DEFAULT_ROWS) - 1));
    return reachable === 0 ? "\r" : `\r\u001b[${reachable}A`;
  }

  /** One less than the terminal has: a full line would move the cursor on some terminals. */
  #columns(): number {
    return Math.max(1, (this.#parts.terminal.columns ?? this.#parts.style.columns) - 1);
  }
}

/** The clock of the running system; its timers do not keep the process alive. */
export const systemViewClock: ViewClock = {
  now: () => Date.now(),
  after: (delayMs, call) => {
    const timer = setTimeout(call, delayMs);
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
