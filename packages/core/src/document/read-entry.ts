import { findThresholds } from "../criteria/find-thresholds.ts";
import type { Claimed } from "../plan/inspection.ts";
import type { Line } from "./block.ts";
import type { Draft } from "./draft.ts";
import { draft } from "./draft.ts";
import { entryKind, isRemark, isToldAgain, nestedKind, readStageEntry } from "./entry-kind.ts";
import { gatesOfEntry } from "./gate-text.ts";
import { readItemText, stripMarks } from "./item-text.ts";
import type { Label } from "./label.ts";
import { labelOf } from "./label.ts";
import { labelMeaning } from "./label-meaning.ts";
import { isBox, sameWork, withoutStatus } from "./outline.ts";
import { plainText } from "./plain-text.ts";
import { readAttribute, readCheck } from "./read-attribute.ts";
import type { ReaderState } from "./reader-state.ts";
import { readRelations } from "./relations.ts";
import type { Scope } from "./scope.ts";
import { insideReport } from "./scope.ts";
import { stageOf } from "./stage.ts";
import { isTargeted } from "./stated-bounds.ts";
import { statusOfTitle } from "./status.ts";
import { BOX_STATES } from "./status-words.ts";
import { dayOf } from "./time-headings.ts";
import { mayCompare, SELECTS } from "./work-demands.ts";

export function readEntry(state: ReaderState, index: number, line: Line): void {
  if (isBox(state.text, line.from)) {
    readBox(state, index, line);
    return;
  }
  const raw = state.raw(line);
  const holder = line.holder >= 0 ? state.taken.get(line.holder) : undefined;
  const label = labelOf(raw);
  if (label !== null && opensGroup(state, label, index, holder ?? null)) return;
  if (label !== null && takeAttribute(state, label, line, raw, holder ?? null)) return;
  if (holder !== undefined) {
    readRelations(holder, raw);
    const scope = state.scopeAt(line);
    const below = holder.kind === "criterion" && scope.gates === "states";
    if (below && !isRemark(raw)) readNestedGate(state, line, stripMarks(plainText(raw.slice(0, 2000))), scope);
    if (!below) readDescription(state, index, line, holder, scope);
    return;
  }
  readPlainEntry(state, index, line, raw, label);
}

/** Below work that is done, `Latency: < 1 s` says what was reached, unless it says that it has to be so. */
const ASKS = /\b(?:must|should|shall|has to|have to|needs? to|required?|target|goal|ensure|verify)\b/iu;

/** What describes a task may say how its result has to be: `Must finish in under 120 ms`. */
function readDescription(state: ReaderState, index: number, line: Line, holder: Draft, scope: Scope): void {
  const text = state.joined(index, line, line.from);
  const plain = stripMarks(plainText(text.slice(0, 2000)));
  if (isTargeted(plain)) state.gatesOf(holder, plain, "thresholds", scope, line.line);
  else if (holder.kind === "task" && (holder.claimed !== "done" || ASKS.test(plain)) && mayCompare(text))
    state.demandsOf(holder, stripMarks(plainText(text)), scope, line.line);
}

/**
 * `- **Exit criteria**:` with entries below it: no item, but it says what they are. Below a task only criteria are items
 * of their own; everything else describes it.
 */
function opensGroup(state: ReaderState, label: Label, index: number, holder: Draft | null): boolean {
  if (label.value.trim() !== "" || !holdsEntries(state, index)) return false;
  const meaning = labelMeaning(state, label.key);
  const criteria = meaning.entries === "criterion" || meaning.entries === "aim";
  if (!criteria && (holder !== null || meaning.entries !== "task" || meaning.weak)) return false;
  if (state.currentScope().entries === "criterion") return false;
  state.groups.set(index, meaning);
  return true;
}

export function readBox(state: ReaderState, index: number, line: Line): void {
  const text = state.text;
  const close = text.indexOf("]", line.from);
  const mark = text.slice(line.from + 1, close);
  const claimed = BOX_STATES.get(mark) ?? "unknown";
  let from = close + 1;
  const scope = state.scopeAt(line);
  const kind = scope.boxes;
  const raw = state.joined(index, line, from);
  // Formatters write the star of an optional task as `\\*`.
  const star = /^\\?\*(?!\*)/.exec(raw)?.[0].length ?? 0;
  const optional = star > 0;
  if (optional) from += star;
  const parts = readItemText(raw.slice(star));
  if (parts.title === "" && parts.id === null) {
    state.reading.notUnderstood.push({ line: line.line, text: raw.slice(0, 200), reason: "a check box without text" });
    return;
  }
  const day = dayOf(parts.title);
  const told = stageOf(parts.title) ?? (day === null ? null : { ...day, named: true });
  const defined =
    told !== null && told.named && (told.kind === "phase" || day !== null)
      ? (state.stages.itemFor(told.ref) ?? state.stageByAlias(told.ref))
      : null;
  if (
    scope.gates !== "states" &&
    told !== null &&
    defined !== null &&
    (day !== null || sameWork(told.rest, stageOf(defined.title)?.rest ?? ""))
  ) {
    // A list of the phases with boxes, before or after the headings that define them.
    state.tellAgain(line, raw, defined, claimed);
    return;
  }
  const holder = line.holder >= 0 ? state.taken.get(line.holder) : undefined;
  const item = draft(kind, line.line, parts.id, parts.title, holder ?? state.owner(), 0.99, `box.${kind}: a check box`);
  item.claimed = claimed === "pending" ? stateOfOpenBox(raw) : claimed;
  if (mark !== "") item.token = { from: line.from + 1, to: close, form: "box" };
  item.optional = optional;
  applyTags(item, parts.tags);
  readRelations(item, raw);
  state.emit(item, index);
  if (kind === "task" && holder === undefined && state.owner() === state.root)
    state.listedBoxes.push({ item, block: state.blockName(), retold: { line: line.line, raw, of: null, claimed } });
  takeGates(state, item, raw, scope);
}

/** An empty box says `pending`, unless its text is struck out or ends in another state in brackets: `… (in progress)`. */
function stateOfOpenBox(raw: string): Claimed {
  if (raw.includes("~~") && isStruck(raw)) return "cancelled";
  return /\((?:currently )?(?:in progress|wip|ongoing|started)\)[\s.*_]*$/i.test(raw) ? "in_progress" : "pending";
}

/** `Is the limit (30 s) documented? [Clarity]` asks about a threshold and states none. */
const QUESTION = /[?？]\s*(?:\[[^\]]{0,200}\]\s*)*$/u;

function takeGates(state: ReaderState, item: Draft, raw: string, scope: Scope): void {
  if (item.kind !== "criterion" && /^(?:target|goal)\s?:\s/i.test(gateText(raw))) {
    state.gatesOf(item, gateText(raw), "targets", scope);
  } else if (item.kind !== "criterion") {
    if (mayCompare(raw)) state.demandsOf(item, gateText(raw), scope, item.line);
  } else if (!QUESTION.test(raw)) {
    // A box among criteria that a review only lists still says what it says.
    const sense =
      scope.gates === "none" && item.reason.startsWith("box.") && !state.halted() ? "thresholds" : scope.gates;
    if (sense !== "none") state.gatesOf(item, gateText(raw), sense, scope);
  }
}

/** `- **Status**: …` below a heading or an item says something of it and is no item. */
function takeAttribute(state: ReaderState, label: Label, line: Line, raw: string, holder: Draft | null): boolean {
  const short = label.value.trim().split(/\s+/).length <= MOST_VALUE_WORDS;
  if (label.name === null && label.colon && short && state.attributeLists.has(line.list)) {
    state.tellAgain(line, raw, null);
    return true;
  }
  if (label.value.trim() === "" && label.colon && label.name !== null && holder !== null) return true;
  if (label.name === null || label.name === "other") return false;
  const scope = state.currentScope();
  const wanted = scope.entries === "criterion" || scope.gates !== "none";
  if (holder === null && wanted && label.name !== "status" && label.name !== "owner" && label.name !== "check")
    return false;
  const forPlan =
    label.name === "gate" || label.name === "criteria" || label.name === "check" || label.name === "target";
  if (holder === null && state.owner() === null && !forPlan)
    return OF_SECTION.has(label.name) && label.value.trim() !== "";
  // Below an entry that is no item, a state is that of the entry.
  const ofEntry = holder === null && label.name === "status" && line.level > 1 && !state.groups.has(line.holder);
  if (ofEntry && line.holder >= 0) return true;
  if (holder === null && label.value.trim() !== "") state.attributeLists.add(line.list);
  readAttribute(state, label, line, holder ?? state.owner());
  return true;
}

/** Attributes that, alone in a list of work, speak of all of it. */
const OF_SECTION: ReadonlySet<string> = new Set(["owner", "team", "priority", "complexity"]);

const MOST_VALUE_WORDS = 4;

function readPlainEntry(state: ReaderState, index: number, line: Line, raw: string, label: Label | null): void {
  const scope = state.scopeAt(line);
  if (scope.checks) {
    if (line.level === 1) readCheck(state, raw, line, state.owner());
    return;
  }
  if (line.level === 1 && scope.gates !== "states" && readStageEntry(state, index, line, raw)) return;
  const nested = line.holder >= 0;
  const grouped = state.groups.has(line.holder);
  const kind =
    nested && !grouped
      ? nestedKind(state, line, scope)
      : entryKind(state, scope, grouped ? { ...line, level: 1 } : line, raw);
  if (kind === null && line.level === 1 && !line.quoted && takeTargeted(state, index, line, raw, scope)) return;
  if (kind === null && !nested && !line.quoted && takeBareDemand(state, index, line, raw, scope)) return;
  // In a quote stand remarks; what a label for criteria lists there is asked for.
  const asked = scope.gates === "states" || (kind === "criterion" && state.label !== null);
  if (kind === null || (line.quoted && !asked)) {
    leaveEntry(state, line, raw, scope, nested);
    return;
  }
  const groups =
    label !== null && (scope.entries === "criterion" ? label.colon || line.number < 0 : label.colon && line.number < 0);
  const names = groups || (label !== null && /\bfiles?$/i.test(label.key));
  if (names && label !== null && label.value.trim() === "" && holdsEntries(state, index)) return;
  const joined = state.joined(index, line, line.from);
  if (isToldAgain(state, scope, joined, kind)) {
    state.tellAgain(line, joined, null, scope.claimed ?? undefined);
    return;
  }
  takeEntry(state, index, line, joined, kind, scope);
}

/** `Lines: 27% (target: 70%)` is a criterion in any list that tells how it stands. */
function takeTargeted(state: ReaderState, index: number, line: Line, raw: string, scope: Scope): boolean {
  if (!/[(:：]/.test(raw) || !isTargeted(stripMarks(plainText(raw)))) return false;
  takeEntry(state, index, line, raw, "criterion", { ...scope, gates: "thresholds", because: "a target behind it" });
  return true;
}

/** `Encode time < 200ms`: an entry that is a comparison and nothing else asks for it, where nothing says otherwise. */
function takeBareDemand(state: ReaderState, index: number, line: Line, raw: string, scope: Scope): boolean {
  if (!UNSAID.has(scope.because) || raw.length > 120 || reportsOnly(state) || state.halted()) return false;
  const plain = stripMarks(plainText(raw));
  if (!BARE_DEMAND.test(plain) || SELECTS.test(plain)) return false;
  const [stated, more] = gatesOfEntry(plain, "thresholds");
  if (more !== undefined || stated?.criterion?.kind !== "absolute" || stated.criterion.unit === null) return false;
  takeEntry(state, index, line, raw, "criterion", { ...scope, gates: "thresholds", because: "a comparison alone" });
  return true;
}

/** Whether the section tells of what is or was; one that says how the work is done may well state demands. */
function reportsOnly(state: ReaderState): boolean {
  if (!insideReport(state.sections)) return false;
  const section = state.sections.findLast(({ item, meaning }) => item !== null || meaning.because !== "");
  return section === undefined || !HOW.has(section.meaning.because);
}

const HOW: ReadonlySet<string> = new Set([
  "strategy",
  "approach",
  "constraints",
  "considerations",
  "technical specs",
  "technical details",
  "implementation strategy",
  "implementation details",
]);

const UNSAID: ReadonlySet<string> = new Set(["", "phase", "step"]);
const BARE_DEMAND =
  /^\p{L}[^<>≤≥.]{1,60}?\s*(?:[:：]\s*)?(?:<=?|>=?|≤|≥)\s?\d[\d.,]{0,12}\s?[%\p{L}/]{0,12}(?:\s[\p{L}-]{1,20}){0,3}$/u;

export function takeEntry(
  state: ReaderState,
  index: number,
  line: Line,
  raw: string,
  kind: "task" | "criterion",
  scope: Scope,
): void {
  const parts = readItemText(raw);
  if (parts.title === "" || NO_ENTRY.test(parts.title)) return;
  const status = statusOfTitle(raw, { lastWord: false, continued: true });
  const title = status?.form === "word" ? readItemText(withoutStatus(raw, status)).title : parts.title;
  const sure = scope.direct === null ? 0.85 : 0.7;
  const item = draft(
    kind,
    line.line,
    parts.id,
    title,
    state.owner(),
    sure,
    `entry.${kind}: ${scope.because === "" ? "in a list of marks" : `under ${scope.because}`}`,
  );
  // A list of what is put off says so of all its entries; the other lists only of those that say nothing themselves.
  if (scope.claimed !== null && (status === null || scope.claimed === "deferred")) item.claimed = scope.claimed;
  else if (status !== null) {
    item.claimed = status.claimed;
    item.token = { from: line.from + status.start, to: line.from + status.end, form: status.form };
    if (status.end > line.to - line.from) item.token = null;
  }
  applyTags(item, parts.tags);
  readRelations(item, raw);
  state.emit(item, index);
  takeGates(state, item, raw, scope);
}

function holdsEntries(state: ReaderState, index: number): boolean {
  const next = state.lines[index + 1];
  return next !== undefined && next.role === "item" && next.holder === index;
}

/** Entries that are no items may still state targets or tell of an item again. */
function leaveEntry(state: ReaderState, line: Line, raw: string, scope: Scope, nested: boolean): void {
  const plain = stripMarks(plainText(raw.slice(0, 2000)));
  const target = scope.gates === "targets" && !nested;
  if (target) state.gatesOf(state.owner(), plain, "targets", scope, line.line);
  if (!target && /\b\d[\d.,]*\s?%[^.]{0,60}\brequired\b|\brequired\b[^.]{0,40}\d\s?%/i.test(plain)) {
    state.gatesOf(state.owner(), plain, "thresholds", scope, line.line);
  }
  if (line.level === 1 || nested) state.tellAgain(line, raw, null);
}

/** Below a gate an entry explains it, unless it compares something with a number: that is part of what is asked. */
function readNestedGate(state: ReaderState, line: Line, plain: string, scope: Scope): void {
  if (!findThresholds(plain).some(({ form }) => form === "operator")) return;
  const holder = state.taken.get(line.holder) ?? state.owner();
  state.gatesOf(holder, plain, "thresholds", scope, line.line);
}

const NO_ENTRY = /^(?:none|n\/a|nothing|tbd|なし.{0,12}|-+)\.?$/i;

function isStruck(raw: string): boolean {
  return /^[^\p{L}\p{N}]*~~[^~]+~~[^\p{L}\p{N}]*$/u.test(raw.slice(0, 400));
}

function gateText(raw: string): string {
  return readItemText(raw.length > 4000 ? raw.slice(0, 4000) : raw).title;
}

function applyTags(item: Draft, tags: readonly string[]): void {
  for (const tag of tags) if (tag === "P" || /^parallel$/i.test(tag)) item.mode = "parallel";
}
