import type { Line } from "./block.ts";
import type { Draft } from "./draft.ts";
import { applyAttribute, draft } from "./draft.ts";
import { stripMarks } from "./item-text.ts";
import type { Label } from "./label.ts";
import { labelOf, labelsOf, pairsOf } from "./label.ts";
import { labelMeaning } from "./label-meaning.ts";
import { announcesOrders, beginsWithOrder } from "./orders.ts";
import { isBoldLine, isBox } from "./outline.ts";
import { plainText } from "./plain-text.ts";
import { readAttribute, readGateValue } from "./read-attribute.ts";
import { readDemand } from "./read-demand.ts";
import { readBox, takeEntry } from "./read-entry.ts";
import type { ReaderState } from "./reader-state.ts";
import { readRelations } from "./relations.ts";
import { isRoadmap, releaseOf } from "./release-headings.ts";
import type { Scope } from "./scope.ts";
import { insideReport } from "./scope.ts";
import { meaningOf } from "./section-meaning.ts";
import { stageOf, windowOf } from "./stage.ts";
import { isDateMark, ONLY_DATED, statusOfTitle, statusOfValue } from "./status.ts";
import { SURE_MARKS } from "./status-words.ts";

export function readTextLine(state: ReaderState, index: number, line: Line): void {
  const raw = state.raw(line);
  const holder = line.holder >= 0 ? (state.taken.get(line.holder) ?? null) : null;
  if (raw.startsWith("- [") && isBox(state.text, line.from + 2)) {
    readBox(state, index, { ...line, from: line.from + 2 });
    return;
  }
  const { footer } = state.outline;
  if (footer >= 0 && index > footer) {
    state.tellAgain(line, raw, null);
    return;
  }
  if (readNumberedLine(state, index, line, raw)) return;
  if (readSlanted(state, line, raw)) return;
  noteShouted(holder, line, raw);
  readDemand(state, index, line, raw);
  const label = goesOnTo(line, labelOf(raw));
  if (label !== null) {
    if (readLabelledCriterion(state, index, line, raw, label)) return;
    for (const part of labelsOf(raw, label)) readLabelLine(state, index, part, line, raw, holder);
    return;
  }
  const scope = state.currentScope();
  if (scope.entries === "criterion" && line.first && line.holder < 0 && GIVEN.test(raw)) {
    takeEntry(state, index, line, raw, "criterion", scope);
    return;
  }
  if (
    (state.label !== null || scope.entries === "criterion") &&
    line.holder < 0 &&
    readMarkedLine(state, index, line, raw, scope)
  )
    return;
  if (line.holder >= 0) {
    if (holder !== null) readRelations(holder, raw);
    return;
  }
  if (readRootStatus(state, line, raw)) return;
  if (raw.endsWith(":") || raw.endsWith("：")) readIntroduction(state, paragraphTo(state, index, line), line);
  else state.tellAgain(line, raw, null);
}

/** `**DONE 2026-05-01.** All pods run.`: a paragraph of an entry that begins with its state, and with nothing more. */
function noteShouted(holder: Draft | null, line: Line, raw: string): void {
  const said = /^\*\*([A-Z][^*\p{Ll}]{2,60})\*\*/u.exec(raw)?.[1];
  if (said === undefined || !line.first || holder === null || holder.claimed !== "unknown") return;
  const status = statusOfValue(said);
  if (status === null || !ONLY_DATED.test(said.slice(status.end))) return;
  holder.claimed = status.claimed;
  holder.token = { from: line.from + 2 + status.start, to: line.from + 2 + status.end, form: status.form };
}

/** `*Duration: 3 weeks | Status: planned*` right below the heading of a stage. */
function readSlanted(state: ReaderState, line: Line, raw: string): boolean {
  const inner = /^([*_])(?![*_\s])([^*_]{3,200})\1$/.exec(raw)?.[2];
  const section = state.sections.at(-1);
  if (inner === undefined || line.holder >= 0 || section?.item == null || !inner.includes(":")) return false;
  let from = line.from + 1;
  let said = false;
  for (const part of inner.split("|")) {
    const label = labelOf(part.trimStart());
    const skipped = part.length - part.trimStart().length;
    if (label !== null && label.name !== null && label.name !== "other") {
      const at = { ...line, from: from + skipped };
      readAttribute(state, label, at, section.item);
      said = true;
    }
    from += part.length + 1;
  }
  return said;
}

/** The line under a heading `Status` says the state of the one task that the document is about. */
function readRootStatus(state: ReaderState, line: Line, raw: string): boolean {
  const { root } = state;
  if (root === null || root.claimed !== "unknown" || !line.first) return false;
  if (!/^status$/i.test(state.sections.at(-1)?.heading.title ?? "")) return false;
  const status = statusOfValue(raw);
  if (status === null) return false;
  root.claimed = status.claimed;
  root.token = { from: line.from + status.start, to: line.from + status.end, form: status.form };
  return true;
}

/** `**AC-1: Title**` among criteria is one itself, and what stands below describes it. */
function readLabelledCriterion(state: ReaderState, index: number, line: Line, raw: string, label: Label): boolean {
  if (!label.bold || label.value.trim() !== "" || line.holder >= 0) return false;
  if (state.sections.at(-1)?.meaning.entries !== "criterion" || !CRITERION_ID.test(label.key)) return false;
  takeEntry(state, index, line, raw, "criterion", state.currentScope());
  state.setLabel({ meaning: meaningOf("notes"), text: label.key, checks: false, holder: line.holder });
  return true;
}

/** `1: The form opens` among criteria: lines of a paragraph that are counted with a colon. */
function readNumberedLine(state: ReaderState, index: number, line: Line, raw: string): boolean {
  const number = /^(\d{1,2}):\s(?=\S)/.exec(raw);
  if (number === null || line.holder >= 0) return false;
  const scope = state.currentScope();
  if (scope.entries !== "criterion") return false;
  const from = line.from + number[0].length;
  takeEntry(state, index, { ...line, from }, raw.slice(number[0].length), "criterion", scope);
  return true;
}

/** Lines without bullets that each begin with a mark, below a label for tasks or criteria. */
function readMarkedLine(state: ReaderState, index: number, line: Line, raw: string, scope: Scope): boolean {
  const mark = String.fromCodePoint(raw.codePointAt(0) ?? 0);
  if (!SURE_MARKS.has(mark) || isDateMark(raw, 0, mark)) return false;
  const kind = scope.entries === "criterion" ? "criterion" : scope.entries === "task" ? "task" : null;
  if (kind === null) return false;
  takeEntry(state, index, line, raw, kind, scope);
  return true;
}

/** The last words of a sentence that ends in a colon are no label of their own. */
function goesOnTo(line: Line, label: Label | null): Label | null {
  const ends = label !== null && !line.first && !label.bold && label.name === null && label.value.trim() === "";
  return ends ? null : label;
}

/** The text of a paragraph up to a line of it. */
function paragraphTo(state: ReaderState, index: number, line: Line): string {
  let text = state.raw(line);
  for (let at = index; at > 0 && state.lines[at]?.first === false && text.length < 1000; at -= 1) {
    const before = state.lines[at - 1];
    if (before === undefined || before.role !== "text") break;
    text = `${state.raw(before)} ${text}`;
  }
  return text;
}

function readIntroduction(state: ReaderState, raw: string, line: Line): void {
  const plain = plainText(raw);
  const meaning = labelMeaning(state, plain);
  const words = plain.split(/\s+/).length;
  const telling = meaning.claimed === "deferred" || meaning.boxes === "criterion" || meaning.retells;
  if (meaning.because === "" && ordersWork(state, plain)) {
    state.setLabel({ meaning: meaningOf("tasks"), text: plain, checks: false, holder: line.holder });
    return;
  }
  if (words <= 5 || telling)
    state.setLabel({ meaning, text: plain, checks: /\bchecks?\b/i.test(plain) && words <= 3, holder: line.holder });
}

function readLabelLine(
  state: ReaderState,
  index: number,
  label: Label,
  line: Line,
  raw: string,
  holder: Draft | null,
): void {
  const value = label.value.trim();
  if (
    readBoldRelease(state, index, label, line, raw) ||
    readBoldWork(state, index, label, line, raw) ||
    readBoldStage(state, index, label, line, raw)
  )
    return;
  const to = holder !== null && holder.kind !== "criterion" ? holder : (state.owner() ?? holder);
  if (value === "" && label.key.includes("|") && to !== null) {
    for (const pair of pairsOf(label.key)) applyAttribute(to, pair.name, pair.value);
    return;
  }
  if (value !== "" && !/[:：]\**$/.test(value)) {
    // What the work needs, costs or who does it stands beside the list before it: boxes after it are the work again.
    if (label.bold && line.first && line.holder < 0 && label.name !== null && SAYS_OF_WORK.has(label.name))
      state.setLabel(null);
    if (label.name !== null && label.name !== "other") readAttribute(state, label, line, to);
    else if (
      /(?:^|\s)gates?(?:\s#?(?:\d{1,3}|[A-Z]))?(?:\s\([^()]{1,40}\))?$/i.test(label.key) &&
      label.key.split(/\s+/).length <= 3
    )
      readGateValue(state, { ...label, name: "gate" }, line, to);
    else if (/\bdeliverables\b|\bcriteria\b/i.test(label.key))
      readGateValue(state, { ...label, name: "criteria" }, line, to);
    else if (label.bold && /\S\s(?:target|goal)s?$/i.test(label.key) && /^\W{0,4}\d/.test(value))
      readAttribute(state, { ...label, name: "target" }, line, to);
    if (label.name === null || label.name === "other") state.tellAgain(line, raw, null);
    return;
  }
  if (label.name === "status") readAttribute(state, label, line, to);
  if (line.holder >= 0 && value === "" && holder !== null) return;
  const checks = label.name === "check";
  const told = value === "" ? labelMeaning(state, label.key) : meaningOf("notes");
  const orders = told.because === "" && (ordersWork(state, `${label.key}:`) || introducesOrders(state, index, label));
  const meaning = orders ? meaningOf("tasks") : told;
  const words = label.key.split(/\s+/).length;
  if (!label.bold && meaning.because === "" && words > 5) return;
  state.setLabel({ meaning, text: label.key, checks, holder: line.holder, bold: label.bold });
  if (statusOfTitle(raw, { lastWord: true }) !== null) state.tellAgain(line, raw, null);
}

/** A bold line with a paragraph right below it, in a section of tasks: `**Mend the gate**` and what is wrong with it. */
function readBoldWork(state: ReaderState, index: number, label: Label, line: Line, raw: string): boolean {
  if (!isBoldLine(label) || !line.first || line.holder >= 0) return false;
  const section = state.sections.at(-1);
  if (section === undefined || section.item !== null) return false;
  const { boldLines, boxes } = section.heading.evidence;
  const several = boldLines >= FEW_BOLD && boxes === 0;
  if (several && state.label?.text === BOLD_WORK) state.setLabel(null);
  const scope = state.currentScope();
  if (state.label !== null || (scope.entries !== "task" && scope.entries !== "ordered-task")) return false;
  const next = state.lines[index + 1];
  const told = next !== undefined && next.role === "text" && !next.first && label.key.split(/\s+/).length > 2;
  if (!several && !told) return false;
  takeEntry(state, index, line, raw, "task", scope);
  // What is listed below each of several describes it.
  if (several) state.setLabel({ meaning: meaningOf("notes"), text: BOLD_WORK, checks: false, holder: line.holder });
  return true;
}

/** `**v1.2 - Search:**` in a roadmap: a release with its work below it. */
function readBoldRelease(state: ReaderState, index: number, label: Label, line: Line, raw: string): boolean {
  if (!label.bold || label.value.trim() !== "" || !line.first || line.holder >= 0) return false;
  const section = state.sections.at(-1);
  if (section === undefined || section.item !== null || !isRoadmap(section.heading.title)) return false;
  const stage = releaseOf(stripMarks(label.key));
  if (stage === null || state.stageByAlias(stage.ref) !== null) return false;
  const item = draft(
    "phase",
    line.line,
    null,
    plainText(raw).replace(/[:：]$/, ""),
    state.owner(),
    0.75,
    "line.release: a line that names a release",
  );
  item.aliases.push(stage.ref);
  state.emit(item, index);
  state.setLabel({ meaning: meaningOf("tasks"), text: label.key, checks: false, holder: line.holder, bold: true });
  return true;
}

/** `**Phase 4**: Move the users`: a line that names a stage and says what it is defines it, where no heading does. */
function readBoldStage(state: ReaderState, index: number, label: Label, line: Line, raw: string): boolean {
  const value = label.value.trim();
  if (!label.bold || value === "" || line.holder >= 0 || insideReport(state.sections)) return false;
  const stage = stageOf(stripMarks(label.key));
  if (stage === null || !stage.named || stage.kind !== "phase" || !/^\D+$/.test(value.slice(0, 3))) return false;
  if (value.split(/\s+/).length < 2 || statusOfValue(value) !== null) return false;
  if ((state.stages.itemFor(stage.ref) ?? state.stageByAlias(stage.ref)) !== null) return false;
  const item = draft(
    "phase",
    line.line,
    null,
    plainText(raw),
    state.owner(),
    0.75,
    "line.stage: a line that names a stage",
  );
  item.aliases.push(stage.ref);
  item.window = windowOf(raw);
  state.emit(item, index);
  return true;
}

/** Attributes of the work around a list. */
const SAYS_OF_WORK: ReadonlySet<string> = new Set([
  "depends",
  "effort",
  "owner",
  "team",
  "window",
  "priority",
  "complexity",
]);

function ordersWork(state: ReaderState, text: string): boolean {
  return !insideReport(state.sections) && announcesOrders(text, state.sections.at(-1)?.item != null);
}

/** A bold label in a stage before a numbered list of orders: `**Sequence**:` with `1. Copy …` and `2. Check …` below. */
function introducesOrders(state: ReaderState, index: number, label: Label): boolean {
  if (!label.bold || insideReport(state.sections) || state.sections.at(-1)?.item == null) return false;
  let orders = 0;
  for (let at = index + 1; at <= index + MOST_LOOKED; at += 1) {
    const next = state.lines[at];
    if (next === undefined || next.role === "heading" || next.role === "rule" || (next.role === "text" && next.first))
      break;
    if (next.role !== "item" || next.level !== 1) continue;
    if (next.number < 0 || !beginsWithOrder(state.text.slice(next.from, next.from + 40))) return false;
    orders += 1;
  }
  return orders >= 2;
}

/** The beginning of a scenario: `**Given** an open gate`. */
const GIVEN = /^(?:\*\*|__)?(?:given|angenommen|dado|dada|soit|étant donné)(?:\*\*|__)?\s/iu;
const MOST_LOOKED = 12;
/** From this many bold lines in a section of tasks on, each is one. */
const FEW_BOLD = 3;
/** The name of what stands below such a line. */
const BOLD_WORK = "about the work";
/** `AC-1`, `AC 2`, `Criterion 3`. */
const CRITERION_ID = /^(?:ac|sc|criterion|acceptance criterion|success criterion)[\s#-]{0,2}\d/i;
