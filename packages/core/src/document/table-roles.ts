import { findThresholds } from "../criteria/find-thresholds.ts";
import type { Cell, Line, Row } from "./block.ts";
import { stripMarks } from "./item-text.ts";
import type { AttributeName } from "./label.ts";
import { attributeNameOf } from "./label.ts";
import { COLUMNS } from "./other-languages.ts";
import { plainText } from "./plain-text.ts";
import type { FoundStatus } from "./status.ts";
import { statusOfValue } from "./status.ts";

/** What a table's rows are, and which column says what. Column numbers are 0-based; -1 for none. */
export interface TableRoles {
  readonly kind: "task" | "criterion" | "metric" | "stage" | "none";
  readonly id: number;
  readonly title: number;
  readonly status: number;
  readonly target: number;
  /** Columns of limits beside the target. */
  readonly guards: readonly number[];
  /** Whether the rows have an id and a text, which makes them what the section around lists. */
  readonly listed: boolean;
  /** Whether a column is named for tasks, so that a section of tasks needs no more to make its rows tasks. */
  readonly namesTasks: boolean;
  /** Whether the rows have a title and a state, which makes them tasks where the section holds work. */
  readonly tracks: boolean;
  /** Whether a column gives each row its release or stage, which makes them tasks where the section plans. */
  readonly placed: boolean;
  /** Whether the rows are tasks only for their time and owner: a schedule, or the record of an incident. */
  readonly timed: boolean;
  /** Whether the first column that is no id is named for gates: every row is one. */
  readonly namesGates: boolean;
  /** The column that names the gate, where the rows are gates. */
  readonly gateTitle: number;
  /** Columns that say what a gate in this table asks for. */
  readonly demands: readonly number[];
  /** What the rows of a table of stages are called by the head of their column, as written and in English: `week`. */
  readonly stageWords: readonly string[];
  /** The column of what a stage delivers; -1 for none. */
  readonly delivered: number;
  /** A column of free notes, which may carry the status. */
  readonly notes: number;
  /** Columns that set attributes. */
  readonly attributes: readonly { readonly column: number; readonly name: AttributeName }[];
}

const ID =
  /^(?:id|#|no\.?|nr\.?|key|ref|task id|ticket|issue|task #|step #|story id|nr|number|n°|№|\p{L}{2,20}[ -]?id)$/u;
const TASK_TITLE =
  /^(?:task|tasks|description|work item|work|item|action|action item|activity|to ?do|todo|ticket|story|user story|subtask|step|feature|what|title|name|summary|task name|task description|deliverable)s?$/;
const STRONG_TASK =
  /^(?:task|tasks|work item|action item|action|to ?do|todo|subtask|user story|story|activity|task name|task description|subgoal|sub-goal)s?$/;
const CRITERION =
  /^(?:criterion|criteria|acceptance criterion|acceptance criteria|success criterion|success criteria|scenario|gate|quality gate|requirement|check|condition|deliverable)s?$/;
const METRIC = /^(?:metric|metrics|kpi|indicator|measure|slo|sli|measurement|quality metric)s?$/;
const TARGET =
  /^(?:target|threshold|goal|target value|target metric|target threshold|pass threshold|required value|objective|required|minimum|slo target|limit|acceptance threshold)$/;
const GATE = /^(?:\p{L}+ )?gates?(?: (?:name|description|id|no|number|criterion|criteria))?$/u;
const DEMAND =
  /\b(?:criteri(?:a|on)|conditions?|requirements?|required|thresholds?|targets?|goal|pass|passes|must|expected|standard|limit|rule|minimum|maximum|min|max|demand|slo|gate|ask)\b/;
/** Columns that tell how it stands or how it is found out. */
const TELLING =
  /\b(?:status|state|current|actual|measured|baseline|today|now|result|check|checks|command|tool|tools|how|method|evidence|source|verified by|verification|severity|level|blocking|type|category|when|why|rationale|phase|link|date|comment|comments|notes?)\b/;
const STAGE = /^(?:phase|stage|milestone|sprint|week|weeks|iteration|wave|quarter|month)s?$/;
const STATUS =
  /^(?:status|state|result|outcome|done\??|complete\??|completed\??|current status|verdict|pass\/fail|pass(?:ed)?\??|ok\??|met\??|fulfilled\??|achieved\??|satisfied\??|ready\??|in place\??|compliant\??|fixed\??|closed\??)$/;
/** What is done about the row: the row is a piece of work. */
const FIX =
  /^(?:fix|fixes|change|required change|change needed|changes needed|proposed fix|remedy|remediation|resolution|action needed)$/;
/** When or with what the row comes. */
const PLACE =
  /^(?:(?:target|planned|fix|planned in) )?(?:version|release|milestone|phase|stage|sprint|quarter)$|^(?:planned for|target date|eta|slot)$/;
const TIME = /^(?:time|when|start|start time|at|t|day|date|clock|offset)$/;
const STEP = /^(?:step|action|activity|task|what|work item)s?$/;
/** Rows of things to be done, where a column says who does them or when they are done. */
const ITEM = /^(?:work |action |roadmap )?items?$/;
const DONE_WHEN = /^(?:definition of done|done when|dod|acceptance(?: criteria)?|exit criteria|验收点|验收标准)$/;
/** When a milestone comes or what it brings. */
const DATED = /^(?:(?:target |planned |due )?dates?|target|deliverables?|eta|deadline|by)$/;
const EVENT = /^(?:milestone|event|checkpoint)s?$/;
const GUARD =
  /^(?:guard ?rails?|floor|ceiling|hard limit|limit|must not exceed|minimum|maximum|lower bound|upper bound)$/;
const NOTES = /^(?:notes?|remarks?|comments?|evidence)$/;

const cache = new WeakMap<readonly Line[], Map<number, TableRoles | null>>();

/** The roles of the table whose header stands at the given line; read once per table. */
export function readTableRoles(text: string, lines: readonly Line[], table: number): TableRoles | null {
  let known = cache.get(lines);
  if (known === undefined) {
    known = new Map();
    for (const [id, rows] of rowsByTable(lines)) known.set(id, rolesOf(text, rows));
    cache.set(lines, known);
  }
  return known.get(table) ?? null;
}

function rowsByTable(lines: readonly Line[]): Map<number, Row[]> {
  const tables = new Map<number, Row[]>();
  for (const line of lines) {
    if (line.row === null) continue;
    const rows = tables.get(line.row.table);
    if (rows === undefined) tables.set(line.row.table, [line.row]);
    else rows.push(line.row);
  }
  return tables;
}

/** Plain text of a cell. */
export function cellText(text: string, cell: Cell | undefined): string {
  return cell === undefined ? "" : plainText(text.slice(cell.from, Math.min(cell.to, cell.from + 2000)));
}

function rolesOf(text: string, rows: readonly Row[]): TableRoles | null {
  const header = rows[0]?.header ?? [];
  const written = header.map((cell) => writtenName(cellText(text, cell)));
  const names = written.map((name) => COLUMNS.get(name) ?? name);
  const find = (pattern: RegExp, not = -1): number =>
    names.findIndex((name, column) => column !== not && pattern.test(name));
  const id = find(ID);
  const stage = STAGE.test(names[0] ?? "") ? 0 : -1;
  const criterion = find(CRITERION);
  const metric = find(METRIC);
  const target = find(TARGET);
  const named = find(STRONG_TASK);
  const strong = countsOnly(text, rows, named) ? -1 : named;
  const namedStatus = find(STATUS, Math.max(strong, 0));
  const status =
    namedStatus >= 0 && saysStates(text, rows, namedStatus) ? namedStatus : statusByContent(text, rows, names, id);
  const attributes = attributesOf(names);
  const owner = attributes.some(({ name }) => name === "owner");
  const notes = find(NOTES);
  const first = names.findIndex((_, column) => column !== id);
  const gateTitle = [find(GATE), criterion, metric, titleColumn(names, id)].find((column) => column >= 0) ?? first;
  const entitled = titleColumn(names, id);
  const listedText = entitled >= 0 ? entitled : criterion;
  const base = {
    id,
    listed: id >= 0 && listedText >= 0,
    status,
    target,
    notes,
    attributes,
    namesTasks: strong >= 0,
    tracks: status > 0,
    timed: status < 0 && id < 0 && names.some((name) => TIME.test(name)),
    placed: names.some((name, column) => column > 0 && PLACE.test(name)),
    guards: names.flatMap((name, column) => (column !== target && GUARD.test(name) ? [column] : [])),
    namesGates: GATE.test(names[first] ?? ""),
    gateTitle,
    stageWords: stage < 0 ? [] : [...new Set([written[0], names[0]].map((name) => (name ?? "").replace(/s$/, "")))],
    delivered: find(/^deliverables?$/),
    demands: demandColumns(names, [id, status, notes, gateTitle], attributes),
  };
  if (metric >= 0 && target >= 0) return { ...base, kind: "metric", title: metric };
  const dated = stage === 0 && /^milestones?$/.test(names[0] ?? "") && names.some((name) => DATED.test(name));
  // `Wave | Task | Status` with a code of its own in each row.
  const title = titleColumn(names, id);
  const coded = stage === 0 && id < 0 && (strong > 0 || names[0] === "wave") && hasCodes(text, rows);
  if (coded && status > 0) return { ...base, id: 0, kind: "task", title: strong > 0 ? strong : Math.max(title, 1) };
  if (stage === 0 && (status >= 0 || attributes.length > 0 || dated)) return { ...base, kind: "stage", title: 0 };
  const work = status >= 0 || owner || attributes.some(({ name }) => name === "effort" || name === "depends");
  if (strong >= 0 && work) return { ...base, kind: "task", ...idAndTitle(names, strong, id) };
  // A check that somebody is named for is a thing to do; one without is a condition.
  if (names[criterion] === "check" && owner && status >= 0) return { ...base, kind: "task", title: criterion };
  // A tracker whose rows are merged, owned or ordered tracks work, even where it calls that a deliverable.
  if (/^deliverables?$/.test(names[criterion] ?? "") && id >= 0 && status >= 0 && tracksWork(names, attributes))
    return { ...base, namesTasks: true, kind: "task", title: criterion };
  if (criterion >= 0 && status >= 0) return { ...base, kind: "criterion", title: criterion };
  const timed = base.timed || attributes.some(({ name }) => name === "window");
  if (timed && owner && STEP.test(names[title] ?? "")) return { ...base, kind: "task", title };
  if (title >= 0 && ITEM.test(names[title] ?? "") && (owner || names.some((name) => DONE_WHEN.test(name))))
    return { ...base, kind: "task", title };
  const event = names.findIndex((name, column) => column > 0 && (STEP.test(name) || EVENT.test(name)));
  if (status >= 0 && event > 0 && event !== status && TIME.test(names[0] ?? ""))
    return { ...base, kind: "task", title: event };
  if (id >= 0 && names.some((name) => FIX.test(name)))
    return { ...base, kind: "task", title: title >= 0 ? title : first };
  if (title >= 0 && (id >= 0 ? work : status >= 0 && owner)) return { ...base, kind: "task", title };
  if (id >= 0 && status >= 0 && title < 0 && criterion < 0 && metric < 0)
    return { ...base, kind: "task", title: first };
  if (target >= 0 && names.length > 1 && target > 0 && statesTargets(text, rows, target))
    return { ...base, kind: "metric", title: names.findIndex((_, column) => column !== id && column !== target) };
  return { ...base, kind: "none", title: base.listed ? listedText : Math.max(strong, title, 0) };
}

/** A column for the change that delivers a row, for who does it, what it needs or what it takes. */
function tracksWork(names: readonly string[], attributes: TableRoles["attributes"]): boolean {
  return (
    names.some((name) => /^(?:pr|prs|pull request|mr|merge request|branch|commit|commits)$/.test(name)) ||
    attributes.some(({ name }) => name === "owner" || name === "depends" || name === "effort")
  );
}

/** The columns named for what is asked; where none is, the first that says something else than who, when and how. */
function demandColumns(
  names: readonly string[],
  taken: readonly number[],
  attributes: TableRoles["attributes"],
): readonly number[] {
  const free = names.flatMap((name, column) => {
    const attribute = attributes.find((one) => one.column === column)?.name;
    const asks = attribute === undefined || attribute === "gate" || attribute === "criteria";
    return taken.includes(column) || !asks || TELLING.test(name) ? [] : [column];
  });
  const named = free.filter((column) => DEMAND.test(names[column] ?? ""));
  return named.length > 0 ? named : free.slice(0, 1);
}

/** Codes of two digits or more in the first column, each only once: `W153`, `T-07`. */
function hasCodes(text: string, rows: readonly Row[]): boolean {
  const codes = rows.slice(0, 50).map((row) => cellText(text, row.cells[0]));
  return codes.every((code) => /^[A-Z]{1,4}-?\d{2,5}[a-z]?$/.test(code)) && new Set(codes).size === codes.length;
}

/** `| Priority | Tasks | … |` with numbers in the cells says how many there are. */
function countsOnly(text: string, rows: readonly Row[], column: number): boolean {
  return column >= 0 && rows.slice(0, 50).every((row) => /^\d{0,4}$/.test(cellText(text, row.cells[column])));
}

/** The head of a column in lower case, without marks and remarks in brackets. */
function writtenName(head: string): string {
  return stripMarks(head)
    .toLowerCase()
    .replace(/\((?:s|es)\)/g, "s")
    .replace(/(?<=\S)\s*\([^()]*\)\s*$/, "")
    .trim();
}

/** A column of targets without a column of metrics: at least half of its filled cells compare with a number. */
function statesTargets(text: string, rows: readonly Row[], column: number): boolean {
  const cells = rows.slice(0, 200).map((row) => cellText(text, row.cells[column]));
  const filled = cells.filter((cell) => cell !== "" && !/^[-–—]+$/.test(cell));
  const stated = filled.filter((cell) => findThresholds(cell).some(({ form }) => form !== "number"));
  return stated.length > 0 && stated.length * 2 >= filled.length;
}

/** `Task | Description | …` holds ids in the first of the two. */
function idAndTitle(names: readonly string[], strong: number, id: number): { id: number; title: number } {
  const description = names.findIndex(
    (name, column) =>
      column !== strong && /^(?:description|title|summary|details|what|task name|task description|name)$/.test(name),
  );
  if (description >= 0 && id < 0) return { id: strong, title: description };
  return { id, title: id === strong && description >= 0 ? description : strong };
}

function titleColumn(names: readonly string[], id: number): number {
  return names.findIndex((name, column) => column !== id && TASK_TITLE.test(name));
}

function attributesOf(names: readonly string[]): { column: number; name: AttributeName }[] {
  const attributes: { column: number; name: AttributeName }[] = [];
  for (const [column, name] of names.entries()) {
    const attribute = attributeNameOf(name) ?? (/\bowner|\bassign|\bteam/.test(name) ? "owner" : null);
    if (
      attribute !== null &&
      attribute !== "status" &&
      attribute !== "other" &&
      attribute !== "id" &&
      attribute !== "target"
    ) {
      attributes.push({ column, name: attribute });
    }
  }
  return attributes;
}

/** The one column whose cells are words for states, whatever it is called; -1 where there is none or more than one. */
function statusByContent(text: string, rows: readonly Row[], names: readonly string[], id: number): number {
  const columns = names.flatMap((name, column) => {
    if (column === 0 || column === id || NOTES.test(name) || setsAttribute(name) || TARGET.test(name)) return [];
    const cells = rows.slice(0, 200).map((row) => cellText(text, row.cells[column]));
    const filled = cells.filter((cell) => cell !== "" && !/^[-–—]+$/.test(cell));
    const states = filled.filter((cell) => cell.length < 30 && statusOfValue(cell)?.form === "word");
    return filled.length >= 2 && states.length * 4 >= filled.length * 3 ? [column] : [];
  });
  const [only, second] = columns;
  return only !== undefined && second === undefined ? only : -1;
}

function setsAttribute(name: string): boolean {
  const attribute = attributeNameOf(name);
  return attribute !== null && attribute !== "other";
}

const YES = /^[\s*_]*(?:yes|y|ja|sí|si|oui|sim|tak|да|evet|はい|是|예|네)[\s*_.!]*$/iu;
const NO = /^[\s*_]*(?:no|n|nein|non|não|nie|нет|hayır|いいえ|否|아니오|아니요)[\s*_.!]*$/iu;

/** What a cell of a column of states says; a plain `no` is a failure of a criterion, and work that is not done. */
export function stateOfCell(cell: string, criterion: boolean): FoundStatus | null {
  const status = statusOfValue(cell);
  if (status !== null) return status;
  const claimed = YES.test(cell) ? "done" : NO.test(cell) ? (criterion ? "failed" : "pending") : null;
  if (claimed === null) return null;
  const start = cell.search(/[^\s*_]/);
  return { claimed, start, end: start + (/^[^\s*_.!]+/.exec(cell.slice(start))?.[0].length ?? 0), form: "word" };
}

/** A column is one of states when at least half of its filled cells say one. */
function saysStates(text: string, rows: readonly Row[], column: number): boolean {
  let filled = 0;
  let states = 0;
  for (const row of rows.slice(0, 200)) {
    const value = cellText(text, row.cells[column]);
    if (value === "" || /^[-–—]+$/.test(value)) continue;
    filled += 1;
    if (stateOfCell(value, false) !== null) states += 1;
  }
  return filled === 0 || states * 2 >= filled;
}
