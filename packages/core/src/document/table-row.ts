import { normaliseMetric } from "../criteria/metric-name.ts";
import type { Line, Row } from "./block.ts";
import type { Draft } from "./draft.ts";
import { applyAttribute, draft, modeOf } from "./draft.ts";
import { gatesOfEntry, gatesOfValue } from "./gate-text.ts";
import { readItemText, stripMarks } from "./item-text.ts";
import { withoutStatus } from "./outline.ts";
import type { Scope } from "./scope.ts";
import { stageOf, windowOf } from "./stage.ts";
import type { StatedGate } from "./stated-gate.ts";
import type { FoundStatus } from "./status.ts";
import { bracketedState, statusOfValue } from "./status.ts";
import type { TableRoles } from "./table-roles.ts";
import { cellText, readTableRoles, stateOfCell } from "./table-roles.ts";

/** What a table row turned out to be. */
export interface TakenRow {
  readonly item: Draft | null;
  /** The item that the row tells again. */
  readonly retold: Draft | null;
  readonly gates: readonly StatedGate[];
}

/** Reads one row; null when its table holds no items. */
export function readRow(
  text: string,
  lines: readonly Line[],
  line: Line,
  row: Row,
  scope: Scope,
  owner: Draft | null,
  stageItem: (ref: string) => Draft | null,
  stageNamed: (title: string) => Draft | null,
  boxOf: (id: string) => Draft | null,
): TakenRow | null {
  const read = readTableRoles(text, lines, row.table);
  if (read === null) return null;
  const works = scope.entries === "task" || scope.entries === "ordered-task" || scope.entries === "planned-task";
  const announced =
    read.kind === "none" &&
    ((read.namesTasks && works) ||
      (read.listed && (works || scope.entries === "criterion")) ||
      ((read.tracks || read.placed) && (works || scope.direct !== null)));
  const gated = isGateTable(read, scope);
  const roles = announced
    ? { ...read, kind: asksInRows(scope, read) ? ("criterion" as const) : ("task" as const) }
    : gated
      ? { ...read, title: read.gateTitle }
      : read;
  // A line without any bar below a table belongs to it by the letter of GFM, but is a remark.
  if (row.cells.length < 2 && row.header.length > 1) return null;
  const title = cellText(text, row.cells[roles.title]);
  const stage = stageOf(stripMarks(title));
  if (stage !== null && stage.named) {
    const known = stageItem(stage.ref);
    if (known !== null) {
      const gates = gated ? gatesOfGate(text, row, roles, title) : gatesOfColumns(text, row, roles);
      return { item: null, retold: known, gates: roles.status > 0 ? gates.filter((gate) => !isWhole(gate)) : gates };
    }
  }
  if (roles.kind === "none" && !gated) return null;
  const parts = readItemText(title.replace(/^↳\s*/, ""));
  // `| 1. Foundation | … |` under `Phase` tells of phase 1.
  const number = /^\d{1,3}(?:\s?[-–]\s?\d{1,3})?$/.exec(parts.id ?? parts.title)?.[0];
  const numbered =
    roles.kind === "stage" && !gated && number !== undefined ? countedStage(roles.stageWords, number, stageItem) : null;
  const called = `${parts.title.toLowerCase()} phase`;
  const named =
    roles.kind === "stage" && !gated && stage === null ? (stageNamed(parts.title) ?? stageItem(called)) : null;
  if (named !== null) return { item: null, retold: named, gates: gatesOfColumns(text, row, roles) };
  if (numbered !== null) return { item: null, retold: numbered, gates: gatesOfColumns(text, row, roles) };
  // `| AUTH-01 | Phase 2 | done |` says how that stands which a check box defines.
  const traced = parts.title === "" && parts.id !== null ? boxOf(parts.id) : null;
  if (traced !== null) return { item: null, retold: traced, gates: gatesOfColumns(text, row, roles) };
  const id = (roles.id >= 0 && roles.id !== roles.title ? cellText(text, row.cells[roles.id]) : "") || parts.id;
  // `| M2 | Roof | … |` tells of the stage `M2: Roof`.
  const coded = id === null ? null : (stageOf(id)?.ref ?? null);
  const told = coded === null ? null : stageItem(coded);
  if (told !== null && !gated) return { item: null, retold: told, gates: gatesOfColumns(text, row, roles) };
  if (parts.title === "" && (id === null || id === "")) return { item: null, retold: null, gates: [] };
  if (/^(?:total|sum|totals)\b/i.test(parts.title) && roles.kind !== "metric")
    return { item: null, retold: null, gates: [] };
  // `F-11 … F-24` stands for rows that are told elsewhere.
  if (ID_RANGE.test(id ?? "") || ID_RANGE.test(title.trim())) return { item: null, retold: null, gates: [] };
  const milestone = announced && roles.timed && scope.because.startsWith("milestone");
  const kind = gated ? "criterion" : milestone ? "phase" : kindOf(roles, scope);
  const item = draft(
    kind,
    line.line,
    id === "" || /^\d+$/.test(id ?? "") ? null : id,
    parts.title,
    owner,
    0.9,
    `row.${gated ? "gate" : roles.kind}: a row of a table`,
  );
  if (kind === "phase" && stage !== null) item.aliases.push(stage.ref);
  applyCells(item, text, row, roles);
  const gates = gated ? gatesOfGate(text, row, roles, parts.title) : gatesOf(text, row, roles, parts.title);
  return { item, retold: null, gates };
}

/** `100 %` as the target of a stage that a table of progress tells again: it is to be done, which is no threshold. */
function isWhole({ criterion }: StatedGate): boolean {
  return criterion?.kind === "absolute" && criterion.value === 100 && criterion.unit === "%";
}

/** Whether the rows of a list with ids are criteria by the section around. */
function asksInRows(scope: Scope, { namesTasks }: TableRoles): boolean {
  return scope.entries === "criterion" && !namesTasks;
}

/** The stage of a number under one of the words for its column. */
function countedStage(
  words: readonly string[],
  number: string,
  stageItem: (ref: string) => Draft | null,
): Draft | null {
  for (const word of words) {
    const item = stageItem(stageOf(`${word} ${number}`)?.ref ?? "");
    if (item !== null) return item;
  }
  return null;
}

const ID_RANGE = /^([A-Z]{1,8}[-_ ]?)\d{1,5}\s*(?:…|\.{2,3}|[–—-]|to|bis|a|à|～|~)\s*\1?\d{1,5}$/;

/** Whether every row is a gate: below a heading or label for gates, or with a first column for them. */
function isGateTable(roles: TableRoles, scope: Scope): boolean {
  if (scope.gates === "states") return !(roles.kind === "task" && roles.namesTasks);
  return roles.namesGates && scope.entries !== "none" && roles.kind !== "task" && roles.kind !== "stage";
}

/** The gates of a row that is one. What it asks for in no column, or in words that cannot be typed, is kept as text. */
function gatesOfGate(text: string, row: Row, roles: TableRoles, title: string): StatedGate[] {
  const asked = roles.demands.map((column) => cellText(text, row.cells[column]));
  const gates = asked.flatMap((cell) => (isEmpty(cell) ? [] : gatesOfEntry(`${title}: ${cell}`, "states")));
  if (gates.length > 0) return once(gates);
  if (asked.length > 0) return [{ metric: normaliseMetric(title), text: title, criterion: null }];
  return gatesOfEntry(title, "states");
}

function kindOf(roles: TableRoles, scope: Scope): Draft["kind"] {
  if (roles.kind === "stage") return "phase";
  if (roles.kind === "criterion" || roles.kind === "metric") return "criterion";
  return scope.entries === "criterion" && !roles.namesTasks ? "criterion" : "task";
}

function applyCells(item: Draft, text: string, row: Row, roles: TableRoles): void {
  for (const { column, name } of roles.attributes) {
    applyAttribute(item, name, cellText(text, row.cells[column]));
  }
  item.window ??= windowOf(item.title);
  item.mode ??= modeOf(text.slice(row.cells[0]?.from, row.cells.at(-1)?.to ?? 0).includes("🐍") ? "🐍" : "");
  const found = statusCell(text, row, roles);
  if (found !== null) {
    item.claimed = found.status.claimed;
    item.token = { from: found.from + found.status.start, to: found.from + found.status.end, form: found.status.form };
    return;
  }
  const title = row.cells[roles.title];
  if (title === undefined) return;
  if (text.startsWith("~~", title.from)) item.claimed = "cancelled";
  const raw = text.slice(title.from, title.to);
  const leading = bracketedState(raw);
  if (leading === null) return;
  item.title = readItemText(withoutStatus(raw, leading)).title;
  item.claimed = leading.claimed;
  item.token = { from: title.from + leading.start, to: title.from + leading.end, form: leading.form };
}

function statusCell(text: string, row: Row, roles: TableRoles): { status: FoundStatus; from: number } | null {
  for (const column of [roles.status, roles.status >= 0 ? -1 : roles.notes]) {
    const cell = column >= 0 ? row.cells[column] : undefined;
    if (cell === undefined) continue;
    const raw = text.slice(cell.from, cell.to);
    // A note in brackets explains: `(approved)`.
    if (column === roles.notes && column !== roles.status && raw.startsWith("(")) continue;
    const criterion = roles.kind === "criterion" || roles.kind === "metric";
    const status = column === roles.status ? stateOfCell(raw, criterion) : statusOfValue(raw);
    if (status !== null) return { status, from: cell.from };
  }
  return null;
}

function gatesOf(text: string, row: Row, roles: TableRoles, title: string): StatedGate[] {
  if (roles.kind === "metric") {
    const target = cellText(text, row.cells[roles.target]);
    const asked = [target, ...roles.guards.map((column) => guardOf(text, row, column))];
    return asked.flatMap((cell) => (isEmpty(cell) ? [] : gatesOfEntry(`${title}: ${cell}`, "states")));
  }
  const stated = roles.kind === "criterion" ? gatesOfEntry(title, "thresholds") : [];
  const known = new Set(stated.map(demandOf));
  // What a column says once more is asked once.
  return [
    ...stated,
    ...gatesOfColumns(text, row, roles).filter((gate) => gate.criterion === null || !known.has(demandOf(gate))),
  ];
}

/** A demand that several columns of a row state is one. */
function once(gates: readonly StatedGate[]): StatedGate[] {
  const known = new Set<string>();
  return gates.filter((gate) => {
    const demand = demandOf(gate);
    if (gate.criterion === null || gate.criterion.kind !== "absolute") return true;
    return !known.has(demand) && known.add(demand) !== undefined;
  });
}

function demandOf({ criterion }: StatedGate): string {
  return `${criterion?.op} ${String(criterion?.value)} ${criterion?.unit}`;
}

/** A bare number under `Floor` or `Limit` is a bound by the name of its column. */
function guardOf(text: string, row: Row, column: number): string {
  const cell = cellText(text, row.cells[column]);
  if (!/^\d/.test(cell)) return cell;
  const name = cellText(text, row.header[column]).toLowerCase();
  if (/floor|minimum|lower/.test(name)) return `>= ${cell}`;
  return /ceiling|limit|exceed|maximum|upper/.test(name) ? `<= ${cell}` : cell;
}

/** Thresholds in columns of their own: `Gate`, `Exit criteria`, `Target` beside the work. */
function gatesOfColumns(text: string, row: Row, roles: TableRoles): StatedGate[] {
  const columns = roles.attributes
    .filter(({ name }) => name === "gate" || name === "criteria")
    .map(({ column, name }) => ({ column, gate: name === "gate" }));
  if (roles.target >= 0 && !columns.some(({ column }) => column === roles.target))
    columns.push({ column: roles.target, gate: false });
  if (roles.kind === "stage" && roles.delivered > 0) columns.push({ column: roles.delivered, gate: false });
  return columns.flatMap(({ column, gate }) => {
    const cell = cellText(text, row.cells[column]);
    if (isEmpty(cell)) return [];
    return gate ? gatesOfValue(cell, cell, true) : gatesOfEntry(cell, "thresholds");
  });
}

function isEmpty(cell: string): boolean {
  return cell === "" || /^(?:n\/a|tbd|-+|–|—)$/i.test(cell);
}
