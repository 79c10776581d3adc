import type { Fence, Line } from "./block.ts";
import type { Draft } from "./draft.ts";
import { applyAttribute, draft, modeOf } from "./draft.ts";
import { gatesOfValue } from "./gate-text.ts";
import { comparable, headOf, readItemText, stripMarks } from "./item-text.ts";
import type { Label } from "./label.ts";
import { labelOf, pairsOf } from "./label.ts";
import { isBox, withoutStatus } from "./outline.ts";
import { plainText } from "./plain-text.ts";
import type { ReaderState } from "./reader-state.ts";
import { readRelations } from "./relations.ts";
import { isRetelling } from "./retelling.ts";
import type { Scope } from "./scope.ts";
import { insideReport, itemOf } from "./scope.ts";
import type { Meaning } from "./section-meaning.ts";
import { meaningOf, meaningOfLabel } from "./section-meaning.ts";
import { stageOf, windowOf } from "./stage.ts";
import { isDateMark, statusOfTitle, statusOfValue } from "./status.ts";
import { BOX_STATES, SURE_MARKS } from "./status-words.ts";

export function readSection(state: ReaderState, index: number, line: Line): void {
  const heading = state.outline.byIndex.get(index);
  if (heading === undefined) return;
  while (state.sections.length > 0 && (state.sections.at(-1)?.level ?? 0) >= heading.level) state.sections.pop();
  const verdict = state.stages.judge(heading, state.sections);
  const { item } = verdict;
  if (item !== null) defineStage(state, item, index, line, verdict.again);
  const staged = heading.stage?.named === true || heading.horizon !== null;
  const meaning = staged || (item !== null && heading.meaning.entries !== "task") ? meaningOf("") : heading.meaning;
  const retells = { ...meaning, retells: item === null && meaning.retells };
  const own = heading.horizon !== null ? meaningOf("tasks") : retells;
  const retold = verdict.again && heading.horizon !== null && heading.stage === null;
  state.sections.push({ heading, level: heading.level, item, meaning: own, retold, told: verdict.again });
  state.setLabel(null);
  if (item === null && heading.status !== null && heading.meaning.boxes !== "criterion")
    state.tellAgain(line, state.raw(line), null);
}

function defineStage(state: ReaderState, item: Draft, index: number, line: Line, again: boolean): void {
  const heading = state.outline.byIndex.get(index);
  if (heading === undefined) return;
  if (again) {
    if (heading.status !== null) state.tellAgain(line, state.raw(line), item);
    return;
  }
  if (state.emitted.has(item)) return;
  state.emitted.add(item);
  const placed = { ...item, line: line.line };
  Object.assign(item, placed);
  item.parent = itemOf(state.sections) ?? state.root;
  if (heading.status !== null) {
    item.claimed = heading.status.claimed;
    const base = line.from;
    item.token = { from: base + heading.status.start, to: base + heading.status.end, form: heading.status.form };
  }
  item.window ??= windowOf(heading.title);
  item.mode ??= modeOf(state.raw(line));
  const lead = /\(\s*lead\s*:\s*([^)]{1,60})\)/i.exec(heading.title)?.[1];
  if (lead !== undefined) item.owners.push(lead.trim());
  if (/\bteam\b/i.test(heading.title) && item.kind === "phase")
    item.team ??= heading.title.replace(/\(.*$/, "").trim();
  item.title = titleOfStage(heading.title);
  state.emit(item, index);
}

function titleOfStage(title: string): string {
  return title.trim();
}
