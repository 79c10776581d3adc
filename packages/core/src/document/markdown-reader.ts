import type { Fence, Line } from "./block.ts";
import type { Draft } from "./draft.ts";
import { readEntry } from "./read-entry.ts";
import { readSection } from "./read-section.ts";
import { readTextLine } from "./read-text-line.ts";
import type { Reading } from "./reader-state.ts";
import { ReaderState } from "./reader-state.ts";
import { takeRetoldBoxes } from "./retold-boxes.ts";
import { readTableRoles } from "./table-roles.ts";
import { readRow } from "./table-row.ts";

/**
 * Reads the items, gates and checks of a Markdown text from its lines, in one pass.
 *
 * @param root the item that the whole document is about, or null
 */
export function readMarkdownItems(text: string, lines: readonly Line[], root: Draft | null): Reading {
  const state = new ReaderState(text, lines, root);
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index];
    if (line === undefined) continue;
    const heading = state.outline.byIndex.get(index);
    if (heading !== undefined) readSection(state, heading, line);
    else if (line.role === "item") readEntry(state, index, line);
    else if (line.role === "text") readTextLine(state, index, line);
    else if (line.role === "row") readTableRow(state, line);
    else if (line.role === "html") readHidden(state, line);
    else if (line.role === "fence" && line.fence !== null) readFence(state, line, line.fence);
  }
  state.reading.drafts.sort((a, b) => a.line - b.line);
  takeRetoldBoxes(state.reading, state.listedBoxes);
  return state.reading;
}

/** A check box in HTML or in indented code is no item, and its writer may not know. */
function readHidden(state: ReaderState, line: Line): void {
  const text = state.text.slice(line.from, Math.min(line.to, line.from + 200));
  if (!/^[-*+] \[[ xX~-]\] \S/.test(text)) return;
  state.reading.notUnderstood.push({ line: line.line, text, reason: "a check box inside HTML or indented code" });
}

function readTableRow(state: ReaderState, line: Line): void {
  if (line.row === null || line.quoted) return;
  const scope = state.currentScope();
  if (state.recordsIncident && readTableRoles(state.text, state.lines, line.row.table)?.timed === true) return;
  const taken = readRow(
    state.text,
    state.lines,
    line,
    line.row,
    scope,
    state.owner(),
    (ref) => state.stages.itemFor(ref) ?? state.stageByAlias(ref),
    (title) => state.stages.named(title),
    (id) => state.boxOf(id),
  );
  if (taken === null) {
    state.tellAgain(line, state.raw(line), null);
    return;
  }
  if (taken.retold !== null) {
    state.tellAgain(line, state.raw(line), taken.retold);
  } else if (taken.item === null) return;
  else state.emit(taken.item, -1);
  for (const stated of taken.gates) {
    state.reading.gates.push({
      ...stated,
      line: line.line,
      item: taken.item ?? taken.retold,
      severity: scope.severity,
      block: `table ${line.row.table}`,
    });
  }
}

function readFence(state: ReaderState, line: Line, fence: Fence): void {
  const item = state.owner();
  if (state.label?.checks === true) {
    readCheckFence(state, fence, item);
    return;
  }
  state.reading.fences.push({
    fence,
    line: line.line,
    item,
    block: `${state.blockName()} fence ${state.reading.fences.length}`,
    criteria: state.currentScope().boxes === "criterion",
  });
}

function readCheckFence(state: ReaderState, fence: Fence, item: Draft | null): void {
  let number = fence.contentLine;
  for (const row of state.text.slice(fence.contentFrom, fence.contentTo).split("\n")) {
    const command = row.trim().replace(/^\$\s+/, "");
    if (command !== "" && !command.startsWith("#")) {
      state.reading.checks.push({ line: number, command, item, block: state.blockName() });
    }
    number += 1;
  }
}
