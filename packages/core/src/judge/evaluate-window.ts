import type { Criterion, WindowCriterion } from "../criteria/criterion.ts";
import { convertUnit } from "../criteria/units.ts";
import { CLOCK_SKEW_MS, doubtOfRun, exitedWell, isExpired, isStale } from "./doubt.ts";
import type { Finding } from "./finding.ts";
import { inconclusive, measured, settle } from "./finding.ts";
import { noRuns, type Observations } from "./observe.ts";
import type { Run } from "./runs.ts";

const SHORTEST_SLOT_MS = 60_000;
const LONGEST_SLOT_MS = 3_600_000;
const SLOTS = 96;

/**
 * Length of one slot of a window: a 96th of it, at least a minute and at most an hour, and never more than a quarter of
 * the window. 24 h has slots of 15 min, 48 h of 30 min, 7 d of 1 h.
 */
export function slotMsOf(durationMs: number): number {
  return Math.min(Math.max(durationMs / SLOTS, SHORTEST_SLOT_MS), LONGEST_SLOT_MS, durationMs / 4);
}

type EvaluateAt = (criterion: Criterion, seen: Observations) => Finding;

/**
 * Judges observed, unviolated time over the series of runs.
 *
 * Each run observes the slot of time in which it ended. The window is met when two good runs lie at least its length
 * apart, and of the slots from the one to the other the asked share holds a good run. A violation, another subject or a
 * changed check begins the series anew; a run that proves nothing observes nothing.
 *
 * @param holds what must hold in each run; empty means that the run itself went well
 */
export function evaluateWindow(
  criterion: WindowCriterion,
  holds: readonly Criterion[],
  seen: Observations,
  evaluate: EvaluateAt,
): Finding {
  const missing = noRuns(seen);
  if (missing !== null) return missing;
  const durationMs = convertUnit(criterion.value, criterion.unit, "ms");
  if (durationMs === null || !(durationMs > 0) || !(criterion.coverage > 0)) {
    return inconclusive("unparsed", `a window of ${criterion.value} ${criterion.unit} cannot be observed`);
  }
  if (!seen.complete)
    return inconclusive("no_evidence", "a run that is known is missing from the records", seen.newest);
  const slotMs = seen.input.policy.slotMs ?? slotMsOf(durationMs);
  const good: { run: Run; endedMs: number }[] = [];
  let broken: Finding | null = null;
  let doubted: Finding | null = null;
  for (const run of seen.runs) {
    const finding = observeRun(run, holds, seen, evaluate);
    const counted = settle(finding);
    if (finding.value === "fail" || isStale(run, seen.input)) {
      good.length = 0;
      broken = finding.value === "fail" ? finding : null;
      doubted = finding.value === "fail" ? null : counted;
    } else if (counted.value === "pass" && run.endedMs !== null) {
      good.push({ run, endedMs: run.endedMs });
      broken = null;
      doubted = null;
    } else {
      doubted = counted;
    }
  }
  if (broken !== null && good.length === 0) return { ...broken, says: `in the newest run, ${broken.says}` };
  const finding = sum(criterion, durationMs, slotMs, good, doubted);
  const last = good.at(-1);
  return last === undefined ? finding : aged(finding, last.run, seen);
}

function sum(
  criterion: WindowCriterion,
  durationMs: number,
  slotMs: number,
  good: readonly { run: Run; endedMs: number }[],
  doubted: Finding | null,
): Finding {
  const runs = good.map((entry) => entry.run);
  const asked = `asked are ${criterion.value} ${criterion.unit}`;
  const first = good[0];
  const last = good.at(-1);
  if (first === undefined || last === undefined) {
    if (doubted !== null)
      return doubted.value === "inconclusive" ? doubted : inconclusive("window_incomplete", doubted.says);
    return inconclusive("window_incomplete", `no time was observed, ${asked}`);
  }
  const span = `${spanText(last.endedMs - first.endedMs)} in slots of ${spanText(slotMs)}`;
  const says = `${good.length} good runs over ${span}, ${asked}`;
  const times = good.map((entry) => entry.endedMs);
  if (!covers(times, durationMs, slotMs, criterion.coverage)) return inconclusive("window_incomplete", says, runs);
  return measured(true, says, runs, null);
}

/** A span of time in the largest unit that leaves at least two of it, cut to whole ones. */
function spanText(ms: number): string {
  const units = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["min", 60_000],
  ] as const;
  const fit = units.find(([, size]) => ms >= 2 * size);
  return fit === undefined ? `${Math.floor(ms / 1000)} s` : `${Math.floor(ms / fit[1])} ${fit[0]}`;
}

/** The doubt of age about a window is that of its newest run. */
function aged(finding: Finding, last: Run, seen: Observations): Finding {
  if (finding.value !== "pass" || !isExpired(last, seen.input)) return finding;
  return { ...finding, doubt: "expired", says: `${finding.says}, but the newest has expired` };
}

/**
 * Whether some stretch between two of the times (ascending) is at least `durationMs` long with the asked share of its
 * slots holding one. With `f(k) = k - coverage * slot(k)` over the filled slots this is `f(j) - f(i) >= coverage - 1`,
 * so one pass with a running minimum finds it.
 */
export function covers(times: readonly number[], durationMs: number, slotMs: number, coverage: number): boolean {
  const slots: { slot: number; first: number; last: number }[] = [];
  for (const time of times) {
    const slot = Math.floor(time / slotMs);
    const filled = slots.at(-1);
    if (filled !== undefined && filled.slot === slot) filled.last = time;
    else slots.push({ slot, first: time, last: time });
  }
  const origin = slots[0]?.slot ?? 0;
  let least = Number.POSITIVE_INFINITY;
  let i = 0;
  for (const [j, end] of slots.entries()) {
    for (let start = slots[i]; start !== undefined && start.first <= end.last - durationMs; start = slots[i]) {
      least = Math.min(least, i - coverage * (start.slot - origin));
      i += 1;
    }
    if (j - coverage * (end.slot - origin) - least >= coverage - 1 - 1e-9) return true;
  }
  return false;
}

function observeRun(run: Run, holds: readonly Criterion[], seen: Observations, evaluate: EvaluateAt): Finding {
  const { input } = seen;
  if (run.endedMs === null || run.endedMs > input.context.nowMs + CLOCK_SKEW_MS) {
    return inconclusive("source_error", "the time on its record cannot be", [run]);
  }
  if (holds.length === 0) return wentWell(run, seen);
  // Each run is judged as of its own time, so that an old observation does not expire out of its window.
  const then = { ...input, context: { ...input.context, nowMs: run.endedMs } };
  const at: Observations = { ...seen, input: then, newest: [run], runs: seen.runs };
  const findings = holds.map((criterion) => evaluate(criterion, at));
  const failed = findings.find((finding) => finding.value === "fail");
  const open = findings.find((finding) => settle(finding).value !== "pass");
  return failed ?? open ?? findings[0] ?? wentWell(run, seen);
}

/** Without criteria of its own a window asks that its checks end well, with nothing odd and no bad state about them. */
function wentWell(run: Run, seen: Observations): Finding {
  const exits = run.records.map(({ statement }) => statement.predicate.exit);
  const ended = exits.some((exit) => exit !== null);
  if (!ended) return inconclusive("source_error", "no exit status is recorded", [run]);
  const state = ownState(run, seen);
  const well = exits.every((exit) => exit === null || exitedWell(exit)) && state !== "bad";
  const doubt = doubtOfRun(run, seen.input, { exit: false, age: false });
  // An exit status alone counts only where the sidecar says that it does.
  if (well && state === "none" && !seen.input.bound.exitBound) {
    const says = `nothing says what must hold in each run of ${run.source}`;
    return inconclusive(doubt?.voids === true ? doubt.reason : "unbound", says, [run]);
  }
  const finding = measured(well, `${run.source} ${well ? "ended well" : "did not end well"}`, [run], null);
  if (doubt === null) return finding;
  return doubt.voids ? inconclusive(doubt.reason, doubt.says, [run]) : { ...finding, doubt: doubt.reason };
}

const GOOD =
  /^(?:true|yes|ok|good|pass|passed|passing|green|clean|up|healthy|operational|stable|available|online|live|ready|active|success|successful|succeeded|complete|completed|met)$/i;
const UNTOLD = /^(?:unknown|none|null|undefined|nodata|no[_-]data|missing|tbd|pending|queued|skipped|not[_-]run|)$/i;

/** The gate's own metric in a run, where it is a state. A number says nothing without something it must reach. */
function ownState(run: Run, seen: Observations): "good" | "bad" | "none" {
  const key = seen.input.gate.metric;
  const value = key === null ? undefined : run.metrics.get(key)?.value;
  if (value === undefined || typeof value === "number") return "none";
  const word = String(value);
  if (GOOD.test(word)) return "good";
  return UNTOLD.test(word) ? "none" : "bad";
}
