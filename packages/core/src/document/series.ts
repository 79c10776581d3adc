import { NUMBER_WORDS } from "../criteria/words.ts";
import type { Heading } from "./heading.ts";
import { CODES_WITHOUT_WORK } from "./work-codes.ts";

const MEMBER =
  /^((?:\p{L}[\p{L}-]{1,24}\s){1,2})#?(\d{1,3}|[A-Z]|[IVX]{1,4}|one|two|three|four|five|six|seven|eight|nine|ten)(?=$|\s*[:：|(]|\s?[–—-]\s|[.)]\s)\s*[:：|.)–—-]?\s*(.*)$/iu;
/** What is counted and is no work: things to choose from, to know, to ask and to check. */
const NO_WORK =
  /(?:^|\s)(?:options?|alternatives?|approach|appendix|annex|figure|table|questions?|q|examples?|samples?|scenarios?|cases?|tests?|risks?|issues?|bugs?|findings?|decisions?|lessons?|rules?|principles?|requirements?|goals?|objectives?|chapters?|sections?|gates?|attempts?|experiments?|criteria|criterion|metrics?|patterns?|errors?|failures?|incidents?|problems?|causes?|notes?|themes?|hypothesis|assumptions?|tiers?|levels?|priority|priorities|severity|layers?|versions?|reasons?|ideas?|choices?|hazards?|personas?|users?|reviewers?|types?|categories|category|groups?|model|schema|endpoint|screen|page)$/iu;
/** `US-1 Digest`, `AP 2 Anbindung`, `WS-3 · Schema`: a code of capitals and a number in front of a title. */
const CODED = /^([A-Z]{2,5}|T(?=\d{2}))[- ]?(\d{1,3}(?:\.\d{1,3})?)(?=[\s:.·|–—-])[\s:.·|–—-]+(?=\S)(.*)$/u;
/** Before a number that only counts these are appendices, tables and names of things; in `APP-12` they may be a project. */
const NO_WORK_CODE = new Set([...CODES_WITHOUT_WORK, "APP", "TAB", "ES", "MP"]);
/** `01`, `01.01`, `3.1`. */
const FIRST_PART = /(?:^|\.)0{0,2}1$/;
const NUMBERS = ["1", "0", "a", "i", "one"];

/** A heading's place in a row of headings that count with the same word. */
export interface SeriesStage {
  readonly kind: "phase" | "step";
  readonly ref: string;
  readonly rest: string;
  /** The code of a heading that begins with one: `US-1`. */
  readonly id: string | null;
}

interface Member {
  readonly at: number;
  readonly word: string;
  readonly number: string;
  readonly rest: string;
  readonly id: string | null;
}

/**
 * Stages by their form and not by their word: at least two headings of one level that count on with the same word
 * (`Track A: …`, `Track B: …`; `Lap 1`, `Lap 2`) or code (`US-1 …`, `US-2 …`), of which at least one holds work that
 * is tracked below it, or which stand under a heading that announces stages.
 *
 * @returns the stage of each heading that is one, by its place in the list
 */
export function seriesOf(headings: readonly Heading[]): ReadonlyMap<number, SeriesStage> {
  const rows = new Map<string, Member[]>();
  for (const [at, heading] of headings.entries()) {
    if (heading.stage !== null || heading.horizon !== null || heading.level < 2 || heading.level > 6) continue;
    if (heading.meaning.boxes === "criterion") continue;
    const member = memberOf(heading.title.slice(0, 200), at, above(headings, at)?.stage?.kind === "phase");
    if (member === null) continue;
    const key = `${heading.level} ${member.word}`;
    const row = rows.get(key);
    if (row === undefined) rows.set(key, [member]);
    else row.push(member);
  }
  const found = new Map<number, SeriesStage>();
  for (const row of rows.values()) {
    const numbers = new Set(row.map(({ number }) => number));
    const mended = row.length > 1 && row.every((one) => MENDS.test(one.word) && isPlanned(headings, one.at));
    if (
      row.length < 2 ||
      numbers.size < row.length ||
      !(mended || [...numbers].some((one) => NUMBERS.includes(one) || FIRST_PART.test(one)))
    )
      continue;
    const estimated = row.filter(({ rest }) => EFFORT.test(rest)).length * 2 > row.length;
    const listed = row.every(({ at, id }) => id !== null && isListed(headings, at));
    const ordered =
      listed || estimated || mended || row.some(({ at, word }) => WORK_WORD.test(word) && holdsOrder(headings, at));
    if (!ordered && !row.some(({ at }) => isAnnounced(headings, at) || holdsWork(headings, at))) continue;
    for (const { at, word, number, rest, id } of row) {
      if (isReported(headings, at)) continue;
      const value = String(NUMBER_WORDS.get(number) ?? number);
      const kind = id !== null || mended || insidePhase(headings, at) ? "step" : "phase";
      found.set(at, { kind, ref: `${word} ${value}`, rest, id });
    }
  }
  return found;
}

/** `T01 — Read the parser` right below `Tasks`: a heading of its own for each of them. */
function isListed(headings: readonly Heading[], at: number): boolean {
  const parent = above(headings, at);
  return parent !== null && parent.level > 1 && parent.meaning.entries === "task" && !parent.meaning.weak;
}

/** Words for parts of a plan: what is listed below them is work, though nothing tracks it. */
const WORK_WORD =
  /(?:^|\s)(?:part|track|stream|workstream|work ?package|lane|wave|batch|block|leg|increment|drop|bundle|package|teil|parte|lote)$/i;

/** What is done about something that carries its number: `Fix 5`, `Change 2`. */
const MENDS = /^(?:fix|change|patch|refactor|improvement|correction|edit|repair)$/;

function isPlanned(headings: readonly Heading[], at: number): boolean {
  return above(headings, at)?.meaning.headingsAreSteps === true;
}

/** `Module 2: Parser (40 hours)`: what takes time is work. */
const EFFORT =
  /\(~?\s?\d[\d.]*(?:\s?[-–]\s?\d[\d.]*)?\s?(?:h|hrs?|hours?|days?|d|weeks?|w|person-days?|story points?|points?|pts?|sp)\b[^()]{0,20}\)$/i;

/** Whether a numbered list or numbered headings stand below a heading. */
function holdsOrder(headings: readonly Heading[], at: number): boolean {
  const level = headings[at]?.level ?? 0;
  const next = headings[at + 1];
  if ((headings[at]?.evidence.ordered ?? 0) > 1) return true;
  return next !== undefined && next.level > level && next.number !== null;
}

function memberOf(title: string, at: number, inPhase: boolean): Member | null {
  const coded = CODED.exec(title);
  if (coded !== null) {
    const [, code = "", number = "", rest = ""] = coded;
    if (NO_WORK_CODE.has(code)) return null;
    return {
      at,
      word: code.toLowerCase(),
      number,
      rest,
      id: title.slice(0, title.length - rest.length).replace(/[\s:.·|–—-]+$/u, ""),
    };
  }
  const match = MEMBER.exec(title);
  const word = (match?.[1] ?? "").trim().toLowerCase();
  if (match === null || (NO_WORK.test(word) && !(inPhase && /^test (?:cases?|scenarios?|runs?)$/.test(word))))
    return null;
  return { at, word, number: (match[2] ?? "").toLowerCase(), rest: match[3] ?? "", id: null };
}

const parents = new WeakMap<readonly Heading[], (Heading | null)[]>();

/** The heading above one, or null; found for all headings in one pass. */
function above(headings: readonly Heading[], at: number): Heading | null {
  let known = parents.get(headings);
  if (known === undefined) {
    const open: Heading[] = [];
    known = headings.map((heading) => {
      while ((open.at(-1)?.level ?? 0) >= heading.level) open.pop();
      const parent = open.at(-1) ?? null;
      open.push(heading);
      return parent;
    });
    parents.set(headings, known);
  }
  return known[at] ?? null;
}

/** Whether the heading above says that its parts are stages: a phase, a rollout, a roadmap, a list of work packages. */
function isAnnounced(headings: readonly Heading[], at: number): boolean {
  const parent = above(headings, at);
  const title = parent?.title ?? "";
  if (parent?.stage?.kind === "phase" && parent.stage.named) return true;
  return STAGED.test(title) && !/\b(?:criteria|triggers?|risks?)\b/i.test(title);
}

const STAGED =
  /\b(?:roll-?out|roadmap|phases|stages|work ?packages|work ?streams|arbeitspakete|delivery plan|release plan)\b/i;

function isReported(headings: readonly Heading[], at: number): boolean {
  const heading = above(headings, at);
  if (heading === null || heading.level === 1 || heading.stage?.named === true) return false;
  return heading.meaning.because !== "" && heading.meaning.entries === "none";
}

/** Whether the part of the document below a heading has boxes, rows of tasks, a status or labels for work. */
function holdsWork(headings: readonly Heading[], at: number): boolean {
  const level = headings[at]?.level ?? 0;
  for (let i = at; i < headings.length; i += 1) {
    const heading = headings[i];
    if (heading === undefined || (i > at && heading.level <= level)) return false;
    const { boxes, taskRows, status, workLabels, workAttributes } = heading.evidence;
    // Work that is counted by codes may only say when it is done.
    const asked = headings[at]?.number === null && i > at && heading.meaning.boxes === "criterion" && boxes > 0;
    if (asked && /^[A-Z]+-?\d/.test(headings[at]?.title ?? "")) return true;
    const tracked = boxes > 0 || taskRows > 0 || status || workLabels > 0 || workAttributes > 1;
    if (heading.meaning.boxes !== "criterion" && tracked) return true;
  }
  return false;
}

function insidePhase(headings: readonly Heading[], at: number): boolean {
  let level = headings[at]?.level ?? 0;
  for (let i = at - 1; i >= 0 && level > 1; i -= 1) {
    const heading = headings[i];
    if (heading === undefined || heading.level >= level) continue;
    if (heading.stage?.kind === "phase") return true;
    level = heading.level;
  }
  return false;
}
