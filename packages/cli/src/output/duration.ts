const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A duration for people, in at most two units: `240 ms`, `1.2 s`, `3 min 04 s`, `2 h 05 min`, `3 d 4 h`. Not a number: `?`. */
export function durationText(durationMs: number): string {
  if (!Number.isFinite(durationMs)) return "?";
  const ms = Math.max(0, Math.round(durationMs));
  if (ms < SECOND_MS) return `${ms} ms`;
  // Cut, not rounded: 59.96 s is not yet 60.0 s.
  if (ms < 10 * SECOND_MS) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  if (ms < MINUTE_MS) return `${Math.floor(ms / SECOND_MS)} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min ${two(Math.floor((ms % MINUTE_MS) / SECOND_MS))} s`;
  if (ms < DAY_MS) return `${Math.floor(ms / HOUR_MS)} h ${two(Math.floor((ms % HOUR_MS) / MINUTE_MS))} min`;
  return `${Math.floor(ms / DAY_MS)} d ${Math.floor((ms % DAY_MS) / HOUR_MS)} h`;
}

/** Time since a beginning as a clock: `0:07`, `12:30`, `1:02:03`. Never negative; not a number: `-:--`. */
export function clockText(sinceMs: number): string {
  if (!Number.isFinite(sinceMs)) return "-:--";
  const seconds = Math.max(0, Math.floor(sinceMs / SECOND_MS));
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** An ISO 8601 time for people, in UTC to the second: `2026-03-01 10:15:00 UTC`; anything else comes back as it was. */
export function timeText(iso: string): string {
  const at = Date.parse(iso);
  if (!Number.isFinite(at)) return iso;
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Milliseconds between two ISO 8601 times; NaN when either cannot be read. */
export function betweenMs(from: string, to: string): number {
  return Date.parse(to) - Date.parse(from);
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
