import type { Violation } from "./check-world.ts";
import type { ChangeRecord, Outage, WorldHistory } from "./records.ts";

/** After the end of a lease the next sweep of any server frees it: a second, its jitter, and the way to the store; milliseconds. */
export const FREED_WITHIN_MS = 1_600;

/** Leases: nobody loses one early, and one that ran out is free in time. */
export function checkLeases(history: WorldHistory): readonly Violation[] {
  const violations: Violation[] = [];
  const isUp = healthyTimes(history);
  const running = new Map<string, { readonly since: number; readonly expiresAt: number }>();
  const late = (task: string, at: number, expiresAt: number, since: number): void => {
    const from = Math.max(expiresAt + history.maxSkewMs, since);
    const spared = isUp(from, at);
    if (spared <= FREED_WITHIN_MS) return;
    const what = `a lease that ended at ${expiresAt} was left for ${Math.round(spared)} ms in which it could have been freed`;
    violations.push({ rule: "lease ended", task, at, what });
  };
  for (const record of history.records) {
    if (record.type !== "change") continue;
    const { task, at, by, before, after, clock } = record;
    if (by === "expire" && before?.expiresAt !== null && before !== null && after.state !== "leased") {
      if (clock < before.expiresAt) {
        const what = `its lease until ${before.expiresAt} is ended at ${clock} by the clock of ${record.server}`;
        violations.push({ rule: "lease kept", task, at, what });
      }
    }
    if (isShortened(record)) {
      const what = `its lease until ${before?.expiresAt} becomes one until ${after.expiresAt} by ${by}`;
      violations.push({ rule: "lease kept", task, at, what });
    }
    const known = running.get(task);
    if (known !== undefined) late(task, at, known.expiresAt, known.since);
    if (after.expiresAt === null) running.delete(task);
    else running.set(task, { since: at, expiresAt: after.expiresAt });
  }
  for (const [task, { expiresAt, since }] of running) late(task, history.endedAt, expiresAt, since);
  return violations;
}

/** Only the end of a connection shortens a lease: clocks of two servers may make a renewal look like that, by their difference. */
function isShortened({ by, before, after }: ChangeRecord): boolean {
  if (before === null || before.expiresAt === null || after.expiresAt === null) return false;
  return by !== "shorten" && by !== "renew" && before.attempt === after.attempt && after.expiresAt < before.expiresAt;
}

/** How much of a span of time at least one server was there that could reach its store. */
function healthyTimes({ servers, outages, endedAt }: WorldHistory): (from: number, until: number) => number {
  const away = servers.map((server) => merged(outages.filter((outage) => outage.server === server)));
  // Nobody is there while all are away.
  const none = away.reduce((all, one) => overlap(all, one), [{ from: 0, until: endedAt + 1 }]);
  return (from, until) => {
    if (until <= from) return 0;
    const lost = none.reduce((sum, one) => sum + Math.max(0, Math.min(until, one.until) - Math.max(from, one.from)), 0);
    return until - from - lost;
  };
}

type Span = Pick<Outage, "from" | "until">;

function merged(outages: readonly Span[]): readonly Span[] {
  const spans: Span[] = [];
  for (const one of [...outages].sort((a, b) => a.from - b.from)) {
    const last = spans.at(-1);
    if (last !== undefined && one.from <= last.until) {
      spans[spans.length - 1] = { from: last.from, until: Math.max(last.until, one.until) };
    } else spans.push({ from: one.from, until: one.until });
  }
  return spans;
}

function overlap(some: readonly Span[], others: readonly Span[]): readonly Span[] {
  return some.flatMap((one) =>
    others.flatMap((other) => {
      const span = { from: Math.max(one.from, other.from), until: Math.min(one.until, other.until) };
      return span.from < span.until ? [span] : [];
    }),
  );
}
