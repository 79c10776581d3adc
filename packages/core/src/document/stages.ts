import { type Draft, draft } from "./draft.ts";
import type { Heading } from "./heading.ts";
import { comparable } from "./item-text.ts";
import type { Meaning } from "./meaning.ts";
import type { Outline } from "./outline.ts";
import { sameWork, underCriteria } from "./outline.ts";
import { underPast } from "./past.ts";
import type { Section } from "./scope.ts";
import { insideReport, insideStage } from "./scope.ts";
import { isGeneric, isQualityChecklist, meaningOf } from "./section-meaning.ts";
import { solvedLevels } from "./solved-levels.ts";
import type { Stage } from "./stage.ts";
import { CHANGES_FILE } from "./stage.ts";
import { isCategory, isTimedPart, isWorkOfTimedPart, tracksBelow } from "./timed-part.ts";

/** How a heading was taken. */
export interface HeadingVerdict {
  /** The item that it defines or tells again; null when it is neither. */
  readonly item: Draft | null;
  /** True when the item stands elsewhere. */
  readonly again: boolean;
}

/** How many different works may share one number. */
const MOST_SAME = 50;
/** Words of a title by which an overview may call a stage. */
const MOST_WORDS = 8;
const NEITHER: HeadingVerdict = { item: null, again: false };

interface Group {
  readonly definer: Heading;
  readonly kind: "phase" | "step";
  item: Draft | null;
}

/** Decides which headings are phases and steps, and which of several tellings defines one. */
export class Stages {
  readonly #groups = new Map<string, Group[]>();
  readonly #outline: Outline;
  readonly #past: ReadonlySet<Heading>;
  readonly #tracking: ReadonlySet<Heading>;
  #beginnings: Map<string, { group: Group; ref: string } | null> | null = null;
  #solved: ReadonlySet<number> | null = null;
  /** The phase in whose section a heading stands. */
  readonly #above = new Map<Heading, string>();
  /** How many headings of a level have a table of tasks and no boxes. */
  readonly #tables = new Map<number, number>();

  constructor(outline: Outline) {
    this.#outline = outline;
    this.#past = underPast(outline.headings);
    this.#tracking = tracksBelow(outline.headings);
    const criteria = underCriteria(outline.headings);
    const open: Heading[] = [];
    for (const heading of outline.headings) {
      const { level, evidence } = heading;
      while ((open.at(-1)?.level ?? 0) >= level) open.pop();
      const above = open.findLast(({ stage }) => stage?.named === true && stage.kind === "phase");
      if (above?.stage != null) this.#above.set(heading, above.stage.ref);
      open.push(heading);
      if (evidence.taskRows > 0 && evidence.boxes === 0) this.#tables.set(level, (this.#tables.get(level) ?? 0) + 1);
      if (this.#past.has(heading)) continue;
      const stage = certainStage(heading);
      if (stage !== null) this.#join(stage, heading, criteria);
    }
  }

  /** Whether headings count their stages with this word. */
  counts(word: string): boolean {
    for (const ref of this.#groups.keys()) if (ref.startsWith(`${word} `)) return true;
    return false;
  }

  /** Whether a stage of this name has a heading of its own. */
  isDefined(ref: string): boolean {
    return this.#groups.has(ref);
  }

  /** The item of a stage that has a heading, made when first asked for. */
  itemFor(ref: string): Draft | null {
    const group = this.#groups.get(ref)?.[0];
    return group === undefined ? null : itemOfGroup(group, ref);
  }

  /** The one stage with a heading whose title begins as a row of an overview does: `Build` for `Step 2: Build the service`. */
  named(title: string): Draft | null {
    const name = comparable(title);
    if (name.length < 4) return null;
    this.#beginnings ??= this.#readBeginnings();
    const only = this.#beginnings.get(name);
    return only == null ? null : itemOfGroup(only.group, only.ref);
  }

  /** What the titles of the stages begin with, word by word; null for what several begin with. */
  #readBeginnings(): Map<string, { group: Group; ref: string } | null> {
    const beginnings = new Map<string, { group: Group; ref: string } | null>();
    for (const [ref, groups] of this.#groups) {
      for (const group of groups) {
        const words = comparable(restOf(group.definer)).split(" ").slice(0, MOST_WORDS);
        for (let count = 1; count <= words.length; count += 1) {
          const name = words.slice(0, count).join(" ");
          beginnings.set(name, beginnings.has(name) ? null : { group, ref });
        }
      }
    }
    return beginnings;
  }

  /** Decides about one heading, given the sections that are open above it. */
  judge(heading: Heading, sections: readonly Section[]): HeadingVerdict {
    if (this.#past.has(heading)) return NEITHER;
    const stage = certainStage(heading);
    if (stage !== null) return this.#staged(stage, heading);
    if (this.#isSubtitle(heading)) return NEITHER;
    if (heading.trailing !== null && isWork(heading)) {
      const known = this.itemFor(heading.trailing.ref);
      if (known === null)
        return made("phase", heading, "stage.trailing", "work of a named phase", [heading.trailing.ref]);
    }
    if (
      heading.stage?.kind === "phase" &&
      heading.level > 1 &&
      (namesWork(heading.stage.rest) || heading.status !== null)
    ) {
      const known = this.isDefined(heading.stage.ref) || this.#outline.stageEntries.has(heading.stage.ref);
      if (!known) return made("phase", heading, "stage.unnamed", "begins with a phase", [heading.stage.ref]);
      return NEITHER;
    }
    if (this.#isStateOfStages(heading)) return made("phase", heading, "stage.state", "a state among phases", []);
    if (isTeamSection(heading)) return made("phase", heading, "stage.team", "a team with a lead and a timeline", []);
    if (
      this.#isNumberedWork(heading) &&
      !insideReport(sections) &&
      sections.every(({ meaning }) => meaning.boxes !== "criterion")
    )
      return made("step", heading, "step.series", "a numbered heading among those of work", []);
    if (isTimedPart(heading, sections, this.#tracking.has(heading)))
      return made("phase", heading, "stage.time", "work by its time", []);
    return stepVerdict(
      heading,
      sections,
      this.#outline.headings.length <= 2,
      this.#isOnlyTable(heading),
      this.#tracking.has(heading),
    );
  }

  /** Whether a heading stands right below the title of the document, and what follows it speaks of the document. */
  #isSubtitle({ index, level, number, stage, evidence }: Heading): boolean {
    const [title, next] = this.#outline.headings;
    if (title?.level !== 1 || next?.index !== index || index !== title.index + 1) return false;
    return level > 1 && number === null && stage === null && evidence.status && evidence.boxes === 0;
  }

  /** Whether a heading names nothing but the one table of tasks of its level: `Follow-up`, `Open points`. */
  #isOnlyTable({ level, evidence }: Heading): boolean {
    return level === 2 && evidence.taskRows > 0 && evidence.boxes === 0 && this.#tables.get(level) === 1;
  }

  /** `Completed: Groundwork` beside `Sprint 1: …`: a stage that has its state in place of a number. */
  #isStateOfStages({ level, stateFirst, title, number }: Heading): boolean {
    if (!stateFirst || level < 2 || number !== null || title === "") return false;
    return this.#outline.headings.some(
      (other) => other.level === level && other.stage?.named === true && other.stage.kind === "phase",
    );
  }

  /** Whether a heading has a number among headings of its level that say what is done about a problem. */
  #isNumberedWork({ level, number, evidence, meaning }: Heading): boolean {
    if (number === null || number.includes(".") || level < 2) return false;
    this.#solved ??= solvedLevels(this.#outline.headings);
    return this.#solved.has(level) && evidence.boxes === 0 && (meaning.because === "" || meaning.weak);
  }

  #join(stage: Stage, heading: Heading, criteria: ReadonlySet<Heading>): void {
    const groups = this.#groups.get(stage.ref) ?? [];
    this.#groups.set(stage.ref, groups);
    const same = groups.find((group) => this.#isSame(group, heading));
    if (same === undefined && groups.length >= MOST_SAME) return;
    if (same === undefined) {
      groups.push({ definer: heading, kind: stage.kind, item: null });
      return;
    }
    const better = isBetterDefiner(same.definer, heading, criteria);
    if (better) groups[groups.indexOf(same)] = { definer: heading, kind: stage.kind, item: null };
  }

  /** Whether a heading of the same name tells of the stage again: `Week 1` of sprint 2 is not that of sprint 1. */
  #isSame({ kind, definer }: Group, heading: Heading): boolean {
    if (kind !== "phase") return sameWork(restOf(definer), restOf(heading));
    const one = this.#above.get(definer)?.split(" ") ?? [];
    const other = this.#above.get(heading)?.split(" ") ?? [];
    return one[0] === undefined || one[0] !== other[0] || one[1] === other[1];
  }

  #staged(stage: Stage, heading: Heading): HeadingVerdict {
    const groups = this.#groups.get(stage.ref) ?? [];
    const group =
      groups.find(({ definer }) => definer === heading) ??
      groups.find((one) => this.#isSame(one, heading)) ??
      groups[0];
    if (group === undefined) return NEITHER;
    return { item: itemOfGroup(group, stage.ref), again: group.definer !== heading };
  }
}

/** Whether what follows a stage's number names work (`Phase 5 Search`) and no part of the plan (`Phase 5 Objectives`). */
function namesWork(rest: string): boolean {
  const meaning = meaningOf(rest);
  return meaning.entries === "neutral" || meaning.weak;
}

function itemOfGroup(group: Group, ref: string): Draft {
  group.item ??= make(group.kind, group.definer, `stage.${group.kind}`, `heading names ${ref}`, [ref]);
  return group.item;
}

/** A stage that a heading names beyond doubt: with a separator after its number, or by the time ahead. */
function certainStage(heading: Heading): Stage | null {
  const { stage, horizon } = heading;
  if (stage !== null && stage.named) return heading.level === 1 && stage.kind === "step" ? null : stage;
  if (stage !== null && stage.kind === "phase" && heading.level === 1 && heading.status !== null) return stage;
  // A heading that ends in a colon is a label for what follows and no stage.
  return heading.level > 1 && !/[:：]$/.test(heading.title) ? horizon : null;
}

function restOf(heading: Heading): string {
  return heading.stage?.rest ?? "";
}

/** A later heading defines when the first stands among criteria or has no work of its own while the later one has. */
function isBetterDefiner(current: Heading, later: Heading, criteria: ReadonlySet<Heading>): boolean {
  if (later.horizon !== null && later.stage === null) return current.evidence.nested === 0 && later.evidence.nested > 0;
  if (current.stage?.pointed === true && later.stage?.pointed !== true && holdsMore(later, current)) return true;
  return criteria.has(current) && !criteria.has(later);
}

/** Whether one heading tracks work where the other does not, or has a list where the other has none. */
function holdsMore({ evidence }: Heading, { evidence: other }: Heading): boolean {
  const tracked = evidence.boxes + evidence.taskRows;
  if (other.boxes + other.taskRows > 0) return false;
  return tracked > 0 || (evidence.entries > 0 && other.entries === 0);
}

function isWork(heading: Heading): boolean {
  const { entries } = heading.meaning;
  return entries === "task" || entries === "ordered-task" || entries === "planned-task";
}

function isTeamSection(heading: Heading): boolean {
  if (heading.level < 2 || !/\bteam\b|\bsquad\b/i.test(heading.title)) return false;
  const lead = heading.evidence.lead || /\(\s*lead\b/i.test(heading.title);
  return lead && heading.evidence.window;
}

function stepVerdict(
  heading: Heading,
  sections: readonly Section[],
  alone: boolean,
  onlyTable: boolean,
  below: boolean,
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
  if (number !== null && inGates(sections)) return NEITHER;
  if (number !== null) return numberedStep(heading, sections, tracked || (below && !insideStage(sections)), work);
  if (evidence.status && !isGeneric(title, meaning))
    return made("step", heading, "step.status", "a heading with a status line", []);
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
  const reports = insideReport(sections);
  const other = heading.meaning.because !== "" && !heading.meaning.weak && !namesOwnWork(heading, sections);
  // `7. Progress tracker` lists the work of the whole plan and is none itself.
  if (tracked && TRACKER.test(heading.title)) return NEITHER;
  if (tracked || (work && !reports && !other))
    return made("step", heading, "step.numbered", "a numbered heading with work", []);
  if (reports || other) return NEITHER;
  const above = sections.at(-1);
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
      /\b(?:checklists?|requirements)\b/i.test(heading.title) &&
      (level > 1 || isQualityChecklist(heading.title))
    );
  });
}

function made(
  kind: "phase" | "step",
  heading: Heading,
  rule: string,
  words: string,
  aliases: readonly string[],
): HeadingVerdict {
  return { item: make(kind, heading, rule, words, aliases), again: false };
}

function make(
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
