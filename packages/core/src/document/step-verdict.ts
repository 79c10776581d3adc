import { type Draft, draft } from "./draft.ts";
import type { Heading } from "./heading.ts";
import { comparable } from "./item-text.ts";
import type { Meaning } from "./meaning.ts";
import type { Section } from "./scope.ts";
import { insideReport, insideStage } from "./scope.ts";
import { isGeneric, isQualityChecklist } from "./section-meaning.ts";
import { CHANGES_FILE } from "./stage.ts";
import { isCategory, isWorkOfTimedPart } from "./timed-part.ts";

/** How a heading was taken. */
export interface HeadingVerdict {
  /** The item that it defines or tells again; null when it is neither. */
  readonly item: Draft | null;
  /** True when the item stands elsewhere. */
  readonly again: boolean;
}

/** A heading that is no item. */
export const NEITHER: HeadingVerdict = { item: null, again: false };

/** Whether a heading announces tasks. */
export function isWork(heading: Heading): boolean {
  const { entries } = heading.meaning;
  return entries === "task" || entries === "ordered-task" || entries === "planned-task";
}

/** What the other headings of a document say of one. */
export interface Around {
  /** It is the only heading below the title, which names the whole plan once more. */
  readonly alone: boolean;
  /** It names nothing but the one table of tasks of its level. */
  readonly onlyTable: boolean;
  /** Work is tracked below its own headings. */
  readonly below: boolean;
  /** It is one of several of its level that have attributes of work. */
  readonly card: boolean;
}

/** Decides whether a heading that names no stage is a step. */
export function stepVerdict(
  heading: Heading,
  sections: readonly Section[],
  { alone, onlyTable, below, card }: Around,
): HeadingVerdict {
  const { level, evidence, meaning, number, title } = heading;
  if (level < 2 || level > 6 || title === "" || DATE.test(title)) return NEITHER;
  const tracked = evidence.boxes > 0 || evidence.taskRows > 0 || (evidence.placedRows > 0 && isWork(heading));
  const work = tracked || evidence.workLabels > 0 || evidence.status || evidence.workAttributes > 0;
  const above = sections.at(-1);
  const part = number !== null && above?.item?.kind === "phase" && isPartOf(above, heading);
  if (meaning.boxes === "criterion" && !(part && tracked && meaning.entries === "aim")) return NEITHER;
  if (number === null && CHANGES_FILE.test(title) && (insideStage(sections) || changesProposed(sections)))
    return made("step", heading, "step.change", "a change to a file", []);
  if (CALLED.test(title) && !insideReport(sections))
    return made("step", heading, "step.called", "a task by its name", []);
  if (number !== null && inGates(sections)) return NEITHER;
  if (number !== null) return numberedStep(heading, sections, tracked || (below && !insideStage(sections)), work);
  // `✅ COMPLETED: Item 2` in a report of progress tells of what stands elsewhere.
  if (heading.status !== null && insideReport(sections)) return NEITHER;
  if (evidence.status && !isGeneric(title, meaning))
    return made("step", heading, "step.status", "a heading with a status line", []);
  if (card && !insideReport(sections) && !insideStage(sections))
    return made("step", heading, "step.card", "one of several headings with attributes of work", []);
  if ((meaning.because !== "" && !meaning.weak) || insideReport(sections)) return NEITHER;
  if (above !== undefined && above.level > 1 && above.item === null && ordersSteps(above.meaning, heading)) {
    return made("step", heading, "step.planned", `heading under ${above.meaning.because}`, []);
  }
  if (above?.item?.kind === "phase" && above.level === level - 1 && evidence.workAttributes > 0) {
    return made("step", heading, "step.attributes", "a heading with work attributes in a phase", []);
  }
  // The only heading below the title names the whole plan once more.
  if (isWorkOfTimedPart(heading, sections) && !isCategory(title, sections))
    return made("step", heading, "step.timed", "work of a part by its time", []);
  const groups =
    alone ||
    /\b(?:checklist|tasks|steps|requirements|verification|benchmarks|assurance|considerations|content|future)$/i.test(
      title,
    ) ||
    sections.some(({ item, heading: { title: over } }) => item === null && /\bverification$/i.test(over)) ||
    isCategory(title, sections) ||
    inCriteria(sections) ||
    inChecklist(sections);
  if (tracked && !onlyTable && !insideStage(sections) && !isGeneric(title, meaning) && !groups) {
    return made("step", heading, "step.boxes", "a heading that holds tasks", []);
  }
  return NEITHER;
}

/** `Task: Mend the gate`. */
const CALLED = /^(?:task|work item|任务|タスク|작업)\s?[:：]\s*\S/iu;
/** A heading that is a date keeps a log. */
const DATE =
  /^(?:\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\p{L}{3,9}\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s\d{4}|\d{1,2}\.?\s\p{L}{3,9}\s\d{4})$/u;

/** Below `Proposed changes`, and not below a record of changes. */
function changesProposed(sections: readonly Section[]): boolean {
  if (insideReport(sections)) return false;
  return sections.some(({ item, heading }) => item === null && PROPOSED.test(heading.title));
}

const PROPOSED =
  /\b(?:proposed|planned|required|needed|suggested) changes\b|\bchanges (?:proposed|planned|required|needed|to make)\b/i;

const TRACKER = /\b(?:progress|task|status|issue|work|delivery|deliverables?)[ -]tracker\b|^\W*(?:\d+\W+)?tracker\b/iu;

function numberedStep(heading: Heading, sections: readonly Section[], tracked: boolean, work: boolean): HeadingVerdict {
  const above = sections.at(-1);
  const reports = insideReport(sections);
  // Right below `Implementation steps` a number makes a piece of work of any title.
  const counted =
    above?.item === null &&
    above.level > 1 &&
    above.meaning.headingsAreSteps &&
    above.meaning.entries !== "planned-task";
  const other = !counted && heading.meaning.because !== "" && !heading.meaning.weak && !namesOwnWork(heading, sections);
  // `7. Progress tracker` lists the work of the whole plan and is none itself.
  if (tracked && TRACKER.test(heading.title)) return NEITHER;
  if (tracked || (work && !reports && !other))
    return made("step", heading, "step.numbered", "a numbered heading with work", []);
  if (reports || other) return NEITHER;
  const announced = sections.some(
    ({ meaning, item, level }) =>
      item === null &&
      level > 1 &&
      ((meaning.headingsAreSteps && meaning.entries !== "planned-task") ||
        (meaning.entries !== "none" && meaning.entries !== "neutral")),
  );
  const inPhase = above?.item?.kind === "phase" && (heading.evidence.entries > 0 || isPartOf(above, heading));
  if (announced || inPhase) return made("step", heading, "step.numbered", "a numbered heading of planned work", []);
  return NEITHER;
}

/** `3. Search enhancements` in a plan for the code: the word for work is only the end of a title of its own. */
function namesOwnWork({ title, meaning }: Heading, sections: readonly Section[]): boolean {
  if (meaning.entries !== "task" || meaning.claimed !== null) return false;
  const own = comparable(title.replace(/^[\d.\s)]+/, "")) !== comparable(meaning.because);
  return own && sections.some(({ item, meaning: above }) => item === null && above.entries === "planned-task");
}

/** `4.1 Copy the tests` in phase 4 is a part of it, whatever stands below. */
function isPartOf(phase: Section, heading: Heading): boolean {
  const own = /^[\p{L} ]+ (\d{1,3}|[a-z])$/u.exec(phase.item?.aliases[0] ?? "")?.[1] ?? phase.heading.number;
  return own !== null && heading.number?.toLowerCase().startsWith(`${own}.`) === true;
}

/** Below a heading for gates, headings only group them. */
function inGates(sections: readonly Section[]): boolean {
  const above = sections.findLast(({ meaning, item }) => meaning.because !== "" || item !== null);
  return above?.meaning.gates === "states";
}

function inCriteria(sections: readonly Section[]): boolean {
  return sections.some(({ meaning }) => meaning.boxes === "criterion");
}

/** Under a plan for some time ahead or for the code, a heading is a piece of work when a list follows it at once. */
function ordersSteps(meaning: Meaning, heading: Heading): boolean {
  if (!meaning.headingsAreSteps) return false;
  const needsList = meaning.because === "the time ahead" || meaning.entries === "planned-task";
  return !needsList || heading.evidence.leadsWithList;
}

/** The headings of a checklist only group it. */
function inChecklist(sections: readonly Section[]): boolean {
  return sections.some(({ item, heading, level }) => {
    return (
      item === null &&
      /\b(?:checklists?|requirements)\b|清单$/i.test(heading.title) &&
      (level > 1 || isQualityChecklist(heading.title))
    );
  });
}

/** An item that a heading defines. */
export function made(
  kind: "phase" | "step",
  heading: Heading,
  rule: string,
  words: string,
  aliases: readonly string[],
): HeadingVerdict {
  return { item: make(kind, heading, rule, words, aliases), again: false };
}

/** The draft of an item that a heading defines. */
export function make(
  kind: "phase" | "step",
  heading: Heading,
  rule: string,
  words: string,
  aliases: readonly string[],
): Draft {
  const sure = rule.startsWith("stage.phase") || rule.startsWith("stage.step") ? 0.95 : 0.8;
  const id = heading.number ?? heading.stage?.id ?? null;
  const item = draft(kind, heading.index, id, heading.title, null, sure, `${rule}: ${words}`);
  item.aliases.push(...aliases, comparable(heading.title));
  return item;
}
