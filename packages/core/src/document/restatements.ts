import type { Claimed } from "../plan/inspection.ts";
import type { Draft } from "./draft.ts";
import { nameOf } from "./draft.ts";
import { comparable, headOf, stripMarks } from "./item-text.ts";
import type { Label } from "./label.ts";
import { labelOf } from "./label.ts";
import { plainText } from "./plain-text.ts";
import type { Retold } from "./reader-state.ts";
import { stageOf } from "./stage.ts";
import { statusOfTitle, statusOfValue } from "./status.ts";

/** A line that tells an item again with a status. */
export interface FoundRestatement {
  readonly line: number;
  readonly of: Draft;
  readonly claimed: Claimed;
}

const MENTIONED_ID = /\b(?:[A-Z][A-Z0-9]{0,9}-\d{1,6}[A-Za-z]?|[A-Z]{1,4}\d{2,6})\b/g;

/** Finds, among the lines that are no items, those that give an item a status again. */
export function findRestatements(drafts: readonly Draft[], lines: readonly Retold[]): FoundRestatement[] {
  let index: Index | null = null;
  const found: FoundRestatement[] = [];
  for (const line of lines) {
    const claimed = line.claimed ?? statusIn(line.raw);
    if (claimed === null) continue;
    let of = line.of;
    if (of === null) {
      index ??= new Index(drafts);
      of = index.find(line.raw);
    }
    if (of !== null && of.line !== line.line) found.push({ line: line.line, of, claimed });
  }
  return found;
}

/** The status that a line gives: set off, after a colon, or in a cell. */
function statusIn(raw: string): Claimed | null {
  if (raw.length > 2000) return null;
  const title = statusOfTitle(raw, { lastWord: true });
  if (title !== null) return title.claimed;
  if (raw.startsWith("|")) {
    for (const cell of raw.split("|").slice(2)) {
      const status = statusOfValue(cell.trim());
      if (status !== null && status.end - status.start <= 40) return status.claimed;
    }
    return null;
  }
  const label = labelOf(raw);
  if (label !== null && label.value !== "") return statusOfLabel(label);
  return /\b(?:is|are)\s+(?:now\s+|already\s+)?(?:complete|completed|done)\b/i.test(raw) ? "done" : null;
}

/** After any other key than `Status`, a state counts only where it is the whole value or set off from the rest. */
function statusOfLabel(label: Label): Claimed | null {
  const status = statusOfValue(label.value);
  if (status === null || /^\W*\d/.test(label.value)) return null;
  const alone = /^[\s*_]*(?:$|[.,;:(|–—-])/u.test(label.value.slice(status.end));
  return label.name === "status" || status.form === "emoji" || alone ? status.claimed : null;
}

class Index {
  readonly #byId = new Map<string, Draft>();
  readonly #byAlias = new Map<string, Draft>();
  readonly #byTitle = new Map<string, Draft>();

  constructor(drafts: readonly Draft[]) {
    for (const item of drafts) {
      if (item.id !== null && !this.#byId.has(item.id)) this.#byId.set(item.id, item);
      for (const alias of item.aliases) if (!this.#byAlias.has(alias)) this.#byAlias.set(alias, item);
    }
    // Stages first: where a task and a stage share a name, the stage is what is told again.
    for (const stages of [true, false]) {
      for (const item of drafts) {
        if ((item.kind === "step" || item.kind === "phase") !== stages) continue;
        for (const name of namesOf(item)) if (!this.#byTitle.has(name)) this.#byTitle.set(name, item);
      }
    }
  }

  find(raw: string): Draft | null {
    const plain = stripMarks(plainText(raw.replace(/^\|\s*/, ""))).slice(0, 600);
    const stage = stageOf(plain.replace(/^(?:all|current)\s+/i, ""));
    const staged = stage === null ? undefined : this.#byAlias.get(stage.ref);
    if (staged !== undefined) return staged;
    for (const [id] of plain.matchAll(MENTIONED_ID)) {
      const item = this.#byId.get(id);
      if (item !== undefined) return item;
    }
    const heads = [headOf(raw), plain.split(/\s[-–—]\s|:\s|\|/)[0] ?? null];
    for (const head of heads) {
      const name = head === null ? "" : trimmed(comparable(head));
      const item = name === "" || name.length < 4 ? undefined : this.#byTitle.get(name);
      if (item !== undefined) return item;
    }
    return null;
  }
}

/** State words at the end of a told-again title are no part of it: `SDKs not developed`. */
function trimmed(name: string): string {
  return name.replace(
    /(?:\s(?:is|are|not|now|already|partially|fully|successfully|implemented|completed?|done|developed|operational|missing|ready|working))+$/u,
    "",
  );
}

function namesOf(item: Draft): string[] {
  const whole = nameOf(item);
  const head = comparable(/^(.{3,80}?)(?::\s|\s[-–—]\s)/u.exec(item.title)?.[1] ?? "");
  const bare = comparable(item.title.replace(/^\d+[.)]?\s+/, ""));
  // `2. Advanced Search Platform` is also called `Advanced Search`.
  const short = item.kind === "step" ? bare.split(" ").slice(0, -1).join(" ") : "";
  return [whole, head, bare, short.includes(" ") ? short : ""].filter((name) => name.length > 3);
}
