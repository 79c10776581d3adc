import type { Runtime } from "@holdpoint/core";

/** A clock that stands still until it is moved, ids that count up, and chance that is always the middle. */
export class VirtualRuntime implements Runtime {
  nowMs: number;
  private static ids = 0;

  constructor(nowMs = 1_700_000_000_000) {
    this.nowMs = nowMs;
  }

  now(): number {
    return this.nowMs;
  }

  newId(): string {
    VirtualRuntime.ids += 1;
    return `00000000-0000-7000-8000-${VirtualRuntime.ids.toString(16).padStart(12, "0")}`;
  }

  random(): number {
    return 0.5;
  }
}
