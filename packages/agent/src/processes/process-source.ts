/** One process as the system shows it. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Distinguishes two processes that had the same number; only its equality means something. */
  readonly startedAt: string;
  /** Own processor time and that of children it has waited for, milliseconds. */
  readonly cpuMs: number;
  /** Resident memory, bytes. */
  readonly residentBytes: number;
  /** Ended, and not yet waited for by its parent. */
  readonly ended: boolean;
}

/** Where processes are looked up: `/proc`, or `ps` where there is none. */
export interface ProcessSource {
  /**
   * Reads the process list.
   *
   * @param foreign numbers that were seen to be someone else's and need no look this time
   */
  rows(foreign: ReadonlySet<number>): readonly ProcessRow[];
  /** True when the process was started with this `NAME=value`; false when that cannot be known. */
  startedWith(pid: number, variable: string): boolean;
  /** Memory of a process with shared pages divided among those who share them, bytes; null when unknown. */
  proportionalBytes(pid: number): number | null;
}
