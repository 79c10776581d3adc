import type { Fence, Line } from "./block.ts";
import type { CheckDraft, Draft, GateDraft } from "./draft.ts";
import { applyAttribute, draft, modeOf } from "./draft.ts";
import type { GateSense } from "./gate-text.ts";
import { gatesOfEntry, gatesOfValue } from "./gate-text.ts";
import { comparable, headOf, readItemText, stripMarks } from "./item-text.ts";
import type { Label } from "./label.ts";
import { labelOf, pairsOf } from "./label.ts";
import type { Outline } from "./outline.ts";
import { isBox, readOutline, sameWork, withoutStatus } from "./outline.ts";
import { plainText } from "./plain-text.ts";
import { readRelations } from "./relations.ts";
import { isRetelling } from "./retelling.ts";
import type { LabelScope, Scope, Section } from "./scope.ts";
import { insideReport, itemOf, scopeOf } from "./scope.ts";
import type { Meaning } from "./section-meaning.ts";
import { meaningOf, meaningOfLabel } from "./section-meaning.ts";
import { stageOf, windowOf } from "./stage.ts";
import { Stages } from "./stages.ts";
import { BOX_STATES, isDateMark, SURE_MARKS, statusOfTitle, statusOfValue } from "./status.ts";
import { readRow } from "./table-row.ts";

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

const FEW_TRACKED = 3;

/** Reads the items, gates and checks of a Markdown text from its lines, in one pass. */
export class MarkdownReader {
  readonly reading: Reading = { drafts: [], gates: [], checks: [], retold: [], fences: [], notUnderstood: [] };
  readonly #text: string;
  readonly #lines: readonly Line[];
  readonly #outline: Outline;
  readonly #stages: Stages;
  readonly #sections: Section[] = [];
  readonly #taken = new Map<number, Draft>();
  readonly #emitted = new Set<Draft>();
  readonly #root: Draft | null;
  #label: LabelScope | null = null;
  #scope: Scope | null = null;
  #block = 0;
  #numbered = false;

  constructor(text: string, lines: readonly Line[], root: Draft | null) {
    this.#text = text;
    this.#lines = lines;
    this.#outline = readOutline(text, lines);
    this.#stages = new Stages(this.#outline);
    this.#root = root;
  }

  /** Reads everything. */
  read(): Reading {
    for (let index = 0; index < this.#lines.length; index += 1) {
      const line = this.#lines[index];
      if (line === undefined) continue;
      const heading = this.#outline.byIndex.get(index);
      if (heading !== undefined) this.#heading(index, line);
      else if (line.role === "item") this.#item(index, line);
      else if (line.role === "text") this.#textLine(index, line);
      else if (line.role === "row") this.#row(line);
      else if (line.role === "fence" && line.fence !== null) this.#fence(line, line.fence);
    }
    this.reading.drafts.sort((a, b) => a.line - b.line);
    return this.reading;
  }

  #raw(line: Line): string {
    return this.#text.slice(line.from, line.to);
  }

  #currentScope(): Scope {
    this.#scope ??= scopeOf(this.#sections, this.#label);
    return this.#scope;
  }

  #setLabel(label: LabelScope | null): void {
    this.#label = label;
    this.#scope = null;
    this.#numbered = false;
    this.#block += 1;
  }

  #owner(): Draft | null {
    return itemOf(this.#sections) ?? this.#root;
  }

  #blockName(): string {
    return `${this.#block}`;
  }

  #emit(item: Draft, index: number): void {
    this.reading.drafts.push(item);
    this.#taken.set(index, item);
  }

  #heading(index: number, line: Line): void {
    const heading = this.#outline.byIndex.get(index);
    if (heading === undefined) return;
    while (this.#sections.length > 0 && (this.#sections.at(-1)?.level ?? 0) >= heading.level) this.#sections.pop();
    const verdict = this.#stages.judge(heading, this.#sections);
    const { item } = verdict;
    if (item !== null) this.#defineStage(item, index, line, verdict.again);
    const staged = heading.stage?.named === true || heading.horizon !== null;
    const meaning = staged || (item !== null && heading.meaning.entries !== "task") ? meaningOf("") : heading.meaning;
    const retells = { ...meaning, retells: item === null && meaning.retells };
    const own = heading.horizon !== null ? meaningOf("tasks") : retells;
    const retold = verdict.again && heading.horizon !== null && heading.stage === null;
    this.#sections.push({ heading, level: heading.level, item, meaning: own, retold, told: verdict.again });
    this.#setLabel(null);
    if (item === null && heading.status !== null && heading.meaning.boxes !== "criterion")
      this.#tellAgain(line, this.#raw(line), null);
  }

  #defineStage(item: Draft, index: number, line: Line, again: boolean): void {
    const heading = this.#outline.byIndex.get(index);
    if (heading === undefined) return;
    if (again) {
      if (heading.status !== null) this.#tellAgain(line, this.#raw(line), item);
      return;
    }
    if (this.#emitted.has(item)) return;
    this.#emitted.add(item);
    const placed = { ...item, line: line.line };
    Object.assign(item, placed);
    item.parent = itemOf(this.#sections) ?? this.#root;
    if (heading.status !== null) {
      item.claimed = heading.status.claimed;
      const base = line.from;
      item.token = { from: base + heading.status.start, to: base + heading.status.end, form: heading.status.form };
    }
    item.window ??= windowOf(heading.title);
    item.mode ??= modeOf(this.#raw(line));
    const lead = /\(\s*lead\s*:\s*([^)]{1,60})\)/i.exec(heading.title)?.[1];
    if (lead !== undefined) item.owners.push(lead.trim());
    if (/\bteam\b/i.test(heading.title) && item.kind === "phase")
      item.team ??= heading.title.replace(/\(.*$/, "").trim();
    item.title = titleOfStage(heading.title);
    this.#emit(item, index);
  }

  #tellAgain(line: Line, raw: string, of: Draft | null): void {
    this.reading.retold.push({ line: line.line, raw, of });
  }

  #item(index: number, line: Line): void {
    if (isBox(this.#text, line.from)) {
      this.#boxItem(index, line);
      return;
    }
    const raw = this.#raw(line);
    const holder = line.holder >= 0 ? this.#taken.get(line.holder) : undefined;
    const label = labelOf(raw);
    if (label !== null && this.#attributeEntry(label, line, holder ?? null)) return;
    if (holder !== undefined) {
      readRelations(holder, raw);
      return;
    }
    this.#plainEntry(index, line, raw, label);
  }

  #boxItem(index: number, line: Line): void {
    const text = this.#text;
    const close = text.indexOf("]", line.from);
    const mark = text.slice(line.from + 1, close);
    const claimed = BOX_STATES.get(mark) ?? "unknown";
    let from = close + 1;
    const scope = this.#currentScope();
    const kind = scope.boxes;
    const raw = this.#joined(index, line, from);
    const optional = raw.startsWith("*") && !raw.startsWith("**");
    if (optional) from += 1;
    const parts = readItemText(optional ? raw.slice(1) : raw);
    if (parts.title === "" && parts.id === null) {
      this.reading.notUnderstood.push({ line: line.line, text: raw.slice(0, 200), reason: "a check box without text" });
      return;
    }
    const holder = line.holder >= 0 ? this.#taken.get(line.holder) : undefined;
    const item = draft(
      kind,
      line.line,
      parts.id,
      parts.title,
      holder ?? this.#owner(),
      0.99,
      `box.${kind}: a check box`,
    );
    item.claimed = raw.includes("~~") && claimed === "pending" && isStruck(raw) ? "cancelled" : claimed;
    if (mark !== "") item.token = { from: line.from + 1, to: close, form: "box" };
    item.optional = optional;
    applyTags(item, parts.tags);
    readRelations(item, raw);
    this.#emit(item, index);
    if (kind === "criterion" && scope.gates !== "none") this.#gatesOf(item, gateText(raw), scope.gates, scope);
  }

  /** An entry's text with the lines that go on from it, labels left out. */
  #joined(index: number, line: Line, from: number): string {
    let joined = this.#text.slice(from, line.to).trimStart();
    for (let next = index + 1; ; next += 1) {
      const more = this.#lines[next];
      if (more === undefined || more.role !== "text" || more.first || more.holder !== index) return joined;
      const raw = this.#raw(more);
      if (joined.length > 4000 || labelOf(raw) !== null) return joined;
      joined += ` ${raw}`;
    }
  }

  /** `- **Status**: …` below a heading or an item says something of it and is no item. */
  #attributeEntry(label: Label, line: Line, holder: Draft | null): boolean {
    if (label.value.trim() === "" && label.colon && label.name !== null && holder !== null) return true;
    if (label.name === null || label.name === "other") return false;
    const scope = this.#currentScope();
    const wanted = scope.entries === "criterion" || scope.gates !== "none";
    if (holder === null && wanted && label.name !== "status" && label.name !== "owner" && label.name !== "check")
      return false;
    if (holder === null && this.#owner() === null) return false;
    this.#attribute(label, line, holder ?? this.#owner());
    return true;
  }

  #attribute(label: Label, line: Line, to: Draft | null): void {
    const value = stripMarks(plainText(label.value)).trim();
    if (label.name === "gate" || label.name === "criteria") {
      this.#gateValue(label, line, to);
      return;
    }
    if (label.name === "check") {
      this.#check(label.value, line, to);
      return;
    }
    if (to === null) return;
    if (label.name === "status") {
      if (this.#sections.at(-1)?.told === true && to === this.#sections.at(-1)?.item) return;
      const status = statusOfValue(label.value);
      if (status !== null && to.claimed === "unknown" && !to.reason.startsWith("box.")) {
        to.claimed = status.claimed;
        const base = line.from + label.valueFrom;
        to.token = { from: base + status.start, to: base + status.end, form: status.form };
      }
      return;
    }
    if (label.name !== null) applyAttribute(to, label.name, value);
  }

  #gateValue(label: Label, line: Line, to: Draft | null): void {
    const value = stripMarks(plainText(label.value)).trim();
    if (value === "") return;
    const states = label.name === "gate";
    const severity = meaningOf(label.key).severity ?? "critical";
    for (const stated of gatesOfValue(value, label.key, states)) {
      if (stated.criterion === null && !states) continue;
      this.reading.gates.push({ ...stated, line: line.line, item: to, severity, block: this.#blockName() });
    }
  }

  #check(value: string, line: Line, to: Draft | null): void {
    const command = unquoted(value.trim());
    if (command === "") return;
    const item = to !== null && to.kind === "criterion" ? this.#owner() : to;
    this.reading.checks.push({ line: line.line, command, item, block: this.#blockName() });
  }

  #plainEntry(index: number, line: Line, raw: string, label: Label | null): void {
    const scope = this.#currentScope();
    if (scope.checks) {
      if (line.level === 1) this.#check(raw, line, this.#owner());
      return;
    }
    if (line.level === 1 && this.#stageEntry(index, line, raw)) return;
    const nested = line.holder >= 0;
    const kind = nested ? this.#nestedKind(line, scope) : this.#entryKind(scope, line, raw);
    if (kind === null || line.quoted) {
      this.#notAnItem(line, raw, scope, nested);
      return;
    }
    const groups =
      label !== null &&
      (scope.entries === "criterion" ? label.colon || line.number < 0 : label.colon && line.number < 0);
    if (groups && label.value.trim() === "" && this.#holdsEntries(index)) return;
    const joined = this.#joined(index, line, line.from);
    if (this.#isToldAgain(scope, joined, kind)) {
      this.#tellAgain(line, joined, null);
      return;
    }
    this.#takeEntry(index, line, joined, kind, scope);
  }

  #takeEntry(index: number, line: Line, raw: string, kind: "task" | "criterion", scope: Scope): void {
    const parts = readItemText(raw);
    if (parts.title === "" || NO_ENTRY.test(parts.title)) return;
    const status = statusOfTitle(raw, { lastWord: false });
    const title = status?.form === "word" ? readItemText(withoutStatus(raw, status)).title : parts.title;
    const sure = scope.direct === null ? 0.85 : 0.7;
    const item = draft(kind, line.line, parts.id, title, this.#owner(), sure, `entry.${kind}: under ${scope.because}`);
    if (scope.claimed !== null) item.claimed = scope.claimed;
    else if (status !== null) {
      item.claimed = status.claimed;
      item.token = { from: line.from + status.start, to: line.from + status.end, form: status.form };
      if (status.end > line.to - line.from) item.token = null;
    }
    applyTags(item, parts.tags);
    readRelations(item, raw);
    this.#emit(item, index);
    if (kind === "criterion" && scope.gates !== "none") this.#gatesOf(item, gateText(raw), scope.gates, scope);
  }

  #entryKind(scope: Scope, line: Line, raw: string): "task" | "criterion" | null {
    if (line.level > 1) return null;
    if (scope.entries === "criterion") return isObservation(raw) ? null : "criterion";
    const planned = scope.entries === "planned-task";
    if (planned && this.#outline.tracked >= FEW_TRACKED && line.number < 0) return null;
    if (scope.entries === "task" || planned) return line.number < 0 && this.#numbered ? null : this.#asTask(line);
    if (scope.entries === "ordered-task") return line.number >= 0 ? "task" : null;
    if (scope.direct === "phase" && this.#label === null) {
      return this.#isPhaseWork(raw) && labelOf(raw)?.name == null ? "task" : null;
    }
    if (scope.direct === "step") return this.#stepEntries();
    return null;
  }

  /**
   * Entries directly under a phase are its work, unless the document tracks its work in boxes or tables: then they are
   * work only where they have a mark of their own or stand in a list of what is open.
   */
  #isPhaseWork(raw: string): boolean {
    if (this.#outline.tracked < FEW_TRACKED) return true;
    if (SURE_MARKS.has(String.fromCodePoint(raw.codePointAt(0) ?? 0))) return true;
    return this.#sections.some(({ item, meaning }) => item === null && OPEN_LISTS.has(meaning.because));
  }

  /** Once a list of tasks is numbered, bullets between its entries describe them. */
  #asTask(line: Line): "task" {
    if (line.number >= 0) this.#numbered = true;
    return "task";
  }

  /** Entries directly under a numbered step: work when the step stands in a phase. */
  #stepEntries(): "task" | null {
    const above = this.#sections.at(-2);
    const step = this.#sections.at(-1);
    if (step === undefined || step.heading.number === null) return null;
    return above?.item?.kind === "phase" ? "task" : null;
  }

  /** Below a bullet that only groups (`- **Documentation**`) entries count as if it were not there. */
  #nestedKind(line: Line, scope: Scope): "task" | "criterion" | null {
    if (line.level !== 2 || scope.entries !== "criterion") return null;
    const holder = this.#lines[line.holder];
    return holder !== undefined && isGroup(this.#raw(holder)) ? "criterion" : null;
  }

  #holdsEntries(index: number): boolean {
    const next = this.#lines[index + 1];
    return next !== undefined && next.role === "item" && next.holder === index;
  }

  #isToldAgain(scope: Scope, raw: string, kind: "task" | "criterion"): boolean {
    const plain = stripMarks(plainText(raw.slice(0, 400)));
    const stage = stageOf(plain.replace(/^\*+/, ""));
    if (stage !== null && stage.named && this.#stages.isDefined(stage.ref)) return true;
    if (this.#isKnown(plain, kind)) return true;
    if (kind !== "task") return false;
    if (WHOLE_LINK.test(raw)) return true;
    return scope.retells && isRetelling(plain, headOf(raw), this.reading.drafts);
  }

  /** Whether a check box or row elsewhere has the same number or title: a list without boxes then tells it again. */
  #isKnown(plain: string, kind: "task" | "criterion"): boolean {
    const { id, title } = readItemText(plain);
    if (id === null || !/^#?\w*\d+$/.test(id)) return false;
    return this.reading.drafts.some(
      (item) => item.kind === kind && item.id === id && item.reason.startsWith("box.") && sameWork(item.title, title),
    );
  }

  /** `- **Phase 1 (Weeks 1-2):** text`: a phase, unless a heading defines it. */
  #stageEntry(index: number, line: Line, raw: string): boolean {
    const head = headOf(raw);
    if (head === null) return false;
    const stage = stageOf(head);
    if (stage === null || !stage.named) return false;
    const known = this.#stages.itemFor(stage.ref) ?? this.#stageByAlias(stage.ref);
    if (known !== null) {
      this.#tellAgain(line, raw, known);
      return true;
    }
    if (
      this.#currentScope().entries === "none" &&
      this.#sections.at(-1)?.meaning.because !== "" &&
      this.#label === null
    ) {
      return false;
    }
    if (stage.kind === "step") return false;
    const status = statusOfTitle(raw, { lastWord: false });
    const title = withoutStatus(raw, status);
    const item = draft(
      stage.kind,
      line.line,
      null,
      title,
      this.#owner(),
      0.8,
      "entry.stage: an entry that names a stage",
    );
    item.aliases.push(stage.ref);
    item.window = windowOf(raw);
    if (status !== null) {
      item.claimed = status.claimed;
      item.token = { from: line.from + status.start, to: line.from + status.end, form: status.form };
    }
    this.#emit(item, index);
    return true;
  }

  #stageByAlias(ref: string): Draft | null {
    return this.reading.drafts.find((item) => item.kind !== "task" && item.aliases.includes(ref)) ?? null;
  }

  /** Entries that are no items may still state targets or tell of an item again. */
  #notAnItem(line: Line, raw: string, scope: Scope, nested: boolean): void {
    const plain = stripMarks(plainText(raw.slice(0, 2000)));
    const target = scope.gates === "targets" && !nested;
    if (target) this.#gatesOf(this.#owner(), plain, "targets", scope, line.line);
    if (!target && /\b\d[\d.,]*\s?%[^.]{0,60}\brequired\b|\brequired\b[^.]{0,40}\d\s?%/i.test(plain)) {
      this.#gatesOf(this.#owner(), plain, "thresholds", scope, line.line);
    }
    if (line.level === 1 || nested) this.#tellAgain(line, raw, null);
  }

  #gatesOf(item: Draft | null, text: string, sense: GateSense, scope: Scope, line?: number): void {
    for (const stated of gatesOfEntry(text, sense)) {
      const at = line ?? item?.line ?? 0;
      this.reading.gates.push({ ...stated, line: at, item, severity: scope.severity, block: this.#blockName() });
    }
  }

  #textLine(index: number, line: Line): void {
    const raw = this.#raw(line);
    const holder = line.holder >= 0 ? (this.#taken.get(line.holder) ?? null) : null;
    if (raw.startsWith("- [") && isBox(this.#text, line.from + 2)) {
      this.#boxItem(index, { ...line, from: line.from + 2 });
      return;
    }
    const label = labelOf(raw);
    if (label !== null) {
      this.#labelLine(label, line, raw, holder);
      return;
    }
    const scope = this.#currentScope();
    if (this.#label !== null && line.holder < 0 && this.#markedLine(index, line, raw, scope)) return;
    if (line.holder >= 0) {
      if (holder !== null) readRelations(holder, raw);
      return;
    }
    if (raw.endsWith(":") || raw.endsWith("：")) this.#introduction(raw, line);
    else this.#tellAgain(line, raw, null);
  }

  /** Lines without bullets that each begin with a mark, below a label for tasks or criteria. */
  #markedLine(index: number, line: Line, raw: string, scope: Scope): boolean {
    const mark = String.fromCodePoint(raw.codePointAt(0) ?? 0);
    if (!SURE_MARKS.has(mark) || isDateMark(raw, 0, mark)) return false;
    const kind = scope.entries === "criterion" ? "criterion" : scope.entries === "task" ? "task" : null;
    if (kind === null) return false;
    this.#takeEntry(index, line, raw, kind, scope);
    return true;
  }

  #introduction(raw: string, line: Line): void {
    const plain = plainText(raw);
    const meaning = this.#labelMeaning(plain);
    const words = plain.split(/\s+/).length;
    const telling = meaning.claimed === "deferred" || meaning.boxes === "criterion" || meaning.retells;
    if (words <= 5 || telling)
      this.#setLabel({ meaning, text: plain, checks: /\bchecks?\b/i.test(plain) && words <= 3, holder: line.holder });
  }

  #labelLine(label: Label, line: Line, raw: string, holder: Draft | null): void {
    const value = label.value.trim();
    const to = holder !== null && holder.kind !== "criterion" ? holder : (this.#owner() ?? holder);
    if (value === "" && label.key.includes("|") && to !== null) {
      for (const pair of pairsOf(label.key)) applyAttribute(to, pair.name, pair.value);
      return;
    }
    if (value !== "" && !/[:：]\**$/.test(value)) {
      if (label.name !== null && label.name !== "other") this.#attribute(label, line, to);
      else if (/(?:^|\s)gates?$/i.test(label.key) && label.key.split(/\s+/).length <= 3)
        this.#gateValue({ ...label, name: "gate" }, line, to);
      else if (/\bdeliverables\b|\bcriteria\b/i.test(label.key))
        this.#gateValue({ ...label, name: "criteria" }, line, to);
      if (label.name === null || label.name === "other") this.#tellAgain(line, raw, null);
      return;
    }
    if (label.name === "status") this.#attribute(label, line, to);
    if (line.holder >= 0 && value === "" && holder !== null) return;
    const checks = label.name === "check";
    const meaning = value === "" ? this.#labelMeaning(label.key) : meaningOf("notes");
    const words = label.key.split(/\s+/).length;
    if (!label.bold && meaning.because === "" && words > 5) return;
    this.#setLabel({ meaning, text: label.key, checks, holder: line.holder });
    if (statusOfTitle(raw, { lastWord: true }) !== null) this.#tellAgain(line, raw, null);
  }

  /** In a section that explains, a label announces work only when it says nothing else. */
  #labelMeaning(key: string): Meaning {
    const meaning = meaningOfLabel(key);
    const work = meaning.entries !== "none" && meaning.entries !== "neutral" && meaning.entries !== "criterion";
    if (work && this.#inHistory()) return meaningOf("notes");
    const whole = comparable(key) === comparable(meaning.because);
    return work && !whole && meaning.claimed === null && insideReport(this.#sections) ? meaningOf("notes") : meaning;
  }

  /** Whether the section keeps notes of what was done: nothing in it is work to do. */
  #inHistory(): boolean {
    return this.#sections.some(({ meaning }) => HISTORY.has(meaning.because));
  }

  #row(line: Line): void {
    if (line.row === null || line.quoted) return;
    const scope = this.#currentScope();
    const taken = readRow(this.#text, this.#lines, line, line.row, scope, this.#owner(), (ref) => {
      return this.#stages.itemFor(ref) ?? this.#stageByAlias(ref);
    });
    if (taken === null) {
      this.#tellAgain(line, this.#raw(line), null);
      return;
    }
    if (taken.retold !== null) {
      this.#tellAgain(line, this.#raw(line), taken.retold);
      return;
    }
    if (taken.item === null) return;
    this.reading.drafts.push(taken.item);
    for (const stated of taken.gates) {
      this.reading.gates.push({
        ...stated,
        line: line.line,
        item: taken.item,
        severity: scope.severity,
        block: `table ${line.row.table}`,
      });
    }
  }

  #fence(line: Line, fence: Fence): void {
    const item = this.#owner();
    if (this.#label?.checks === true) {
      this.#checkFence(fence, item);
      return;
    }
    this.reading.fences.push({
      fence,
      line: line.line,
      item,
      block: `${this.#blockName()} fence ${this.reading.fences.length}`,
      criteria: this.#currentScope().boxes === "criterion",
    });
  }

  #checkFence(fence: Fence, item: Draft | null): void {
    let number = fence.contentLine;
    for (const row of this.#text.slice(fence.contentFrom, fence.contentTo).split("\n")) {
      const command = row.trim().replace(/^\$\s+/, "");
      if (command !== "" && !command.startsWith("#")) {
        this.reading.checks.push({ line: number, command, item, block: this.#blockName() });
      }
      number += 1;
    }
  }
}

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
/** Sections that keep notes of what was done. */
const HISTORY = new Set([
  "implementation notes",
  "final summary",
  "summary",
  "notes",
  "history",
  "changelog",
  "recent changes",
]);
/** An entry that is nothing but a link leads to where the work is told. */
const WHOLE_LINK = /^\[[^[\]]{1,200}\](?:\(#[^)]*\)|\[[^\]]*\]|$|\s*\()/;
const NO_ENTRY = /^(?:none|n\/a|nothing|tbd|なし.{0,12}|-+)\.?$/i;

/** `Track …`, `Monitor …`: says what will be looked at, not what must be so. */
function isObservation(raw: string): boolean {
  const plain = stripMarks(plainText(raw.slice(0, 300)));
  const said = /^[^:]{2,60}:\s+(.*)$/.exec(plain)?.[1] ?? plain;
  return /^(?:track|monitor|measure|observe|watch)\b/i.test(said);
}

function isGroup(raw: string): boolean {
  return /^\*\*[^*]+\*\*:?$/.test(raw.trim()) || raw.trim().endsWith(":");
}

function isStruck(raw: string): boolean {
  return /^[^\p{L}\p{N}]*~~[^~]+~~[^\p{L}\p{N}]*$/u.test(raw.slice(0, 400));
}

function unquoted(command: string): string {
  const inner = /^`([^`]+)`$/.exec(command)?.[1];
  return (inner ?? command).trim();
}

function gateText(raw: string): string {
  return readItemText(raw.length > 4000 ? raw.slice(0, 4000) : raw).title;
}

function applyTags(item: Draft, tags: readonly string[]): void {
  for (const tag of tags) if (tag === "P" || /^parallel$/i.test(tag)) item.mode = "parallel";
}

function titleOfStage(title: string): string {
  return title.trim();
}
