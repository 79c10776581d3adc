import { readdirSync, readFileSync } from "node:fs";
import type { ProcessRow, ProcessSource } from "./process-source.ts";

/** Ticks per second in `/proc/<pid>/stat`: USER_HZ, which is 100 on every Linux (`man 5 proc`). */
const TICK_MS = 10;

/** Reads Linux's `/proc`. One directory listing and one small file per process; about 15 µs each. */
export function procSource(): ProcessSource {
  const pageBytes = pageSize();
  return {
    rows(foreign) {
      const rows: ProcessRow[] = [];
      for (const name of readdirSync("/proc")) {
        const pid = Number(name);
        if (!Number.isInteger(pid) || foreign.has(pid)) continue;
        const stat = read(`/proc/${pid}/stat`);
        const row = stat === null ? null : parseProcStat(stat.toString("latin1"), pageBytes);
        if (row !== null) rows.push(row);
      }
      return rows;
    },
    startedWith(pid, variable) {
      const environ = read(`/proc/${pid}/environ`);
      return environ !== null && `\0${environ.toString("latin1")}\0`.includes(`\0${variable}\0`);
    },
    proportionalBytes(pid) {
      const rollup = read(`/proc/${pid}/smaps_rollup`);
      const kib = rollup === null ? undefined : /^Pss:\s+(\d+) kB$/m.exec(rollup.toString("latin1"))?.[1];
      return kib === undefined ? null : Number(kib) * 1024;
    },
  };
}

/** Parses one `/proc/<pid>/stat`; null when it is not one. The program's name may hold spaces and brackets. */
export function parseProcStat(text: string, pageBytes: number): ProcessRow | null {
  const nameEnd = text.lastIndexOf(")");
  const pid = Number.parseInt(text, 10);
  const fields = text.slice(nameEnd + 2).split(" ");
  if (nameEnd < 0 || !Number.isInteger(pid) || fields.length < 22) return null;
  // Positions are those of `man 5 proc` less three: what stands before the state is cut off.
  const number = (position: number): number => Number(fields[position] ?? Number.NaN);
  const state = fields[0];
  return {
    pid,
    parent: number(1),
    group: number(2),
    session: number(3),
    startedAt: fields[19] ?? "",
    cpuMs: (number(11) + number(12) + number(13) + number(14)) * TICK_MS,
    residentBytes: number(21) * pageBytes,
    ended: state === "Z" || state === "X",
  };
}

function read(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    // It ended between the listing and now, or it belongs to someone else.
    return null;
  }
}

/** The page size from the auxiliary vector (entry 6, AT_PAGESZ): 4 KiB on x86, up to 64 KiB on ARM. */
function pageSize(): number {
  const vector = read("/proc/self/auxv");
  if (vector === null) return 4096;
  for (let at = 0; at + 16 <= vector.length; at += 16) {
    if (vector.readUInt32LE(at) === 6) return vector.readUInt32LE(at + 8);
  }
  return 4096;
}
