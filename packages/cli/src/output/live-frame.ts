import { clockText } from "./duration.ts";
import { gateText, nameText } from "./event-text.ts";
import type { GroupProgress, LiveState, RunningAttempt } from "./live-state.ts";
import { oneLine } from "./plain-text.ts";
import type { OutlineGroup } from "./plan-outline.ts";
import { bar, type Style } from "./style.ts";
import { pad, textWidth, truncate } from "./text-width.ts";

/** The size of a frame in cells. */
export interface FrameSize {
  readonly columns: number;
  readonly rows: number;
}

/** Part of a frame that may give way: `least` lines are kept as long as there is any room. */
interface Part {
  readonly title: string;
  readonly lines: readonly string[];
  readonly least: number;
  /** Which lines stay when some must go: the lowest first; the order stays as it is. Without it, the first ones. */
  readonly ranks?: readonly number[];
}

/**
 * The lines of one picture of a run: totals, the tree of phases, what runs, gates that turned, what waits.
 *
 * Never more than `rows` lines and never a line wider than `columns`; where there is too little room, the parts give way
 * from the last to the first and say how much is left out.
 */
export function frameLines(state: LiveState, nowMs: number, style: Style, size: FrameSize): string[] {
  const head = headLine(state, nowMs, style, size.columns);
  const parts: Part[] = [
    { title: "", lines: treeLines(state, style, size), least: 3, ranks: treeRanks(state) },
    { title: "Running", lines: runningLines(state, nowMs, style), least: 3 },
    { title: "Gates", lines: state.turns.map((turn) => gateText(turn, style)).toReversed(), least: 2 },
    { title: "Waiting", lines: waitingLines(state, style), least: 2 },
    { title: "", lines: noteLines(state, style), least: 1 },
  ];
  const lines = [head, ...fitParts(parts, size.rows - 1, style)];
  return lines.slice(0, Math.max(0, size.rows)).map((line) => truncate(line, size.columns, style.glyphs.ellipsis));
}

/** The title gives way to the totals. */
function headLine(state: LiveState, nowMs: number, { paint, glyphs }: Style, columns: number): string {
  const { tasks, gates } = state;
  const since = state.startedAtMs === null ? Number.NaN : nowMs - state.startedAtMs;
  const counts = [
    tasks.total > 0 ? `${tasks.accepted}/${tasks.total} tasks` : "",
    state.running.length > 0 ? `${state.running.length} running` : "",
    gates.total > 0 ? `gates ${gates.pass}/${gates.total} pass` : "",
    gates.fail > 0 ? paint.red(`${gates.fail} fail`) : "",
    clockText(since),
  ];
  const dot = ` ${glyphs.dot} `;
  const totals = counts.filter((text) => text !== "").join(dot);
  const room = Math.max(12, columns - textWidth(dot + totals));
  return `${paint.bold(truncate(oneLine(state.outline.title), room, glyphs.ellipsis))}${dot}${totals}`;
}

const BAR_CELLS = 10;

function treeLines(state: LiveState, style: Style, size: FrameSize): string[] {
  const { groups } = state.outline;
  if (groups.length === 0) return [];
  const blank = groups.some((group) => group.tasks > 0) ? BAR_CELLS + 8 : 0;
  const counts = groups.map((group) => countsText(group, state.group(group.key), blank, style));
  const countCells = Math.max(...counts.map(textWidth));
  // A narrow terminal keeps at least a few words of each title and loses the counts.
  const titleCells = Math.max(16, Math.min(48, size.columns - countCells - 6));
  return groups.map((group, index) => {
    const progress = state.group(group.key);
    const indent = "  ".repeat(Math.min(group.depth, 4));
    const title = truncate(
      `${indent}${groupMark(group, progress, style)} ${oneLine(group.title)}`,
      titleCells,
      style.glyphs.ellipsis,
    );
    return `${pad(title, titleCells)}  ${counts[index] ?? ""}`;
  });
}

/** Where something happens first, then where something holds, then what is still to come, what is done last. */
function treeRanks(state: LiveState): number[] {
  return state.outline.groups.map((group) => {
    const progress = state.group(group.key);
    if (progress.running > 0) return 0;
    if (progress.gatesFail + progress.held > 0) return 1;
    return isDone(group, progress) ? 3 : 2;
  });
}

function isDone(group: OutlineGroup, progress: GroupProgress): boolean {
  return progress.accepted >= group.tasks && progress.gatesPass >= group.gates;
}

/** @param blank cells to leave free where a group has no tasks, so that the gates of all groups align */
function countsText(group: OutlineGroup, progress: GroupProgress, blank: number, style: Style): string {
  const { paint } = style;
  const share = group.tasks === 0 ? 0 : progress.accepted / group.tasks;
  const tasks =
    group.tasks === 0
      ? " ".repeat(blank)
      : `${bar(share, BAR_CELLS, style)} ${`${progress.accepted}/${group.tasks}`.padEnd(7)}`;
  const failed = progress.gatesFail > 0 ? ` ${paint.red(`${style.glyphs.fail} ${progress.gatesFail} fail`)}` : "";
  const gates = group.gates === 0 ? "" : ` gates ${progress.gatesPass}/${group.gates}${failed}`;
  const held = progress.held > 0 ? paint.yellow(` ${style.glyphs.held} ${progress.held} waiting`) : "";
  return `${tasks}${gates}${held}`;
}

/** Running before done: a group with late work shows it. Done means all its tasks accepted and all its gates pass. */
function groupMark(group: OutlineGroup, progress: GroupProgress, { glyphs, paint }: Style): string {
  if (progress.running > 0) return paint.cyan(glyphs.running);
  if (progress.gatesFail > 0) return paint.red(glyphs.fail);
  if (progress.held > 0) return paint.yellow(glyphs.held);
  return isDone(group, progress) ? paint.green(glyphs.pass) : paint.dim(glyphs.waiting);
}

function runningLines(state: LiveState, nowMs: number, style: Style): string[] {
  const attempts = state.running.map((attempt) => attemptLine(attempt, nowMs, style));
  const checks = state.checks.map(
    (check) =>
      `${style.paint.cyan(style.glyphs.running)} check ${oneLine(check.command)} ${style.paint.dim(clockText(nowMs - check.startedAtMs))}`,
  );
  return [...attempts, ...checks];
}

function attemptLine(attempt: RunningAttempt, nowMs: number, style: Style): string {
  const { paint, glyphs } = style;
  const again = attempt.attempt > 1 ? ` attempt ${attempt.attempt}` : "";
  const value = attempt.value === null ? "" : ` ${Math.floor(Math.min(1, Math.max(0, attempt.value)) * 100)} %`;
  const message = oneLine(attempt.message);
  const said = message === "" ? "" : ` - ${message}`;
  const time = clockText(nowMs - attempt.startedAtMs);
  return `${paint.cyan(glyphs.running)} ${paint.dim(time.padStart(5))} ${oneLine(attempt.agent)}: ${nameText(attempt.task, attempt.title)}${again}${value}${paint.dim(said)}`;
}

function waitingLines(state: LiveState, { paint, glyphs }: Style): string[] {
  return state.waiting
    .map((wait) => `${paint.yellow(glyphs.held)} ${nameText(wait.task, wait.title)}: ${oneLine(wait.why)}`)
    .toReversed();
}

function noteLines(state: LiveState, { paint }: Style): string[] {
  return state.note === null ? [] : [paint.yellow(`! ${oneLine(state.note.message)}`)];
}

function fitParts(parts: readonly Part[], room: number, style: Style): string[] {
  const present = parts.filter((part) => part.lines.length > 0);
  const heights = present.map((part) => part.lines.length + titleHeight(part));
  let over = heights.reduce((sum, height) => sum + height, 0) - room;
  for (let index = present.length - 1; index >= 0 && over > 0; index -= 1) {
    const part = present[index];
    const height = heights[index];
    if (part === undefined || height === undefined) continue;
    const least = Math.min(height, part.least + titleHeight(part));
    const take = Math.min(over, height - least);
    heights[index] = height - take;
    over -= take;
  }
  for (let index = present.length - 1; index >= 0 && over > 0; index -= 1) {
    const height = heights[index] ?? 0;
    heights[index] = index === 0 ? Math.max(0, height - over) : 0;
    over -= height;
  }
  return present.flatMap((part, index) => partLines(part, heights[index] ?? 0, style));
}

function titleHeight(part: Part): number {
  return part.title === "" ? 0 : 1;
}

function partLines(part: Part, height: number, style: Style): string[] {
  if (height <= titleHeight(part)) return [];
  const title = part.title === "" ? [] : [style.paint.bold(part.title)];
  const room = height - title.length;
  const indent = (line: string): string => `  ${line}`;
  if (part.lines.length <= room) return [...title, ...part.lines.map(indent)];
  const shown = shownLines(part, Math.max(0, room - 1));
  const left = part.lines.length - shown.length;
  return [...title, ...shown.map(indent), indent(style.paint.dim(`${style.glyphs.ellipsis} and ${left} more`))];
}

function shownLines(part: Part, room: number): readonly string[] {
  const { ranks } = part;
  if (ranks === undefined) return part.lines.slice(0, room);
  const chosen = part.lines.map((line, index) => ({ line, index, rank: ranks[index] ?? 0 }));
  chosen.sort((a, b) => a.rank - b.rank || a.index - b.index);
  return chosen
    .slice(0, room)
    .sort((a, b) => a.index - b.index)
    .map(({ line }) => line);
}
