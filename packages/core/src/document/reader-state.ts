import type { Fence, Line } from "./block.ts";
import type { CheckDraft, Draft, GateDraft } from "./draft.ts";
import type { GateSense } from "./gate-text.ts";
import { gatesOfEntry } from "./gate-text.ts";
import { readItemText } from "./item-text.ts";
import { labelOf } from "./label.ts";
import type { Outline } from "./outline.ts";
import { readOutline, sameWork } from "./outline.ts";
import type { LabelScope, Scope, Section } from "./scope.ts";
import { itemOf, scopeOf } from "./scope.ts";
import { Stages } from "./stages.ts";

/** A line that tells of an item again, with the status it gives. */
export interface Retold {
  readonly line: number;
  readonly raw: string;
  /** The item, where the reader already knows which. */
  readonly of: Draft | null;
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
  readonly emitted: Set<Draft> = new Set<Draft>();
  readonly root: Draft | null;
  label: LabelScope | null = null;
  scope: Scope | null = null;
  /** True once the list at hand has numbered tasks. */
  numbered = false;
  #block = 0;

  constructor(text: string, lines: readonly Line[], root: Draft | null) {
    this.text = text;
    this.lines = lines;
    this.outline = readOutline(text, lines);
    this.stages = new Stages(this.outline);
    this.root = root;
  }

  raw(line: Line): string {
    return this.text.slice(line.from, line.to);
  }

  currentScope(): Scope {
    this.scope ??= scopeOf(this.sections, this.label);
    return this.scope;
  }

  setLabel(label: LabelScope | null): void {
    this.label = label;
    this.scope = null;
    this.numbered = false;
    this.#block += 1;
  }

  owner(): Draft | null {
    return itemOf(this.sections) ?? this.root;
  }

  blockName(): string {
    return `${this.#block}`;
  }

  emit(item: Draft, index: number): void {
    this.reading.drafts.push(item);
    this.taken.set(index, item);
  }

  tellAgain(line: Line, raw: string, of: Draft | null): void {
    this.reading.retold.push({ line: line.line, raw, of });
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

  stageByAlias(ref: string): Draft | null {
    return this.reading.drafts.find((item) => item.kind !== "task" && item.aliases.includes(ref)) ?? null;
  }

  gatesOf(item: Draft | null, text: string, sense: GateSense, scope: Scope, line?: number): void {
    for (const stated of gatesOfEntry(text, sense)) {
      const at = line ?? item?.line ?? 0;
      this.reading.gates.push({ ...stated, line: at, item, severity: scope.severity, block: this.#blockName() });
    }
  }

  /** Whether a check box or row elsewhere has the same number or title: a list without boxes then tells it again. */
  isKnown(plain: string, kind: "task" | "criterion"): boolean {
    const { id, title } = readItemText(plain);
    if (id === null || !/^#?\w*\d+$/.test(id)) return false;
    return this.reading.drafts.some(
      (item) => item.kind === kind && item.id === id && item.reason.startsWith("box.") && sameWork(item.title, title),
    );
  }

}
