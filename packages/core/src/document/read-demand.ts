import { findThresholds } from "../criteria/find-thresholds.ts";
import type { Line } from "./block.ts";
import { labelOf } from "./label.ts";
import { plainText } from "./plain-text.ts";
import type { ReaderState } from "./reader-state.ts";
import type { Scope } from "./scope.ts";
import { insideReport } from "./scope.ts";
import { windowOfEntry } from "./window-of-entry.ts";

/** Words in prose that announce what has to hold. */
const ANNOUNCED =
  /(?:^|[.;]\s+)(?:required|requirement|acceptance(?: [\p{L}\s]{1,24})?|gate|exit criteria|entry criteria|pass criteria|must hold):\s/iu;
const MUST =
  /\bmust (?:be|stay|remain|keep|have|reach|not exceed|complete|finish|return|respond|load|start)\b|\bmust not exceed\b|\bonly (?:if|when|once|after)\b/i;
const MOST_TEXT = 2000;

/**
 * Reads demands in running text: a sentence that says `Required: …`, `Acceptance: …` or `must be …` and compares
 * something with a number is a gate, on the line where the number stands. What a label line states with its first line
 * is read as an attribute and left out here.
 */
export function readDemand(state: ReaderState, index: number, line: Line, raw: string): void {
  if (raw.length > MOST_TEXT || !/\d/.test(raw + nextRaw(state, index)) || insideReport(state.sections)) return;
  const announced = ANNOUNCED.exec(raw);
  const must = announced === null ? MUST.exec(raw) : null;
  const at = announced?.index ?? must?.index ?? -1;
  if (at < 0 || line.quoted) return;
  const label = announced === null ? null : labelOf(raw);
  const labelled = label !== null && label.name !== null && label.name !== "other";
  const scope = state.currentScope();
  const rows = sentence(
    state,
    index,
    line,
    announced === null ? sentenceStart(raw, at) : at + (announced[0].length - 1),
  );
  const text = rows.map((row) => row.text).join(" ");
  let rest = text.search(/[.!?](?=\s|$)/);
  if (rest < 0) rest = text.length;
  const said = text.slice(0, rest);
  if (must !== null && HOLDS.test(said)) readWindow(state, said, rows, scope.severity);
  for (const found of findThresholds(said)) {
    if (found.form !== "operator" || !isMeasured(found.text, found.criterion.unit, must !== null)) continue;
    const row = rows.findLast(({ start }) => start <= found.start);
    if (row === undefined || (labelled && row.line === line.line)) continue;
    const { metric, criterion } = found;
    const { severity } = scope;
    const gate = { metric, text: found.text, criterion, line: row.line, item: state.owner(), severity };
    state.reading.gates.push({ ...gate, block: state.blockName() });
  }
}

const HOLDS = /\b(?:holds?|stays?|remains?|kept|sustained)\b/i;

/** `… only if the error rate stays < 1% for 14 days`: the time through which the demand has to hold. */
function readWindow(state: ReaderState, said: string, rows: readonly TextRow[], severity: Scope["severity"]): void {
  const known = new Set(findThresholds(said).map(({ text }) => text));
  const lasting = windowOfEntry(said, []);
  if (!lasting.some(({ criterion }) => criterion?.kind === "window" && criterion.holds.length > 0)) return;
  for (const stated of lasting) {
    if (stated.criterion === null || known.has(stated.text)) continue;
    const at = said.lastIndexOf(stated.text);
    const row = rows.findLast(({ start }) => start <= at);
    if (row === undefined) continue;
    state.reading.gates.push({ ...stated, line: row.line, item: state.owner(), severity, block: state.blockName() });
  }
}

/** Prose counts many things (`at least three runs`); a demand has a unit, or after an announcement a sign. */
function isMeasured(text: string, unit: string | null, plain: boolean): boolean {
  return unit !== null || (!plain && /^[<>≤≥=]/.test(text));
}

/** Where the sentence begins that holds an offset: the words before `must` name what is measured. */
function sentenceStart(raw: string, at: number): number {
  return Math.max(0, raw.slice(0, at).search(/[.!?]\s+[^.!?]*$/) + 1);
}

interface TextRow {
  readonly text: string;
  readonly start: number;
  readonly line: number;
}

/** The text from a place in a line to the end of its paragraph, with the line that each part stands in. */
function sentence(state: ReaderState, index: number, line: Line, from: number): TextRow[] {
  const rows: TextRow[] = [];
  let start = 0;
  const take = (markdown: string, number: number): void => {
    const text = plainText(markdown);
    rows.push({ text, start, line: number });
    start += text.length + 1;
  };
  take(state.raw(line).slice(from), line.line);
  for (let next = index + 1; ; next += 1) {
    const more = state.lines[next];
    if (start > MOST_TEXT || more === undefined || more.role !== "text" || more.first || more.holder !== line.holder)
      return rows;
    take(state.raw(more), more.line);
  }
}

function nextRaw(state: ReaderState, index: number): string {
  const next = state.lines[index + 1];
  return next === undefined || next.role !== "text" || next.first ? "" : state.raw(next).slice(0, 400);
}
