import type { Claimed } from "../plan/inspection.ts";
import { AttributeLists } from "./attribute-lists.ts";
import type { Fence, Line } from "./block.ts";
import type { CheckDraft, Draft, GateDraft } from "./draft.ts";
import type { GateSense } from "./gate-text.ts";
import { gatesOfEntry } from "./gate-text.ts";
import { bareTitle, comparable, readItemText } from "./item-text.ts";
import { labelOf } from "./label.ts";
import type { Meaning } from "./meaning.ts";
import type { Outline } from "./outline.ts";
import { readOutline, sameWork } from "./outline.ts";
import type { LabelScope, Scope, Section } from "./scope.ts";
import { halts, itemOf, scopeOf, scopeOfGroup } from "./scope.ts";
import { Stages } from "./stages.ts";
import { demandsOfWork } from "./work-demands.ts";

/** A line that tells of an item again, with the status it gives. */
export interface Retold {
  readonly line: number;
  readonly raw: string;
  /** The item, where the reader already knows which. */
  readonly of: Draft | null;
  /** The status, where a check box gives it. */
  readonly claimed?: Claimed;
}

/** A check box in a list that stands in no stage. */
export interface ListedBox {
  readonly item: Draft;
  /** The list: boxes of one block have the same name. */
  readonly block: string;
  readonly retold: Retold;
}

/** What was read from the lines of a Markdown document, before keys and references are settled. */
export interface Reading {
  readonly drafts: Draft[];
  readonly gates: GateDraft[];
  readonly checks: CheckDraft[];
  readonly retold: Retold[];
  readonly fences: {
    readonly fence: Fence;
    readonly line: number;
    readonly item: Draft | null;
    readonly block: string;
    readonly criteria: boolean;
  }[];
  readonly notUnderstood: { line: number; text: string; reason: string }[];
}

/** What the reader knows at some line of a document: what is open there, and what was read so far. */
export class ReaderState {
  readonly reading: Reading = { drafts: [], gates: [], checks: [], retold: [], fences: [], notUnderstood: [] };
  readonly text: string;
  readonly lines: readonly Line[];
  readonly outline: Outline;
  readonly stages: Stages;
  readonly sections: Section[] = [];
  /** Items by the index of the line that defines them. */
  readonly taken: Map<number, Draft> = new Map<number, Draft>();
  /** What entries below a list entry are that is only a label, by the index of its line. */
  readonly groups: Map<number, Meaning> = new Map<number, Meaning>();
  /** Check boxes that stand in no stage. */
  readonly listedBoxes: ListedBox[] = [];
  readonly attributeLists: AttributeLists;
  readonly emitted: Set<Draft> = new Set<Draft>();
  readonly root: Draft | null;
  /** Whether the document tells of an incident: its timeline is a record and no schedule. */
  readonly recordsIncident: boolean;
  label: LabelScope | null = null;
  scope: Scope | null = null;
  /** True once the list at hand has numbered tasks. */
  numbered = false;
  /** How many entries were compared with what the document already holds. */
  compared = 0;
  #block = 0;
  #titled = 0;
  readonly #titles = new Set<string>();
  readonly #stageNames = new Map<string, Draft>();
  readonly #boxes = new Map<string, Draft>();

  constructor(text: string, lines: readonly Line[], root: Draft | null) {
    this.text = text;
    this.lines = lines;
    this.attributeLists = new AttributeLists(text, lines);
    this.outline = readOutline(text, lines);
    this.stages = new Stages(this.outline);
    this.root = root;
    this.recordsIncident = this.outline.headings.some(
      ({ level, title }) =>
        (level === 1 && /\b(?:incident|outage|post-?mortem|rca)\b/i.test(title)) || /^root cause/i.test(title),
    );
  }

  /** The text of a line. */
  raw(line: Line): string {
    return this.text.slice(line.from, line.to);
  }

  /** What entries mean at this point. */
  currentScope(): Scope {
    this.scope ??= scopeOf(this.sections, this.label);
    return this.scope;
  }

  /** What an entry means at this point, where it stands below a list entry that is a label too. */
  scopeAt(line: Line): Scope {
    const group = this.groups.size === 0 ? undefined : this.groups.get(line.holder);
    return group === undefined ? this.currentScope() : scopeOfGroup(group, this.currentScope(), halts(this.sections));
  }

  /** Whether what stands here says when to stop. */
  halted(): boolean {
    return halts(this.sections);
  }

  /** Begins a new block: what a label says holds until the next label or heading. */
  setLabel(label: LabelScope | null): void {
    this.label = label;
    this.scope = null;
    this.numbered = false;
    this.#block += 1;
  }

  /** The innermost open item. */
  owner(): Draft | null {
    return itemOf(this.sections) ?? this.root;
  }

  /** Name of the block at hand: gates and checks in it belong together. */
  blockName(): string {
    return `${this.#block}`;
  }

  /** Takes an item that the line with the given index defines; -1 for a row, which holds nothing. */
  emit(item: Draft, index: number): void {
    item.title = bareTitle(item.title);
    this.reading.drafts.push(item);
    if (index >= 0) this.taken.set(index, item);
    if (item.kind === "phase" || item.kind === "step") {
      for (const alias of item.aliases) if (!this.#stageNames.has(alias)) this.#stageNames.set(alias, item);
    } else if (item.id !== null && item.reason.startsWith("box.")) {
      const name = `${item.kind} ${item.id}`;
      if (!this.#boxes.has(name)) this.#boxes.set(name, item);
    }
  }

  /** Notes a line that may tell of an item again. */
  tellAgain(line: Line, raw: string, of: Draft | null, claimed?: Claimed): void {
    this.reading.retold.push({ line: line.line, raw, of, ...(claimed === undefined ? {} : { claimed }) });
  }

  /** An entry's text with the lines that go on from it, labels left out. */
  joined(index: number, line: Line, from: number): string {
    let joined = this.text.slice(from, line.to).trimStart();
    for (let next = index + 1; ; next += 1) {
      const more = this.lines[next];
      if (more === undefined || more.role !== "text" || more.first || more.holder !== index) return joined;
      const raw = this.raw(more);
      if (joined.length > 4000 || labelOf(raw) !== null) return joined;
      joined += ` ${raw}`;
    }
  }

  /** The stage that an entry or row named so before. */
  stageByAlias(ref: string): Draft | null {
    return this.#stageNames.get(ref) ?? null;
  }

  /** Whether a task or stage that was read before has this title. */
  isTitled(title: string): boolean {
    for (; this.#titled < this.reading.drafts.length; this.#titled += 1) {
      const item = this.reading.drafts[this.#titled];
      if (item !== undefined && item.kind !== "criterion") this.#titles.add(comparable(item.title));
    }
    return title.length > 3 && this.#titles.has(comparable(title));
  }

  /** Adds the gates that a text states, at the item's own line unless another is given. */
  gatesOf(item: Draft | null, text: string, sense: GateSense, scope: Scope, line?: number): void {
    for (const stated of gatesOfEntry(text, sense)) {
      const at = line ?? item?.line ?? 0;
      this.reading.gates.push({ ...stated, line: at, item, severity: scope.severity, block: this.blockName() });
    }
  }

  /** Adds the demands in the text of a task or of what describes it. */
  demandsOf(item: Draft, text: string, scope: Scope, line: number): void {
    for (const stated of demandsOfWork(text, item.reason.startsWith("box.")))
      this.reading.gates.push({ ...stated, line, item, severity: scope.severity, block: this.blockName() });
  }

  /** The check box that has an id. */
  boxOf(id: string): Draft | null {
    return this.#boxes.get(`task ${id}`) ?? this.#boxes.get(`criterion ${id}`) ?? null;
  }

  /** Whether a check box has the same number and speaks of the same work: a list without boxes then tells it again. */
  isKnown(plain: string, kind: "task" | "criterion"): boolean {
    const { id, title } = readItemText(plain);
    const known = id === null ? undefined : this.#boxes.get(`${kind} ${id}`);
    return known !== undefined && sameWork(known.title, title);
  }
}
