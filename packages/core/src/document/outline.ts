import type { Line } from "./block.ts";
import type { BlockEvidence, Heading } from "./heading.ts";
import { comparable, headOf, stripMarks } from "./item-text.ts";
import type { Label } from "./label.ts";
import { labelOf } from "./label.ts";
import { plainText } from "./plain-text.ts";
import { releasesOf } from "./release-headings.ts";
import { meaningOf } from "./section-meaning.ts";
import { seriesOf } from "./series.ts";
import {
  CHANGES_FILE,
  codedStageOf,
  codeStageOf,
  horizonOf,
  phaseOfTitle,
  pointedStage,
  stageOf,
  trailingPhaseOf,
} from "./stage.ts";
import type { FoundStatus } from "./status.ts";
import { isDateMark, statusOfTitle, statusOfValue } from "./status.ts";
import { SURE_MARKS } from "./status-words.ts";
import { readTableRoles } from "./table-roles.ts";
import { daysOf, timesOf } from "./time-headings.ts";

/** The headings of a document, and what holds for all of it. */
export interface Outline {
  readonly headings: readonly Heading[];
  /** By index of the line. */
  readonly byIndex: ReadonlyMap<number, Heading>;
  /** Stages that a list entry names in bold (`- **Phase 1 (Weeks 1-2):** …`). */
  readonly stageEntries: ReadonlySet<string>;
  /** Check boxes and rows of task tables in the whole document, boxes under headings for criteria left out. */
  readonly tracked: number;
  /** Whether any heading names a stage or has a number. */
  readonly staged: boolean;
  /** Index of the rule after which only remarks about the document stand; -1 when there is none. */
  readonly footer: number;
}

const NUMBER = /^((?:(?:[A-Z]\.)?\d{1,3}|\d{1,2}[A-Z](?=\.\d))(?:\.\d{1,3}){0,3})(?:\\?[.):])?\s+(?=\S)/;
/** `A. Service levels`, `IV) Rollout`: a letter that orders sections and says nothing of them. */
const LETTER = /^(?:[A-Z]|[IVX]{1,4})[.)]\s+(?=\S)/;
const BOLD_LEVEL = 7;

/** Reads all headings once, before any item is read: what a heading is may depend on headings further down. */
export function readOutline(text: string, lines: readonly Line[]): Outline {
  const headings: Heading[] = [];
  let evidence: Writable = emptyEvidence();
  const stageEntries = new Set<string>();
  let tracked = 0;
  let footer = -1;
  // Backwards, so that a heading knows its block when it is reached.
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const line = lines[index];
    if (line === undefined) continue;
    evidence.leadsWithList &&= line.role === "heading";
    if (line.role === "heading") {
      headings.push(readHeading(text, line, index, line.level, evidence));
      evidence = emptyEvidence();
    } else if (line.role === "rule" && headings.length === 0 && evidence.entries === 0 && footer < 0) {
      // What stands after the last rule of a document, without any list, speaks of the document.
      footer = index;
      evidence = emptyEvidence();
    } else if (line.role === "text" && line.holder < 0) {
      const raw = text.slice(line.from, line.to);
      const label = labelOf(raw);
      if (label !== null && label.bold && isUnsaid(label) && line.first && isStageLabel(label)) {
        headings.push(readHeading(text, line, index, BOLD_LEVEL, evidence));
        evidence = emptyEvidence();
      } else if (label !== null && label.bold && line.first && evidence.workAttributes > 1 && isCodedLabel(label)) {
        const heading = readHeading(text, line, index, BOLD_LEVEL, evidence);
        headings.push({ ...heading, stage: codedStageOf(heading.title) });
        evidence = emptyEvidence();
      } else if (label !== null) {
        noteLabel(evidence, label);
        if (isBoldLine(label) && line.first && lines[index + 1]?.role !== "item") evidence.boldLines += 1;
      }
    } else {
      if (line.role === "item" && text.startsWith("**", line.from)) noteStage(stageEntries, text, line);
      tracked += note(evidence, text, lines, line);
      evidence.leadsWithList = line.role === "item";
    }
  }
  headings.reverse();
  for (const [at, stage] of [
    ...seriesOf(headings),
    ...releasesOf(headings),
    ...timesOf(headings),
    ...daysOf(headings),
  ]) {
    const heading = headings[at];
    if (heading !== undefined) headings[at] = { ...heading, stage: { ...stage, named: true } };
  }
  planOfReadiness(headings);
  tracked -= boxesUnderCriteria(headings);
  return {
    headings,
    byIndex: new Map(headings.map((heading) => [heading.index, heading])),
    stageEntries,
    tracked,
    staged: headings.some(({ stage, number }) => stage?.named === true || number !== null),
    footer,
  };
}

/** A readiness checklist that works in phases is a plan: its boxes are work. */
function planOfReadiness(headings: Heading[]): void {
  const at = headings.findIndex(({ level, title }) => level === 1 && /\breadiness\b/i.test(title));
  const title = headings[at];
  if (title === undefined || !title.meaning.because.includes("checklist")) return;
  const phases = headings.filter(({ stage, evidence }) => stage?.kind === "phase" && stage.named && evidence.boxes > 0);
  if (phases.length > 1) headings[at] = { ...title, meaning: { ...title.meaning, boxes: "task" } };
}

function boxesUnderCriteria(headings: readonly Heading[]): number {
  const under = underCriteria(headings);
  let boxes = 0;
  for (const heading of headings)
    if (heading.meaning.boxes === "criterion" || under.has(heading)) boxes += heading.evidence.boxes;
  return boxes;
}

/** The headings that stand under one for criteria or gates. One pass with the open headings on a stack. */
export function underCriteria(headings: readonly Heading[]): ReadonlySet<Heading> {
  const under = new Set<Heading>();
  const open: Heading[] = [];
  for (const heading of headings) {
    while ((open.at(-1)?.level ?? 0) >= heading.level) open.pop();
    const above = open.at(-1);
    if (above !== undefined && (above.meaning.boxes === "criterion" || under.has(above))) under.add(heading);
    open.push(heading);
  }
  return under;
}

function noteStage(stages: Set<string>, text: string, line: Line): void {
  const head = headOf(text.slice(line.from, Math.min(line.to, line.from + 240)));
  const stage = head === null ? null : stageOf(head);
  if (stage !== null && stage.named) stages.add(stage.ref);
}

/** `**STORY-001: Title**` with its priority and estimate below is a piece of work. */
function isCodedLabel({ key, value }: Label): boolean {
  return value.trim() === "" && codedStageOf(stripMarks(key)) !== null;
}

type Writable = { -readonly [K in keyof BlockEvidence]: BlockEvidence[K] };

function emptyEvidence(): Writable {
  return {
    boxes: 0,
    taskRows: 0,
    placedRows: 0,
    status: false,
    workAttributes: 0,
    workLabels: 0,
    boldLines: 0,
    solutions: 0,
    lead: false,
    window: false,
    nested: 0,
    entries: 0,
    marked: 0,
    mark: "",
    mixed: false,
    ordered: 0,
    worded: 0,
    word: "",
    varied: false,
    leadsWithList: false,
  };
}

/** A paragraph that is nothing but a bold line, perhaps with a remark in brackets. */
export function isBoldLine({ bold, colon, value }: Label): boolean {
  return bold && !colon && /^\s*(?:\([^()]*\)\s*)?$/.test(value);
}

/** Whether nothing but a mark for a state follows a label. */
function isUnsaid({ value }: Label): boolean {
  const said = value.trim();
  return said === "" || (said.length < 4 && SURE_MARKS.has(String.fromCodePoint(said.codePointAt(0) ?? 0)));
}

function isStageLabel(label: Label): boolean {
  const stage = stageOf(stripMarks(label.key));
  return stage !== null && stage.named && !label.key.includes("|");
}

function note(evidence: Writable, text: string, lines: readonly Line[], line: Line): number {
  if (line.role === "item") {
    evidence.entries += 1;
    if (isBox(text, line.from)) {
      evidence.boxes += 1;
      return 1;
    }
    if (line.level > 1) evidence.nested += 1;
    else {
      if (line.number >= 0) evidence.ordered += 1;
      noteMark(evidence, text, line.from);
      noteWord(evidence, text, line);
    }
    if (line.to - line.from < 400) {
      const label = labelOf(text.slice(line.from, line.to));
      if (label !== null && line.level === 1 && label.name !== null && label.name !== "other")
        noteLabel(evidence, label);
    }
    return 0;
  }
  if (line.role === "row" && line.row !== null && !line.quoted) {
    const roles = readTableRoles(text, lines, line.row.table);
    if (roles?.kind === "task") {
      evidence.taskRows += 1;
      return 1;
    }
    if (roles?.kind === "none" && roles.placed) evidence.placedRows += 1;
  }
  return 0;
}

function noteMark(evidence: Writable, text: string, from: number): void {
  const code = text.codePointAt(from) ?? 0;
  // All marks stand beyond the Latin letters.
  if (code < 0x2000) return;
  const mark = String.fromCodePoint(code);
  const claimed = SURE_MARKS.get(mark);
  if (claimed === undefined || isDateMark(text, from, mark)) return;
  evidence.marked += 1;
  evidence.mixed ||= evidence.mark !== "" && evidence.mark !== claimed;
  evidence.mark = claimed;
}

/** A state in words after a dash or in brackets: `**Cache** — blocked on the infra team`. */
function noteWord(evidence: Writable, text: string, line: Line): void {
  if (line.to - line.from > 300) return;
  const raw = text.slice(line.from, line.to);
  if (!/\s[-–—]\s|\(/.test(raw)) return;
  const status = statusOfTitle(raw, { lastWord: false, continued: true });
  if (status === null || status.form !== "word") return;
  evidence.worded += 1;
  evidence.varied ||= evidence.word !== "" && evidence.word !== status.claimed;
  evidence.word = status.claimed;
}

/** Whether a list entry begins with a check box. */
export function isBox(text: string, from: number): boolean {
  return (
    text.charCodeAt(from) === 91 &&
    (text.charCodeAt(from + 2) === 93 || text.charCodeAt(from + 3) === 93 || text.charCodeAt(from + 1) === 93) &&
    /^\[[ xX✓✔✅~/>!❌-]?\](?=[\s*\\]|$)/u.test(text.slice(from, from + 5))
  );
}

function noteLabel(evidence: Writable, label: Label): void {
  const value = plainText(label.value);
  if (label.name === "status" && isPlainStatus(value)) evidence.status = true;
  else if (label.name === "owner") evidence.lead = true;
  else if (label.name === "window") evidence.window = true;
  if (label.name === "effort" || label.name === "owner" || label.name === "complexity" || label.name === "priority") {
    evidence.workAttributes += 1;
  }
  if (label.colon && SOLVES.test(label.key)) {
    evidence.solutions += 1;
    if (value !== "") evidence.workLabels += 1;
  }
  if (value === "" && label.colon) {
    const { entries } = meaningOf(label.key);
    if (entries === "task" || entries === "criterion" || SOLVES.test(label.key)) evidence.workLabels += 1;
  }
  if (label.value.trim() === "" && label.key.includes("|")) {
    if (/timeline|week/i.test(label.key)) evidence.window = true;
    if (/priority/i.test(label.key)) evidence.workAttributes += 1;
  }
}

/** What is going to be done about a problem. */
const SOLVES = /^(?:proposed |suggested |recommended )?(?:solution|fix|change|changes|implementation|remedy)$/i;

/** A status line that gives a state, and no report that begins with a mark. */
function isPlainStatus(value: string): boolean {
  const status = statusOfValue(value);
  return status !== null && (status.form === "word" || value.length < 40);
}

function readHeading(text: string, line: Line, index: number, level: number, evidence: BlockEvidence): Heading {
  const raw = text.slice(line.from, Math.min(line.to, line.from + 1000));
  const first = stripMarks(plainText(raw));
  const early = stageOf(first.replace(NUMBER, "")) ?? pointedStage(first);
  const status = CHANGES_FILE.test(raw) ? null : statusOfTitle(raw, { lastWord: early !== null, continued: true });
  const title = withoutStatus(raw, status);
  const number = NUMBER.exec(title)?.[1] ?? null;
  const bare = title.replace(NUMBER, "").replace(LETTER, "");
  return {
    index,
    level,
    title,
    status,
    stateFirst:
      status?.form === "word" &&
      !/[\p{L}\p{N}]/u.test(raw.slice(0, status.start)) &&
      /^[\s*_\]]{0,4}[:：]/u.test(raw.slice(status.end)),
    stage: codeStageOf(raw) ?? stageOf(bare) ?? pointedStage(bare) ?? (level === 1 ? phaseOfTitle(bare) : null),
    horizon: level === BOLD_LEVEL ? null : horizonOf(bare),
    trailing: trailingPhaseOf(bare),
    number,
    // With the status: in `Features (Planned)` it tells what the section holds.
    // A title that is code names a thing, whatever the word means elsewhere.
    meaning: meaningOf(/^`[^`]+`$/.test(raw.trim()) ? "" : first.replace(NUMBER, "").replace(LETTER, "")),
    evidence,
  };
}

/** The title without a status that is set off from it: `Phase 1 (Weeks 1-2) - COMPLETED` gives `Phase 1 (Weeks 1-2)`. */
export function withoutStatus(raw: string, status: FoundStatus | null): string {
  if (status === null || status.form === "emoji") return tidy(raw);
  const before = raw.slice(0, status.start);
  const after = raw.slice(status.end);
  const leading = !/[\p{L}\p{N}]/u.test(before);
  // Brackets around the state go with it.
  if (leading)
    return tidy((before.includes("(") ? after.replace(/^[^()]{0,30}\)/, "") : after).replace(/^[\s\]*_:–—-]+/u, ""));
  const lastWordOnly = /[\p{L}\p{N})]\s$/u.test(before) && !/[-–—:|([]\s*[*_]*$/u.test(before.trimEnd());
  return tidy(lastWordOnly ? before : before.replace(/[\s*_([:|–—-]+$/u, ""));
}

function tidy(markdown: string): string {
  return stripMarks(plainText(markdown))
    .replace(/[\s\p{Extended_Pictographic}\ufe0f\ufffd]+$/u, "")
    .replace(/\s+[-–—|]$/u, "")
    .trim();
}

/** Whether two titles of the same number speak of the same work: they share a word that is not everybody's. */
export function sameWork(a: string, b: string): boolean {
  const first = stems(a);
  const second = stems(b);
  if (first.size === 0 || second.size === 0) return true;
  for (const stem of first) if (second.has(stem)) return true;
  return false;
}

const COMMON = new Set("and the of for to a an in on with system complete final".split(" "));

function stems(title: string): Set<string> {
  return new Set(
    comparable(title)
      .split(" ")
      .filter((word) => word.length > 2 && !COMMON.has(word))
      .map((word) => word.slice(0, 6)),
  );
}
