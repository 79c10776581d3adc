import type { ProcessRow, ProcessSource } from "./process-source.ts";

/** How often every process is looked at anew, in updates: a foreign number may have been given to one of ours. */
const FULL_LOOK_EVERY = 10;

/** What a command's processes use together. */
export interface ProcessUsage {
  /** Resident memory, bytes; pages that several share are counted for each. */
  readonly memoryBytes: number;
  /** Processor time so far, milliseconds, of those alive and those waited for. */
  readonly cpuMs: number;
  readonly processes: number;
}

/**
 * Knows which processes came from one command, also those that left its group or lost their parent.
 *
 * A process is a member when it is the root, a child of a member, in the root's group or session, was a member before
 * (same number, same start), or was started with the run's marker variable. What forks twice between two looks, leaves
 * the session and clears its environment is not seen; in a process namespace nothing of the kind can happen, because
 * orphans stay below the namespace's first process.
 */
export class ProcessTree {
  readonly root: number;
  readonly #source: ProcessSource;
  readonly #marker: string | null;
  #members = new Map<number, ProcessRow>();
  #foreign = new Set<number>();
  #updates = 0;

  constructor(root: number, source: ProcessSource, marker: string | null) {
    this.root = root;
    this.#source = source;
    this.#marker = marker;
  }

  /** Looks at the process list and returns the members that are alive. */
  update(thorough = false): readonly ProcessRow[] {
    const full = thorough || this.#updates % FULL_LOOK_EVERY === 0;
    this.#updates += 1;
    if (full) this.#foreign.clear();
    const rows = this.#source.rows(this.#foreign);
    const before = this.#members;
    this.#members = new Map(
      rows.filter((row) => this.#isOwn(row, before, full)).map((row): [number, ProcessRow] => [row.pid, row]),
    );
    this.#adoptChildren(rows);
    for (const row of rows) if (!this.#members.has(row.pid)) this.#foreign.add(row.pid);
    return [...this.#members.values()].filter((row) => !row.ended);
  }

  /** What the members used at the last update. */
  usage(): ProcessUsage {
    let memoryBytes = 0;
    let cpuMs = 0;
    let processes = 0;
    for (const row of this.#members.values()) {
      cpuMs += row.cpuMs;
      if (row.ended) continue;
      memoryBytes += row.residentBytes;
      processes += 1;
    }
    return { memoryBytes, cpuMs, processes };
  }

  /** Memory with shared pages counted once, bytes; where that is not known, resident memory. */
  proportionalBytes(): number {
    let bytes = 0;
    for (const row of this.#members.values()) {
      if (!row.ended) bytes += this.#source.proportionalBytes(row.pid) ?? row.residentBytes;
    }
    return bytes;
  }

  #isOwn(row: ProcessRow, before: ReadonlyMap<number, ProcessRow>, full: boolean): boolean {
    if (row.pid === this.root || row.group === this.root || row.session === this.root) return true;
    if (before.get(row.pid)?.startedAt === row.startedAt) return true;
    return full && this.#marker !== null && this.#source.startedWith(row.pid, this.#marker);
  }

  #adoptChildren(rows: readonly ProcessRow[]): void {
    const waiting = new Map<number, ProcessRow[]>();
    for (const row of rows) {
      if (this.#members.has(row.pid)) continue;
      const siblings = waiting.get(row.parent);
      if (siblings === undefined) waiting.set(row.parent, [row]);
      else siblings.push(row);
    }
    const toVisit = [...this.#members.keys()];
    for (let pid = toVisit.pop(); pid !== undefined; pid = toVisit.pop()) {
      for (const child of waiting.get(pid) ?? []) {
        this.#members.set(child.pid, child);
        toVisit.push(child.pid);
      }
      waiting.delete(pid);
    }
  }
}
