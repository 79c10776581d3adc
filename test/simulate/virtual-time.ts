/** A process of the simulated world. What it has planned and was sent is dropped when it ends. */
export interface VirtualProcess {
  readonly name: string;
  alive: boolean;
}

/** Where the world begins, milliseconds since the epoch. */
export const BEGINNING_MS = 1_800_000_000_000;

interface Planned {
  at: number;
  order: number;
  readonly owner: VirtualProcess;
  readonly run: () => void;
  readonly everyMs: number | null;
  cancelled: boolean;
}

/**
 * A clock that stands still while anything happens, and then jumps to the next thing that is planned.
 *
 * ```
 *   next thing planned ─▶ its process runs until it only waits ─▶ next …
 * ```
 *
 * One process runs at a time, and whatever passes between two processes is planned, so each timer belongs to the process
 * that was running when it was set. Real code sets its timers by the globals, which are this clock's while it is installed.
 */
export class VirtualTime {
  nowMs = BEGINNING_MS;
  /** Whoever runs now. */
  current: VirtualProcess = { name: "nobody", alive: true };
  /** Things that happened so far. */
  steps = 0;
  #order = 0;
  readonly #heap: Planned[] = [];

  /** Plans something for a process. @param ms from now on */
  plan(ms: number, owner: VirtualProcess, run: () => void): void {
    this.#push(this.#planned(ms, owner, run, null));
  }

  /** Lets everything that is planned happen, in order, until `isOver` says so, the time is up or nothing is left. */
  async run(untilMs: number, isOver: () => boolean): Promise<void> {
    await quiet();
    while (!isOver()) {
      const next = this.#pop();
      if (next === undefined) return;
      if (next.cancelled || !next.owner.alive) continue;
      if (next.at > untilMs) {
        this.nowMs = untilMs;
        return;
      }
      this.nowMs = Math.max(this.nowMs, next.at);
      this.current = next.owner;
      this.steps += 1;
      if (next.everyMs !== null) {
        next.at = this.nowMs + next.everyMs;
        next.order = this.#order += 1;
        this.#push(next);
      }
      next.run();
      await quiet();
    }
  }

  /** Makes timers and the monotonic clock of this program those of the world; the answer puts the real ones back. */
  install(): () => void {
    const real = {
      setTimeout: globalThis.setTimeout,
      clearTimeout: globalThis.clearTimeout,
      setInterval: globalThis.setInterval,
      clearInterval: globalThis.clearInterval,
    };
    const timer = (run: () => void, ms: number | undefined, everyMs: number | null): object => {
      const planned = this.#planned(Math.max(0, ms ?? 0), this.current, run, everyMs);
      this.#push(planned);
      return new VirtualTimer(planned);
    };
    const clear = (one: unknown): void => {
      if (one instanceof VirtualTimer) one.planned.cancelled = true;
    };
    Object.assign(globalThis, {
      setTimeout: (run: () => void, ms?: number) => timer(run, ms, null),
      setInterval: (run: () => void, ms?: number) => timer(run, ms, Math.max(1, ms ?? 1)),
      clearTimeout: clear,
      clearInterval: clear,
    });
    const now = Object.getOwnPropertyDescriptor(performance, "now");
    Object.defineProperty(performance, "now", { configurable: true, value: () => this.nowMs - BEGINNING_MS });
    return () => {
      Object.assign(globalThis, real);
      if (now === undefined) Reflect.deleteProperty(performance, "now");
      else Object.defineProperty(performance, "now", now);
    };
  }

  #planned(ms: number, owner: VirtualProcess, run: () => void, everyMs: number | null): Planned {
    this.#order += 1;
    return { at: this.nowMs + ms, order: this.#order, owner, run, everyMs, cancelled: false };
  }

  #push(one: Planned): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(one);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(one, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = one;
  }

  #pop(): Planned | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      let child = heap[below];
      if (child === undefined) break;
      const right = heap[below + 1];
      if (right !== undefined && isBefore(right, child)) {
        below += 1;
        child = right;
      }
      if (!isBefore(child, last)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
    return first;
  }
}

/** Stands where Node has its own: what is not cleared does not keep the process alive. */
class VirtualTimer {
  readonly planned: Planned;

  constructor(planned: Planned) {
    this.planned = planned;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

function isBefore(one: Planned, other: Planned): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

/** Settles when every promise that can go on without a timer has gone on: ticks come after all of them. */
function quiet(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
