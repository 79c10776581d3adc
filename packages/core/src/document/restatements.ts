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

const MENTIONED_ID = /\b(?:[A-Z][A-Z0-9]{0,9}-\d{1,6}[A-Za-z]?|[A-Z]{1,4}\d{1,6}|\d{1,3}(?:\.\d{1,3}){1,3})\b/g;

/** Finds, among the lines that are no items, those that give an item a status again. */
export function findRestatements(drafts: readonly Draft[], lines: readonly Retold[]): FoundRestatement[] {
  let index: Index | null = null;
  const found: FoundRestatement[] = [];
  for (const line of lines) {
    if (line.claimed === undefined && line.of === null && line.raw.length <= 2000 && SAYS.test(line.raw)) {
      index ??= new Index(drafts);
      const told = index.clauses(line.raw);
      for (const { of, claimed } of told) if (of.line !== line.line) found.push({ line: line.line, of, claimed });
      if (told.length > 0) continue;
    }
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

/** A capital with a number, or a sentence that says how something is: one test for the many lines that do neither. */
const SAYS = /[A-Z]-?\d|\b(?:is|are|stays|remains|ist|bleibt|est|está|sigue)\s/u;
/** What joins a name to its state: `is still`, `stays`, `sigue`, `ist`. */
const JOINING =
  /^(?:\s(?:\p{Ll}+\s){0,2}(?:work|effort|story|ticket|item|task)(?=\s(?:is|are|was|stays?|remains?)\s))?(?:[\s*_`)\]]|\([^()]{0,60}\)|[:–—-]\s|(?:all|both|is|are|was|were|has|have|been|stays?|remains?|still|now|already|currently|finally|since|ist|sind|wurde|bleibt|noch|jetzt|nun|est|sont|reste|está|están|sigue|continúa|continua|permanece|è|resta|al)(?=\s)){0,8}/iu;

/** The state with which a clause about a named item begins, or that its last part is: `F-01 retested by Ada, closed`. */
function stateOfClause(clause: string): Claimed | null {
  const rest = clause.slice(JOINING.exec(clause)?.[0].length ?? 0);
  const direct = statusOfValue(rest);
  // `A01 Broken Access Control` is a name.
  const names = direct !== null && /^\s\p{Lu}\p{Ll}/u.test(rest.slice(direct.end));
  if (
    direct !== null &&
    !names &&
    direct.form === "word" &&
    !/[\p{L}\p{N}]/u.test(rest.slice(0, direct.start).replace(NOT_YET, ""))
  )
    return direct.claimed;
  const percent = /^at\s(\d{1,2})\s?%/i.exec(rest);
  if (percent !== null) return Number(percent[1]) > 0 ? "in_progress" : null;
  const last = /,\s([^,]{3,30})$/u.exec(rest)?.[1];
  const end = last === undefined ? null : statusOfValue(last);
  const alone = end !== null && end.form === "word" && end.start === 0 && /^[\s.*_]*$/.test(last?.slice(end.end) ?? "");
  return alone ? end.claimed : null;
}

/** `Still open: only T4`, `Merged: T1, T2`: a label that gives its state to the ids after it. */
function stateOfLabel(before: string): Claimed | null {
  const key = /^[^\p{L}]{0,4}(\p{L}+(?:\s\p{L}+)?)(?:\s[^:]{1,40})?:\s*(?:only\s|just\s)?$/iu
    .exec(before)?.[1]
    ?.toLowerCase();
  if (key === undefined) return null;
  if (/^(?:remaining|outstanding|(?:still )?(?:open|missing|left))(?:\s|$)/.test(key)) return "pending";
  return /^(?:landed|merged|shipped|closed|done|completed|finished)(?:\s|$)/.test(key) ? "done" : null;
}

/** Between two ids of one list, and between the ends of a range. */
const LISTING = /^\s*(?:,|&|\/|\+|,?\s(?:and|und|et|y|e)\s)\s*$/u;
const RANGING = /^\s?(?:[–—-]|\.\.\.?|…|to|through|bis)\s?$/u;
const MOST_RANGED = 200;

const NOT_YET =
  /\b(?:not|no|yet|still|fully|partly|partially|mostly|nearly|almost|nicht|noch|wurde|already|now|has|been|\d{1,3}\s?%)\b/giu;

class Index {
  readonly #byId = new Map<string, Draft>();
  readonly #byAlias = new Map<string, Draft>();
  readonly #byTitle = new Map<string, Draft>();

  constructor(drafts: readonly Draft[]) {
    for (const item of drafts) {
      if (item.id !== null && !this.#byId.has(item.id)) this.#byId.set(item.id, item);
      for (const alias of item.aliases) if (!this.#byAlias.has(alias)) this.#byAlias.set(alias, item);
    }
    for (const [id, item] of shortCodes(drafts)) if (!this.#byId.has(id)) this.#byId.set(id, item);
    // Stages first: where a task and a stage share a name, the stage is what is told again.
    for (const stages of [true, false]) {
      for (const item of drafts) {
        if ((item.kind === "step" || item.kind === "phase") !== stages) continue;
        for (const name of namesOf(item)) if (!this.#byTitle.has(name)) this.#byTitle.set(name, item);
      }
    }
  }

  /** What a line of prose or a row of a log says of items, clause by clause: `T1 is done; T2 stays blocked`. */
  clauses(raw: string): { of: Draft; claimed: Claimed }[] {
    const told: { of: Draft; claimed: Claimed }[] = [];
    for (const part of plainText(raw)
      .split(/[.;!?](?=\s|$)|\s?\|\s?/u)
      .slice(0, 20)) {
      const marks = [...part.matchAll(MENTIONED_ID)].filter(([id]) => this.#byId.has(id));
      const named = marks.length === 0 ? this.#named(part.trim()) : null;
      if (named !== null) told.push(named);
      told.push(...this.#listed(part, marks));
    }
    return told;
  }

  /** Items by their ids, each with the state that follows it or the list it stands in: `T1–T3 and T5 are merged`. */
  #listed(part: string, marks: readonly RegExpExecArray[]): { of: Draft; claimed: Claimed }[] {
    const told: { of: Draft; claimed: Claimed }[] = [];
    let listed: Draft[] = [];
    for (const [at, mark] of marks.entries()) {
      if (told.length + listed.length > MOST_RANGED) break;
      const of = this.#byId.get(mark[0]);
      const next = marks[at + 1];
      const between = part.slice(mark.index + mark[0].length, next?.index);
      if (of !== undefined) listed.push(of);
      if (next !== undefined && RANGING.test(between)) listed.push(...this.#between(mark[0], next[0]));
      else if (next === undefined || !LISTING.test(between)) {
        const claimed = stateOfClause(between) ?? stateOfLabel(part.slice(0, marks[0]?.index));
        if (claimed !== null) told.push(...listed.map((item) => ({ of: item, claimed })));
        listed = [];
      }
    }
    return told;
  }

  /** The items that a range of ids leaves out: `T2` for `T1–T3`. */
  #between(first: string, last: string): Draft[] {
    const [, letters = "", from = ""] = /^(.*?)(\d+)$/.exec(first) ?? [];
    const [, same = "", to = ""] = /^(.*?)(\d+)$/.exec(last) ?? [];
    const items: Draft[] = [];
    if (letters !== same || letters === "" || Number(to) - Number(from) > MOST_RANGED) return items;
    for (let at = Number(from) + 1; at < Number(to); at += 1) {
      const item = this.#byId.get(`${letters}${String(at).padStart(from.length, "0")}`);
      if (item !== undefined) items.push(item);
    }
    return items;
  }

  /** `Dogfood is done`: a sentence that begins with the title of an item and goes on with its state. */
  #named(sentence: string): { of: Draft; claimed: Claimed } | null {
    const split = /^(.{4,80}?)\s(?:is|are|stays|remains|ist|bleibt|est|está|sigue)\s(?=\S)/iu.exec(sentence);
    const of = split === null ? undefined : this.#byTitle.get(comparable((split[1] ?? "").replace(/^the\s/i, "")));
    if (split === null || of === undefined) return null;
    const claimed = stateOfClause(sentence.slice(split[0].length));
    return claimed === null ? null : { of, claimed };
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

/** Items whose titles begin with a letter and a number, where several do with the same letter: `B1 …`, `B2 …`. */
function shortCodes(drafts: readonly Draft[]): Map<string, Draft> {
  const codes = new Map<string, Draft>();
  const letters = new Map<string, number>();
  for (const item of drafts) {
    const code = item.id === null ? /^[A-Z]{1,2}\d{1,2}(?=[\s:.–-])/.exec(item.title)?.[0] : undefined;
    if (code === undefined || codes.has(code)) continue;
    codes.set(code, item);
    const letter = code.replace(/\d+$/, "");
    letters.set(letter, (letters.get(letter) ?? 0) + 1);
  }
  for (const code of codes.keys()) if ((letters.get(code.replace(/\d+$/, "")) ?? 0) < 2) codes.delete(code);
  return codes;
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
  const head = comparable(/^(.{3,80}?)(?::\s|\s[-–—]\s|\s\()/u.exec(item.title)?.[1] ?? "");
  const bare = comparable(item.title.replace(/^\d+[.)]?\s+/, ""));
  // `2. Advanced Search Platform` is also called `Advanced Search`.
  const short = item.kind === "step" ? bare.split(" ").slice(0, -1).join(" ") : "";
  return [whole, head, bare, short.includes(" ") ? short : ""].filter((name) => name.length > 3);
}
