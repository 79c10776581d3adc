import type { Line } from "./block.ts";
import { draft } from "./draft.ts";
import { gatesOfEntry } from "./gate-text.ts";
import { headOf, stripMarks } from "./item-text.ts";
import { labelOf } from "./label.ts";
import { withoutStatus } from "./outline.ts";
import { plainText } from "./plain-text.ts";
import type { ReaderState } from "./reader-state.ts";
import { isRetelling } from "./retelling.ts";
import type { Scope } from "./scope.ts";
import { insideReport } from "./scope.ts";
import { PLAN_BY_TITLE } from "./section-meaning.ts";
import type { Stage } from "./stage.ts";
import { stageOf, windowOf } from "./stage.ts";
import { statusOfTitle } from "./status.ts";
import { SURE_MARKS } from "./status-words.ts";

/** From this many boxes and rows on, a document tracks its work in them. */
const FEW_TRACKED = 3;
/** Lists of next steps are short; comparing each entry of a long one with all items would not be linear. */
const MOST_COMPARED = 200;

/** What a list entry without a box is: null when it is no item. */
export function entryKind(state: ReaderState, scope: Scope, line: Line, raw: string): "task" | "criterion" | null {
  if (line.level > 1) return null;
  if (scope.gates === "states") return isRemark(raw) ? null : "criterion";
  if (scope.entries === "criterion") return isObservation(raw) ? null : "criterion";
  if (scope.entries === "aim") return isAim(raw) ? "criterion" : null;
  const planned = scope.entries === "planned-task";
  if (planned && state.outline.tracked >= FEW_TRACKED && line.number < 0) return null;
  if (isFigure(raw)) return null;
  if (scope.entries === "task" || planned) return line.number < 0 && state.numbered ? null : asTask(state, line);
  // Where work is tracked or staged, such a list tells in order what stands elsewhere.
  const plans = scope.because === PLAN_BY_TITLE || scope.because.endsWith(" order");
  if (plans && !isInner(state) && (state.outline.tracked >= FEW_TRACKED || state.outline.staged)) return null;
  if (scope.entries === "ordered-task") {
    // A report counts what was done in prose too; with marks it keeps a list of tasks.
    const told = scope.claimed === "done" && scope.because.startsWith("what ") && !isMarked(raw);
    return line.number >= 0 && !told ? "task" : null;
  }
  const unsaid = scope.entries === "neutral" || (scope.entries === "none" && scope.direct === null);
  if (unsaid && isMarkedList(state, raw)) return "task";
  if (scope.direct === "phase") {
    if (labelOf(raw)?.name != null) return null;
    if (line.number >= 0) return asTask(state, line);
    return !state.numbered && isPhaseWork(state, raw) ? "task" : null;
  }
  if (scope.direct === "step") return stepEntries(state, line);
  return null;
}

/** Whether the section at hand stands inside another one: the plan of a part, and not once more that of the whole. */
function isInner(state: ReaderState): boolean {
  const [last, above] = [state.sections.at(-1), state.sections.at(-2)];
  if (state.label !== null) return last?.item != null;
  return last !== undefined && above !== undefined && last.level > 2 && above.level > 1;
}

/**
 * Entries directly under a phase are its work, unless the document tracks its work in boxes or tables: then they are
 * work only where they have a mark of their own or stand in a list of what is open.
 */
function isPhaseWork(state: ReaderState, raw: string): boolean {
  if (state.outline.tracked < FEW_TRACKED) return true;
  if (isMarked(raw)) return true;
  return state.sections.some(({ item, meaning }) => item === null && OPEN_LISTS.has(meaning.because));
}

/** A list whose entries begin with marks of different states tracks work, whatever stands above it. */
function isMarkedList(state: ReaderState, raw: string): boolean {
  const section = state.sections.at(-1);
  if (section === undefined) return false;
  const { mark, mixed, marked, entries, nested, worded, varied } = section.heading.evidence;
  // Marks for what is open or at work are put only on work.
  const open = mark === "pending" || mark === "in_progress";
  if (open && !mixed && marked > 2 && marked === entries - nested)
    return isMarked(raw) && (state.label === null || state.label.meaning.because === "");
  if (state.label !== null || insideReport(state.sections)) return false;
  // Marks or words for different states, behind most entries.
  if (varied && worded > 1 && worded * 2 >= entries - nested) return true;
  return mixed && marked * 3 >= (entries - nested) * 2 && isMarked(raw);
}

function isMarked(raw: string): boolean {
  return SURE_MARKS.has(String.fromCodePoint(raw.codePointAt(0) ?? 0));
}

/** Once a list of tasks is numbered, bullets between its entries describe them. */
function asTask(state: ReaderState, line: Line): "task" {
  if (line.number >= 0) state.numbered = true;
  return "task";
}

/** Entries directly under a step with a number or code: work when the step stands in a phase or when they are numbered. */
function stepEntries(state: ReaderState, line: Line): "task" | null {
  const above = state.sections.at(-2);
  const step = state.sections.at(-1);
  if (step === undefined) return null;
  const { number, stage } = step.heading;
  const coded = stage?.id != null;
  if (number === null && !coded) return null;
  if (above?.item?.kind === "phase") return line.number >= 0 || state.outline.tracked < FEW_TRACKED ? "task" : null;
  return coded && line.number >= 0 ? "task" : null;
}

/** Below a bullet that only groups (`- **Documentation**`) entries count as if it were not there. */
export function nestedKind(state: ReaderState, line: Line, scope: Scope): "task" | "criterion" | null {
  if (line.level !== 2 || scope.entries !== "criterion") return null;
  const holder = state.lines[line.holder];
  return holder !== undefined && isGroup(state.raw(holder)) ? "criterion" : null;
}

export function isToldAgain(state: ReaderState, scope: Scope, raw: string, kind: "task" | "criterion"): boolean {
  const plain = stripMarks(plainText(raw.slice(0, 400)));
  if (scope.gates === "states") return false;
  const stage = stageOf(plain.replace(/^\*+/, ""));
  if (stage !== null && stage.named && state.stages.isDefined(stage.ref)) return true;
  if (state.isKnown(plain, kind)) return true;
  if (kind !== "task") return false;
  if (WHOLE_LINK.test(raw) || ONLY_IDS.test(raw)) return true;
  // A list of what is in one state gathers what stands elsewhere.
  if (scope.claimed !== null && state.isTitled(headOf(raw) ?? plain)) return true;
  if (!scope.retells || state.compared >= MOST_COMPARED) return false;
  state.compared += 1;
  return isRetelling(plain, headOf(raw), state.reading.drafts);
}

/** `- **Phase 1 (Weeks 1-2):** text`: a phase, unless a heading defines it. */
export function readStageEntry(state: ReaderState, index: number, line: Line, raw: string): boolean {
  const head = headOf(raw);
  if (head === null) return false;
  const state1 = statusOfTitle(head, { lastWord: true });
  const stage =
    stageOf(state1?.form === "word" ? withoutStatus(head, state1) : head) ?? releaseStage(state, line, raw, head);
  if (stage === null || !stage.named) return false;
  if (RANGE.test(stage.ref) && state.stages.counts(stage.ref.split(" ")[0] ?? "")) {
    state.tellAgain(line, raw, null);
    return true;
  }
  const known = state.stages.itemFor(stage.ref) ?? state.stageByAlias(stage.ref);
  if (known !== null) {
    state.tellAgain(line, raw, known);
    return true;
  }
  if (
    state.currentScope().entries === "none" &&
    !isSummedUp(state, stage, raw) &&
    state.sections.at(-1)?.meaning.because !== "" &&
    state.label === null
  ) {
    return false;
  }
  if (stage.kind === "step") return false;
  if (isPartOfStage(state, stage)) return state.currentScope().entries === "none";
  const status = statusOfTitle(raw, { lastWord: false, continued: true });
  const title = withoutStatus(raw, status);
  const item = draft(
    stage.kind,
    line.line,
    null,
    title,
    state.owner(),
    0.8,
    "entry.stage: an entry that names a stage",
  );
  item.aliases.push(stage.ref);
  item.window = windowOf(raw);
  if (status !== null) {
    item.claimed = status.claimed;
    item.token = { from: line.from + status.start, to: line.from + status.end, form: status.form };
  }
  state.emit(item, index);
  return true;
}

/** `Phase 3-4` speaks of several stages at once, where stages have headings of their own. */
const RANGE = /^phase \d+[a-z]?[-–&/]\d/;

/** A list of where the stages stand defines those that have no heading, where their fellows have one. */
function isSummedUp(state: ReaderState, stage: Stage, raw: string): boolean {
  const word = stage.ref.split(" ")[0] ?? "";
  return state.stages.counts(word) && statusOfTitle(raw, { lastWord: false, continued: true }) !== null;
}

/** The weeks of a stage that tracks its work in boxes say when its parts come, and are no stages of their own. */
function isPartOfStage(state: ReaderState, stage: Stage): boolean {
  const section = state.sections.at(-1);
  return (
    /^(?:week|day|month|woche|semana|semaine|tag|monat)s?\s/.test(stage.ref) &&
    section?.item?.kind === "phase" &&
    section.heading.evidence.boxes > 0
  );
}

const ROLLOUT =
  /\b(?:roll-?out|launch plan|release plan|release stages|launch stages|phasing|ausrollung|despliegue|déploiement)\b/i;
const RELEASE_STAGE =
  /^(?:dogfood\w*|alpha|(?:closed |open |public |private |limited )?beta|canary|pilot(?:en|o|e)?|ga|general availability|early access|internal|employees|staging|everyone|all (?:users|customers|tenants|regions)|\d{1,3}\s?%)(?=$|[\s:(,–—-])/i;

/** In a rollout each entry that names who gets it (`Dogfood`, `Beta`, `10 %`) is a stage of it. */
function releaseStage(state: ReaderState, line: Line, raw: string, head: string): Stage | null {
  const title = state.sections.at(-1)?.heading.title ?? "";
  if ((line.number < 0 && !raw.startsWith("**")) || !ROLLOUT.test(title) || !RELEASE_STAGE.test(head)) return null;
  return { kind: "phase", ref: `release ${head.toLowerCase()}`, rest: head, named: true };
}

/** An entry that is nothing but a link leads to where the work is told. */
const WHOLE_LINK = /^\[[^[\]]{1,200}\](?:\(#[^)]*\)|\[[^\]]*\]|$|\s*\()/;

/** Capitals and digits may mix only before a dash, so that an id reads in one way. */
const ID = "`?(?:[A-Z][A-Z0-9]{0,9}-|[A-Z]{1,10})\\d{1,5}[a-z]?`?";
/** ``- `CORE-01` to `CORE-06`, `UI-2` ``: work that is told where it has its ids. */
const ONLY_IDS = new RegExp(`^${ID}(?:\\s*(?:,|;|to|through|and|&|\\+|→|–|-|\\.{2,3}|…)\\s*${ID}){1,40}\\.?$`);

/** Headings that gather work by its state. */
const OPEN_LISTS = new Set([
  "pending",
  "in progress",
  "pending tasks",
  "open tasks",
  "upcoming tasks",
  "todo",
  "to do",
  "backlog",
  "remaining work",
]);

/** A goal that a machine could judge: it states a threshold, and no measurement of today. */
function isAim(raw: string): boolean {
  const plain = stripMarks(plainText(raw.slice(0, 400)));
  if (/^(?:current|currently|now|today|actual|baseline|so far)\b/i.test(plain)) return false;
  return gatesOfEntry(plain, "thresholds").length > 0;
}

/** `Track …`, `Monitor …`: says what will be looked at, not what must be so. */
function isObservation(raw: string): boolean {
  const plain = stripMarks(plainText(raw.slice(0, 300)));
  const said = /^[^:]{2,60}:\s+(.*)$/.exec(plain)?.[1] ?? plain;
  return /^(?:track|monitor|measure|observe|watch)\b/i.test(said);
}

/** `Completed: 7`, `On schedule: ✅ yes`: an entry that only gives a figure or an answer measures, and is no work. */
function isFigure(raw: string): boolean {
  return raw.length < 120 && FIGURE.test(stripMarks(plainText(raw)));
}

const FIGURE =
  /^[^:：]{2,50}[:：]\s+[\s\p{Extended_Pictographic}\ufe0f]*(?:[~≈+-]?\d[\d.,]*\s?(?:%|\/\s?\d[\d.,]*)?|yes|no|none)[\s.]*$/iu;

/** `Note: …`, `Rationale: …`: speaks of the gates and is none. */
export function isRemark(raw: string): boolean {
  return REMARK.test(stripMarks(plainText(raw.slice(0, 120))));
}

const REMARK =
  /^(?:notes?|nb|n\.b\.|remarks?|comments?|rationale|reason|why|background|context|example|e\.g\.|see(?: also)?|tip|hint|hinweis|nota|remarque)\s?[:：]|^\((?:note|see)\b/i;

function isGroup(raw: string): boolean {
  return /^\*\*[^*]+\*\*:?$/.test(raw.trim()) || raw.trim().endsWith(":");
}
