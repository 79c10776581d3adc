import type { GuardedProcess } from "./cursor-guard.ts";
import type { Terminal, ViewClock } from "./live-view.ts";
import { textWidth } from "./text-width.ts";

/** A terminal for tests that understands what the live view writes: line feeds, cursor up, clearing, the cursor's visibility. */
export class FakeTerminal implements Terminal {
  columns: number;
  rows: number;
  writes = 0;
  isCursorShown = true;
  /** Everything that ever stood there, scrolled off or not. */
  lines: string[] = [""];
  #row = 0;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }

  write(text: string): void {
    this.writes += 1;
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    for (const token of text.match(/\u001b\[[?\d;]*[A-Za-z]|\n|\r|[^\u001b\n\r]+/gu) ?? []) this.#take(token);
  }

  /** What is to be seen, without blank lines at the end. */
  get screen(): string {
    return this.lines.join("\n").trimEnd();
  }

  #take(token: string): void {
    if (token === "\n") {
      this.#row += 1;
      if (this.lines.length <= this.#row) this.lines.push("");
    } else if (token === "\r" || token.endsWith("m")) {
      return;
    } else if (token.startsWith("\u001b[")) {
      this.#control(token.slice(2));
    } else {
      if (textWidth(token) >= this.columns) throw new Error(`a line of ${textWidth(token)} cells on ${this.columns}`);
      this.lines[this.#row] = token;
    }
  }

  #control(code: string): void {
    if (code === "?25l") this.isCursorShown = false;
    else if (code === "?25h") this.isCursorShown = true;
    else if (code === "J") this.lines = [...this.lines.slice(0, this.#row), ""];
    else if (code.endsWith("A")) this.#row = Math.max(0, this.#row - Number(code.slice(0, -1)));
    else if (code !== "K") throw new Error(`unknown control ${code}`);
  }
}

/** A clock that stands still until it is moved. */
export class FakeClock implements ViewClock {
  #nowMs: number;
  #due: { readonly atMs: number; readonly call: () => void }[] = [];

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, call: () => void): () => void {
    const entry = { atMs: this.#nowMs + delayMs, call };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((other) => other !== entry);
    };
  }

  /** How many calls are still to come. */
  get pending(): number {
    return this.#due.length;
  }

  /** Moves on and makes the calls that become due, in order. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const next = this.#due.filter((entry) => entry.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#due = this.#due.filter((other) => other !== next);
      this.#nowMs = next.atMs;
      next.call();
    }
    this.#nowMs = untilMs;
  }
}

/** A process for tests: listeners that can be called and kills that are only written down. */
export class FakeProcess implements GuardedProcess {
  readonly pid = 4711;
  readonly kills: string[] = [];
  #listeners: { readonly event: string; readonly listener: () => void }[] = [];

  on(event: string, listener: () => void): void {
    this.#listeners.push({ event, listener });
  }

  off(event: string, listener: () => void): void {
    this.#listeners = this.#listeners.filter((one) => one.event !== event || one.listener !== listener);
  }

  listenerCount(event: string): number {
    return this.#listeners.filter((one) => one.event === event).length;
  }

  kill(_pid: number, signal: NodeJS.Signals): void {
    this.kills.push(signal);
  }

  emit(event: string): void {
    for (const one of this.#listeners.filter((other) => other.event === event)) one.listener();
  }
}
