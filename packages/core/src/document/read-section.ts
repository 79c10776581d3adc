import type { Line } from "./block.ts";
import type { Draft } from "./draft.ts";
import { modeOf } from "./draft.ts";
import type { Heading } from "./heading.ts";
import type { ReaderState } from "./reader-state.ts";
import { itemOf } from "./scope.ts";
import { meaningOf } from "./section-meaning.ts";
import { windowOf } from "./stage.ts";

/** Opens the section of a heading, and takes the heading as an item where it is one. */
export function readSection(state: ReaderState, heading: Heading, line: Line): void {
  while (state.sections.length > 0 && (state.sections.at(-1)?.level ?? 0) >= heading.level) state.sections.pop();
  const verdict = state.stages.judge(heading, state.sections);
  const { item } = verdict;
  if (item !== null) defineStage(state, heading, item, line, verdict.again);
  const staged = heading.stage?.named === true || heading.horizon !== null;
  // `Phase 1: Exit gates`, told after the phase itself, lists gates of that phase.
  const gates = verdict.again && heading.stage !== null ? meaningOf(heading.stage.rest) : null;
  const told = gates !== null && gates.gates === "states" && !gates.weak ? gates : null;
  // `v3 — Backlog` says of its stage what stands in it.
  const rest = staged && heading.stage !== null ? meaningOf(heading.stage.rest) : null;
  const listed =
    rest !== null && /^(?:backlog|future work|remaining work|work items)$/.test(rest.because) ? rest : null;
  const meaning =
    told ??
    listed ??
    (staged || (item !== null && heading.meaning.entries !== "task") ? meaningOf("") : heading.meaning);
  const retells = { ...meaning, retells: item === null && meaning.retells };
  const own = heading.horizon !== null ? meaningOf("tasks") : retells;
  const retold = verdict.again && heading.horizon !== null && heading.stage === null;
  state.sections.push({ heading, level: heading.level, item, meaning: own, retold, told: verdict.again });
  state.setLabel(null);
  if (item === null && heading.status !== null && heading.meaning.boxes !== "criterion")
    state.tellAgain(line, state.raw(line), null);
}

function defineStage(state: ReaderState, heading: Heading, item: Draft, line: Line, again: boolean): void {
  if (again) {
    if (heading.status !== null) state.tellAgain(line, state.raw(line), item);
    return;
  }
  if (state.emitted.has(item)) return;
  state.emitted.add(item);
  item.line = line.line;
  // Where it was told before, around this heading, it is not its own parent.
  const told = state.sections.findIndex((section) => section.item === item);
  item.parent = itemOf(told < 0 ? state.sections : state.sections.slice(0, told)) ?? state.root;
  if (heading.status !== null) {
    item.claimed = heading.status.claimed;
    const base = line.from;
    item.token = { from: base + heading.status.start, to: base + heading.status.end, form: heading.status.form };
  }
  // A numbered piece of work below `Completed tasks` is one of them.
  const above = state.sections.at(-1);
  if (heading.status === null && item.kind === "step" && above?.item === null && above.meaning.claimed !== null)
    item.claimed = above.meaning.claimed;
  item.window ??= windowOf(heading.title);
  item.mode ??= modeOf(state.raw(line));
  const lead = /\(\s*lead\s*:\s*([^)]{1,60})\)/i.exec(heading.title)?.[1];
  if (lead !== undefined) item.owners.push(lead.trim());
  if (/\bteam\b/i.test(heading.title) && item.kind === "phase") item.team ??= heading.title.replace(/\(.*$/, "").trim();
  item.title = heading.title.trim();
  state.emit(item, heading.index);
}
