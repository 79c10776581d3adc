import type { CommandLimits, WatchedLimit } from "../command/command.types.ts";
import type { CommandGroup } from "../quota/command-group.ts";
import type { ProcessTree } from "./process-tree.ts";

/** A look may take at most this share of the time: the pause after it is at least 20 times as long as it took. */
const PAUSE_PER_LOOK = 20;

/** The greatest of each that was seen; null when no look was taken in time. */
export interface PeakUsage {
  readonly memoryBytes: number | null;
  readonly cpuMs: number | null;
  readonly processes: number | null;
}

/** What a {@link ProcessWatch} is made from. */
export interface WatchOptions {
  readonly tree: ProcessTree;
  readonly limits: Pick<CommandLimits, "memoryBytes" | "cpuMs" | "processes">;
  /** Milliseconds between two looks; longer by itself where looking is slow. */
  readonly intervalMs: number;
  /** Processes of ours around the command, which are not counted. */
  readonly ownProcesses: number;
  readonly onExceeded: (limit: WatchedLimit) => void;
  /** The command's control group, which knows more than can be seen from outside; null without one. @default null */
  readonly group?: Pick<CommandGroup, "exceeded" | "cpuMs"> | null;
}

/** Looks at a command's processes again and again, and tells the first bound that they exceed. */
export class ProcessWatch {
  readonly #options: WatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #peak: { memoryBytes: number; cpuMs: number; processes: number } | null = null;
  #told = false;
  #stopped = false;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** Takes the first look and plans the next. */
  start(): void {
    const from = performance.now();
    this.look();
    const tookMs = performance.now() - from;
    if (this.#stopped) return;
    this.#timer = setTimeout(() => this.start(), Math.max(this.#options.intervalMs, tookMs * PAUSE_PER_LOOK));
  }

  /** Ends looking; the peaks stay. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** The greatest values seen. */
  get peak(): PeakUsage {
    return this.#peak ?? { memoryBytes: null, cpuMs: null, processes: null };
  }

  /** Takes one look now. */
  look(): void {
    const { tree, limits, ownProcesses, group } = this.#options;
    const bound = group?.exceeded() ?? null;
    if (bound !== null) this.#tell(bound);
    if (tree.update().length === 0) return;
    const usage = tree.usage();
    const cpuMs = Math.max(usage.cpuMs, group?.cpuMs() ?? 0);
    const processes = Math.max(0, usage.processes - ownProcesses);
    let memoryBytes = usage.memoryBytes;
    // Resident memory counts shared pages for each process: the dear, exact number only decides when the cheap one is over.
    if (memoryBytes > limits.memoryBytes) memoryBytes = tree.proportionalBytes();
    this.#peak = {
      memoryBytes: Math.max(this.#peak?.memoryBytes ?? 0, memoryBytes),
      cpuMs: Math.max(this.#peak?.cpuMs ?? 0, cpuMs),
      processes: Math.max(this.#peak?.processes ?? 0, processes),
    };
    if (memoryBytes > limits.memoryBytes) this.#tell("memory");
    else if (cpuMs > limits.cpuMs) this.#tell("cpu");
    else if (processes > limits.processes) this.#tell("processes");
  }

  #tell(limit: WatchedLimit): void {
    if (this.#told) return;
    this.#told = true;
    this.#options.onExceeded(limit);
  }
}
