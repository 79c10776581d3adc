import { spawnSync } from "node:child_process";
import { ownProgram } from "../command/own-program.ts";
import type { ProcessRow, ProcessSource } from "./process-source.ts";

/** Reads the output of `ps`, for systems without `/proc`, such as macOS. Costs about 10 ms each time. */
export function psSource(): ProcessSource {
  return {
    rows() {
      const { stdout } = spawnSync(ownProgram("ps"), ["-A", "-o", "pid=,ppid=,pgid=,sess=,rss=,time=,stat=,lstart="], {
        encoding: "utf8",
        maxBuffer: 32 * 1024 * 1024,
      });
      return (stdout ?? "").split("\n").flatMap((line) => parsePsLine(line) ?? []);
    },
    // `ps -E` shows the environment of one's own processes only on some systems; what is not known is not assumed.
    startedWith: () => false,
    proportionalBytes: () => null,
  };
}

/** Parses one line of `ps -o pid=,ppid=,pgid=,sess=,rss=,time=,stat=,lstart=`; null when it is not one. */
export function parsePsLine(line: string): ProcessRow | null {
  const [pid, parent, group, session, kib, time, state, ...started] = line.trim().split(/\s+/);
  const cpuMs = cpuTime(time ?? "");
  if (state === undefined || started.length === 0 || cpuMs === null || !/^\d+$/.test(pid ?? "")) return null;
  return {
    pid: Number(pid),
    parent: Number(parent),
    group: Number(group),
    // macOS prints an address here; it then equals no process number, which is harmless.
    session: Number(session),
    startedAt: started.join(" "),
    cpuMs,
    residentBytes: Number(kib) * 1024,
    ended: state.startsWith("Z"),
  };
}

/** `[[dd-]hh:]mm:ss[.cc]` in milliseconds. */
function cpuTime(text: string): number | null {
  const match = /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)$/.exec(text);
  if (match === null) return null;
  const [, days = "0", hours = "0", minutes = "0", seconds = "0"] = match;
  return Math.round((((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000);
}
