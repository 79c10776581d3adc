import type { Claimed, Severity } from "../plan/inspection.ts";
import type { Draft } from "./draft.ts";
import type { Heading } from "./heading.ts";
import { attributeNameOf } from "./label.ts";
import type { Meaning } from "./meaning.ts";
import { isHalt, isQualityChecklist, TO_BE_MADE } from "./section-meaning.ts";

/** A heading that is open at some point of the document. */
export interface Section {
  readonly heading: Heading;
  readonly level: number;
  /** The item that the heading defines or tells again. */
  readonly item: Draft | null;
  readonly meaning: Meaning;
  /** True for a heading that tells a stage again, so that what stands under it is told again too. */
  readonly retold: boolean;
  /** True when the item stands elsewhere: a status here is a restatement. */
  readonly told: boolean;
}

/** A label line such as `**Tasks**:` that speaks for the lists after it. */
export interface LabelScope {
  readonly meaning: Meaning;
  readonly text: string;
  /** The entries are commands of checks. */
  readonly checks: boolean;
  /** Index of the list entry that the label stands in; -1 outside. */
  readonly holder: number;
  /** Whether it is set in bold. */
  readonly bold?: boolean;
}

/** What a list entry or check box means at some point of the document. */
export interface Scope {
  readonly entries: Meaning["entries"];
  readonly boxes: "task" | "criterion";
  readonly gates: Meaning["gates"];
  readonly severity: Severity;
  readonly claimed: Claimed | null;
  readonly retells: boolean;
  /** Set when the entries stand directly under a stage that does not say what they are. */
  readonly direct: "phase" | "step" | null;
  readonly because: string;
  readonly checks: boolean;
}

/** The innermost item of the open sections. */
export function itemOf(sections: readonly Section[]): Draft | null {
  for (let i = sections.length - 1; i >= 0; i -= 1) {
    const item = sections[i]?.item;
    if (item !== undefined && item !== null) return item;
  }
  return null;
}

/** Whether a phase or step is open. */
export function insideStage(sections: readonly Section[]): boolean {
  return sections.some(({ item }) => item !== null);
}

/** Whether any open section reports or explains instead of planning. */
export function insideReport(sections: readonly Section[]): boolean {
  for (let i = sections.length - 1; i >= 0; i -= 1) {
    const section = sections[i];
    if (section === undefined) break;
    if (section.item !== null) return false;
    // A word in the title of the document does not make all of it a report.
    if (section.level === 1 && section.meaning.weak) return false;
    if (section.meaning.because !== "") return section.meaning.entries === "none";
  }
  return false;
}

/** Reads what entries mean from the label before them and the headings above them, innermost first. */
export function scopeOf(sections: readonly Section[], label: LabelScope | null): Scope {
  const boxes = boxesOf(sections, label);
  const severity = severityOf(sections, label);
  const grouped = label !== null && label.meaning.because === "" && !label.checks ? demandSection(sections) : null;
  if (grouped !== null) return { ...pick(grouped), boxes, severity, direct: null, checks: false };
  const part = label !== null ? workSection(sections, label) : null;
  if (part !== null) return { ...pick(part), boxes, severity, direct: null, checks: false };
  if (label !== null && groupsWork(sections, label))
    return {
      ...nothing(boxes, severity, "phase"),
      claimed: claimedAbove(sections, sections.length - 1),
      direct: "phase",
    };
  if (label !== null) {
    const { meaning } = label;
    const entries = meaning.entries === "neutral" ? "none" : meaning.entries;
    return { ...pick(meaning), entries, boxes, severity, direct: null, checks: label.checks };
  }
  let direct: Scope["direct"] = null;
  let counted = false;
  for (let i = sections.length - 1; i >= 0; i -= 1) {
    const section = sections[i];
    if (section === undefined) break;
    if (section.retold) return nothing(boxes, severity, "told again");
    // The document's own title speaks only for what stands directly under it, and so does the time ahead.
    const inherited = i < sections.length - 1;
    const planned = section.meaning.because === "the time ahead" || section.meaning.entries === "planned-task";
    if (direct === "step" && planned && section.item === null && section.level > 1)
      return { ...pick(section.meaning), entries: "task", boxes, severity, direct: null, checks: false };
    if (inherited && section.item === null && (section.level === 1 || section.meaning.because === "the time ahead"))
      continue;
    const measured = section.meaning.gates === "targets" || section.meaning.entries === "aim";
    const outer = section.item === null && measured ? criteriaAround(sections, i) : null;
    if (outer !== null) return { ...pick(outer), boxes, severity, direct, checks: false };
    // Where what is to be made has headings of its own, or headings count its tasks, plain entries below these describe it.
    const described = section.meaning.because === TO_BE_MADE || (counted && section.meaning.entries === "task");
    if (direct === "step" && section.item === null && described)
      return { ...pick(section.meaning), entries: "ordered-task", boxes, severity, direct: null, checks: false };
    if (section.meaning.because !== "" && (section.item === null || section.meaning.entries !== "none")) {
      const picked = halts(sections) ? { ...pick(section.meaning), gates: "none" as const } : pick(section.meaning);
      return { ...picked, retells: picked.retells && direct === null, boxes, severity, direct, checks: false };
    }
    if (section.item === null) continue;
    // Below a stage, a heading that says nothing hides the stage from plain entries.
    if (i < sections.length - 1) return { ...nothing(boxes, severity, direct ?? ""), direct };
    const asked = demandAbove(sections, i);
    if (asked !== null) return { ...pick(asked), boxes, severity, direct: null, checks: false };
    if (section.item.kind === "phase") {
      return { ...nothing(boxes, severity, "phase"), claimed: claimedAbove(sections, i), direct: "phase" };
    }
    direct = "step";
    counted = section.heading.stage?.named === true;
  }
  return { ...nothing(boxes, severity, direct ?? ""), entries: direct === null ? "neutral" : "none", direct };
}

/** A label in a phase that says nothing of its own groups the phase's work: `**Backend**:`. */
function groupsWork(sections: readonly Section[], label: LabelScope): boolean {
  const section = sections.at(-1);
  if (label.bold !== true || label.meaning.because !== "" || label.checks || label.holder >= 0) return false;
  if (section?.item?.kind !== "phase" || section.retold || demandAbove(sections, sections.length - 1) !== null)
    return false;
  return attributeNameOf(label.text) === null && !TELLS.test(label.text);
}

/** The section of tasks right around a bold label that says nothing of its own: `### Changes required` with `**Backend**`. */
function workSection(sections: readonly Section[], label: LabelScope): Meaning | null {
  const section = sections.at(-1);
  if (label.bold !== true || label.meaning.because !== "" || label.checks || label.holder >= 0) return null;
  if (section === undefined || section.item !== null || section.retold || section.level === 1) return null;
  if (section.meaning.entries !== "task" || section.meaning.retells) return null;
  return attributeNameOf(label.text) === null && !TELLS.test(label.text) ? section.meaning : null;
}

/** Labels of what a phase needs, uses, knows or is asked, and of what its lists explain. */
const TELLS =
  /\b(?:why|how|what|when|where|who|stack|technolog(?:y|ies)|skills?|files?|tools?|tooling|libraries|people|roles?|staffing|costs?|budgets?|stakeholders?|examples?|endpoints?|schemas?|tables?|current|existing|already|issues?|problems?|challenges?|concerns?|questions?|structure|types?|categories|fields|options|choices|advantages?|disadvantages?|trade-?offs?|exclu\w+|not|no|limitations?|measurements?|measured|numbers|savings?|inputs?|outputs?|environments?|variables?|signatures?|properties|attributes|parameters|states?|events?|flows?|scenarios?|sources?|each|every|both|missing|lacking|gaps?|guard ?rails?|observ\w+|insights?|expected|estimat\w+|total)\b|分析|原则|规则|说明|背景|问题|决策|示例|参考|输入|输出|模板/i;

/** The section of gates or criteria that is open: a label in it that says nothing of its own only groups them. */
function demandSection(sections: readonly Section[]): Meaning | null {
  if (halts(sections)) return null;
  for (let i = sections.length - 1; i >= 0; i -= 1) {
    const section = sections[i];
    if (section === undefined || section.retold) return null;
    if (section.meaning.gates === "targets") return criteriaAround(sections, i);
    if (section.meaning.because !== "") return section.meaning.entries === "criterion" ? section.meaning : null;
    if (section.item !== null) return null;
  }
  return null;
}

/** The section of criteria around one of metrics: `## Success criteria` with `### Technical metrics` below it. */
function criteriaAround(sections: readonly Section[], inner: number): Meaning | null {
  for (let i = inner - 1; i >= 0; i -= 1) {
    const section = sections[i];
    if (section === undefined || section.item !== null || section.level === 1) return null;
    if (section.meaning.entries === "criterion") return section.meaning;
    if (section.meaning.because !== "") return null;
  }
  return null;
}

/** The section of criteria or metrics around a stage: `## Success metrics` with `### Phase 2` below it groups by stages. */
function demandAbove(sections: readonly Section[], stage: number): Meaning | null {
  if (sections[stage]?.item?.kind !== "phase" || halts(sections)) return null;
  for (let i = stage - 1; i >= 0; i -= 1) {
    const section = sections[i];
    if (section === undefined || section.item !== null || section.level === 1) return null;
    const { entries } = section.meaning;
    if (entries === "criterion" || entries === "aim") return section.meaning;
    if (section.meaning.because !== "") return null;
  }
  return null;
}

/** Whether any open section says when to stop. */
export function halts(sections: readonly Section[]): boolean {
  return sections.some(({ meaning }) => isHalt(meaning));
}

/** What a heading above a stage says of all the work below it: `Steps completed`. */
function claimedAbove(sections: readonly Section[], stage: number): Claimed | null {
  for (let i = stage - 1; i >= 0; i -= 1) {
    const section = sections[i];
    if (section === undefined || section.item !== null) return null;
    if (section.meaning.claimed !== null) return section.meaning.claimed;
  }
  return null;
}

/** What entries mean below a list entry that is a label (`- **Exit criteria**:`). */
export function scopeOfGroup(meaning: Meaning, around: Scope, halted: boolean): Scope {
  return {
    ...pick(meaning),
    gates: halted ? "none" : meaning.gates,
    boxes: meaning.boxes === "neutral" ? around.boxes : meaning.boxes,
    severity: meaning.severity ?? around.severity,
    direct: null,
    checks: false,
  };
}

function pick(meaning: Meaning): Omit<Scope, "boxes" | "severity" | "direct" | "checks"> {
  const { entries, gates, claimed, retells, because } = meaning;
  return { entries, gates, claimed, retells, because };
}

function nothing(boxes: Scope["boxes"], severity: Severity, because: string): Scope {
  return {
    entries: "none",
    boxes,
    gates: "none",
    severity,
    claimed: null,
    retells: false,
    direct: null,
    because,
    checks: false,
  };
}

/** A box is a criterion under a label or heading for criteria; a stage in between ends that. */
function boxesOf(sections: readonly Section[], label: LabelScope | null): "task" | "criterion" {
  if (label !== null && label.meaning.boxes !== "neutral") return label.meaning.boxes;
  for (let i = sections.length - 1; i >= 0; i -= 1) {
    const section = sections[i];
    if (section === undefined) break;
    const other = section.item !== null && section.meaning.boxes === "criterion" && section.meaning.gates !== "states";
    if (section.meaning.boxes !== "neutral" && !other) {
      return section.meaning.boxes;
    }
    if (section.item !== null) return demandAbove(sections, i) === null ? "task" : "criterion";
    if (section.level === 1 && isQualityChecklist(section.heading.title)) return "criterion";
  }
  return "task";
}

function severityOf(sections: readonly Section[], label: LabelScope | null): Severity {
  if (label !== null && label.meaning.severity !== null) return label.meaning.severity;
  const innermost = sections.at(-1);
  if (innermost === undefined || innermost.item !== null) return "critical";
  const { severity, boxes } =
    innermost.meaning.because === "" ? (demandSection(sections) ?? innermost.meaning) : innermost.meaning;
  return severity !== null && boxes !== "task" ? severity : "critical";
}
