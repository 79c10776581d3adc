import type { Line } from "./block.ts";
import type { Draft } from "./draft.ts";
import { applyAttribute, draft } from "./draft.ts";
import { gatesOfEntry, gatesOfValue } from "./gate-text.ts";
import { stripMarks } from "./item-text.ts";
import type { Label } from "./label.ts";
import { plainText } from "./plain-text.ts";
import type { ReaderState } from "./reader-state.ts";
import { insideReport } from "./scope.ts";
import { meaningOf } from "./section-meaning.ts";
import { statusOfValue } from "./status.ts";

export function readAttribute(state: ReaderState, label: Label, line: Line, to: Draft | null): void {
  const value = stripMarks(plainText(label.value)).trim();
  if (label.name === "gate" || label.name === "criteria") {
    readGateValue(state, label, line, to);
    return;
  }
  if (label.name === "target") {
    readTarget(state, label, line, to);
    return;
  }
  if (label.name === "check") {
    readCheck(state, label.value, line, to);
    return;
  }
  if (to === null) return;
  if (label.name === "status") {
    const section = state.sections.at(-1);
    if (section?.told === true && to === section.item) {
      // A heading that tells a stage again says with its status line how that stands; one with a status has said so.
      const head = state.lines[section.heading.index] ?? line;
      const status = section.heading.status === null ? statusOfValue(label.value) : null;
      if (status !== null) state.tellAgain(head, label.value, to, status.claimed);
      return;
    }
    const status = statusOfValue(label.value);
    if (status !== null && to.claimed === "unknown" && !to.reason.startsWith("box.")) {
      to.claimed = status.claimed;
      const base = line.from + label.valueFrom;
      to.token = { from: base + status.start, to: base + status.end, form: status.form };
    }
    return;
  }
  if (label.name !== null) applyAttribute(to, label.name, value);
}

export function readGateValue(state: ReaderState, label: Label, line: Line, to: Draft | null): void {
  const value = stripMarks(plainText(label.value)).trim();
  if (value === "") return;
  const states = label.name === "gate";
  const severity = meaningOf(label.key).severity ?? "critical";
  for (const stated of gatesOfValue(value, label.key, states)) {
    if (stated.criterion === null && !states) continue;
    state.reading.gates.push({ ...stated, line: line.line, item: to, severity, block: state.blockName() });
  }
}

/** `**Target**: <200ms`: a gate only where the value states a threshold. */
function readTarget(state: ReaderState, label: Label, line: Line, to: Draft | null): void {
  const value = stripMarks(plainText(label.value)).trim();
  const { severity } = state.currentScope();
  const gates = gatesOfEntry(value, "thresholds");
  // Where no item stands around it, the target that a section states on a line of its own is what has to be met.
  const own =
    to === null && label.bold && line.role === "text" && gates.length > 0 && !insideReport(state.sections)
      ? targetItem(state, value, line)
      : to;
  for (const stated of gates) {
    state.reading.gates.push({ ...stated, line: line.line, item: own, severity, block: state.blockName() });
  }
}

function targetItem(state: ReaderState, value: string, line: Line): Draft {
  const about = state.sections.at(-1)?.heading.title ?? "";
  const title = about === "" ? value : `${about}: ${value}`;
  const item = draft("criterion", line.line, null, title, null, 0.8, "line.target: the target of a section");
  state.emit(item, -1);
  return item;
}

export function readCheck(state: ReaderState, value: string, line: Line, to: Draft | null): void {
  const command = unquoted(value.trim());
  if (command === "") return;
  const item = to !== null && to.kind === "criterion" ? state.owner() : to;
  state.reading.checks.push({ line: line.line, command, item, block: state.blockName() });
}

function unquoted(command: string): string {
  const inner = /^`([^`]+)`$/.exec(command)?.[1];
  return (inner ?? command).trim();
}
