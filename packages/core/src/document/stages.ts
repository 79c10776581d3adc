import type { Draft } from "./draft.ts";
import type { Heading } from "./heading.ts";
import { comparable } from "./item-text.ts";
import type { Outline } from "./outline.ts";
import { sameWork, underCriteria } from "./outline.ts";
import { underPast } from "./past.ts";
import type { Section } from "./scope.ts";
import { insideReport } from "./scope.ts";
import { meaningOf } from "./section-meaning.ts";
import { solvedLevels } from "./solved-levels.ts";
import type { Stage } from "./stage.ts";
import type { HeadingVerdict } from "./step-verdict.ts";
import { isWork, made, make, NEITHER, stepVerdict } from "./step-verdict.ts";
import { isTimedPart, tracksBelow } from "./timed-part.ts";

/** From this many headings of a level on that have attributes of work, each of them is a piece of it. */
const FEW_CARDS = 3;
/** How many different works may share one number. */
const MOST_SAME = 50;
/** Words of a title by which an overview may call a stage. */
const MOST_WORDS = 8;

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
  /** The heading right above each, and the step in whose section it stands. */
  readonly #parents = new Map<Heading, Heading>();
  readonly #inStep = new Map<Heading, Heading>();
  /** How many headings of a level have attributes of work and no number. */
  readonly #cards = new Map<number, number>();
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
      const inStep = open.findLast(({ stage }) => stage?.named === true && stage.kind === "step");
      if (inStep !== undefined) this.#inStep.set(heading, inStep);
      const parent = open.at(-1);
      if (parent !== undefined) this.#parents.set(heading, parent);
      if (isCard(heading)) this.#cards.set(level, (this.#cards.get(level) ?? 0) + 1);
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
    return stepVerdict(heading, sections, {
      alone: this.#outline.headings.length <= 2,
      onlyTable: this.#isOnlyTable(heading),
      below: this.#tracking.has(heading),
      card: isCard(heading) && (this.#cards.get(heading.level) ?? 0) >= FEW_CARDS,
    });
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
  #isStateOfStages(heading: Heading): boolean {
    const { level, stateFirst, title, number } = heading;
    if (!stateFirst || level < 2 || number !== null || title === "") return false;
    return this.#outline.headings.some(
      (other) =>
        other.level === level &&
        other.stage?.named === true &&
        other.stage.kind === "phase" &&
        this.#parents.get(other) === this.#parents.get(heading),
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
    if (kind !== "phase") {
      // `Step 1` of one task is not that of another.
      const [its, other] = [this.#inStep.get(definer), this.#inStep.get(heading)];
      if (its !== undefined && other !== undefined && its !== other) return false;
      return sameWork(restOf(definer), restOf(heading));
    }
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
  if (
    stage !== null &&
    stage.kind === "phase" &&
    heading.level === 1 &&
    (heading.status !== null || heading.evidence.status)
  )
    return stage;
  // A heading that ends in a colon is a label for what follows and no stage.
  return heading.level > 1 && !/[:：]$/.test(heading.title) ? horizon : null;
}

/** An unnumbered heading with a priority, an effort or an owner below it. */
function isCard({ evidence, number, stage, level }: Heading): boolean {
  return level > 1 && level < 7 && number === null && stage === null && evidence.workAttributes > 0;
}

function restOf(heading: Heading): string {
  return heading.stage?.rest ?? "";
}

/** A later heading defines when the first stands among criteria or has no work of its own while the later one has. */
function isBetterDefiner(current: Heading, later: Heading, criteria: ReadonlySet<Heading>): boolean {
  // The title of a report on a phase, where the phase has a heading of its own.
  if (current.level === 1 && current.stage?.named === false && later.stage?.named === true) return true;
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

function isTeamSection(heading: Heading): boolean {
  if (heading.level < 2 || !/\bteam\b|\bsquad\b/i.test(heading.title)) return false;
  const lead = heading.evidence.lead || /\(\s*lead\b/i.test(heading.title);
  return lead && heading.evidence.window;
}
